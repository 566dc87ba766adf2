package reports

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"time"

	"poolbench/bench/record"
	"poolbench/reports/estimate"
	"poolbench/reports/words"
)

// A Scaling is one workload at one grain and payload along the worker axis.
type Scaling struct {
	Family   Family
	Workload string
	Resource string            // "cpu", "wait", "mixed" or "" when the record does not say
	Grain    time.Duration     // nominal
	Units    int               // of work in a task, where the grain does not say it; else 0
	Payload  int               // bytes
	What     record.Point      // all axes that say what is run
	Baseline record.Point      // what the speedups are against
	Tasks    int               // tasks in the job; 0 when not recorded
	Serial   estimate.Estimate // makespan of the baseline, seconds
	Series   []ScalingSeries
	Best     Choice
	Curve    *record.Curve // that the workload declares; nil when there is none

	// Partial is a grain that refinement added with fewer executors than the workload
	// has at others. Best chooses nothing then: it would choose among those few.
	Partial bool
}

// Title names the work of s: "spin at 10 µs and 64 B, dial=3".
func (s Scaling) Title() string {
	return words.Task(s.Workload, s.Grain, s.Units, s.Payload) + s.Family.rest()
}

// A ScalingSeries is one executor of a Scaling; points ascend in Workers.
type ScalingSeries struct {
	Pool                     // without workers
	Tax    estimate.Estimate // executor tax: time with one worker / serial time, within blocks; N is 0 without an arm of one worker
	Points []ScalingPoint
	Law    Law // how speedup goes with workers
}

// Points are those of all series.
func (s Scaling) Points() []ScalingPoint {
	var out []ScalingPoint
	for _, series := range s.Series {
		out = append(out, series.Points...)
	}
	return out
}

// A ScalingPoint is one pool size.
type ScalingPoint struct {
	Point record.Point
	Pool
	Time               estimate.Estimate // makespan, seconds
	Speedup            estimate.Estimate // serial time / time, within blocks
	Efficiency         float64           // Speedup.Value / Workers
	CapacityEfficiency float64           // Speedup.Value / C(Workers) for cpu workloads with measured capacity that nothing beats, else 0
	Relative           estimate.Estimate // time of the same executor with one worker / time, within blocks; N is 0 without
	SerialFraction     estimate.Estimate // Karp-Flatt, see SerialFraction; N is 0 with one worker, or more than the cores on work that computes
	Modelled           float64           // speedup by the law of the series; 0 when it has none
	Ledger             Ledger            // where the workers' time went; N is 0 when tasks were not timed from inside
	Most               float64           // what Speedup may be, had the machine been there: the upper end of an interval whose level is shared among all arms
	Expected           estimate.Estimate // speedup by the declared curve, from what was probed in the blocks of Speedup; N is 0 without
	Reached            estimate.Estimate // Speedup / Expected, within blocks; N is 0 without
	HeldBack           string            // the part of the curve that holds it back, in words; empty without
	Overlap            estimate.Estimate // overlap score of a part that waits and one that computes; N is 0 when they were not measured
}

// Scalings has one of every work that has a baseline, by Set.Points.
func Scalings(s *Set) []Scaling { return once(s, findScalings) }

// A group is the points of one baseline, which is what is run.
type group struct {
	base *measurement
	arms []*measurement // the others, sorted
}

func groups(s *Set) []group {
	var out []group
	for _, m := range s.grid {
		if n := len(out); n == 0 || out[n-1].base.point != m.baseline {
			out = append(out, group{base: s.at(m.baseline)})
		}
		if m.point != m.baseline {
			g := &out[len(out)-1]
			g.arms = append(g.arms, m)
		}
	}
	return out
}

