package gobench

import (
	"slices"
	"strings"

	"github.com/google/pprof/profile"

	"poolbench/bench/arm/gobench/build"
	"poolbench/bench/arm/gobench/reach"
	"poolbench/bench/record"
)

// untimedSample reports whether a sample is of what a benchmark does on its goroutine while its
// timer stands still.
func untimedSample(s *profile.Sample) bool {
	return slices.Contains(s.Label["poolbench"], "untimed") && inAny(s, "testing.(*B).runN")
}

// idleSample reports whether a sample is of a thread that has nothing to run.
func idleSample(s *profile.Sample) bool { return inAny(s, "runtime.stopm") }

// ownSample reports whether a sample is of what makes the profile: in a goroutine of its own, or,
// for what was counted before, in that of the benchmark.
func ownSample(s *profile.Sample) bool {
	return inAny(s, "runtime/pprof.profileWriter", "testing.(*stepState).lookup")
}

func inAny(s *profile.Sample, functions ...string) bool {
	return slices.ContainsFunc(stackOf(s), func(f frame) bool { return slices.Contains(functions, f.symbol) })
}

// A frame is a function of a stack, inlined ones too.
type frame struct {
	symbol string // without type arguments
	place  build.Place
	inside bool // inlined into the next one
}

// stackOf are the functions of a sample, the innermost first. Where a goroutine was about to be
// stopped it is in what it was stopped in.
func stackOf(s *profile.Sample) (stack []frame) {
	for _, l := range s.Location {
		for i, line := range l.Line {
			if f := line.Function; f != nil && (len(stack) > 0 || !strings.HasPrefix(f.Name, "runtime.asyncPreempt")) {
				stack = append(stack, frame{reach.WithoutArguments(f.Name), build.Place{File: f.Filename, Line: int(f.StartLine)}, i < len(l.Line)-1})
			}
		}
	}
	return stack
}

// Where no function of the modules is called, what is spent has one of these names.
const (
	collecting = "(garbage collection)"
	runtimes   = "(Go's runtime)"
)

// An owner knows the functions that can be charged: those of the packages that may differ.
type owner interface {
	Has(pkg string) bool
	Of(function string) record.Code
	Inlines(into string) string
}

// blame is how soon a function is charged that has such code.
var blame = map[record.Code]int{record.CodeEdited: 3, record.CodeCompiled: 2, record.CodeUnknown: 2, record.CodeSame: 1}

// charged is the function that a stack is charged to, and what that calls that is charged with it:
// "" for itself. See record.Profile.
func charged(stack []frame, own owner) (function frame, called string) {
	most, at := 0, 0
	for i, f := range stack {
		if pkg, _ := reach.SplitSymbol(f.symbol); own.Has(pkg) {
			if b := blame[own.Of(reach.Enclosing(f.symbol))]; b > most {
				most, at = b, i
			}
		}
	}
	switch {
	case most == 0:
		return outside(stack), ""
	case most < blame[record.CodeEdited]:
		leaf := slices.IndexFunc(stack, func(f frame) bool { return !f.inside })
		if edited := own.Inlines(reach.Enclosing(stack[max(leaf, 0)].symbol)); edited != "" {
			return frame{symbol: edited}, ""
		}
	}
	function = stack[at]
	function.symbol = reach.Enclosing(function.symbol)
	if at > 0 {
		called = reach.Enclosing(stack[at-1].symbol)
	}
	return function, called
}

// outside is what has a stack with no function of the modules.
func outside(stack []frame) (function frame) {
	function.symbol = runtimes
	for _, f := range stack {
		switch pkg, _ := reach.SplitSymbol(f.symbol); {
		case slices.Contains([]string{"runtime.gcBgMarkWorker", "runtime.bgsweep", "runtime.bgscavenge", "runtime.gcStart"}, f.symbol):
			return frame{symbol: collecting}
		case pkg != "runtime" && !strings.HasPrefix(pkg, "internal/runtime/"):
			function.symbol = "(package " + pkg + ")" // of the outermost, as it comes last
		}
	}
	return function
}

// fold is what functions have of a value of the samples of a profile. It tells places
// where they stand, as far as the profile says.
func fold(p *profile.Profile, value int, own owner, places func(function string, at build.Place)) map[string]map[string]float64 {
	spent := map[string]map[string]float64{}
	for _, s := range p.Sample {
		f, called := charged(stackOf(s), own)
		if spent[f.symbol] == nil {
			spent[f.symbol] = map[string]float64{}
		}
		spent[f.symbol][called] += float64(s.Value[value])
		if !strings.HasPrefix(f.symbol, "(") {
			places(f.symbol, f.place)
		}
	}
	return spent
}

// profiledUnits are the units of which a kind of profile tells, by the type of its values, and
// what one of these is in the unit.
var profiledUnits = map[string][]struct {
	unit, value string
	scale       float64
}{
	"cpu":    {{record.UnitTime, "samples", 1}},
	"allocs": {{record.UnitBytes, "alloc_space", 1}, {record.UnitAllocs, "alloc_objects", 1}},
	"mutex":  {{record.UnitMutexWait, "delay", 1e-9}},
}
