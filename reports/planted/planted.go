// Package planted makes records whose truth is known, to see what is said of them.
package planted

import (
	"bytes"
	"fmt"
	"maps"
	"math"
	"math/rand/v2"
	"slices"
	"strconv"
	"strings"
	"time"

	"poolbench/bench/record"
)

// A World is a machine whose truth is known: how long a task takes an executor with some
// workers, and what noise there is. Of the workload spin, each job has 64 tasks.
type World struct {
	Seed     uint64
	Blocks   int
	Noise    float64 // standard deviation of the logarithm of a time
	Tails    float64 // share of times that are longer, by exp of an exponential of mean 1/2
	Missing  float64 // share of slices that give no result
	Fails    float64 // share of slices that fail
	Resource string
	Inside   bool                // tasks are timed from inside
	Gave     func(b int) float64 // what 2 CPUs deliver together in a block; nil where it was not probed, and is 2
	Memory   float64             // what memory gives 2 CPUs together; 0 where it was not probed
	Curve    *record.Curve       // declared for the grains; nil for none
	Grains   []time.Duration
	Pools    []Pool
	Cores    int // 2 if 0

	// Latency is the median latency of the requests that are made beside an executor, in
	// seconds; nil where there are none.
	Latency func(executor string) float64

	// Passes are what slices with a pass around them say of an executor with some workers: by
	// pass, unit and pool, as shares of the makespan. The baseline is asked with 1 worker; no
	// values are no slice. They have blocks of their own.
	Passes func(pass, executor string, workers int) map[string]float64

	// Short is how much shorter a slice had been with all CPUs that its threads wanted, as a
	// share, by pass ("" for none), pool and block: it is as much longer, and its threads tell
	// that they waited. Workers that compute all the time wait within their tasks; where lone
	// is true one thread at a time computes, and tasks wait for it. nil where nobody tells.
	Short func(pass, executor string, workers, block int) (share float64, lone bool)

	// Payloads are bytes sent with each task, and PerByte what one costs a task of processes,
	// in seconds; nil for none.
	Payloads []int
	PerByte  float64

	// Units is the work of tasks that are the same in every runtime; 0 for none. A unit
	// takes a nanosecond here.
	Units    int
	Runtimes []Runtime // beside ours
}

// A Runtime has a plain loop and pools of its own. Grains are of its own time.
type Runtime struct {
	Name     string // value of the axis runtime
	Baseline string
	Slower   float64 // time of a unit, in nanoseconds
	Pools    []Pool
}

// A Pool is an executor with some workers.
type Pool struct {
	Executor string
	Workers  int
	Speedup  func(work, gave float64) float64 // of a task of work seconds, when the CPUs deliver so much
}

// Gain is the same speedup at every size of task.
func Gain(x float64) func(work, gave float64) float64 {
	return func(float64, float64) float64 { return x }
}

// Overhead is the speedup of workers that a task costs h seconds each, and that share what
// the machine gives.
func Overhead(workers int, h float64) func(work, gave float64) float64 {
	return func(work, gave float64) float64 { return min(float64(workers), gave) * work / (work + h) }
}

