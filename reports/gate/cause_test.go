package gate

import (
	"math"
	"strings"
	"testing"

	"poolbench/bench/record"
	"poolbench/reports/estimate"
)

// profiledAs are 12 blocks of profiles in which functions have these samples of base and head,
// give or take two.
func profiledAs(base, head map[string]float64) (out []record.Profile) {
	side := func(of map[string]float64, block int) record.Profiled {
		p := record.Profiled{Operations: 1, Spent: map[string]map[string]float64{}}
		for name, v := range of {
			p.Spent[name] = map[string]float64{"": v + float64((block*len(name))%5-2)}
		}
		return p
	}
	for block := range 12 {
		out = append(out, record.Profile{Pkg: "m", Name: "A", Unit: record.UnitTime, Block: block + 1, Base: side(base, block), Head: side(head, block+3)})
	}
	return out
}

func slower(ratio float64) *Report {
	return &Report{Confidence: 0.99, Cases: []Case{{Pkg: "m", Name: "A", Unit: record.UnitTime, Verdict: Regressed, Base: 1e-6, Head: ratio * 1e-6,
		Ratio: estimate.Estimate{Value: ratio, Low: ratio - 0.005, High: ratio + 0.005, N: 24}}}}
}

// A change is that of the function that has it; where none has, it is unexplained.
func TestCause(t *testing.T) {
	lines := []record.Function{{Name: "m/parse.scan", File: "parse/scan.go", Line: 40, Changed: "41-44"}}
	for _, test := range []struct {
		name       string
		ratio      float64
		base, head map[string]float64
		want       string // begins what is said
		points     float64
	}{
		// 100 samples take 1: scan grows from 0.40 to 50/110·1.1.
		{"one function", 1.1, map[string]float64{"m/parse.scan": 40, "m/parse.other": 60}, map[string]float64{"m/parse.scan": 50, "m/parse.other": 60}, "parse.scan +", 0.1},
		{"the changed one of two alike", 1.2, map[string]float64{"m/parse.scan": 40, "m/parse.b": 40}, map[string]float64{"m/parse.scan": 48, "m/parse.b": 48}, "parse.scan +", 0.1},
		{"none", 1.1, map[string]float64{"m/parse.scan": 40, "m/parse.other": 60}, map[string]float64{"m/parse.scan": 40, "m/parse.other": 60}, "", 0},
	} {
		r := slower(test.ratio)
		r.Explain(profiledAs(test.base, test.head), lines)
		if len(r.Causes) != 1 {
			t.Fatalf("%s: %d causes", test.name, len(r.Causes))
		}
		c := r.Causes[0]
		said := c.said()
		if !strings.HasPrefix(said, test.want) {
			t.Errorf("%s: %s", test.name, said)
		}
		sum := c.Unexplained
		for _, b := range c.Blamed {
			sum += b.Change.Value
			if b.Change.Low <= 0 && b.Change.High >= 0 {
				t.Errorf("%s: %s is blamed though its interval has 0", test.name, b.Name)
			}
		}
		if math.Abs(sum-c.Change) > 1e-9 {
			t.Errorf("%s: the parts are %v, the whole %v", test.name, sum, c.Change)
		}
		if test.points > 0 {
			if b := c.Blamed[0]; b.Change.Low > test.points || b.Change.High < test.points || b.Changed != "41-44" {
				t.Errorf("%s: %+v, want %v", test.name, b, test.points)
			}
			for view, text := range everyView(t, r) {
				if !strings.Contains(text, "parse.scan +") || !strings.Contains(text, "parse/scan.go") {
					t.Errorf("%s: %s does not say the cause:\n%s", test.name, view, text)
				}
			}
		}
	}
}

// What did not regress, and profiles with nothing in them, have no cause.
func TestNoCause(t *testing.T) {
	profiles := profiledAs(map[string]float64{"m.a": 40}, map[string]float64{"m.a": 80})
	r := slower(1.5)
	r.Cases[0].Verdict = NoChange
	if r.Explain(profiles, nil); len(r.Causes) > 0 {
		t.Errorf("%+v", r.Causes)
	}
	r = slower(1.5)
	if r.Explain([]record.Profile{{Pkg: "m", Name: "A", Unit: record.UnitTime}}, nil); len(r.Causes) > 0 {
		t.Errorf("%+v", r.Causes)
	}
}
