package reports

import (
	"bytes"
	"compress/gzip"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"math"
	"os"
	"reflect"
	"slices"
	"testing"

	"poolbench/bench/record"
)

// flatten puts every number, text and truth of v into out, by where it stands.
func flatten(out map[string]any, path string, v reflect.Value) {
	switch v.Kind() {
	case reflect.Float64:
		out[path] = v.Float()
		if f := v.Float(); math.IsInf(f, 0) {
			out[path] = fmt.Sprint(f)
		}
	case reflect.Int, reflect.Int64:
		out[path] = float64(v.Int())
	case reflect.String:
		out[path] = v.String()
	case reflect.Bool:
		out[path] = v.Bool()
	case reflect.Slice:
		out[path+".len"] = float64(v.Len())
		for i := range v.Len() {
			flatten(out, fmt.Sprintf("%s[%d]", path, i), v.Index(i))
		}
	case reflect.Map:
		for _, k := range v.MapKeys() {
			flatten(out, fmt.Sprintf("%s[%v]", path, k), v.MapIndex(k))
		}
	case reflect.Struct:
		for i := range v.NumField() {
			switch f := v.Type().Field(i); {
			case f.Anonymous:
				flatten(out, path, v.Field(i))
			case f.IsExported():
				flatten(out, path+"."+f.Name, v.Field(i))
			}
		}
	}
}

// The numbers of the example are those that the program before the Set gave, which are
// stored, up to rounding.
func TestExampleHasItsNumbers(t *testing.T) {
	rec, err := record.ReadFile("example/results.txt")
	if err != nil {
		t.Fatal(err)
	}
	s, got := NewSet(rec), map[string]any{}
	flatten(got, "Scalings", reflect.ValueOf(Scalings(s)))
	flatten(got, "Sweeps", reflect.ValueOf(Sweeps(s)))
	flatten(got, "Duels", reflect.ValueOf(Duels(s)))
	flatten(got, "Costs", reflect.ValueOf(Costs(s)))
	flatten(got, "Masters", reflect.ValueOf(Masters(s)))
	flatten(got, "Warnings", reflect.ValueOf(Warnings(s)))
	for p, q := range CapacityOf(s) {
		flatten(got, fmt.Sprintf("Capacity[%d]", p), reflect.ValueOf(q.Estimate()))
	}
	points := Refine(s)
	got["Refine.len"] = float64(len(points))
	for i, p := range points {
		at := fmt.Sprintf("Refine[%d].", i)
		got[at+"Workload"], got[at+"Executor"], got[at+"Workers"], got[at+"Grain"] = p.Workload(), p.Executor(), float64(p.Workers()), float64(p.Grain())
	}
	if *update {
		writeNumbers(t, "testdata/example.json.gz", got)
	}
	f, err := os.Open("testdata/example.json.gz")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	unzipped, err := gzip.NewReader(f)
	if err != nil {
		t.Fatal(err)
	}
	var want map[string]any
	if err := json.NewDecoder(unzipped).Decode(&want); err != nil {
		t.Fatal(err)
	}
	bad := 0
	for _, at := range slices.Sorted(maps.Keys(want)) {
		x, number := want[at].(float64)
		y, too := got[at].(float64)
		if number && too && math.Abs(x-y) <= 1e-12*math.Abs(x) || want[at] == got[at] {
			continue
		}
		if bad++; bad <= 40 {
			t.Errorf("%s is %v, was %v", at, got[at], want[at])
		}
	}
	t.Logf("%d of %d values differ", bad, len(want))
}

func writeNumbers(t *testing.T, path string, all map[string]any) {
	t.Helper()
	var b bytes.Buffer
	w := gzip.NewWriter(&b)
	if err := errors.Join(json.NewEncoder(w).Encode(all), w.Close(), os.WriteFile(path, b.Bytes(), 0o644)); err != nil {
		t.Fatal(err)
	}
}
