package reports

import (
	"cmp"
	"slices"
	"strings"

	"poolbench/bench/record"
	"poolbench/reports/estimate"
	"poolbench/reports/words"
)

// A Beside is the same work in several runtimes: tasks of as many units, or of none, or that
// wait as long. Times of other tasks are not compared: 10 µs of one runtime are not
// 10 µs of another.
type Beside struct {
	Title    string // "spin of 2000 units"
	Workload string
	Resource string
	Empty    bool // its tasks do nothing
	Payload  int  // bytes
	Arms     []BesideArm
}

// A BesideArm is an arm of one of the runtimes, its plain loop among them.
type BesideArm struct {
	Point   record.Point
	Runtime string
	Kind    string // the executor without what names the runtime: "processes" of python-processes
	Pool
	Task    estimate.Estimate // absolute wall time per task, seconds
	Speedup estimate.Estimate // against the plain loop of the same runtime; 1 of itself
}

// Kind is what kind of executor a pool has, with whatever else says how it runs, so that
// those of several runtimes can be told to be alike.
func (f Family) Kind(p Pool) string {
	language, _, _ := strings.Cut(f.Baseline, "-")
	return strings.TrimPrefix(p.Label(), language+"-")
}

// runtimes are those of a record in which several were measured: Go first. Else there are
// none.
func runtimes(s *Set) (out []string) {
	foreign := false
	for _, m := range s.grid {
		foreign = foreign || m.family.What.Get(record.AxisRuntime) != ""
		out = append(out, m.family.Runtime())
	}
	slices.SortFunc(out, compareRuntimes)
	if out = slices.Compact(out); !foreign || len(out) < 2 {
		return nil
	}
	return out
}

func compareRuntimes(a, b string) int {
	ours := func(name string) int {
		if name == "Go" {
			return 0
		}
		return 1
	}
	return cmp.Or(ours(a)-ours(b), record.CompareValues(a, b))
}

// Besides are all works that several runtimes did, by Set.Points.
func Besides(s *Set) []Beside { return once(s, findBesides) }

func findBesides(s *Set) (out []Beside) {
	if runtimes(s) == nil {
		return nil
	}
	var works ordered[record.Point, *measurement]
	for _, m := range s.grid {
		if m.grain == 0 || s.Resource(m.workload) == "wait" {
			works.add(s.Record.Facts.What(m.point).With(record.AxisRuntime, ""), m)
		}
	}
	for _, what := range works.keys {
		of := works.of[what]
		first := of[0]
		x := Beside{Workload: first.workload, Resource: s.Resource(first.workload), Payload: first.payload,
			Title: words.Task(first.workload, first.grain, first.units, first.payload) + others(first.family.What, record.AxisWorkload, record.AxisRuntime)}
		x.Empty = first.units == 0 && first.grain == 0 && x.Resource == "cpu"
		seen := map[string]bool{}
		for _, m := range of {
			arm := BesideArm{Point: m.point, Runtime: m.family.Runtime(), Kind: m.family.Kind(m.pool), Pool: m.pool, Task: s.Estimate(m.task)}
			if m.point == m.baseline {
				arm.Speedup = estimate.Exactly(1, arm.Task.N)
			} else {
				arm.Speedup = s.Estimate(s.at(m.baseline).task.Over(m.task))
			}
			seen[arm.Runtime] = true
			x.Arms = append(x.Arms, arm)
		}
		slices.SortStableFunc(x.Arms, func(a, b BesideArm) int {
			return cmp.Or(compareRuntimes(a.Runtime, b.Runtime), s.baselineFirst(a.Point, b.Point), a.Pool.compare(b.Pool))
		})
		if len(seen) > 1 {
			out = append(out, x)
		}
	}
	return out
}

// baselineFirst orders plain loops before pools.
func (s *Set) baselineFirst(a, b record.Point) int {
	switch x, y := s.Record.Facts.IsBaseline(a), s.Record.Facts.IsBaseline(b); {
	case x && !y:
		return -1
	case y && !x:
		return 1
	}
	return 0
}

// size is the number of workers at which the runtimes are set side by side: of work that
// waits the most that two of them have, else the most of these that are not more than the
// cores; 0 when there is none.
func (x Beside) size(s *Set) (workers int) {
	by := map[int]map[string]bool{}
	for _, a := range x.Arms {
		if by[a.Workers] == nil {
			by[a.Workers] = map[string]bool{}
		}
		by[a.Workers][a.Runtime] = by[a.Workers][a.Runtime] || !s.Record.Facts.IsBaseline(a.Point)
	}
	for n, of := range by {
		pools := 0
		for _, pooled := range of {
			if pooled {
				pools++
			}
		}
		if cores := s.Record.Facts.Cores; pools > 1 && (x.Resource == "wait" || cores == 0 || n <= cores) {
			workers = max(workers, n)
		}
	}
	return workers
}

// best is the arm of each runtime that takes least, by compareRuntimes.
func (x Beside) best() (out []BesideArm) {
	for _, a := range x.Arms {
		n := len(out)
		switch {
		case n == 0 || out[n-1].Runtime != a.Runtime:
			out = append(out, a)
		case a.Task.Value < out[n-1].Task.Value:
			out[n-1] = a
		}
	}
	return out
}

// asLong is how many times as long a takes as b, within blocks.
func asLong(s *Set, a, b record.Point) estimate.Estimate {
	return s.Estimate(s.Task(a).Over(s.Task(b)))
}

// A Reach is what an executor of a runtime needs to reach half of what its workers can give.
type Reach struct {
	Workload string
	Workers  int
	Runtime  string
	Kind     string
	Pool
	Ideal  float64 // what its workers can give, as a multiple of one
	Half   Level
	Points []SweepPoint      // ascending in grain
	Ratio  estimate.Estimate // METG / that of Than, of the first runtime that has the kind; N is 0 of that itself and without one
	Than   *Reach
}

// Reaches are those of all executors of all runtimes, where there are several: by workload
// and runtime, with as many workers as the sweep that stands for the workload.
func Reaches(s *Set) []Reach { return once(s, findReaches) }

func findReaches(s *Set) []Reach {
	if runtimes(s) == nil {
		return nil
	}
	type key struct {
		what    record.Point
		workers int
	}
	var of ordered[key, *Reach]
	for _, x := range HeadlineSweeps(s) {
		for _, series := range x.Series {
			of.add(key{x.Family.What.With(record.AxisRuntime, ""), x.Workers}, &Reach{Workload: words.OneLine(x.Workload + others(x.Family.What, record.AxisWorkload, record.AxisRuntime)),
				Workers: x.Workers, Runtime: x.Family.Runtime(), Kind: x.Family.Kind(series.Pool), Pool: series.Pool, Ideal: x.Ideal, Half: series.Half(), Points: series.Points})
		}
	}
	var out []Reach
	for _, k := range of.keys {
		all := of.of[k]
		slices.SortStableFunc(all, func(a, b *Reach) int { return compareRuntimes(a.Runtime, b.Runtime) })
		for i, r := range all {
			j := slices.IndexFunc(all[:i], func(first *Reach) bool { return first.Kind == r.Kind && first.Runtime != r.Runtime })
			if j >= 0 && r.Half.metg.N > 0 && all[j].Half.metg.N > 0 && r.Half.Work.Outcome == estimate.Crosses && all[j].Half.Work.Outcome == estimate.Crosses {
				r.Than, r.Ratio = all[j], r.Half.metg.Per(all[j].Half.metg).Estimate()
				r.Ratio.N = min(r.Half.metg.N, all[j].Half.metg.N)
			}
			out = append(out, *r)
		}
	}
	return out
}
