package gate

import (
	"cmp"
	"maps"
	"math"
	"slices"

	"poolbench/bench/record"
	"poolbench/reports/estimate"
)

// A Cause says which functions a regression is in, from profiles of both builds that were
// made in turns after the verdict.
//
// A function is charged as a record.Profile says: with itself and with what it calls outside
// of the modules that may have changed. So one whose callee became slower has no part of
// that, while one that allocates more has what the allocator takes for it. Of time a part is
// that of the samples, times the time per operation of the verdict, in parts of that of base.
//
// A function is named when the interval of its change leaves out 0 and the change is no small
// part of the whole. The intervals of all functions of a benchmark hold at once, see
// estimate.Together: the greatest of many changes is not named because it is that of many.
type Cause struct {
	Pkg, Name, Unit string  // as in the Case
	Change          float64 // head less base: of time as a fraction of base, else in the unit
	Blamed          []Blame // what is named, the first cause first; empty when nothing is
	Unexplained     float64 // of the change
	Blocks          int     // of profiles
	Samples         float64 // of base and head together, where samples were taken
	Flame           string  // path of the flame graph of the difference; empty without one
}

// Point is that of the benchmark, without a side.
func (c Cause) Point() record.Point { return record.Promise{Pkg: c.Pkg, Name: c.Name}.Point() }

// A Blame is the part that a function has of a regression.
type Blame struct {
	record.Function
	Change  estimate.Estimate // in the measure of the Cause
	Through string            // called by the function outside of the modules, and more than half of the change; empty for none
	Only    string            // "base" or "head" where the other one spends nothing in it
}

const (
	// leastProfiled is how much of a side a function must have to be looked at, unless it has
	// changed lines, and leastBlamed how much of the change to be named.
	leastProfiled = 0.01
	leastBlamed   = 0.05
	// mostBlamed are named of those that became slower, and as many of the others.
	mostBlamed = 3
	// leastBusy is how much of its time a benchmark has to compute for its waiting to be noise.
	leastBusy = 0.9
)

// waiting is what no CPU is used for, beside the functions.
const waiting = "(waiting)"

// Explain finds the causes of what regressed and was profiled; functions say where those that
// the profiles name stand.
func (r *Report) Explain(profiles []record.Profile, functions []record.Function) {
	known := map[string]record.Function{}
	for _, f := range functions {
		known[f.Name] = f
	}
	for _, c := range r.Cases {
		of := slices.DeleteFunc(slices.Clone(profiles), func(p record.Profile) bool {
			return p.Point() != c.Point() || p.Unit != c.Unit || c.Verdict != Regressed || !usable(p.Base, c.Unit) || !usable(p.Head, c.Unit)
		})
		if len(of) > 0 {
			r.Causes = append(r.Causes, causeOf(c, r.Confidence, of, known))
		}
	}
}

// usable reports whether parts can be told of a profile.
func usable(p record.Profiled, unit string) bool {
	fine := func(v float64) bool { return v >= 0 && !math.IsInf(v, 0) }
	for _, spent := range p.Spent {
		for _, v := range spent {
			if !fine(v) {
				return false
			}
		}
	}
	if unit == record.UnitTime {
		return p.Total() > 0 && fine(p.Total()) && fine(p.Busy) && p.Busy <= 1
	}
	return p.Operations > 0 && fine(p.Operations) && fine(p.Total())
}

// cause is what the cause of a case is; nil when there is none.
func (r *Report) cause(c Case) *Cause {
	i := slices.IndexFunc(r.Causes, func(o Cause) bool { return o.Pkg == c.Pkg && o.Name == c.Name && o.Unit == c.Unit })
	if i < 0 {
		return nil
	}
	return &r.Causes[i]
}

// An inquest looks for the cause of a case.
type inquest struct {
	Case
	*estimate.Resampler
	of     []record.Profile
	waits  bool              // waiting counts
	factor estimate.Quantity // of what head spent
	whole  [2]estimate.Quantity
}

func causeOf(c Case, confidence float64, of []record.Profile, known map[string]record.Function) Cause {
	out := Cause{Pkg: c.Pkg, Name: c.Name, Unit: c.Unit, Blocks: len(of)}
	q := inquest{Case: c, Resampler: estimate.NewResampler(len(of)), of: of, factor: estimate.Quantity{N: len(of)}}
	if c.Unit == record.UnitTime {
		q.factor = q.Elsewhere(c.Ratio, 1-confidence)
		q.factor.N = len(of)
		out.Change = c.Ratio.Value - 1
		for _, p := range of {
			out.Samples += p.Base.Total() + p.Head.Total()
		}
	} else {
		base, head := c.shown()
		out.Change = head - base
	}
	q.waits = c.Unit == record.UnitTime && (q.busy(0) < leastBusy || q.busy(1) < leastBusy)
	for side := range q.whole {
		q.whole[side] = q.total(side, func(p record.Profiled) float64 {
			if c.Unit == record.UnitTime {
				return p.Total()
			}
			return p.Operations
		})
	}
	out.Blamed = q.blamed(known, out.Change)
	out.Unexplained = out.Change
	for _, b := range out.Blamed {
		out.Unexplained -= b.Change.Value
	}
	return out
}

// sideOf is one of a profile.
func sideOf(p record.Profile, side int) record.Profiled {
	if side == 0 {
		return p.Base
	}
	return p.Head
}

