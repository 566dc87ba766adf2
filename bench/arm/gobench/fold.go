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
	return slices.Contains(s.Label["poolbench"], "untimed") && slices.ContainsFunc(stackOf(s), func(f frame) bool { return f.symbol == "testing.(*B).runN" })
}

// A frame is a function of a stack, inlined ones too.
type frame struct {
	symbol string // without type arguments
	place  build.Place
}

// stackOf are the functions of a sample, the innermost first.
func stackOf(s *profile.Sample) (stack []frame) {
	for _, l := range s.Location {
		for _, line := range l.Line {
			if f := line.Function; f != nil {
				stack = append(stack, frame{withoutArguments(f.Name), build.Place{File: f.Filename, Line: int(f.StartLine)}})
			}
		}
	}
	return stack
}

// withoutArguments is a function without its type arguments.
func withoutArguments(symbol string) string {
	var b strings.Builder
	depth := 0
	for _, r := range symbol {
		switch {
		case r == '[':
			depth++
		case r == ']' && depth > 0:
			depth--
		case depth == 0:
			b.WriteRune(r)
		}
	}
	return b.String()
}

// enclosing is the function whose declaration has the code of a symbol: closures, and what the
// compiler makes for go and defer, are part of it.
func enclosing(symbol string) string {
	pkg, rest := reach.SplitSymbol(symbol)
	parts := strings.Split(rest, ".")
	for i, part := range parts {
		if i == 0 || strings.HasPrefix(part, "(") {
			continue
		}
		if made := strings.TrimRight(part, "0123456789"); made == "" || made == "func" && part != made || made == "gowrap" || made == "deferwrap" ||
			strings.HasPrefix(made, "init") && i > 1 || strings.Contains(part, "-range") {
			parts = parts[:i]
			break
		}
	}
	last := strings.TrimSuffix(strings.Join(parts, "."), "-fm")
	if i := strings.Index(last, "-range"); i >= 0 {
		last = last[:i]
	}
	if pkg == "" {
		return last
	}
	return pkg + "." + last
}

// Where no function of the modules is called, what is spent has one of these names.
const (
	collecting = "(garbage collection)"
	runtimes   = "(Go's runtime)"
)

// charged is the function that a stack is charged to, and what that calls outside of the
// modules: "" for itself.
func charged(stack []frame, own func(pkg string) bool) (function frame, outside string) {
	for i, f := range stack {
		pkg, _ := reach.SplitSymbol(f.symbol)
		if !own(pkg) {
			continue
		}
		f.symbol = enclosing(f.symbol)
		if i > 0 {
			outside = enclosing(stack[i-1].symbol)
		}
		return f, outside
	}
	function.symbol = runtimes
	for _, f := range stack {
		switch pkg, _ := reach.SplitSymbol(f.symbol); {
		case slices.Contains([]string{"runtime.gcBgMarkWorker", "runtime.bgsweep", "runtime.bgscavenge", "runtime.gcStart"}, f.symbol):
			return frame{symbol: collecting}, ""
		case pkg != "runtime" && !strings.HasPrefix(pkg, "internal/runtime/"):
			function.symbol = "(package " + pkg + ")" // of the outermost, as it comes last
		}
	}
	return function, ""
}

// fold is what functions have of a value of the samples of a profile. It adds to places where
// they stand.
func fold(p *profile.Profile, value int, own func(pkg string) bool, places func(function string, at build.Place)) map[string]map[string]float64 {
	spent := map[string]map[string]float64{}
	for _, s := range p.Sample {
		f, outside := charged(stackOf(s), own)
		if spent[f.symbol] == nil {
			spent[f.symbol] = map[string]float64{}
		}
		spent[f.symbol][outside] += float64(s.Value[value])
		if f.place.File != "" {
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
