package record

import (
	"bytes"
	"math"
	"reflect"
	"strings"
	"testing"
)

func someComparison() Comparison {
	a, b := Subject{Pkg: "example.com/p", Name: "Encode/size=1k-2"}, Subject{Pkg: "q", Name: "Sort-2"}
	return Comparison{
		Config: []Field{{"cpu", "X"}, {"goos", "linux"}},
		Notes:  []Field{{"seed", "7"}, {"base", "v1.0 (abc)"}},
		Subjects: []Declared{
			{Subject: a, InBase: true, InHead: true},
			{Subject: b, InBase: true},
			{Subject: Subject{Name: "canary-2"}, Role: Canary, InBase: true, InHead: true},
			{Subject: Subject{Name: "same-2"}, Role: Same, InBase: true, InHead: true},
		},
		Blocks: []PairBlock{
			{Number: 1, SeedPair: 3, Host: Host{Steal: 0, Others: 0.25, Waited: -1, Load: 1.5}, Pairs: []Pair{
				{Subject: a, Iterations: 1000, Base: []float64{101.25, 0.1 + 0.2}, Head: []float64{103, 1e6}, Extra: map[string][2]float64{"B/op": {8, 16}, "allocs/op": {0, 1}}},
				{Subject: Subject{Name: "canary-2"}, Iterations: 5, Base: []float64{1}, Head: []float64{1.05}},
			}},
			{Number: 2, Host: Host{Steal: -1, Others: -1, Waited: 0.5}, Pairs: []Pair{
				{Subject: a, BaseError: "panic: no", HeadError: "killed after 10s: in base: never"},
				{Subject: b, Iterations: 1, Base: []float64{5, 6}, HeadError: "exit status 2"},
			}},
		},
	}
}

func writeComparison(t testing.TB, c Comparison) []byte {
	t.Helper()
	var out bytes.Buffer
	w, err := NewComparisonWriter(&out, c.Config, c.Notes, c.Subjects)
	if err != nil {
		t.Fatal(err)
	}
	for _, b := range c.Blocks {
		if err := w.Block(b); err != nil {
			t.Fatal(err)
		}
	}
	return out.Bytes()
}

func TestComparisonRoundTrip(t *testing.T) {
	c := someComparison()
	text := writeComparison(t, c)
	got, err := ReadComparison(bytes.NewReader(text), "gate.txt")
	if err != nil {
		t.Fatal(err)
	}
	if !reflect.DeepEqual(*got, c) {
		t.Errorf("got  %+v\nwant %+v\n%s", *got, c, text)
	}
	if !IsComparison(text) {
		t.Error("not recognised")
	}
}

// A comparison is a record that any Go benchmark tool reads: the medians, with the
// side as a key.
func TestComparisonIsARecord(t *testing.T) {
	text := writeComparison(t, someComparison())
	rec, err := Read(bytes.NewReader(text), "gate.txt")
	if err != nil {
		t.Fatal(err)
	}
	first := rec.Results[0]
	if len(rec.Results) != 5 || first.Name != "Encode/size=1k" || first.Pkg != "example.com/p" || first.Block != 1 || math.Abs(first.Values[UnitTime]-50.775e-9) > 1e-15 {
		t.Errorf("%d results, the first %+v", len(rec.Results), first)
	}
}

func TestComparisonRefused(t *testing.T) {
	for name, change := range map[string]func(*Comparison){
		"name with a space": func(c *Comparison) { c.Blocks[0].Pairs[0].Name = "a b" },
		"not a number":      func(c *Comparison) { c.Blocks[0].Pairs[0].Head[1] = math.NaN() },
		"infinite unit":     func(c *Comparison) { c.Blocks[0].Pairs[0].Extra["B/op"] = [2]float64{1, math.Inf(1)} },
		"unit with a space": func(c *Comparison) { c.Blocks[0].Pairs[0].Extra["a b"] = [2]float64{} },
		"infinite load":     func(c *Comparison) { c.Blocks[0].Host.Load = math.Inf(1) },
	} {
		c := someComparison()
		change(&c)
		var out bytes.Buffer
		w, err := NewComparisonWriter(&out, nil, nil, nil)
		if err != nil {
			t.Fatal(err)
		}
		before := out.Len()
		if err := w.Block(c.Blocks[0]); err == nil || out.Len() != before {
			t.Errorf("%s: error %v, %d bytes written", name, err, out.Len()-before)
		}
	}
}

func TestComparisonErrors(t *testing.T) {
	good := string(writeComparison(t, someComparison()))
	for _, test := range []struct{ old, new, want string }{
		{"# block 2\n", "# block x\n", `block number "x"`},
		{"seedpair=3", "seedpair=-1", "seed pair"},
		{"steal=0 ", "steal=NaN ", "not a finite number"},
		{"# subject judged", "# subject jugded", `role "jugded"`},
		{"base+head example", "left example", `"left" is not base`},
		{"# chunks base 101.25", "# chunks left 101.25", `side "left"`},
		{"# chunks base 101.25", "# chunks base Inf", "not a finite number"},
		{"side: base\n", "", `side "" is neither`},
		{"# failed Sort-2: in head: ", "# failed Sort-2: ", "a failed line needs"},
		{"# note comparison: 1\n", "", "no comparison of two builds"},
		{"# block 1\n", "", "before the first block"},
	} {
		text := strings.Replace(good, test.old, test.new, 1)
		if text == good {
			t.Fatalf("%q is not in the file", test.old)
		}
		if _, err := ReadComparison(strings.NewReader(text), "gate.txt"); err == nil || !strings.Contains(err.Error(), test.want) || !strings.Contains(err.Error(), "gate.txt") {
			t.Errorf("%q for %q: %v", test.new, test.old, err)
		}
	}
	cut := good[:len(good)-4]
	if _, err := ReadComparison(strings.NewReader(cut), "gate.txt"); err == nil || !strings.Contains(err.Error(), "cut off") {
		t.Errorf("cut off: %v", err)
	}
}

func FuzzReadComparison(f *testing.F) {
	f.Add(writeComparison(f, someComparison()))
	f.Add([]byte("# note comparison: 1\n# block 1\nside: head\nBenchmarkA 1 2 ns/op\n# chunks head 1 2\n"))
	f.Fuzz(func(t *testing.T, text []byte) {
		c, err := ReadComparison(bytes.NewReader(text), "fuzz")
		if err != nil {
			return
		}
		for _, b := range c.Blocks {
			for _, p := range b.Pairs {
				if !finite(p.Base...) || !finite(p.Head...) {
					t.Errorf("%+v", p)
				}
			}
		}
	})
}
