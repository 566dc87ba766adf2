package gate

import (
	"maps"
	"math"
	"math/rand/v2"
	"slices"
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

// A change is that of the function that has it; where none has more of it than another, it is
// unexplained. 100 samples of base take 1, so that a function with b samples in base and h of n in
// head has h/n·ratio - b/100 of the change.
func TestCause(t *testing.T) {
	type spent = map[string]float64
	for _, test := range []struct {
		name       string
		ratio      float64
		base, head spent
		code       record.Code // of all but m/parse.scan, whose source differs
		want       []string    // functions, in their order
		points     float64     // of the first
	}{
		{"one function", 1.1, spent{"scan": 40, "other": 60}, spent{"scan": 50, "other": 60}, "", []string{"scan"}, 0.1},
		{"the edited one of two alike", 1.2, spent{"scan": 40, "b": 40, "other": 20}, spent{"scan": 50, "b": 50, "other": 20}, "", []string{"scan", "b"}, 0.1},
		{"all alike", 1.1, spent{"scan": 40, "other": 60}, spent{"scan": 40, "other": 60}, "", nil, 0},
		{"all alike, the same code", 1.1, spent{"scan": 40, "other": 60}, spent{"scan": 40, "other": 60}, record.CodeSame, nil, 0},
		{"nearly all is in one", 1.2, spent{"scan": 98, "other": 2}, spent{"scan": 118, "other": 2}, record.CodeSame, []string{"scan"}, 0.2},
		{"all is in one", 1.2, spent{"scan": 100}, spent{"scan": 120}, record.CodeSame, []string{"scan"}, 0.2},
		// Both became slower; what waits for the edited one has the greater part.
		{"the same code is named last", 1.3, spent{"scan": 40, "loop": 30, "other": 30}, spent{"scan": 45, "loop": 55, "other": 30}, record.CodeSame, []string{"scan", "loop"}, 0.05},
		// The profiles show 1.1 where the verdict has 1.2: all functions seem slower by a tenth.
		{"the time of the verdict is too long", 1.2, spent{"scan": 40, "loop": 60}, spent{"scan": 50, "loop": 60}, record.CodeSame, []string{"scan"}, 50./110*1.2 - 0.4},
		{"the edited one has less of it", 1.1, spent{"scan": 40, "a": 30, "b": 30}, spent{"scan": 40, "a": 40, "b": 30}, record.CodeSame, []string{"a"}, 0.1},
		{"no source differs", 1.1, spent{"a": 40, "b": 60}, spent{"a": 50, "b": 60}, record.CodeSame, []string{"a"}, 0.1},
		// The change of the whole is all that the edited function did; 10 samples went to it from where they were in base.
		{"samples slip", 1.15, spent{"scan": 40, "loop": 60}, spent{"scan": 65, "loop": 50}, record.CodeSame, []string{"scan"}, 0.15},
		{"garbage follows", 1.2, spent{"scan": 50, "(garbage collection)": 10, "other": 40}, spent{"scan": 55, "(garbage collection)": 25, "other": 40}, record.CodeSame,
			[]string{"scan", "(garbage collection)"}, 0.05},
		{"compiled otherwise before the same code", 1.15, spent{"a": 50, "b": 50, "c": 100}, spent{"a": 70, "b": 60, "c": 100}, "a", []string{"b", "a"}, 0.05},
	} {
		functions := []record.Function{{Name: "m/parse.scan", File: "parse/scan.go", Line: 40, Changed: "41-44", Code: record.CodeEdited}}
		named := func(of spent) spent {
			out := spent{}
			for name, v := range of {
				if !strings.HasPrefix(name, "(") {
					name = "m/parse." + name
				}
				out[name] = v
			}
			return out
		}
		for name := range named(test.base) {
			if test.code == "a" && name != "m/parse.b" {
				functions = append(functions, record.Function{Name: name, Code: record.CodeSame})
			} else if test.code == "a" {
				functions = append(functions, record.Function{Name: name, Code: record.CodeCompiled})
			} else if name != "m/parse.scan" {
				functions = append(functions, record.Function{Name: name, Code: test.code})
			}
		}
		r := slower(test.ratio)
		r.Explain(profiledAs(named(test.base), named(test.head)), functions)
		if len(r.Causes) != 1 {
			t.Fatalf("%s: %d causes", test.name, len(r.Causes))
		}
		c := r.Causes[0]
		checkCause(t, test.name, c)
		var got []string
		for _, b := range c.Blamed {
			got = append(got, strings.TrimPrefix(b.Name, "m/parse."))
		}
		if !slices.Equal(got, test.want) {
			t.Errorf("%s: %q, want %q: %s", test.name, got, test.want, c.said())
			continue
		}
		if test.want == nil {
			if said := c.said(); !strings.HasPrefix(said, "unexplained: no function changed beyond chance in ") {
				t.Errorf("%s: %s", test.name, said)
			}
			continue
		}
		if b := c.Blamed[0]; b.Change.Low > test.points || b.Change.High < test.points {
			t.Errorf("%s: %+v, want %v", test.name, b, test.points)
		}
		if test.want[0] != "scan" {
			continue
		}
		for view, text := range everyView(t, r) {
			if !strings.Contains(text, "parse.scan +") || !strings.Contains(text, "parse/scan.go") {
				t.Errorf("%s: %s does not say the cause:\n%s", test.name, view, text)
			}
		}
	}
}

// checkCause checks what holds of every cause: the parts are the whole, and none may be nothing.
func checkCause(t *testing.T, name string, c Cause) {
	t.Helper()
	sum := c.Unexplained
	for _, b := range c.Blamed {
		sum += b.Change.Value
		if b.Change.Low <= 0 && b.Change.High >= 0 {
			t.Errorf("%s: %s is blamed though its interval has 0", name, b.Name)
		}
	}
	if math.Abs(sum-c.Change) > 1e-9 {
		t.Errorf("%s: the parts are %v, the whole %v", name, sum, c.Change)
	}
}

// What is too little to tell is said to be, with the cure: few blocks, or wide intervals.
func TestTooLittleForCause(t *testing.T) {
	few := profiledAs(map[string]float64{"m.a": 40, "m.b": 60}, map[string]float64{"m.a": 50, "m.b": 60})[:4]
	noisy := profiledAs(map[string]float64{"m.a": 4, "m.bc": 6}, map[string]float64{"m.a": 4, "m.bc": 6})
	for want, profiles := range map[string][]record.Profile{
		"samples of 4 blocks, which are few: a larger -budget profiles longer": few,
		"samples of 12 blocks, which tell no change below ":                    noisy,
	} {
		r := slower(1.02)
		r.Explain(profiles, nil)
		if said := r.Causes[0].said(); !strings.Contains(said, want) || !strings.HasSuffix(said, ": a larger -budget profiles longer") {
			t.Errorf("%s", said)
		}
	}
}

// How often what is named, in profiles with as many samples as 10 s give of one thread: of builds that
// do the same, though a verdict says otherwise, hardly ever; of those in which an edited function
// became slower that one first, with the truth in its interval.
func TestCauseRates(t *testing.T) {
	const runs, blocks, samples = 100, 16, 700
	shares := map[string]float64{"m.edited": 0.3, "m.loop": 0.3, "m.a": 0.2, "m.b": 0.15, "(garbage collection)": 0.05}
	functions := []record.Function{{Name: "m.edited", Code: record.CodeEdited}}
	for name := range shares {
		if name != "m.edited" {
			functions = append(functions, record.Function{Name: name, Code: record.CodeSame})
		}
	}
	random := rand.New(rand.NewPCG(1, 1))
	for _, test := range []struct {
		name         string
		ratio, truth float64 // of the verdict, and what the edited function has of it
		first        [2]float64
		others       float64 // any of them is named at most
	}{
		{"nothing", 1.06, 0, [2]float64{0, 0.05}, 0.06},
		{"8 %", 1.08, 0.08, [2]float64{0.97, 1}, 0.06},
		{"8 %, with a verdict of 10 %", 1.1, 0.08, [2]float64{0.97, 1}, 0.06},
		{"25 %", 1.25, 0.25, [2]float64{1, 1}, 0.06},
	} {
		first, others, covered := 0., 0., 0.
		for range runs {
			var profiles []record.Profile
			for block := range blocks {
				var sides [2]record.Profiled
				for s := range sides {
					sides[s] = record.Profiled{Operations: 1, Spent: map[string]map[string]float64{}}
					for _, name := range slices.Sorted(maps.Keys(shares)) {
						mean := samples * shares[name]
						if s == 1 && name == "m.edited" {
							mean += samples * test.truth
						}
						sides[s].Spent[name] = map[string]float64{"": math.Round(max(0, mean+math.Sqrt(mean)*random.NormFloat64()))}
					}
				}
				profiles = append(profiles, record.Profile{Pkg: "m", Name: "A", Unit: record.UnitTime, Block: block + 1, Base: sides[0], Head: sides[1]})
			}
			r := slower(test.ratio)
			r.Explain(profiles, functions)
			blamed := slices.DeleteFunc(r.Causes[0].Blamed, func(b Blame) bool { return b.Change.Value < 0 })
			if slices.ContainsFunc(blamed, func(b Blame) bool { return b.Name != "m.edited" }) {
				others++
			}
			if len(blamed) > 0 && blamed[0].Name == "m.edited" {
				first++
				if c := blamed[0].Change; c.Low <= test.truth && test.truth <= c.High {
					covered++
				}
			}
		}
		if first/runs < test.first[0] || first/runs > test.first[1] || others/runs > test.others {
			t.Errorf("%s: the edited function is first in %v of %d runs, others are named in %v", test.name, first, runs, others)
		}
		if test.ratio == 1+test.truth && covered/first < 0.9 {
			t.Errorf("%s: the truth is within the interval in %v of %v runs", test.name, covered, first)
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

// Objects that are in the count of allocations and in no profile are told of where some are missing.
func TestSharedObjectsAreNotProfiled(t *testing.T) {
	for _, test := range []struct {
		unit                string
		change, unexplained float64
		told                bool
	}{
		{record.UnitAllocs, 1800, 1400, true}, {record.UnitAllocs, 1800, 0, false}, {record.UnitBytes, 6400, 400, false}, {record.UnitTime, 0.2, 0.1, false},
	} {
		c := Cause{Unit: test.unit, Change: test.change, Unexplained: test.unexplained, Blocks: 6, Blamed: []Blame{{Function: record.Function{Name: "m.f"}}}}
		if told := strings.HasSuffix(c.said(), "small objects that share 16 bytes with others"); told != test.told {
			t.Errorf("%+v: %s", test, c.said())
		}
	}
}
