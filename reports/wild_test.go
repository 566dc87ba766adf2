package reports

import (
	"fmt"
	"math"
	"math/rand/v2"
	"reflect"
	"strings"
	"testing"

	"poolbench/bench/record"
	"poolbench/reports/estimate"
)

// checkNumbers fails when there is a number in the scalings or the models that is none,
// or an interval without its value.
func checkNumbers(t *testing.T, d *Set) {
	t.Helper()
	checkFinite(t, d)
	var walk func(path string, v reflect.Value)
	walk = func(path string, v reflect.Value) {
		if c, ok := v.Interface().(estimate.Crossing); ok && c.Outcome != estimate.Crosses {
			return // has no interval
		}
		if e, ok := v.Interface().(estimate.Estimate); ok && e.Known() && !(e.Low <= e.Value && e.Value <= e.High) {
			t.Errorf("%s: %+v", path, e)
		}
		switch v.Kind() {
		case reflect.Float64:
			if f := v.Float(); math.IsNaN(f) || math.IsInf(f, 0) {
				t.Errorf("%s is %v", path, f)
			}
		case reflect.Slice:
			for i := range v.Len() {
				walk(fmt.Sprintf("%s[%d]", path, i), v.Index(i))
			}
		case reflect.Struct:
			for i := range v.NumField() {
				if !v.Type().Field(i).IsExported() {
					continue
				}
				walk(path+"."+v.Type().Field(i).Name, v.Field(i))
			}
		}
	}
	walk("Scalings", reflect.ValueOf(Scalings(d)))
	walk("Masters", reflect.ValueOf(Masters(d)))
}

// Whatever a record says beside the times, no number comes out that is not one.
func TestWildRecords(t *testing.T) {
	rng := rand.New(rand.NewPCG(3, 4))
	wild := func() float64 { return math.Exp((rng.Float64() - 0.5) * 45) } // 1e-10 to 1e10
	for trial := range 30 {
		var text strings.Builder
		text.WriteString("# note cores: 2\n# note workload.w: " + []string{"cpu", "wait", "mixed"}[trial%3] + "\n")
		spread := []float64{0, 0.1, 3}[rng.IntN(3)]
		levels := map[string]float64{}
		for b := range 6 + rng.IntN(4) {
			fmt.Fprintf(&text, "# block %d\n", b+1)
			put := func(name string, extra ...string) {
				if levels[name] == 0 {
					levels[name] = wild()
				}
				fmt.Fprintf(&text, "BenchmarkGrid/%s 1 %g sec/op", name, levels[name]*math.Exp(spread*rng.NormFloat64()))
				for _, unit := range extra {
					if rng.IntN(6) > 0 {
						fmt.Fprintf(&text, " %g %s", wild(), unit)
					}
				}
				text.WriteString("\n")
			}
			for _, grain := range []int{0, 10, 1000, 100000, 10000000} {
				put(fmt.Sprintf("executor=serial/workload=w/grain=%d", grain), record.UnitTasks)
				for _, workers := range []int{1, 2, 4, 8} {
					put(fmt.Sprintf("executor=x/workload=w/workers=%d/grain=%d", workers, grain), record.UnitTasks,
						record.UnitTaskTime, record.UnitTaskShare, record.UnitCPUPart, record.UnitWaitPart)
				}
			}
		}
		rec, err := record.Read(strings.NewReader(text.String()), "wild.txt")
		if err != nil {
			t.Fatal(err)
		}
		d := NewSet(rec)
		checkNumbers(t, d)
		render(t, d)
		for _, s := range Scalings(d) {
			for _, p := range s.Series[0].Points {
				if l := p.Ledger; l.Ideal.N > 0 && math.Abs(l.Ideal.Value+l.Inflation.Value+l.Scheduling.Value+l.Idle.Value-1) > 1e-9 {
					t.Errorf("shares do not add up: %+v", l)
				}
			}
		}
	}
}