func findScalings(s *Set) []Scaling {
	all, most := groups(s), map[Family]int{} // executors
	for _, g := range all {
		for _, m := range g.arms {
			most[m.family] = max(most[m.family], executorsOf(g.arms))
		}
	}
	added := addedPoints(s)
	var out []Scaling
	for _, g := range all {
		base := g.base
		if base.makespan.Len() == 0 {
			continue
		}
		x := Scaling{Family: base.family, Workload: base.workload, Resource: s.Resource(base.workload), Grain: base.grain, Units: base.units, Payload: base.payload,
			What: s.Record.Facts.What(base.point), Baseline: base.point, Tasks: base.tasks, Serial: s.Estimate(base.makespan)}
		if c, ok := s.Record.Facts.Curve(base.point); ok {
			x.Curve = &c
		}
		var candidates []candidate
		for _, m := range g.arms {
			ratios := base.task.Over(m.task)
			speedups := s.Quantity(ratios)
			if speedups.N == 0 {
				continue
			}
			pt := scalingPoint(s, m, speedups)
			one := oneWorker(g.arms, m)
			if one != nil {
				pt.Relative = s.Estimate(one.task.Over(m.task))
			}
			pt.Ledger = ledgerOf(s, m, base, one)
			pt.Overlap = overlapOf(s, m)
			if x.Curve != nil {
				pt.expect(s, *x.Curve, ratios)
			}
			pt.Most = mostOf(s, ratios, m, len(g.arms))
			if n := len(x.Series); n == 0 || x.Series[n-1].How != m.pool.How {
				x.Series = append(x.Series, ScalingSeries{Pool: m.pool.of(0)})
			}
			last := &x.Series[len(x.Series)-1]
			last.Points = append(last.Points, pt)
			candidates = append(candidates, candidate{Arm{m.pool, m.point, pt.Speedup}, speedups, m.task, pt.Most, x.Resource != "wait"})
		}
		x.laws(s, candidates, s.Quantity(base.task))
		addedOnly := len(g.arms) > 0 && !slices.ContainsFunc(g.arms, func(m *measurement) bool { return !added[m.point.Name()] })
		if x.Partial = addedOnly && executorsOf(g.arms) < most[base.family]; !x.Partial {
			x.Best = choose(s, candidates, base.pool)
		}
		out = append(out, x)
	}
	return out
}

// addedPoints are the names of those that the runner added to the grid.
func addedPoints(s *Set) map[string]bool {
	out := map[string]bool{}
	for _, name := range s.Record.Facts.Refined {
		if p, err := record.ParsePoint("", name); err == nil {
			out[p.Name()] = true
		}
	}
	return out
}

// executorsOf counts the executors of arms.
func executorsOf(arms []*measurement) int {
	seen := map[record.Point]bool{}
	for _, m := range arms {
		seen[m.pool.How] = true
	}
	return len(seen)
}

// oneWorker is the arm of the executor of m with one worker, nil when there is none.
func oneWorker(arms []*measurement, m *measurement) *measurement {
	i := slices.IndexFunc(arms, func(one *measurement) bool { return one.pool == m.pool.of(1) })
	if i < 0 {
		return nil
	}
	return arms[i]
}

func scalingPoint(s *Set, m *measurement, speedup estimate.Quantity) ScalingPoint {
	pt := ScalingPoint{
		Point:   m.point,
		Pool:    m.pool,
		Time:    s.Estimate(m.makespan),
		Speedup: speedup.Estimate(),
	}
	pt.Efficiency = pt.Speedup.Value / float64(pt.Workers)
	if q, measured := idealOf(s, m.family, pt.Workers); measured {
		pt.CapacityEfficiency = pt.Speedup.Value / q.Estimate().Value
	}
	if cores := s.Record.Facts.Cores; s.Resource(m.workload) != "cpu" || cores == 0 || pt.Workers <= cores {
		pt.SerialFraction = SerialFraction(pt.Speedup, pt.Workers)
	}
	return pt
}

// laws finds the tax and the law of every series. The candidates are the arms of its
// points, in their order; work is the useful time per task in seconds.
func (s *Scaling) laws(set *Set, candidates []candidate, work estimate.Quantity) {
	for i := range s.Series {
		series := &s.Series[i]
		var points []lawPoint
		for _, c := range candidates {
			if c.How != series.How {
				continue
			}
			if c.Workers == 1 {
				series.Tax = c.speedup.Inverse().Estimate()
			}
			points = append(points, lawPoint{float64(c.Workers), c.speedup, deliverable(set, s.Family, c.Workers)})
		}
		law, modelled := lawOf(points, work)
		if far := series.missed(modelled, set.Record.Facts.Cores); far != nil {
			law, modelled = Law{Why: fmt.Sprintf("the best model (%s) misses what was measured with %s by more than its interval and %s",
				law.Kind, words.Count(far.Workers, "worker"), words.Percent(Practical)), Misfit: law.Misfit}, nil
		}
		series.Law = law
		for j, y := range modelled {
			series.Points[j].Modelled = math.Exp(y)
		}
	}
}

// missed is a point that matters which the logarithms of a model, parallel to the points,
// are not near: neither within its interval nor within what is Practical. Those matter that
// have no more workers than cores, and the fastest. It is nil when there is none.
func (s ScalingSeries) missed(modelled []float64, cores int) *ScalingPoint {
	if modelled == nil {
		return nil
	}
	fastest := slices.MaxFunc(s.Points, func(a, b ScalingPoint) int { return cmp.Compare(a.Speedup.Value, b.Speedup.Value) })
	for i, p := range s.Points {
		y := math.Exp(modelled[i])
		near := y >= p.Speedup.Low && y <= p.Speedup.High || math.Abs(modelled[i]-math.Log(p.Speedup.Value)) <= math.Log1p(Practical)
		if !near && (p.Workers <= cores || p.Workers == fastest.Workers) {
			return &p
		}
	}
	return nil
}
