package reports

import (
	"bytes"
	"fmt"
	"math"
	"math/rand/v2"
	"strconv"
	"testing"
	"time"

	"poolbench/bench/record"
)

// A world is a machine whose truth is known: the master model
// T = tasks·max((work·φ+h)/min(workers, capacity), d), with noise.
type world struct {
	seed      uint64
	blocks    int
	noise     float64 // standard deviation of the logarithm of one time
	tail      float64 // share of times that are longer by a factor of exp(x/2), x exponential
	drift     float64 // of a factor that all arms of a block share
	tasks     int
	capacity  float64                  // what more than one worker deliver together; 0 is no limit
	inline    map[string]time.Duration // h by executor
	dispatch  map[string]time.Duration // d by executor
	inflate   map[string]float64       // φ by executor; absent is 1
	shared    time.Duration            // d grows by this with every worker
	workloads []string
	resource  string
	workers   []int
	grains    []time.Duration
}

// write makes the record of the world.
func (w world) write(t testing.TB) *record.Record {
	t.Helper()
	rng := rand.New(rand.NewPCG(w.seed, 1))
	var out bytes.Buffer
	rw := record.NewWriter(&out, []record.Field{{Key: "goos", Value: "linux"}, {Key: "goarch", Value: "amd64"},
		{Key: "cpu", Value: "Model CPU"}, {Key: "go", Value: "go1.26"}})
	rw.Fact("run", fmt.Sprint(w.seed))
	rw.Fact("cores", 2)
	rw.Fact("seed", 1)
	rw.Fact("start", time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC))
	for _, name := range w.workloads {
		rw.Fact("workload", record.Workload{Name: name, Resource: w.resource})
	}
	for b := 1; b <= w.blocks; b++ {
		rw.Block(b)
		shared := math.Exp(rng.NormFloat64() * w.drift)
		put := func(p record.Point, seconds float64, tasks int) {
			noise := rng.NormFloat64() * w.noise
			if w.tail > 0 && rng.Float64() < w.tail {
				noise += rng.ExpFloat64() / 2
			}
			values := map[string]float64{record.UnitTime: seconds * shared * math.Exp(noise)}
			if tasks > 0 {
				values[record.UnitTasks] = float64(tasks)
			}
			if err := rw.Result(record.Result{Point: p, Values: values}); err != nil {
				t.Fatal(err)
			}
		}
		if w.capacity > 0 {
			for _, p := range []int{1, 2} {
				put(record.NewPoint(record.CapacityBenchmark, record.AxisWorkers, strconv.Itoa(p)), 0.01*float64(p)/math.Min(float64(p), w.capacity), 0)
			}
		}
		for _, c := range w.points() {
			put(c, w.truth(c)*float64(w.tasks), w.tasks)
		}
	}
	rw.Fact("end", record.End{Blocks: w.blocks, Elapsed: 1})
	rec, err := record.Read(&out, "model.txt")
	if err != nil {
		t.Fatal(err)
	}
	return rec
}

func (w world) points() []record.Point {
	var out []record.Point
	for _, wl := range w.workloads {
		for _, g := range w.grains {
			out = append(out, record.GridPoint(record.Serial, wl, 1, g))
			for _, ex := range []string{goroutines, processes} {
				for _, p := range w.workers {
					out = append(out, record.GridPoint(ex, wl, p, g))
				}
			}
		}
	}
	return out
}

// truth is the time per task in seconds.
func (w world) truth(c record.Point) float64 {
	work := c.Grain().Seconds()
	if c.Executor() == record.Serial {
		return work
	}
	p := float64(c.Workers())
	if w.capacity > 0 {
		p = min(p, w.capacity)
	}
	if f := w.inflate[c.Executor()]; f > 0 {
		work *= f
	}
	return max((work+w.inline[c.Executor()].Seconds())/p, w.dispatch[c.Executor()].Seconds()+w.shared.Seconds()*float64(c.Workers()))
}

// ratio2 is a grid from low that doubles n times.
func ratio2(low time.Duration, n int) []time.Duration {
	grains := []time.Duration{low}
	for range n {
		grains = append(grains, grains[len(grains)-1]*2)
	}
	return grains
}

// usual is a small machine with goroutines and processes on it.
func usual() world {
	return world{seed: 7, blocks: 30, noise: 0.05, drift: 0.2, tasks: 256, workloads: []string{"matmul", "spin"}, resource: "cpu",
		workers: []int{1, 2, 4, 8}, grains: []time.Duration{100 * time.Nanosecond, time.Microsecond, 10 * time.Microsecond, 100 * time.Microsecond, time.Millisecond},
		capacity: 1.9, inline: map[string]time.Duration{goroutines: 400 * time.Nanosecond, processes: 30 * time.Microsecond}}
}
