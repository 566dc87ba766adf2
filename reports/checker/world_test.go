package checker_test

import (
	"bytes"
	"fmt"
	"math"
	"math/rand/v2"
	"testing"
	"time"

	"poolbench/bench/record"
)

// A world is a machine whose truth is known: how long a task takes an executor with some
// workers, and what noise there is.
type world struct {
	seed     uint64
	blocks   int
	noise    float64 // standard deviation of the logarithm of a time
	tails    float64 // share of times that are longer by exp of an exponential of mean 1/2
	missing  float64 // share of slices that give no result
	fails    float64 // share of slices that fail
	resource string
	inside   bool                // tasks are timed from inside
	gave     func(b int) float64 // what the 2 CPUs deliver in a block; nil where it was not probed
	grains   []time.Duration
	pools    []pool
	cores    int
}

// A pool is an executor with some workers.
type pool struct {
	executor string
	workers  int
	speedup  func(work, gave float64) float64 // of work seconds per task
}

// gain is the same speedup at every size of task.
func gain(x float64) func(work, gave float64) float64 {
	return func(float64, float64) float64 { return x }
}

// overhead is the speedup of workers that a task costs h seconds each, and that share what
// the machine gives.
func overhead(workers int, h float64) func(work, gave float64) float64 {
	return func(work, gave float64) float64 { return min(float64(workers), gave) * work / (work + h) }
}

func (w world) record(t testing.TB) *record.Record {
	t.Helper()
	rng := rand.New(rand.NewPCG(w.seed, 12))
	var out bytes.Buffer
	rw := record.NewWriter(&out, []record.Field{{Key: "goos", Value: "linux"}})
	rw.Fact("run", fmt.Sprint(w.seed))
	rw.Fact("cores", max(w.cores, 2))
	rw.Fact("workload", record.Workload{Name: "spin", Resource: w.resource})
	for b := 1; b <= w.blocks; b++ {
		rw.Block(b)
		drift := math.Exp(0.1 * rng.NormFloat64())
		put := func(p record.Point, seconds float64, tasks int, inside float64) {
			noise := w.noise * rng.NormFloat64()
			if rng.Float64() < w.tails {
				noise += rng.ExpFloat64() / 2
			}
			values := map[string]float64{record.UnitTime: seconds * drift * math.Exp(noise)}
			if tasks > 0 {
				values[record.UnitTasks] = float64(tasks)
			}
			if inside > 0 {
				values[record.UnitTaskTime], values[record.UnitTaskShare] = inside*drift*math.Exp(noise), 1
			}
			var err error
			switch x := rng.Float64(); {
			case x < w.fails:
				err = rw.Failure(p, "exit 7")
			case x < w.fails+w.missing:
			default:
				err = rw.Result(record.Result{Point: p, Values: values})
			}
			if err != nil {
				t.Fatal(err)
			}
		}
		gave := 2.0
		if w.gave != nil {
			gave = w.gave(b)
			put(record.NewPoint(record.CapacityBenchmark, record.AxisWorkers, "1"), 0.01, 0, 0)
			put(record.NewPoint(record.CapacityBenchmark, record.AxisWorkers, "2"), 0.01*2/gave, 0, 0)
		}
		const tasks = 64
		for _, g := range w.grains {
			work := g.Seconds()
			put(record.GridPoint(record.Serial, "spin", 1, g), work*tasks, tasks, 0)
			for _, p := range w.pools {
				inside := 0.0
				if w.inside {
					inside = work * 1.03
				}
				put(record.GridPoint(p.executor, "spin", p.workers, g), work*tasks/p.speedup(work, gave), tasks, inside)
			}
		}
	}
	rw.Fact("end", record.End{Blocks: w.blocks, Elapsed: float64(w.blocks)})
	rec, err := record.Read(&out, "planted.txt")
	if err != nil {
		t.Fatal(err)
	}
	return rec
}

// pools are executors with some workers each, whose tasks cost a time each.
func pools(workers []int, costs map[string]float64) (out []pool) {
	for _, executor := range []string{"goroutines", "spawn", "threads", "processes"} {
		if h, ok := costs[executor]; ok {
			for _, n := range workers {
				out = append(out, pool{executor, n, overhead(n, h)})
			}
		}
	}
	return out
}

