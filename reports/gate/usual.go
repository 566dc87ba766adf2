package gate

import (
	"math"

	"golang.org/x/perf/benchmath"

	"gonum.org/v1/gonum/stat"

	"poolbench/bench/record"
	"poolbench/reports/estimate"
)

// Usual is what the usual method would have said of the same measurements: each
// build run by itself, base first, and the runs compared with the Mann-Whitney
// test. It stands beside our verdicts for comparison and decides nothing.
type Usual struct {
	Runs           int     // of each build
	Alpha          float64 // level of each test; nobody corrects it for the number of benchmarks
	Slower, Faster []record.Subject
	Judged         int // subjects that had enough blocks
}

const (
	usualRuns  = 10
	usualLeast = 4 // the test has no significant result with fewer at 0.05
	usualAlpha = 0.05
)

// usual takes the first blocks for base and as many later ones for head; a run is the
// mean over the chunks of a block. With fewer than 20 blocks there are fewer runs.
func (j *Judge) usual() *Usual {
	u := &Usual{Alpha: usualAlpha}
	thresholds := benchmath.DefaultThresholds
	thresholds.CompareAlpha = usualAlpha
	for _, s := range j.subjects {
		n := min(usualRuns, len(s.pairs)/2)
		if s.declared.Role != record.Judged || n < usualLeast {
			continue
		}
		u.Judged++
		u.Runs = max(u.Runs, n)
		base, head := make([]float64, n), make([]float64, n)
		for i := range n {
			base[i] = stat.Mean(s.pairs[i].Base, nil)
			head[i] = stat.Mean(s.pairs[n+i].Head, nil)
		}
		a, b := benchmath.NewSample(base, &thresholds), benchmath.NewSample(head, &thresholds)
		if c := benchmath.AssumeNothing.Compare(a, b); !(c.P < usualAlpha) || math.IsNaN(c.P) {
			continue
		}
		if estimate.Median(head) > estimate.Median(base) {
			u.Slower = append(u.Slower, s.declared.Subject)
		} else {
			u.Faster = append(u.Faster, s.declared.Subject)
		}
	}
	if u.Judged == 0 {
		return nil
	}
	return u
}
