package gobench

import (
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/google/pprof/profile"

	"poolbench/bench/arm/gobench/build"
	"poolbench/bench/record"
)

// codes is an owner of package m; what it does not list is the same in both.
type codes struct {
	of      map[string]record.Code
	inlines map[string]string
}

func (c codes) Has(pkg string) bool { return pkg == "m" }

func (c codes) Of(function string) record.Code {
	if code, ok := c.of[function]; ok {
		return code
	}
	return record.CodeSame
}

func (c codes) Inlines(into string) string { return c.inlines[into] }

// sampled is a profile with a sample of each stack: functions, the innermost first, those that are
// inlined into the next one with a + before them.
func sampled(stacks ...string) *profile.Profile {
	p := &profile.Profile{SampleType: []*profile.ValueType{{Type: "samples", Unit: "count"}, {Type: "cpu", Unit: "nanoseconds"}}}
	for _, stack := range stacks {
		s := &profile.Sample{Value: []int64{1, 1000}}
		l := &profile.Location{}
		for name := range strings.FieldsSeq(stack) {
			plain := strings.TrimPrefix(name, "+")
			l.Line = append(l.Line, profile.Line{Function: &profile.Function{Name: plain, Filename: "m.go", StartLine: 1}})
			if plain == name {
				s.Location = append(s.Location, l)
				l = &profile.Location{}
			}
		}
		p.Sample = append(p.Sample, s)
	}
	return p
}

// A stack is charged to the innermost function whose code may have made it more.
func TestCharged(t *testing.T) {
	own := codes{of: map[string]record.Code{"m.edited": record.CodeEdited, "m.leaf": record.CodeEdited, "m.(*T).M": record.CodeEdited,
		"m.host": record.CodeCompiled, "m.several": record.CodeCompiled, "m.constant": record.CodeCompiled, "m.unknown": record.CodeUnknown},
		inlines: map[string]string{"m.host": "m.leaf"}}
	for stack, want := range map[string]string{
		"m.same m.BenchmarkA testing.(*B).runN":                 "m.same",
		"runtime.mallocgc m.same m.BenchmarkA":                  "m.same > runtime.mallocgc",
		"m.same m.edited m.BenchmarkA":                          "m.edited > m.same",
		"runtime.mallocgc m.same m.edited m.BenchmarkA":         "m.edited > m.same",
		"m.leaf m.edited m.BenchmarkA":                          "m.leaf",
		"m.constant m.edited m.BenchmarkA":                      "m.edited > m.constant",
		"m.same m.constant m.BenchmarkA":                        "m.constant > m.same",
		"m.same m.unknown m.BenchmarkA":                         "m.unknown > m.same",
		"+m.leaf m.host m.BenchmarkA":                           "m.leaf",
		"m.host m.BenchmarkA":                                   "m.leaf", // samples slip
		"+m.same m.host m.BenchmarkA":                           "m.leaf",
		"m.same m.host m.BenchmarkA":                            "m.host > m.same", // a call does not
		"m.host m.edited m.BenchmarkA":                          "m.edited > m.host",
		"m.several m.BenchmarkA":                                "m.several",
		"sort.Search m.(*T[go.shape.int]).M.func1 m.BenchmarkA": "m.(*T).M > sort.Search",
		"runtime.asyncPreempt2 runtime.asyncPreempt m.same":     "m.same",
		"runtime.asyncPreempt m.host m.BenchmarkA":              "m.leaf",
		"runtime.scanobject runtime.gcBgMarkWorker":             "(garbage collection)",
		"runtime.futex runtime.park_m":                          "(Go's runtime)",
		"runtime.memmove other/pkg.f testing.(*B).runN":         "(package testing)",
		"": "(Go's runtime)",
	} {
		spent := fold(sampled(stack), 0, own, func(string, build.Place) {})
		var got []string
		for name, of := range spent {
			for called, v := range of {
				text := name
				if called != "" {
					text += " > " + called
				}
				if got = append(got, text); v != 1 {
					t.Errorf("%q: %v", stack, v)
				}
			}
		}
		if len(got) != 1 || got[0] != want {
			t.Errorf("%q: %q, want %q", stack, got, want)
		}
	}
}

// All samples are charged to something, once, and places are told of functions only.
func TestFold(t *testing.T) {
	p := sampled("m.a m.b", "m.a m.b", "m.b", "runtime.mallocgc m.a", "runtime.scanobject runtime.gcBgMarkWorker")
	places := map[string]build.Place{}
	spent := fold(p, 1, codes{}, func(f string, at build.Place) { places[f] = at })
	if want := map[string]float64{"": 2000, "runtime.mallocgc": 1000}; !maps.Equal(spent["m.a"], want) {
		t.Errorf("m.a: %v", spent["m.a"])
	}
	total := 0.0
	for _, of := range spent {
		for _, v := range of {
			total += v
		}
	}
	if total != 5000 {
		t.Errorf("%v of 5000", total)
	}
	if got := slices.Sorted(maps.Keys(places)); !slices.Equal(got, []string{"m.a", "m.b"}) || places["m.a"] != (build.Place{File: "m.go", Line: 1}) {
		t.Errorf("%v", places)
	}
}

// What a profile sees that is no work of the benchmark is left out, and its samples stand for the time
// that was used, whichever clock they are from.
func TestSamplesOfProfile(t *testing.T) {
	p := sampled("m.a testing.(*B).runN", "m.a testing.(*B).runN", "runtime.futex runtime.stopm runtime.mstart", "runtime.read runtime/pprof.profileWriter",
		"runtime.mallocgc runtime/pprof.(*Profile).WriteTo testing.(*stepState).lookup m.a testing.(*B).runN")
	p.Sample[0].Label = map[string][]string{"poolbench": {"untimed"}}
	for i, want := range []bool{true, false, true, true, true} {
		if got := untimedSample(p.Sample[i]) || ownSample(p.Sample[i]) || idleSample(p.Sample[i]); got != want {
			t.Errorf("sample %d: %v", i, got)
		}
	}
	timed(p, 10e6)
	for _, s := range p.Sample {
		if s.Value[0] != 1 || s.Value[1] != 2e6 {
			t.Errorf("%v, want 1 sample of 2 ms", s.Value)
		}
	}
	timed(p, -1)
	if s := p.Sample[0]; s.Value[1] != 2e6 {
		t.Errorf("%v, though nothing is known of the time", s.Value)
	}
}