// Record is what is measured of the world: equal for equal worlds.
func (w World) Record() (*record.Record, error) {
	rng := rand.New(rand.NewPCG(w.Seed, 12))
	var out bytes.Buffer
	rw := record.NewWriter(&out, []record.Field{{Key: "goos", Value: "linux"}})
	rw.Fact("run", fmt.Sprint(w.Seed))
	rw.Fact("cores", max(w.Cores, 2))
	rw.Fact("workload", record.Workload{Name: "spin", Resource: w.Resource})
	for _, g := range w.Grains {
		if w.Curve != nil {
			rw.Fact("expected", new(record.Facts).ExpectedOf(record.GridPoint(record.Serial, "spin", 1, g), *w.Curve))
		}
	}
	for _, r := range w.Runtimes {
		source := record.Source{Name: r.Name, Baseline: r.Baseline, Executors: []string{r.Baseline}}
		for _, p := range r.Pools {
			source.Executors = append(source.Executors, p.Executor)
		}
		rw.Fact("source", source)
	}
	for b := 1; b <= w.Blocks; b++ {
		rw.Block(b)
		drift := math.Exp(0.1 * rng.NormFloat64())
		put := func(p record.Point, seconds float64, tasks int, inside float64) {
			noise := w.Noise * rng.NormFloat64()
			if rng.Float64() < w.Tails {
				noise += rng.ExpFloat64() / 2
			}
			values := map[string]float64{record.UnitTime: seconds * drift * math.Exp(noise)}
			if tasks > 0 {
				values[record.UnitTasks] = float64(tasks)
			}
			if inside > 0 {
				values[record.UnitTaskTime], values[record.UnitTaskShare] = inside*drift*math.Exp(noise), 1
			}
			if w.Latency != nil && p.IsGrid() {
				p50 := w.Latency(p.Executor()) * math.Exp(w.Noise*rng.NormFloat64())
				for unit, longer := range map[string]float64{record.UnitP50: 1, record.UnitP90: 1.2, record.UnitP99: 1.5, record.UnitMax: 2} {
					values[unit] = p50 * longer
				}
			}
			if p.IsGrid() {
				w.withhold(values, "", p.Executor(), p.Workers(), b)
			}
			switch x := rng.Float64(); {
			case x < w.Fails:
				rw.Failure(p, "exit 7")
			case x < w.Fails+w.Missing:
			default:
				rw.Result(record.Result{Point: p, Values: values})
			}
		}
		probe := func(benchmark string, gave float64) {
			put(record.NewPoint(benchmark, record.AxisWorkers, "1"), 0.01, 0, 0)
			put(record.NewPoint(benchmark, record.AxisWorkers, "2"), 0.01*2/gave, 0, 0)
		}
		gave := 2.0
		if w.Gave != nil {
			gave = w.Gave(b)
			probe(record.CapacityBenchmark, gave)
		}
		if w.Memory > 0 {
			probe(record.BandwidthBenchmark, w.Memory)
		}
		const tasks = 64
		along := func(work float64, baseline string, pools []Pool, at func(executor string, workers int) record.Point) {
			put(at(baseline, 1), work*tasks, tasks, 0)
			for _, p := range pools {
				inside := 0.0
				if w.Inside {
					inside = work * 1.03
				}
				put(at(p.Executor, p.Workers), work*tasks/p.Speedup(work, gave), tasks, inside)
			}
		}
		for _, r := range append([]Runtime{{Baseline: record.Serial, Slower: 1, Pools: w.Pools}}, w.Runtimes...) {
			for _, g := range w.Grains {
				for _, sent := range append([]int{0}, w.Payloads...) {
					pools := slices.Clone(r.Pools)
					for i, p := range pools {
						if p.Executor == "processes" && sent > 0 {
							pools[i].Speedup = func(work, gave float64) float64 { return work / (work/p.Speedup(work, gave) + w.PerByte*float64(sent)) }
						}
					}
					along(g.Seconds(), r.Baseline, pools, func(executor string, workers int) record.Point {
						p := record.GridPoint(executor, "spin", workers, g).With(record.AxisRuntime, r.Name)
						if sent > 0 {
							p = p.With(record.AxisPayload, strconv.Itoa(sent))
						}
						return p
					})
				}
			}
			if w.Units > 0 {
				along(float64(w.Units)*r.Slower*1e-9, r.Baseline, r.Pools, func(executor string, workers int) record.Point {
					return record.GridPoint(executor, "spin", workers, 0).With(record.AxisUnits, strconv.Itoa(w.Units)).With(record.AxisRuntime, r.Name)
				})
			}
		}
	}
	w.passes(rw, rng)
	if err := rw.Fact("end", record.End{Blocks: w.Blocks, Elapsed: float64(w.Blocks)}); err != nil {
		return nil, err // the first one of all
	}
	return record.Read(&out, "planted.txt")
}

