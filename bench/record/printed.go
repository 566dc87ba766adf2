package record

import (
	"strings"

	"golang.org/x/perf/benchfmt"
)

// longestLine is how long a line of a program may be to be taken for a result, in bytes.
const longestLine = 32 << 10

// Printed takes the results out of what a program printed, which may hold anything else
// as well: unlike Read it leaves out what is malformed, and values that are not finite.
// The points have their names as they were printed. Units that say the time again are
// left out.
func Printed(text string) []Result {
	var lines strings.Builder
	for line := range strings.Lines(text) {
		if strings.HasPrefix(line, "Benchmark") && len(line) < longestLine || strings.HasPrefix(line, "pkg: ") {
			lines.WriteString(strings.TrimRight(line, "\r\n") + "\n")
		}
	}
	var results []Result
	for r := benchfmt.NewReader(strings.NewReader(lines.String()), ""); r.Scan(); {
		line, ok := r.Result().(*benchfmt.Result)
		if !ok {
			continue
		}
		res := Result{Iterations: line.Iters, Values: map[string]float64{},
			Point: Point{Pkg: strings.TrimSpace(line.GetConfig("pkg")), name: string(line.Name.Full())}}
		for _, v := range line.Values {
			if unit := tidied(v); finite(v.Value) && UnitOf(unit).Of == "" {
				res.Values[unit] = v.Value
			}
		}
		results = append(results, res)
	}
	return results
}
