package bench

import (
	"bytes"
	"context"
	"errors"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"poolbench/bench/record"
	"poolbench/executors"
	"poolbench/workloads"
)

// sweepConfig sleeps in grains of ratio 4; the overhead is 1 ms.
func sweepConfig(out *bytes.Buffer) Config {
	g := sleepGrid(overheadKind(time.Millisecond))
	g.Workers = []int{2}
	g.Grains = []time.Duration{time.Millisecond, 4 * time.Millisecond, 16 * time.Millisecond}
	return Config{Sources: of(g), Budget: 20 * time.Second, Seed: 3, Out: out, Virtual: true}
}

// bisect names the middle of 1 and 4 ms, then that of the upper half, and so on.
func bisect(asked *[]int) func(*record.Record) []record.Point {
	low, high := time.Millisecond, 4*time.Millisecond
	return func(rec *record.Record) []record.Point {
		*asked = append(*asked, len(rec.Results))
		if len(*asked) > 3 {
			return nil
		}
		low = (low + high) / 2
		return []record.Point{record.GridPoint("overhead", "sleep", 2, low)}
	}
}

func grainsOf(rec *record.Record, executor string) map[time.Duration]int {
	count := map[time.Duration]int{}
	for _, r := range rec.Results {
		if r.Point.Executor() == executor {
			count[r.Point.Grain()]++
		}
	}
	return count
}

// Ten whole blocks, then half of the time for the bracket, each new grain with its
// serial arm at least ten times before the next, and every whole block has them.
func TestRefine(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var out bytes.Buffer
		var asked []int
		c := sweepConfig(&out)
		c.Refine = bisect(&asked)
		s, err := Run(t.Context(), c)
		if err != nil {
			t.Fatal(err)
		}
		rec := readBack(t, &out)
		if len(asked) < 4 || asked[0] != coarseBlocks*6 || s.Refined != 3 {
			t.Fatalf("asked with %v results, %d refined; want at least 4 times, first with %d, and 3", asked, s.Refined, coarseBlocks*6)
		}
		if took := s.Elapsed; took > 20*time.Second || took < 19*time.Second {
			t.Errorf("the run took %v of 20s", took)
		}
		serial, pool := grainsOf(rec, record.Serial), grainsOf(rec, "overhead")
		last := 0
		for _, grain := range []time.Duration{2500 * time.Microsecond, 3250 * time.Microsecond, 3625 * time.Microsecond} {
			n := pool[grain]
			if n != serial[grain] || n < refineBlocks || last > 0 && n >= last {
				t.Errorf("%v was measured %d times and %d times serially", grain, n, serial[grain])
			}
			last = n
		}
		if pool[time.Millisecond] != s.Blocks || s.Blocks <= coarseBlocks {
			t.Errorf("%d blocks, a grain of the grid was measured %d times", s.Blocks, pool[time.Millisecond])
		}
	})
}

// Where nothing can be told at first, later blocks may tell more.
func TestRefineAsksAgain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var out bytes.Buffer
		c := sweepConfig(&out)
		asked := 0
		c.Refine = func(*record.Record) []record.Point {
			if asked++; asked < 3 {
				return nil
			}
			return []record.Point{record.GridPoint("overhead", "sleep", 2, 2*time.Millisecond)}
		}
		s, err := Run(t.Context(), c)
		if err != nil || s.Refined != 1 || asked < 3 {
			t.Errorf("%+v, %v, asked %d times", s, err, asked)
		}
	})
}

// A run that is interrupted while it refines goes on with the refined grains.
func TestResumeRefined(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		defer cancel()
		var out bytes.Buffer
		var asked []int
		c := sweepConfig(&out)
		c.Refine = bisect(&asked)
		c.Progress = &stopAfter{n: coarseBlocks*6 + 5, cancel: cancel, done: new(Summary)} // between a narrow block, of 2 trials, and the whole one after it
		s, err := Run(ctx, c)
		if !errors.Is(err, context.Canceled) || s.Blocks != coarseBlocks || len(asked) != 1 {
			t.Fatalf("%+v, %v; want an interruption in the first refinement", s, err)
		}
		before := grainsOf(readBack(t, &out), "overhead")[2500*time.Microsecond]
		c.Progress, c.Resume, c.Seed = nil, readBack(t, &out), 0
		s, err = Run(t.Context(), c)
		if err != nil || s.Refined != 3 || len(asked) < 4 {
			t.Fatalf("%+v, asked %d times, %v; want 3 refined grains, one of them from before", s, len(asked), err)
		}
		rec := readBack(t, &out)
		if after := grainsOf(rec, "overhead")[2500*time.Microsecond]; before == 0 || before >= refineBlocks || after < before+refineBlocks {
			t.Errorf("the refined grain was measured %d times, then %d times", before, after)
		}
		if got := completeBlocks(rec, planOf(t, s.Seed, c.Sources)); got != s.Blocks {
			t.Errorf("%d complete blocks in the record, summary %d", got, s.Blocks)
		}
	})
}

func TestRefineAddsOnlyWhatCanBeMeasured(t *testing.T) {
	c := sweepConfig(new(bytes.Buffer))
	c.Refine = func(*record.Record) []record.Point { return nil }
	c.SliceLimit = 20 * time.Second
	f, _ := newRefiner(c, planOf(t, 1, c.Sources))
	good := record.GridPoint("overhead", "sleep", 2, 2*time.Millisecond)
	added := f.add([]record.Point{
		good.With("executor", "other"), good.With("workload", "other"), good.With("workers", "3"), good.With("payload", "1"),
		good.With("grain", "0"), good.With("grain", "3600000000000"),
		good.With("grain", "4000000"), // is there
		good, good,
	})
	if want := []record.Point{new(record.Facts).Baseline(good), good}; !slices.Equal(added, want) || len(f.refined) != 1 {
		t.Errorf("added %v, want %v", added, want)
	}
}

// A point that fails now and then misses the blocks in which it did; the others do not.
func TestFailuresCostTheirPointOnly(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := sleepGrid(overheadKind(time.Millisecond))
		runs := 0
		g.Workloads = append(g.Workloads, workloads.Workload{Name: "moody", Grains: []time.Duration{0},
			New: func(workloads.Params) (workloads.Job, error) {
				return moodyJob{&runs}, nil
			}})
		var out bytes.Buffer
		s, err := Run(t.Context(), Config{Sources: of(g), Blocks: 20, Budget: time.Hour, Seed: 1, Out: &out, Virtual: true})
		if err != nil {
			t.Fatal(err)
		}
		rec := readBack(t, &out)
		if s.Blocks != 20 || s.Failures != 3 || len(s.Left) != 0 || len(rec.Failures) != 3 {
			t.Errorf("%+v, %d failures in the record; want 20 whole blocks, 3 failures and nobody who left", s, len(rec.Failures))
		}
		count, failed := map[record.Point]int{}, map[record.Point]int{}
		for _, r := range rec.Results {
			count[r.Point]++
		}
		for _, f := range rec.Failures {
			failed[f.Point]++
		}
		for p, n := range count {
			if n+failed[p] != 20 {
				t.Errorf("%v has %d results and %d failures, want 20 together", p, n, failed[p])
			}
		}
	})
}

// moodyJob fails in every 20th run: 3 of the about 70 it has.
type moodyJob struct{ runs *int }

func (j moodyJob) Run(context.Context, executors.Executor) error {
	time.Sleep(time.Millisecond)
	if *j.runs++; *j.runs%20 == 1 && *j.runs > 1 {
		return errors.New("not today")
	}
	return nil
}
func (moodyJob) Check() error { return nil }
func (moodyJob) Close() error { return nil }