// passes writes the slices of passes, each 5 % longer than without.
func (w World) passes(rw *record.Writer, rng *rand.Rand) {
	if w.Passes == nil {
		return
	}
	const tasks, longer = 64, 1.05
	for b := range w.Blocks {
		rw.Block(w.Blocks + 1 + b)
		for _, g := range w.Grains {
			for _, pool := range append([]Pool{{record.Serial, 1, Gain(1)}}, w.Pools...) {
				for _, pass := range []string{"stages", "counters", "mutex"} {
					shares := w.Passes(pass, pool.Executor, pool.Workers)
					if len(shares) == 0 && pass == "mutex" {
						continue
					}
					seconds := g.Seconds() * tasks / pool.Speedup(g.Seconds(), 2) * longer * math.Exp(w.Noise*rng.NormFloat64())
					values := map[string]float64{record.UnitTime: seconds, record.UnitTasks: tasks}
					idle := math.Exp(w.Noise * rng.NormFloat64()) // of all workers: what they do adds up
					for _, unit := range slices.Sorted(maps.Keys(shares)) {
						share := shares[unit]
						switch {
						case unit == record.UnitBusy || unit == record.UnitBusiest:
							share = 1 - (1-share)*idle
						case pass == "stages":
							share *= idle
						case strings.HasSuffix(unit, "sec/op"):
							share *= math.Exp(w.Noise * rng.NormFloat64())
						}
						if strings.HasSuffix(unit, "sec/op") {
							share *= seconds
						}
						values[unit] = share
					}
					w.withhold(values, pass, pool.Executor, pool.Workers, b)
					if len(shares) > 0 {
						p := record.GridPoint(pool.Executor, "spin", pool.Workers, g).With(record.AxisPass, pass)
						rw.Result(record.Result{Point: p, Values: values})
					}
				}
			}
		}
	}
}

// withhold makes a slice of workers as much longer as Short says.
func (w World) withhold(values map[string]float64, pass, executor string, workers, block int) {
	if w.Short == nil {
		return
	}
	short, lone := w.Short(pass, executor, workers, block)
	t := values[record.UnitTime] / (1 - short)
	atOnce, waits := float64(workers), []string{record.UnitBusy, record.UnitBusiest}
	if lone {
		atOnce, waits = 1, []string{record.UnitUnserved}
	}
	late, lacked := short*t, short*t*atOnce // of the slice, and of its threads together
	values[record.UnitTime] = t
	values[record.UnitWaited], values[record.UnitRan] = lacked, atOnce*t-lacked
	values[record.UnitOthers] = 1.5 * lacked // also while nobody here wanted a CPU
	for _, unit := range waits {
		if _, ok := values[unit]; ok {
			values[unit] += late
		}
	}
	if _, ok := values[record.UnitRunnable]; ok { // goroutines whose thread has no CPU
		values[record.UnitRunnable] += lacked
	}
	if v := values[record.UnitMutexWait]; v > 0 && lone { // all wait for who holds it
		values[record.UnitMutexWait] = v / (1 - short)
	}
	if v := values[record.UnitGCShare]; v > 0 { // timed by the clock
		values[record.UnitGCShare] = min(1, v/(1-short))
	}
}

// Pools are executors with some workers each, whose tasks cost a time each.
func Pools(workers []int, costs map[string]float64) (out []Pool) {
	for _, executor := range []string{"goroutines", "spawn", "threads", "processes"} {
		if h, ok := costs[executor]; ok {
			for _, n := range workers {
				out = append(out, Pool{executor, n, Overhead(n, h)})
			}
		}
	}
	return out
}

// Grains are sizes of tasks along which pools with the usual overhead begin to pay off.
var Grains = []time.Duration{200 * time.Nanosecond, time.Microsecond, 5 * time.Microsecond, 25 * time.Microsecond, 125 * time.Microsecond}