// total is what the blocks of a side have in all.
func (q *inquest) total(of int, value func(record.Profiled) float64) estimate.Quantity {
	values := make([]float64, len(q.of))
	for i, p := range q.of {
		values[i] = value(sideOf(p, of))
	}
	return q.Total(values)
}

// busy is the share of its time that a side used CPUs.
func (q *inquest) busy(of int) (mean float64) {
	for _, p := range q.of {
		mean += busyPart(sideOf(p, of)) / float64(len(q.of))
	}
	return mean
}

func busyPart(p record.Profiled) float64 {
	if p.Busy == 0 {
		return 1
	}
	return p.Busy
}

// change is that of what profiles have of something.
func (q *inquest) change(spent func(record.Profiled) float64) estimate.Quantity {
	part := func(p record.Profiled) float64 {
		if q.waits {
			return spent(p) * busyPart(p)
		}
		return spent(p)
	}
	return q.between(part)
}

func (q *inquest) between(part func(record.Profiled) float64) estimate.Quantity {
	return estimate.Combine(estimate.Difference, func(v []float64) float64 {
		return v[2]/v[3]*math.Exp(v[4]) - v[0]/v[1]
	}, q.total(0, part), q.whole[0], q.total(1, part), q.whole[1], q.factor)
}

// blamed are the functions to be named, of a whole change.
func (q *inquest) blamed(known map[string]record.Function, whole float64) (out []Blame) {
	names := q.candidates(known)
	changes := make([]estimate.Quantity, len(names))
	for i, name := range names {
		changes[i] = q.change(func(p record.Profiled) float64 { return p.In(name) })
	}
	if q.waits {
		names = append(names, waiting)
		changes = append(changes, q.between(func(p record.Profiled) float64 { return p.Total() * (1 - busyPart(p)) }))
	}
	at := map[string]estimate.Quantity{}
	for i, e := range estimate.Together(changes) {
		if !e.Known() || e.Low <= 0 && e.High >= 0 || math.Abs(e.Value) < leastBlamed*math.Abs(whole) {
			continue
		}
		f := known[names[i]]
		f.Name = names[i]
		at[f.Name] = changes[i]
		out = append(out, Blame{Function: f, Change: e, Through: q.through(f.Name, e.Value), Only: q.only(f.Name)})
	}
	// The worst first, and those that became faster last.
	worse := math.Copysign(1, whole)
	slices.SortFunc(out, func(a, b Blame) int {
		return cmp.Or(cmp.Compare(worse*b.Change.Value, worse*a.Change.Value), cmp.Compare(a.Name, b.Name))
	})
	return fewest(changedFirst(out, at, worse), worse)
}

// changedFirst has a function with changed lines come before others that have no more of the
// regression, as far as can be told.
func changedFirst(all []Blame, changes map[string]estimate.Quantity, worse float64) []Blame {
	for i, b := range all {
		if b.Changed == "" || worse*b.Change.Value < 0 {
			continue
		}
		for j := range i {
			if low, high := changes[all[j].Name].Per(changes[b.Name]).Interval(1 - estimate.Confidence); low <= 0 && high >= 0 {
				all = slices.Insert(slices.Delete(all, i, i+1), j, b)
				break
			}
		}
		break
	}
	return all
}

// fewest are the first of each direction.
func fewest(all []Blame, worse float64) (out []Blame) {
	count := map[bool]int{}
	for _, b := range all {
		is := worse*b.Change.Value > 0
		if count[is]++; count[is] <= mostBlamed {
			out = append(out, b)
		}
	}
	return out
}

// candidates are the functions that are looked at, by name.
func (q *inquest) candidates(known map[string]record.Function) (names []string) {
	var all [2]map[string]float64
	var whole [2]float64
	for s := range all {
		all[s] = map[string]float64{}
		for _, p := range q.of {
			for name := range sideOf(p, s).Spent {
				all[s][name] += sideOf(p, s).In(name)
			}
		}
		for _, v := range all[s] {
			whole[s] += v
		}
	}
	both := maps.Clone(all[0])
	maps.Copy(both, all[1])
	for name := range both {
		most := 0.0
		for s := range all {
			most = max(most, all[s][name]/max(whole[s], 1e-300))
		}
		if most >= leastProfiled || most > 0 && known[name].Changed != "" {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return names
}

// through is what a function calls outside of the modules that has more than half of its
// change; empty when nothing has.
func (q *inquest) through(function string, change float64) string {
	callees := map[string]bool{}
	for _, p := range q.of {
		for s := range q.whole {
			for callee := range sideOf(p, s).Spent[function] {
				callees[callee] = true
			}
		}
	}
	delete(callees, "")
	for _, callee := range slices.Sorted(maps.Keys(callees)) {
		c := q.change(func(p record.Profiled) float64 { return p.Spent[function][callee] })
		if low, high := c.Interval(1 - estimate.Confidence); c.Point/change > 0.5 && (low > 0 || high < 0) {
			return callee
		}
	}
	return ""
}

// only is the side that alone has anything in a function; empty where both have.
func (q *inquest) only(function string) string {
	var has [2]bool
	for _, p := range q.of {
		for s := range has {
			has[s] = has[s] || sideOf(p, s).In(function) > 0
		}
	}
	switch {
	case function == waiting:
	case !has[0]:
		return "head"
	case !has[1]:
		return "base"
	}
	return ""
}
