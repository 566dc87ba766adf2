package reports

import (
	"maps"
	"slices"

	"poolbench/bench/record"
	"poolbench/reports/estimate"
	"poolbench/reports/words"
)

// A Capacity is what workers that share nothing deliver together, by their number, as a
// multiple of one: C(P). It is empty when it was not measured.
type Capacity map[int]estimate.Quantity

// CapacityOf is the measured capacity, C(P) = P·T(1)/T(P): every worker of the probe does
// the same work, so P of them do P times as much.
func CapacityOf(s *Set) Capacity {
	return once(s, func(s *Set) Capacity {
		out := Capacity{}
		for p, series := range capacitySeries(s) {
			out[p] = s.Quantity(series)
		}
		return out
	})
}

// capacitySeries is the capacity in each block.
func capacitySeries(s *Set) map[int]estimate.Series {
	probes, out := map[int]estimate.Series{}, map[int]estimate.Series{}
	for _, p := range s.Others() {
		if s.Record.IsProbe(p) && p.Benchmark() == record.CapacityBenchmark {
			probes[p.Workers()] = s.at(p).makespan
		}
	}
	for p, many := range probes {
		if c := probes[1].Over(many).Scaled(float64(p)); c.Len() > 0 {
			out[p] = c
		}
	}
	return out
}

// A Beaten is a measured ideal that some point of a workload surely exceeds, so that it
// is no ideal.
type Beaten struct {
	Pool  Pool
	Title string            // of what it runs
	Share estimate.Estimate // speedup / C, within blocks
}

// BeatenIdeals are the workloads that exceed the measured capacity, each with the point
// that does by most: the lower end of its share is above 1. The capacity of one worker is
// 1 by definition, so that cannot be wrong.
func BeatenIdeals(s *Set) map[string]Beaten {
	return once(s, func(s *Set) map[string]Beaten {
		capacity, out := capacitySeries(s), map[string]Beaten{}
		for _, m := range s.grid {
			c, ok := capacity[m.pool.Workers]
			if cores := s.Record.Facts.Cores; !ok || m.pool.Workers < 2 || cores > 0 && m.pool.Workers > cores || s.Resource(m.workload) != "cpu" {
				continue
			}
			share := s.Estimate(s.at(m.baseline).task.Over(m.task).Over(c))
			if share.Known() && share.Low > 1 && share.Low > out[m.workload].Share.Low {
				out[m.workload] = Beaten{m.pool, words.Task(m.workload, m.grain, m.payload) + m.family.rest(), share}
			}
		}
		return out
	})
}

// idealOf is what the workers can deliver at best on a workload, as a multiple of
// one: C(workers) where that is what limits it, it was measured and nothing beats it, else
// the number of workers. More workers than cores can deliver no more than the cores
// can, so they have the capacity of the largest probe when that covers the cores.
func idealOf(s *Set, workload string, workers int) (q estimate.Quantity, measured bool) {
	capacity := CapacityOf(s)
	if _, beaten := BeatenIdeals(s)[workload]; !beaten && s.Resource(workload) == "cpu" {
		at, largest := workers, slices.Max(slices.AppendSeq([]int{0}, maps.Keys(capacity)))
		if cores := s.Record.Facts.Cores; cores > 0 && largest >= cores {
			at = min(at, largest)
		}
		if q, ok := capacity[at]; ok {
			return q, true
		}
	}
	return estimate.Constant(float64(workers)), false
}

// deliverable is what the ideal of models may be: the workers, of work that computes at
// most the cores, and then the measured capacity, unless it is beaten.
func deliverable(s *Set, workload string, workers int) []estimate.Quantity {
	if s.Resource(workload) != "cpu" {
		return []estimate.Quantity{estimate.Constant(float64(workers))}
	}
	p := workers
	if cores := s.Record.Facts.Cores; cores > 0 {
		p = min(p, cores)
	}
	out := []estimate.Quantity{estimate.Constant(float64(p))}
	if _, beaten := BeatenIdeals(s)[workload]; !beaten && len(CapacityOf(s)) > 0 {
		q, _ := idealOf(s, workload, workers)
		out = append(out, q)
	}
	return out
}