var grains = []time.Duration{200 * time.Nanosecond, time.Microsecond, 5 * time.Microsecond, 25 * time.Microsecond, 125 * time.Microsecond}

// worlds are of all kinds of truth, with as much noise as is given.
func worlds(seed uint64, blocks int, noise float64) map[string]world {
	rng := rand.New(rand.NewPCG(seed, 7))
	usual := map[string]float64{"goroutines": 0.4e-6, "spawn": 0.6e-6, "processes": 30e-6}
	one := func(pools ...pool) world {
		return world{seed: seed, blocks: blocks, noise: noise, resource: "cpu", grains: []time.Duration{100 * time.Microsecond}, pools: pools}
	}
	along := func(pools ...pool) world {
		w := one(pools...)
		w.grains = grains
		return w
	}
	equal := func(lead float64) (out []pool) {
		for i, executor := range []string{"goroutines", "spawn", "threads", "processes"} {
			x := 1.6
			if i == 2 {
				x *= lead
			}
			out = append(out, pool{executor, 2, gain(x)})
		}
		return out
	}
	out := map[string]world{
		"all equal":           one(equal(1)...),
		"3 % better":          one(equal(1.03)...),
		"5 % better":          one(equal(1.05)...),
		"10 % better":         one(equal(1.10)...),
		"30 % better":         one(equal(1.30)...),
		"a pool hurts":        one(pool{"goroutines", 2, gain(0.8)}, pool{"spawn", 2, gain(0.75)}),
		"a pool is level":     one(pool{"goroutines", 2, gain(1)}, pool{"spawn", 2, gain(1.01)}),
		"crossovers":          along(pools([]int{1, 2, 4}, usual)...),
		"level executors":     along(pools([]int{1, 2}, map[string]float64{"goroutines": 0.4e-6, "spawn": 0.4e-6, "threads": 0.4e-6})...),
		"twelve":              one(),
		"still rising":        one(),
		"a plateau":           one(),
		"heavy tails":         along(pools([]int{1, 2, 4}, usual)...),
		"missing blocks":      along(pools([]int{1, 2, 4}, usual)...),
		"a neighbour":         along(pools([]int{1, 2, 4}, usual)...),
		"threads of one core": along(pools([]int{1, 2, 4}, usual)...),
		"timed inside":        one(pools([]int{1, 2, 4}, usual)...),
	}
	edit := func(name string, change func(*world)) {
		w := out[name]
		change(&w)
		out[name] = w
	}
	edit("twelve", func(w *world) {
		for i := range 12 {
			w.pools = append(w.pools, pool{fmt.Sprintf("pool-%c", 'a'+i), 2, gain(1.5 + 0.02*float64(i))})
		}
	})
	edit("still rising", func(w *world) {
		w.resource = "wait"
		for _, n := range []int{1, 2, 4, 8} {
			w.pools = append(w.pools, pool{"goroutines", n, gain(0.98 * float64(n))}, pool{"spawn", n, gain(0.9 * float64(n))})
		}
	})
	edit("a plateau", func(w *world) {
		w.resource = "wait"
		for _, n := range []int{1, 2, 4, 8} {
			w.pools = append(w.pools, pool{"goroutines", n, gain(math.Min(float64(n), 3))})
		}
	})
	edit("heavy tails", func(w *world) { w.tails = 0.2 })
	edit("missing blocks", func(w *world) { w.missing, w.fails = 0.25, 0.05 })
	busy := func(int) float64 { return []float64{1.9, 1.1, 1.1, 1.3}[rng.IntN(4)] }
	edit("a neighbour", func(w *world) {
		of := map[int]float64{}
		w.gave = func(b int) float64 {
			if of[b] == 0 {
				of[b] = busy(b)
			}
			return of[b]
		}
	})
	edit("threads of one core", func(w *world) { w.gave = func(int) float64 { return 1.2 } })
	edit("timed inside", func(w *world) { w.inside = true })
	return out
}
