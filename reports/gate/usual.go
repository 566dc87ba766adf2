package gate

import (
	"fmt"
	"math"

	"golang.org/x/perf/benchmath"

	"gonum.org/v1/gonum/stat"

	"poolbench/bench/record"
	"poolbench/reports/estimate"
)

// Usual is what the usual method would have said of the same measurements: each
// build run by itself, base first, and the runs compared with the Mann-Whitney
// test. It is there to compare methods, and in no verdict.
type Usual struct {
	Runs   int     // of each build
	Alpha  float64 // level of each test; nobody corrects it for the number of benchmarks
	Judged int     // benchmarks that had enough blocks
	Slower []record.Point
	Faster []record.Point
}

// Usual is what the usual method would have said of what was added so far.
func (j *Judge) Usual() Usual {
	u := Usual{Alpha: usualAlpha}
	for _, s := range j.subjects {
		if s.Role == record.Judged {
			u.add(s.Point(), s.pairs)
		}
	}
	return u
}

// String is the method and what it would have said: "10+10 runs one after the other,
// Mann-Whitney at 0.05: 2 slower, 1 faster of 12".
func (u Usual) String() string {
	return fmt.Sprintf("%d+%d runs one after the other, Mann-Whitney at %g: %d slower, %d faster of %d",
		u.Runs, u.Runs, u.Alpha, len(u.Slower), len(u.Faster), u.Judged)
}

const (
	usualRuns  = 10
	usualLeast = 4 // the test has no significant result with fewer at 0.05
	usualAlpha = 0.05
)

// add takes the first blocks of a benchmark for base and as many later ones for head; a
// run is the mean over the turns of a block. With fewer than 20 blocks there are fewer
// runs.
func (u *Usual) add(point record.Point, pairs []pair) {
	n := min(usualRuns, len(pairs)/2)
	if n < usualLeast || pairs[0].timed() != [2]bool{true, true} {
		return
	}
	u.Judged++
	u.Runs = max(u.Runs, n)
	base, head := make([]float64, n), make([]float64, n)
	for i := range n {
		base[i] = stat.Mean(pairs[i].base.turns, nil)
		head[i] = stat.Mean(pairs[n+i].head.turns, nil)
	}
	thresholds := benchmath.DefaultThresholds
	thresholds.CompareAlpha = usualAlpha
	a, b := benchmath.NewSample(base, &thresholds), benchmath.NewSample(head, &thresholds)
	switch c := benchmath.AssumeNothing.Compare(a, b); {
	case !(c.P < usualAlpha) || math.IsNaN(c.P):
	case estimate.Median(head) > estimate.Median(base):
		u.Slower = append(u.Slower, point)
	default:
		u.Faster = append(u.Faster, point)
	}
}