// Worlds are of all kinds of truth, with as much noise as is given.
func Worlds(seed uint64, blocks int, noise float64) map[string]World {
	rng := rand.New(rand.NewPCG(seed, 7))
	usual := map[string]float64{"goroutines": 0.4e-6, "spawn": 0.6e-6, "processes": 30e-6}
	one := func(pools ...Pool) World {
		return World{Seed: seed, Blocks: blocks, Noise: noise, Resource: "cpu", Grains: []time.Duration{100 * time.Microsecond}, Pools: pools}
	}
	along := func(pools ...Pool) World {
		w := one(pools...)
		w.Grains = Grains
		return w
	}
	equal := func(lead float64) (out []Pool) {
		for i, executor := range []string{"goroutines", "spawn", "threads", "processes"} {
			x := 1.6
			if i == 2 {
				x *= lead
			}
			out = append(out, Pool{executor, 2, Gain(x)})
		}
		return out
	}
	out := map[string]World{
		"all equal":           one(equal(1)...),
		"3 % better":          one(equal(1.03)...),
		"5 % better":          one(equal(1.05)...),
		"10 % better":         one(equal(1.10)...),
		"30 % better":         one(equal(1.30)...),
		"a pool hurts":        one(Pool{"goroutines", 2, Gain(0.8)}, Pool{"spawn", 2, Gain(0.75)}),
		"a pool is level":     one(Pool{"goroutines", 2, Gain(1)}, Pool{"spawn", 2, Gain(1.01)}),
		"crossovers":          along(Pools([]int{1, 2, 4}, usual)...),
		"level executors":     along(Pools([]int{1, 2}, map[string]float64{"goroutines": 0.4e-6, "spawn": 0.4e-6, "threads": 0.4e-6})...),
		"twelve":              one(),
		"still rising":        one(),
		"a plateau":           one(),
		"heavy tails":         along(Pools([]int{1, 2, 4}, usual)...),
		"missing blocks":      along(Pools([]int{1, 2, 4}, usual)...),
		"a neighbour":         along(Pools([]int{1, 2, 4}, usual)...),
		"threads of one core": along(Pools([]int{1, 2, 4}, usual)...),
		"timed inside":        one(Pools([]int{1, 2, 4}, usual)...),
		"as expected":         one(Pools([]int{1, 2, 4}, map[string]float64{"goroutines": 0.4e-6, "spawn": 0.6e-6})...),
		"short of expected":   one(Pools([]int{1, 2, 4}, map[string]float64{"goroutines": 40e-6, "processes": 60e-6})...),
		"short of memory":     one(Pool{"goroutines", 1, Gain(0.99)}, Pool{"goroutines", 2, Gain(1.22)}, Pool{"goroutines", 4, Gain(1.2)}),
		"above expected":      one(Pool{"goroutines", 2, Gain(1.6)}, Pool{"spawn", 2, Gain(1.35)}),
		"slots":               one(),
		"payloads":            one(Pools([]int{1, 2, 4}, usual)...),
		"runtimes":            along(Pools([]int{1, 2}, usual)...),
		"late":                one(equal(1)...),
		"late, all equal":     one(equal(1)...),
		"profiled":            one(Pool{"goroutines", 2, Gain(1.2)}, Pool{"threads", 2, Gain(1.2)}, Pool{"spawn", 8, Gain(1.9)}, Pool{"processes", 2, Gain(1.99)}),
	}
	edit := func(name string, change func(*World)) {
		w := out[name]
		change(&w)
		out[name] = w
	}
	edit("twelve", func(w *World) {
		for i := range 12 {
			w.Pools = append(w.Pools, Pool{fmt.Sprintf("pool-%c", 'a'+i), 2, Gain(1.5 + 0.02*float64(i))})
		}
	})
	edit("late", func(w *World) {
		w.Latency = func(executor string) float64 {
			return map[string]float64{record.Serial: 1e-3, "processes": 1.1e-3}[executor] + map[bool]float64{true: 20e-3}[executor != record.Serial && executor != "processes"]
		}
	})
	edit("profiled", func(w *World) {
		w.Passes = func(pass, executor string, workers int) map[string]float64 {
			switch {
			case executor == record.Serial && pass == "stages":
				return map[string]float64{record.UnitBusy: 1}
			case executor == "processes" && pass == "stages":
				return map[string]float64{record.UnitBusy: 0.99, record.UnitBusiest: 0.992}
			case executor == "spawn" && pass == "stages":
				return map[string]float64{record.UnitBusy: 0.96, record.UnitBusiest: 0.98, record.UnitStarved: 0.01}
			case executor == "threads" && pass == "stages": // two causes are level
				return map[string]float64{record.UnitBusy: 0.6, record.UnitBusiest: 0.8, record.UnitUnserved: 0.2, record.UnitStarved: 0, record.UnitStarting: 0}
			case executor == "goroutines" && pass == "stages":
				return map[string]float64{record.UnitBusy: 0.65, record.UnitBusiest: 0.66, record.UnitUnserved: 0.3, record.UnitStarved: 0.02, record.UnitStarting: 0.01}
			case executor == "goroutines" && pass == "mutex":
				return map[string]float64{record.UnitMutexWait: 0.2}
			case executor == "goroutines": // whose sample of waits is a bad one
				return map[string]float64{record.UnitMutexWait: 0.02, record.UnitGCShare: 0.01, record.UnitUser: 1.3, record.UnitSystem: 0.1, record.UnitRunnable: 0.02, record.UnitThrottled: 0, record.UnitSteal: 0.01}
			}
			return nil
		}
	})
	edit("late, all equal", func(w *World) { w.Latency = func(string) float64 { return 5e-6 } })
	edit("still rising", func(w *World) {
		w.Resource = "wait"
		for _, n := range []int{1, 2, 4, 8} {
			w.Pools = append(w.Pools, Pool{"goroutines", n, Gain(0.98 * float64(n))}, Pool{"spawn", n, Gain(0.9 * float64(n))})
		}
	})
	edit("a plateau", func(w *World) {
		w.Resource = "wait"
		for _, n := range []int{1, 2, 4, 8} {
			w.Pools = append(w.Pools, Pool{"goroutines", n, Gain(math.Min(float64(n), 3))})
		}
	})
	edit("heavy tails", func(w *World) { w.Tails = 0.2 })
	edit("missing blocks", func(w *World) { w.Missing, w.Fails = 0.25, 0.05 })
	busy := func(int) float64 { return []float64{1.9, 1.1, 1.1, 1.3}[rng.IntN(4)] }
	edit("a neighbour", func(w *World) {
		of := map[int]float64{}
		w.Gave = func(b int) float64 {
			if of[b] == 0 {
				of[b] = busy(b)
			}
			return of[b]
		}
	})
	edit("threads of one core", func(w *World) { w.Gave = func(int) float64 { return 1.2 } })
	edit("runtimes", func(w *World) {
		w.Units = 2000
		w.Runtimes = []Runtime{
			{"cpython-3.11.7", "python-serial", 200, []Pool{{"python-processes", 1, Overhead(1, 90e-6)}, {"python-processes", 2, Overhead(2, 90e-6)}, {"python-threads", 2, Gain(0.97)}}},
			{"node-20.1.0", "node-serial", 12, []Pool{{"node-threads", 2, Overhead(2, 12e-6)}}},
		}
	})
	edit("as expected", func(w *World) {
		w.Gave, w.Curve = func(int) float64 { return 1.9 }, &record.Curve{Of: record.LimitCapacity, Tasks: 64}
	})
	edit("short of expected", func(w *World) {
		w.Gave, w.Curve = func(int) float64 { return 1.9 }, &record.Curve{Of: record.LimitCapacity, Tasks: 64}
	})
	edit("short of memory", func(w *World) {
		w.Gave, w.Memory, w.Curve = func(int) float64 { return 1.9 }, 1.25, &record.Curve{Of: record.LimitBandwidth}
	})
	edit("above expected", func(w *World) {
		w.Gave, w.Curve = func(int) float64 { return 1.9 }, &record.Curve{Of: record.LimitCapacity, Serial: 0.5}
	})
	edit("slots", func(w *World) {
		w.Resource, w.Curve = "wait", &record.Curve{Of: record.LimitWorkers, Tasks: 64, Slots: 4}
		for _, n := range []int{1, 2, 3, 4, 8} {
			w.Pools = append(w.Pools, Pool{"goroutines", n, Gain(0.98 * math.Min(float64(n), 4))})
		}
	})
	edit("payloads", func(w *World) {
		// 100 µs of work less 65 µs with 2 workers: 35 µs are left for the way, 175,000 bytes.
		w.Payloads, w.PerByte = []int{4096, 65536, 262144, 1 << 20}, 0.2e-9
	})
	edit("timed inside", func(w *World) { w.Inside = true })
	return out
}
