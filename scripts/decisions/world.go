package main

import (
	"bytes"
	"fmt"
	"math"
	"math/rand/v2"
	"strconv"
	"time"

	"poolbench/bench/record"
	"poolbench/reports/estimate"
)

// cpus is how many CPUs the planted machine has.
const cpus = 2

// A world is a machine whose truth is known, and what is measured on it. A pool of P workers
// takes max((inflate·work + inline)/min(P, CPUs), dispatch) for a task, the plain loop work.
type world struct {
	executors []string
	workers   []int
	grains    []time.Duration
	waits     bool            // the work sleeps, so that CPUs do not limit it; else it computes
	pools     map[string]pool // by executor

	// One arm is faster than its model by a factor; with every number of workers where that
	// is 0.
	better        string
	betterWorkers int
	betterBy      float64

	blocks   int
	noise    float64 // standard deviation of the logarithm of one time
	tail     float64 // share of times that are longer by a factor of exp(x/2), x exponential
	drift    float64 // standard deviation of the logarithm of what all times of a block share
	walks    bool    // the drift of a block goes on from that of the block before
	slope    float64 // logarithm of what times change by from the first to the last arm of a block
	missing  float64 // share of results that are missing, of arms that miss any
	gave     float64 // CPUs that the machine gave while it was measured: their median over blocks
	unsteady float64 // standard deviation of the logarithm of that
	own      bool    // it has no more than it gave
}

// A pool is what an executor costs.
type pool struct {
	inflate  float64 // time within a task over that of the plain loop
	inline   float64 // seconds of a worker for each task
	dispatch float64 // seconds from task to task, where one place hands them out
}

// time is the true time per task in seconds, with work of some seconds on some CPUs.
func (w world) time(executor string, workers int, work, cpus float64) float64 {
	if executor == record.Serial {
		return work
	}
	p, at := w.pools[executor], float64(workers)
	if !w.waits {
		at = min(at, cpus)
	}
	t := max((p.inflate*work+p.inline)/at, p.dispatch)
	if executor == w.better && (w.betterWorkers == 0 || w.betterWorkers == workers) {
		t /= w.betterBy
	}
	return t
}

// has is the CPUs of the machine when nothing else takes them.
func (w world) has() float64 {
	if w.own {
		return w.gave
	}
	return cpus
}

// points are what is measured: a plain loop and all pools at each grain.
func (w world) points() []record.Point {
	var out []record.Point
	for _, g := range w.grains {
		out = append(out, record.GridPoint(record.Serial, "work", 1, g))
		for _, executor := range w.executors {
			for _, n := range w.workers {
				out = append(out, record.GridPoint(executor, "work", n, g))
			}
		}
	}
	return out
}

// tasks is how many tasks a job has.
const tasks = 256

// record measures the world.
func (w world) record(rng *rand.Rand) (*record.Record, error) {
	var out bytes.Buffer
	rw := record.NewWriter(&out, []record.Field{{Key: "goos", Value: "linux"}, {Key: "goarch", Value: "amd64"}})
	resource := "cpu"
	if w.waits {
		resource = "wait"
	}
	err := rw.Fact("run", "planted")
	keep := func(next error) {
		if err == nil {
			err = next
		}
	}
	keep(rw.Fact("cores", cpus))
	keep(rw.Fact("seed", 1))
	keep(rw.Fact("start", time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)))
	keep(rw.Fact("workload", record.Workload{Name: "work", Resource: resource}))
	points := w.points()
	misses := make([]float64, len(points)) // how often
	for i := range misses {
		if w.missing > 0 && rng.IntN(2) == 0 {
			misses[i] = w.missing
		}
	}
	drifts := w.drifts(rng)
	for b := range w.blocks {
		keep(rw.Block(b + 1))
		gave := w.gave
		if w.unsteady > 0 {
			gave = min(max(w.gave*math.Exp(rng.NormFloat64()*w.unsteady), 1), cpus) // the plain loop has its CPU
		}
		order := rng.Perm(len(points) + cpus)
		for place, i := range order {
			factor := math.Exp(drifts[b] + w.slope*float64(place)/float64(len(order)) + w.noiseOf(rng))
			if i >= len(points) {
				n := i - len(points) + 1
				keep(rw.Result(record.Result{Point: record.NewPoint(record.CapacityBenchmark, record.AxisWorkers, strconv.Itoa(n)),
					Values: map[string]float64{record.UnitTime: 0.01 * float64(n) / min(float64(n), gave) * factor}}))
				continue
			}
			if p := points[i]; rng.Float64() >= misses[i] {
				keep(rw.Result(record.Result{Point: p, Values: map[string]float64{
					record.UnitTime: w.time(p.Executor(), p.Workers(), p.Grain().Seconds(), gave) * tasks * factor, record.UnitTasks: tasks}}))
			}
		}
	}
	keep(rw.Fact("end", record.End{Blocks: w.blocks, Expected: w.blocks, Elapsed: float64(w.blocks)}))
	if err != nil {
		return nil, fmt.Errorf("writing a planted record: %w", err)
	}
	return record.Read(&out, "planted.txt")
}

// noiseOf is the logarithm of the noise of one time.
func (w world) noiseOf(rng *rand.Rand) float64 {
	x := rng.NormFloat64() * w.noise
	if w.tail > 0 && rng.Float64() < w.tail {
		x += rng.ExpFloat64() / 2
	}
	return x
}

// drifts are the logarithms of what the times of each block share. Those of a walk have
// the median 0, so that seconds are about what they would be without.
func (w world) drifts(rng *rand.Rand) []float64 {
	out := make([]float64, w.blocks)
	for b := range out {
		out[b] = rng.NormFloat64() * w.drift
		if w.walks && b > 0 {
			out[b] += out[b-1]
		}
	}
	if w.walks {
		middle := estimate.Median(out)
		for b := range out {
			out[b] -= middle
		}
	}
	return out
}
