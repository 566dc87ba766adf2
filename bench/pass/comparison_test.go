package pass

import (
	"errors"
	"maps"
	"math"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"poolbench/executors/stages"
	"poolbench/reports"
)

// A line is a pool in numbers: tasks are submitted and sent by one, run by workers, and
// decoded by one, each of whom does the next as soon as it can.
type line struct {
	takes   doses
	handing time.Duration // of the one who sends, where no delay reaches
	workers int
}

// makespan is that of tasks which take this longer.
func (l line) makespan(slower doses) float64 {
	const tasks = 96
	at := func(s stages.Stage) float64 { return (l.takes[s] + slower[s]).Seconds() }
	submit, send, run, decode := at(stages.Submit)+at(stages.Encode), at(stages.Send)+l.handing.Seconds(), at(stages.Start)+at(stages.Run), at(stages.Decode)
	free := make([]float64, l.workers)
	var submitted, sent, decoded float64
	for i := range tasks {
		submitted += submit
		sent = max(sent, submitted) + send
		w := i % l.workers // all tasks take the same
		free[w] = max(free[w], sent) + run
		decoded = max(decoded, free[w]) + decode
	}
	return decoded
}

// truth is what is saved if the stage is twice as fast.
func (l line) truth(s stages.Stage) float64 {
	fast := doses{s: -l.takes[s] / 2}
	return 1 - l.makespan(fast)/l.makespan(nil)
}

// lines are pools with the bottleneck at each place, and between two.
func lines() map[string]line {
	const us = time.Microsecond
	return map[string]line{
		"submit":            {doses{stages.Submit: 100 * us, stages.Run: 100 * us, stages.Decode: 40 * us}, 0, 2},
		"run":               {doses{stages.Submit: 40 * us, stages.Start: 60 * us, stages.Run: 200 * us, stages.Decode: 40 * us}, 0, 2},
		"decode":            {doses{stages.Encode: 40 * us, stages.Run: 100 * us, stages.Decode: 100 * us}, 0, 2},
		"where it moves":    {doses{stages.Submit: 100 * us, stages.Run: 150 * us}, 0, 2},
		"handing over":      {doses{stages.Submit: 50 * us, stages.Send: 60 * us, stages.Run: 100 * us}, 40 * us, 2},
		"handing, no stage": {doses{stages.Submit: 50 * us, stages.Send: 30 * us, stages.Run: 400 * us}, 20 * us, 4},
	}
}

// Where nothing scatters, the gains are the truth, wherever the bottleneck is, also where a part of
// it is out of reach of delays.
func TestComparisonIsExact(t *testing.T) {
	for name, l := range lines() {
		t.Run(name, func(t *testing.T) {
			c := comparison{dose: l.takes, armTime: armTime, order: rand.Perm}
			for s := range l.takes {
				c.tried = append(c.tried, s)
			}
			got, err := c.run(func(d doses) (float64, error) { return l.makespan(d), nil })
			if err != nil {
				t.Fatal(err)
			}
			for i, s := range c.tried {
				// In units of the makespan: what the first and the last task wait for is not the bottleneck's.
				if truth := l.truth(s); math.Abs(got.gains[i]-truth) > 0.01 {
					t.Errorf("%s gains %.3f, not %.3f", s, got.gains[i], truth)
				}
			}
			half := l
			half.handing /= 2
			if rest := 1 - half.makespan(nil)/l.makespan(nil); math.Abs(got.rest-rest) > 1e-6 {
				t.Errorf("the rest gains %.3f, not %.3f", got.rest, rest)
			}
		})
	}
}

// With the noise of a shared machine (slices that scatter, some of them disturbed, a machine
// that drifts, doses that are not quite what a stage takes) intervals of a few comparisons hold
// the truth as often as they say, are narrow, and those of stages that gain nothing hold 0.
func TestComparisonCovers(t *testing.T) {
	const runs, blocks = 12, 8
	rng := rand.New(rand.NewPCG(1, 2))
	covered, all, excluded, costless := 0, 0, 0, 0
	var widths []float64
	worlds := lines()
	for _, name := range slices.Sorted(maps.Keys(worlds)) {
		l := worlds[name]
		truths := map[stages.Stage]float64{}
		for s := range l.takes {
			truths[s] = l.truth(s)
		}
		for range runs {
			gains := map[stages.Stage]*reports.Gains{}
			pace := 1.0
			for b := range blocks {
				c := comparison{dose: doses{}, armTime: armTime, order: rng.Perm}
				for _, s := range causal {
					if d, ok := l.takes[s]; ok {
						c.dose[s] = time.Duration(float64(d) * (1 + 0.03*rng.NormFloat64()))
						c.tried = append(c.tried, s)
					}
				}
				found, err := c.run(func(d doses) (float64, error) {
					pace *= math.Exp(0.01 * rng.NormFloat64())
					took := pace * l.makespan(d) * math.Exp(0.04*rng.NormFloat64())
					if rng.IntN(10) == 0 {
						took *= 1 + rng.Float64()/2
					}
					return took, nil
				})
				if err != nil {
					t.Fatal(err)
				}
				for i, s := range c.tried {
					if gains[s] == nil {
						gains[s] = new(reports.Gains)
					}
					gains[s].Add(b, found.gains[i], found.rest)
				}
			}
			for s, of := range gains {
				e, truth := of.Estimate(), truths[s]
				if truth < 0.005 {
					costless++
					if e.Low > 0 || e.High < 0 {
						excluded++
					}
					continue
				}
				all++
				if e.Low <= truth && truth <= e.High {
					covered++
				}
				if truth > 0.1 {
					widths = append(widths, (e.High-e.Low)/truth)
				}
			}
		}
	}
	width := medianOf(widths)
	t.Logf("%d of %d intervals hold the truth, median width %.2f of the gain; %d of %d of no gain leave out 0", covered, all, width, excluded, costless)
	if 10*covered < 9*all || width > 0.5 || 20*excluded > costless {
		t.Error("not as good as it should be")
	}
}

