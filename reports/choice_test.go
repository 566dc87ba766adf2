package reports

import (
	"fmt"
	"math"
	"math/rand/v2"
	"strings"
	"testing"

	"poolbench/bench/record"
	"poolbench/reports/estimate"
)

// arms is a record of 16 arms that are as much faster than the plain loop as
// speedup says, with 15 % noise.
func arms(t *testing.T, seed uint64, blocks int, speedup float64) *record.Record {
	rng := rand.New(rand.NewPCG(seed, 3))
	var b strings.Builder
	line := func(executor string, workers int, seconds float64) {
		fmt.Fprintf(&b, "BenchmarkGrid/executor=%s/workload=w/workers=%d/grain=1000 1 %v sec/op 1 tasks/op\n",
			executor, workers, seconds*math.Exp(rng.NormFloat64()*0.15))
	}
	for block := range blocks {
		fmt.Fprintf(&b, "# block %d\n", block+1)
		line(record.Serial, 1, 1)
		for i := range 16 {
			line([]string{goroutines, spawn, threads, processes}[i/4], 1<<(i%4), 1/speedup)
		}
	}
	return parse(t, b.String())
}

// Of 16 arms that equal the plain loop none is chosen, whatever the number of
// blocks, but for 1 time in 20; and a clear gain is found with the blocks of a first
// look.
func TestChoiceOfManyArms(t *testing.T) {
	for _, test := range []struct {
		blocks          int
		speedup         float64
		atLeast, atMost int // decisions for a pool
	}{{6, 1, 0, 1}, {8, 1, 0, 1}, {9, 1, 0, 1}, {13, 1, 0, 1}, {6, 2, 36, 40}, {13, 2, 40, 40}} {
		pools, plain := 0, 0
		for seed := range uint64(40) {
			c := Scalings(NewSet(arms(t, seed, test.blocks, test.speedup)))[0].Best
			switch {
			case c.Executor != record.Serial:
				pools++
			case c.Decision.Decided():
				plain++
			}
		}
		if pools < test.atLeast || pools > test.atMost {
			t.Errorf("%d blocks, speedup %v: a pool was chosen %d of 40 times", test.blocks, test.speedup, pools)
		}
		if plain > 0 {
			t.Errorf("%d blocks, speedup %v: the plain loop was chosen %d times although the noise leaves room for a gain", test.blocks, test.speedup, plain)
		}
	}
}

// inBlocks is a record of one arm a name, with the given times by block.
func inBlocks(t *testing.T, times map[string][]float64) *record.Record {
	var b strings.Builder
	for block := range times[record.Serial] {
		fmt.Fprintf(&b, "# block %d\n", block+1)
		for _, name := range sortedKeys(times) {
			b.WriteString(cellLine(name, fmt.Sprint(times[name][block])))
		}
	}
	return parse(t, b.String())
}

func repeat(n int, f func(i int) float64) []float64 {
	out := make([]float64, n)
	for i := range out {
		out[i] = f(i)
	}
	return out
}

// A small gain of one arm does not hide what another may gain.
func TestPlainLoopNeedsEveryArm(t *testing.T) {
	one := func(int) float64 { return 1 }
	set := NewSet(inBlocks(t, map[string][]float64{record.Serial: repeat(12, one), goroutines: repeat(12, func(int) float64 { return 1 / 1.03 }),
		processes: repeat(12, func(i int) float64 { return []float64{1.6, 0.7}[i%2] })}))
	c := Scalings(set)[0].Best
	if c.Decision != Undecided || c.Executor != record.Serial {
		t.Errorf("%+v", c)
	}
	set = NewSet(inBlocks(t, map[string][]float64{record.Serial: repeat(12, one), goroutines: repeat(12, func(i int) float64 { return []float64{1.2, 1 / 1.03, 0.8}[i%3] })}))
	c = Scalings(set)[0].Best
	if got := Chosen(set, Scalings(set)[0]).Text; c.Decision != Undecided || !strings.Contains(got, "cannot tell whether a pool helps: the best, goroutines with 1 worker, is 1.03×") {
		t.Errorf("%+v: %s", c, got)
	}
}

// What drifts between blocks widens the interval of each speedup, but not that of
// two arms against each other.
func TestTiesArePaired(t *testing.T) {
	drift := func(i int) float64 { return 1 + 0.1*float64(i%3) }
	d := NewSet(inBlocks(t, map[string][]float64{record.Serial: repeat(12, func(int) float64 { return 1 }),
		goroutines: repeat(12, func(i int) float64 { return drift(i) / 2 / 0.9 }), processes: repeat(12, func(i int) float64 { return drift(i) / 2 }),
		threads: repeat(12, func(i int) float64 { return drift(i) / 2 / 0.97 })}))
	c := Scalings(d)[0].Best
	if c.Executor != threads || len(c.Rivals) != 2 || c.Rivals[0].Executor != goroutines || c.Rivals[0].Standing != Told || c.Rivals[1].Standing != Equal || c.Fastest == nil || c.Fastest.Executor != processes {
		t.Errorf("goroutines are 10 %% behind in every block: %+v", c)
	}
}

