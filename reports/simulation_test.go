package reports

import (
	"fmt"
	"math"
	"os"
	"strconv"
	"testing"
	"time"

	"poolbench/reports/estimate"
)

// seeds is how many simulations a rate is made from: short of them, a wide band is
// allowed. POOLBENCH_SEEDS=300 gives the band that is claimed.
func seeds(short int) (n int, wide float64) {
	if n, err := strconv.Atoi(os.Getenv("POOLBENCH_SEEDS")); err == nil && n > 0 {
		return n, 0
	}
	return short, 0.06
}

// A tally counts how an estimate does over many simulations.
type tally struct {
	runs, found, covered int
	bias                 float64 // sum of ln (estimate / truth)
}

func (c *tally) add(found bool, e estimate.Estimate, truth float64) {
	c.runs++
	if !found {
		return
	}
	c.found++
	c.bias += math.Log(e.Value / truth)
	if e.Low <= truth && truth <= e.High {
		c.covered++
	}
}

// check fails unless it was found every time, without bias, and covered as often as
// claimed.
func (c *tally) check(t *testing.T, what string, wide float64) {
	t.Helper()
	rate, bias := float64(c.covered)/float64(c.found), c.bias/float64(c.found)
	t.Logf("%-38s %d of %d found, bias %+.2f %%, covered %.1f %%", what, c.found, c.runs, 100*bias, 100*rate)
	if c.found != c.runs {
		t.Errorf("%s was found in %d of %d simulations", what, c.found, c.runs)
	}
	if math.Abs(bias) > 0.02+wide/4 {
		t.Errorf("%s is off by %.2f %%", what, 100*bias)
	}
	if !(rate >= 0.92-wide && rate <= 0.98+wide) {
		t.Errorf("%s is covered %.1f %% of the time", what, 100*rate)
	}
}

// Noise of 5 % with and without a heavy tail, drift that all arms of a block share,
// grids of ratio 2 at random places: no bias, and 95 % intervals cover.
func TestIntervalsCoverWhatWasPlanted(t *testing.T) {
	n, wide := seeds(24)
	for _, tail := range []float64{0, 0.05} {
		t.Run(fmt.Sprintf("tail %v", tail), func(t *testing.T) {
			var crossover, work, metg80, floor, r50, duel tally
			for seed := range uint64(n) {
				place := math.Exp2(float64(seed) / float64(n))
				w := exact()
				w.seed, w.blocks, w.noise, w.tail, w.drift, w.workers = seed, 20, 0.05, tail, 0.05, []int{8}
				w.grains = append([]time.Duration{0}, ratio2(500*time.Nanosecond, 12)...)
				h := time.Duration(8000 * place)
				w.inline = map[string]time.Duration{goroutines: h, processes: 4 * h}
				w.inflate = map[string]float64{goroutines: 1.5}
				d := NewSet(w.write(t))
				s, sec := seriesOf(t, d, processes), (4 * h).Seconds()
				crossover.add(s.Crossover.Outcome == estimate.Crosses, s.Crossover.At, sec/7)
				work.add(s.Half().Work.Outcome == estimate.Crosses, s.Half().Work.At, sec)
				metg80.add(s.Levels[2].METG.Outcome == estimate.Crosses, s.Levels[2].METG.At, 5*sec)
				floor.add(true, s.Overhead.Floor, sec)
				r50.add(s.Overhead.R50.N > 0, s.Overhead.R50, 2)
				duel.add(Duels(d)[0].Crossover.Outcome == estimate.Crosses, Duels(d)[0].Crossover.At, 6*h.Seconds())
			}
			crossover.check(t, "crossover with the plain loop", wide)
			work.check(t, "least useful work at 50 %", wide)
			metg80.check(t, "METG(80 %)", wide)
			floor.check(t, "floor", wide)
			r50.check(t, "R50", wide)
			duel.check(t, "crossover of two pools", wide)
		})
	}
}

// The same executor under two names, and one that is the plain loop: no crossover in
// at least 95 % of 100 runs, whatever the noise and the number of blocks.
func TestTwinsDoNotCross(t *testing.T) {
	n, _ := seeds(12)
	n = min(n, 100)
	for _, test := range []struct {
		blocks int
		tail   float64
	}{{10, 0}, {12, 0.05}, {30, 0}, {30, 0.05}} {
		pool, pools := 0, 0
		for seed := range uint64(n) {
			w := exact()
			w.seed, w.blocks, w.noise, w.tail, w.drift = 1000+seed, test.blocks, 0.05, test.tail, 0.2
			w.workers, w.grains = []int{1}, ratio2(time.Microsecond, 11)
			d := NewSet(w.write(t))
			if o := seriesOf(t, d, goroutines).Crossover.Outcome; o == estimate.Crosses || o == estimate.Several {
				pool++
			}
			if o := Duels(d)[0].Crossover.Outcome; o == estimate.Crosses || o == estimate.Several {
				pools++
			}
		}
		t.Logf("%d blocks, tail %v: of %d runs %d crossed the plain loop and %d their twin", test.blocks, test.tail, n, pool, pools)
		if most := (n + 10) / 20; pool > most || pools > most {
			t.Errorf("%d blocks, tail %v: of %d runs %d crossed the plain loop and %d their twin", test.blocks, test.tail, n, pool, pools)
		}
	}
}

// Work grows with the records, not with their square, on every axis.
func TestWorkIsLinear(t *testing.T) {
	visits := func(change func(*world)) (records, visits int) {
		w := usual()
		w.blocks = 6
		change(&w)
		rec := w.write(t)
		set := NewSet(rec)
		Answer(set, Questions()...)
		return len(rec.Results), int(set.rs.Visits.Load())
	}
	records, base := visits(func(*world) {})
	for name, change := range map[string]func(*world){
		"blocks":    func(w *world) { w.blocks *= 4 },
		"grains":    func(w *world) { w.grains = ratio2(100*time.Nanosecond, 4*len(w.grains)-1) },
		"workers":   func(w *world) { w.workers = []int{1, 2, 4, 8, 16, 32, 64, 128, 3, 6, 12, 24, 48, 96, 192, 384} },
		"workloads": func(w *world) { w.workloads = []string{"a", "b", "c", "d", "e", "f", "g", "h"} },
	} {
		r, v := visits(change)
		growth, of := float64(v)/float64(base), float64(r)/float64(records)
		t.Logf("%-9s %.2f times the records, %.2f times the work", name, of, growth)
		if of < 3 || growth > 1.15*of {
			t.Errorf("%s: %.2f times the records are %.2f times the work", name, of, growth)
		}
	}
}

// 10,000 results: under 2 s.
func BenchmarkAnalyse(b *testing.B) {
	w := usual()
	w.blocks = 110 // 10,120 results
	rec := w.write(b)
	for b.Loop() {
		Answer(NewSet(rec), Questions()...)
	}
	b.ReportMetric(float64(len(rec.Results)), "records")
}
