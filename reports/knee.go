package reports

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"poolbench/bench/record"
	"poolbench/reports/estimate"
	"poolbench/reports/words"
)

// KneeLate is how many times as long as a task takes it is late at the knee, at the median:
// then it waits as long as it is worked on.
const KneeLate = 2

// A Knee is the load up to which a pool keeps up with tasks that arrive at times of their own.
type Knee struct {
	Pool
	Workload string
	Baseline bool
	Loads    []LoadedArm // ascending in load
	Up       int         // how many of them it keeps up with, all up to the first with which it does not
}

// A LoadedArm is a pool under one load.
type LoadedArm struct {
	Point record.Point
	Load  float64           // workers that the arrivals keep busy
	P50   estimate.Estimate // seconds
	P99   estimate.Estimate
	Late  estimate.Estimate // median latency / time that a task takes
}

// Knees are those of all pools that were measured under several loads, by workload, then by
// Pool.
func Knees(s *Set) []Knee { return once(s, findKnees) }

func findKnees(s *Set) (out []Knee) {
	type key struct {
		workload string
		pool     Pool
	}
	var of ordered[key, LoadedArm]
	baseline := map[key]bool{}
	for _, m := range s.grid {
		load, late := s.Series(m.point, record.UnitLoad), s.Series(m.point, record.UnitP50).Over(m.series(record.UnitTaskTime, estimate.Ratio))
		if load.Len() == 0 || late.Len() == 0 || load.Scale != estimate.Ratio || late.Scale != estimate.Ratio {
			continue
		}
		k := key{words.Task(m.workload, m.grain, m.units, m.payload), m.pool}
		baseline[k] = m.point == m.baseline
		of.add(k, LoadedArm{m.point, s.Estimate(load).Value, s.Estimate(s.Series(m.point, record.UnitP50)), s.Estimate(s.Series(m.point, record.UnitP99)), s.Estimate(late)})
	}
	slices.SortStableFunc(of.keys, func(a, b key) int { return cmp.Or(cmp.Compare(a.workload, b.workload), a.pool.compare(b.pool)) })
	for _, k := range of.keys {
		x := Knee{Pool: k.pool, Workload: k.workload, Baseline: baseline[k], Loads: of.of[k]}
		slices.SortStableFunc(x.Loads, func(a, b LoadedArm) int { return cmp.Compare(a.Load, b.Load) })
		for x.Up < len(x.Loads) && x.Loads[x.Up].Late.Value <= KneeLate {
			x.Up++
		}
		if len(x.Loads) > 1 {
			out = append(out, x)
		}
	}
	return out
}

// At is the knee in workers that arrivals keep busy, 0 below the least load.
func (k Knee) At() float64 {
	if k.Up == 0 {
		return 0
	}
	return k.Loads[k.Up-1].Load
}

// Place is between which loads the knee lies: "0.5 to 0.9", "above 3.6".
func (k Knee) Place() string {
	load := func(i int) string { return words.Significant(k.Loads[i].Load) }
	switch {
	case k.Up == 0:
		return "below " + load(0)
	case k.Up == len(k.Loads):
		return "above " + load(k.Up-1)
	}
	return load(k.Up-1) + " to " + load(k.Up)
}

func (k Knee) sentence() Sentence {
	c := Claim{Subject: k.Pool.String() + " on " + k.Workload, Relation: KneeAt, Unit: words.Plain, Value: estimate.Exactly(k.At(), k.Loads[0].Late.N)}
	for _, a := range k.Loads[:k.Up] {
		c.Of = append(c.Of, a.Point)
	}
	out := Sentence{Subject: k.Workload}
	ends := []LoadedArm{}
	if k.Up > 0 {
		ends = append(ends, k.Loads[k.Up-1])
	}
	if k.Up < len(k.Loads) {
		ends = append(ends, k.Loads[k.Up])
		c.Against = []record.Point{k.Loads[k.Up].Point}
	}
	out.Claims = append(out.Claims, c)
	var parts []string
	for _, a := range ends {
		parts = append(parts, fmt.Sprintf("%s at %s", words.Duration(a.P50.Value), words.Significant(a.Load)))
		out.Claims = append(out.Claims,
			Claim{Subject: c.Subject, Relation: LatencyIs, Unit: words.Seconds, Value: a.P50, Of: []record.Point{a.Point}},
			Claim{Subject: c.Subject, Relation: MedianOf, Unit: record.UnitLoad, Value: estimate.Exactly(a.Load, a.Late.N), Of: []record.Point{a.Point}})
	}
	out.Text = fmt.Sprintf("%s keeps up with arrivals that keep busy %s workers; at the median a task is done after %s", k.Pool.String(), k.Place(), strings.Join(parts, ", "))
	return out
}

// kneeTable has a row for each pool and a column for each load.
func kneeTable(s *Set) words.Table {
	t := words.Table{Title: "Latency of tasks that arrive at random times, and up to which load a pool keeps up", Brief: true, Left: 2, Header: []string{"work", "executor", "workers", "keeps up to"},
		Caption: "A load is the workers that the arrivals keep busy. Cells are the median latency from the planned arrival, and the 99th percentile; a pool keeps up while the median is at most twice what a task takes."}
	var loads []float64
	for _, k := range Knees(s) {
		for _, a := range k.Loads {
			if !slices.Contains(loads, a.Load) {
				loads = append(loads, a.Load)
			}
		}
	}
	slices.Sort(loads)
	for _, load := range loads {
		t.Header = append(t.Header, words.Significant(load))
	}
	for _, k := range Knees(s) {
		row := words.Row(k.Workload, k.Label(), k.Workers, k.Place())
		for _, load := range loads {
			i := slices.IndexFunc(k.Loads, func(a LoadedArm) bool { return a.Load == load })
			if i < 0 {
				row = append(row, words.Cell{Text: "–"})
				continue
			}
			a := k.Loads[i]
			row = append(row, words.Cell{Text: words.Duration(a.P50.Value) + "; " + words.Duration(a.P99.Value), Interval: words.IntervalOf(a.P50, words.Seconds), Method: a.P50.Method})
		}
		t.Rows = append(t.Rows, row)
	}
	return t
}