func TestTooFewBlocksForTheGrains(t *testing.T) {
	w := exact()
	w.blocks, w.inline[goroutines] = 5, 5000
	d := NewSet(w.write(t))
	if s := seriesOf(t, d, goroutines); s.Crossover.Outcome != estimate.Unknown {
		t.Errorf("%+v", s.Crossover)
	}
	if got := said(d, Short)[0]; !strings.Contains(got, "goroutines on spin with 4 workers pay off above") || !strings.Contains(got, "at the latest") || !strings.Contains(got, "5 blocks of the 6 an interval needs") {
		t.Error(got)
	}
}

// Grains that refinement added for one pool say nothing about which pool to use, but
// count in the sweep. Grains that were asked for are judged as they are.
func TestRefinedGrainsOfFewExecutorsAreNotJudged(t *testing.T) {
	planted := func(note string) *record.Record {
		var b strings.Builder
		b.WriteString(note)
		line := func(executor string, workers, grain int, speedup float64) {
			fmt.Fprintf(&b, "BenchmarkGrid/executor=%s/workload=w/workers=%d/grain=%d 1 %v sec/op 1 tasks/op\n", executor, workers, grain, float64(grain)*1e-9/speedup)
		}
		for block := range 12 {
			fmt.Fprintf(&b, "# block %d\n", block+1)
			for _, grain := range []int{16000, 19027, 64000} {
				line("serial", 1, grain, 1)
				line(processes, 2, grain, 0.8)
				if grain != 19027 {
					line(goroutines, 2, grain, 1.9)
				}
			}
		}
		return parse(t, b.String())
	}
	for _, test := range []struct {
		note    string
		partial bool
	}{
		{"# note refined: Grid/executor=processes/workload=w/workers=2/grain=19027\n", true},
		{"", false},
	} {
		d := NewSet(planted(test.note))
		s := Scalings(d)[1]
		if len(Scalings(d)) != 3 || s.Partial != test.partial || (s.Best.Decision != Unmeasured) == test.partial || Scalings(d)[0].Partial || Scalings(d)[2].Partial {
			t.Fatalf("%q: %+v", test.note, Scalings(d))
		}
		var others string
		for _, table := range Which.Answer(d).Tables {
			if strings.HasPrefix(table.Title, "What to use") {
				others = fmt.Sprint(table.Rows)
			}
		}
		for _, refuted := range []string{"19.027 µs", "nothing beats the plain loop"} {
			if strings.Contains(others, refuted) == test.partial || strings.Contains(strings.Join(said(d, Which), "\n"), refuted) {
				t.Errorf("%q: %q in\n%s", test.note, refuted, others)
			}
		}
		if h := Headline(d); len(h) != 1 || h[0].Best.Executor != goroutines || h[0].Grain.Nanoseconds() != 64000 {
			t.Errorf("%q: %+v", test.note, h)
		}
		if points := seriesOf(t, d, processes).Points; len(points) != 3 {
			t.Errorf("%q: the sweep has %d points", test.note, len(points))
		}
	}
	partial := []Scaling{{Workload: "w", Grain: 1}, {Workload: "w", Grain: 2, Partial: true}}
	if h := Headline(Suppose(NewSet(&record.Record{}), partial)); len(h) != 1 || h[0].Grain != 1 {
		t.Errorf("%+v", h)
	}
}

// A choice that is not the fastest says its price, also where the other one surely measured
// faster, if not by what matters.
func TestPriceOfAChoice(t *testing.T) {
	var b strings.Builder
	for block := range 12 {
		fmt.Fprintf(&b, "# block %d\n", block+1)
		faster := []float64{1.03, 1.04, 1.16, 1.2, 1.3}[block%5]
		for _, arm := range []struct {
			executor string
			workers  int
			seconds  float64
		}{{record.Serial, 1, 1}, {spawn, 2, 0.5}, {goroutines, 8, 0.5 / faster}} {
			fmt.Fprintf(&b, "BenchmarkGrid/executor=%s/workload=w/workers=%d/grain=1000 1 %v sec/op 1 tasks/op\n", arm.executor, arm.workers, arm.seconds)
		}
	}
	set := NewSet(parse(t, b.String()))
	x := Scalings(set)[0]
	said := Chosen(set, x)
	if !strings.HasPrefix(said.Text, "spawn with 2 workers, the smallest that may be as fast: 2.00× serial") ||
		!strings.Contains(said.Text, "goroutines with 8 workers measured 9.8 % faster [") || strings.Contains(said.Text, "equal") {
		t.Error(said.Text)
	}
	if m := x.Best.mark(x.Best.Rivals[0].Pool); m != nil {
		t.Errorf("marked %q", m.Word)
	}
}

// Pools of one worker cannot gain: they say nothing against pools.
func TestPoolsOfOneWorker(t *testing.T) {
	set := NewSet(inBlocks(t, map[string][]float64{record.Serial: repeat(12, func(int) float64 { return 1 }), goroutines: repeat(12, func(int) float64 { return 1.25 })}))
	if said := Chosen(set, Scalings(set)[0]); said.Verdict.Kind != Unsure || !strings.HasPrefix(said.Text, "cannot tell: only pools of one worker were measured") {
		t.Errorf("%+v", said)
	}
	if next := Next(set); next.Flags != "-workers 1,2" {
		t.Errorf("%+v", next)
	}
}

// What is to be done next can be typed.
func TestNextIsACommand(t *testing.T) {
	few := NewSet(inBlocks(t, map[string][]float64{record.Serial: {1, 1}, goroutines: {0.5, 0.5}}))
	if next := Next(few); next.Flags != "-resume" {
		t.Errorf("without an end nobody knows how long a block takes: %+v", next)
	}
}
