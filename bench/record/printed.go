package record

import (
	"errors"
	"strings"
)

// Printed takes the results out of what a program printed, which may hold anything else
// as well: unlike Read it leaves out what is malformed, and values that are not finite or
// times below 0. The points have their names as they were printed. Units that say the time
// again are left out.
func Printed(text string) []Result {
	var results []Result
	pkg := ""
	for line := range strings.Lines(text) {
		if rest, ok := strings.CutPrefix(line, "pkg: "); ok {
			pkg = strings.TrimSpace(rest)
		}
		if !strings.HasPrefix(line, benchmarkPrefix) {
			continue
		}
		r, err := parseResult(line)
		if errors.Is(err, errProse) {
			continue
		}
		res := Result{Iterations: r.iterations, Values: map[string]float64{}, Point: Point{Pkg: pkg, name: r.name}}
		for unit, v := range r.values {
			if UnitOf(unit).Of == "" {
				res.Values[unit] = v
			}
		}
		results = append(results, res)
	}
	return results
}