// A sleeper is a pool in numbers whose worker falls asleep when it has nothing to do. To wake
// it takes the time of who submits, and it goes on later.
type sleeper struct {
	submit, run, wake, latency float64 // µs; the last two of a wake
}

// makespan is that of tasks.
func (s sleeper) makespan() float64 {
	const tasks = 200
	submitted, free := 0.0, 0.0
	for range tasks {
		submitted += s.submit
		if free < submitted {
			free = submitted + s.latency
			submitted += s.wake
		}
		free += s.run
	}
	return free
}

// slowed has delays, and wakes that take twice as long if they do.
func (s sleeper) slowed(d doses, wakes bool) sleeper {
	s.submit += float64(d[stages.Submit]) / 1e3
	s.run += float64(d[stages.Run]) / 1e3
	if wakes && len(d) > 0 {
		s.wake, s.latency = 2*s.wake, 2*s.latency
	}
	return s
}

// A faster stage has fewer wakes, which the gain is told with if wakes are slowed along with
// the stages, and without if they are not: then the gain is missed.
func TestComparisonCountsWakes(t *testing.T) {
	for name, test := range map[string]struct {
		sleeper
		missed float64 // at least, by the prediction if wakes are not slowed; 0 for nothing
	}{
		"wakes vanish":          {sleeper{submit: 20, run: 12, wake: 8, latency: 10}, 0.1},
		"a wake for each task":  {sleeper{submit: 50, run: 5, wake: 6, latency: 10}, 0},
		"some of them vanish":   {sleeper{submit: 40, run: 15, wake: 14, latency: 20}, 0.1},
		"the worker is slowest": {sleeper{submit: 5, run: 30, wake: 8, latency: 10}, 0},
	} {
		t.Run(name, func(t *testing.T) {
			fast := test.sleeper
			fast.submit /= 2
			truth := 1 - fast.makespan()/test.makespan()
			predict := func(wakes bool) float64 {
				c := comparison{dose: doses{stages.Submit: time.Duration(1e3 * test.submit), stages.Run: time.Duration(1e3 * test.run)},
					tried: []stages.Stage{stages.Submit}, armTime: armTime, order: rand.Perm}
				got, err := c.run(func(d doses) (float64, error) { return test.slowed(d, wakes).makespan() / 1e6, nil })
				if err != nil {
					t.Fatal(err)
				}
				return got.gains[0]
			}
			if got := predict(true); math.Abs(got-truth) > 0.001 {
				t.Errorf("gains %.3f, predicted %.3f", truth, got)
			}
			if missed := truth - predict(false); missed < test.missed-0.001 || test.missed == 0 && missed > 0.001 {
				t.Errorf("gains %.3f; with wakes as they are the prediction misses %.3f", truth, missed)
			}
		})
	}
}

// A comparison ends when it tells enough, goes on to the end of its time where it does not,
// and for as long as it is told to.
func TestComparisonEnds(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	for name, test := range map[string]struct {
		noise, seconds float64
		least          time.Duration
		from, to       float64 // s of all slices
	}{
		"quiet":            {0.001, 0.02, 0, 0.5, 1},
		"noisy":            {0.8, 0.02, 0, 1.5, 2.5},
		"told to":          {0.001, 0.02, 5 * time.Second, 5, 6},
		"long slices":      {0.001, 0.1, 0, 1.5, 1.7}, // each alone is long enough: 4 turns of 0.1 s, 0.2 s and 0.1 s
		"very long slices": {0.001, 10, 0, 150, 170},
	} {
		t.Run(name, func(t *testing.T) {
			spent := 0.0
			c := comparison{dose: doses{stages.Run: 1}, tried: []stages.Stage{stages.Run}, least: test.least, armTime: armTime, order: rng.Perm}
			if _, err := c.run(func(d doses) (float64, error) {
				took := test.seconds * float64(1+len(d)) * math.Exp(test.noise*rng.NormFloat64())
				spent += took
				return took, nil
			}); err != nil {
				t.Fatal(err)
			}
			if spent < test.from || spent > test.to {
				t.Errorf("%.2f s, not %v to %v", spent, test.from, test.to)
			}
		})
	}
	failure := errors.New("no")
	if _, err := (comparison{armTime: armTime, order: rng.Perm}).run(func(doses) (float64, error) { return 0, failure }); err != failure {
		t.Error(err)
	}
}
