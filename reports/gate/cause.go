package gate

import (
	"cmp"
	"maps"
	"math"
	"slices"
	"strings"

	"poolbench/bench/record"
	"poolbench/reports/estimate"
)

// A Cause says which functions a regression is in, from profiles of both builds that were
// made in turns after the verdict.
//
// Of time the part of a function is that of the samples, times the time per operation of the verdict, in
// parts of that of base. What a function is charged with record.Profile says.
//
// A function is named when the interval of its change leaves out 0, the change is no small
// part of the whole, and it did not only grow with the rest: the time per operation is one number
// for all functions, and where that is too high all seem slower. So what the function spends is held
// against what functions with the same source do, too, in which that number is not.
//
// Those with other source come first, then those that were only compiled otherwise, and last those
// with the same code: these wait, run more often, have colder caches, or samples slipped to them. The intervals of all functions of one of these kinds
// hold at once, see estimate.Together: the greatest of many changes is not named because it is that of
// many. Those of functions with other code are wider by what slipped from or to the others, see slip.
//
// Waiting is named without a place: profiles of blocking tell how long goroutines waited, all at once
// and idle ones too, which is no part of the time of an operation. Lock wait has its own unit, whose profile
// charges those who held the locks.
type Cause struct {
	Pkg, Name, Unit string  // as in the Case
	Change          float64 // head less base: of time as a fraction of base, else in the unit
	Blamed          []Blame // what is named, the first cause first; empty when nothing is
	Unexplained     float64 // of the change
	Blocks          int     // of profiles
	Samples         float64 // of base and head together, where samples were taken
	Unseen          float64 // changes below it are not told from chance; 0 when unknown
	Flame           string  // path of the flame graph of the difference; empty without one
}

// Point is that of the benchmark, without a side.
func (c Cause) Point() record.Point { return record.Promise{Pkg: c.Pkg, Name: c.Name}.Point() }

// A Blame is the part that a function has of a regression.
type Blame struct {
	record.Function
	Change  estimate.Estimate // in the measure of the Cause
	Through string            // called by the function and charged to it, and more than half of the change; empty for none
	Only    string            // "base" or "head" where the other one spends nothing in it
}

const (
	// leastProfiled is how much of a side a function must have to be looked at, unless it has
	// changed lines, and leastBlamed how much of the change to be named.
	leastProfiled = 0.01
	leastBlamed   = 0.05
	// leastToTell is how much of base other functions must have to be something to hold one against.
	leastToTell = 0.25
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
	known  map[string]record.Function
	names  []string          // of the functions that are looked at
	waits  bool              // waiting counts
	factor estimate.Quantity // of what head spent
	whole  [2]estimate.Quantity
}

func causeOf(c Case, confidence float64, of []record.Profile, known map[string]record.Function) Cause {
	out := Cause{Pkg: c.Pkg, Name: c.Name, Unit: c.Unit, Blocks: len(of)}
	q := inquest{Case: c, Resampler: estimate.NewResampler(len(of)), of: of, known: known, factor: estimate.Quantity{N: len(of)}}
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
	q.names = q.candidates()
	out.Blamed, out.Unseen = q.blamed(out.Change)
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

// A ground is how soon a function is named.
type ground int

const (
	edited    ground = iota // other source, or lines that differ where nothing is known of the code
	compiled                // other code, or unknown
	untouched               // the same code; what is none of the modules
	grounds
)

func (q *inquest) ground(function string) ground {
	f := q.known[function]
	switch {
	case strings.HasPrefix(function, "("), f.Code == record.CodeSame:
		return untouched
	case f.Code == record.CodeEdited, f.Code == record.CodeUnknown && f.Changed != "":
		return edited
	}
	return compiled
}

// blamed are the functions to be named, of a whole change. What is below unseen of the first kind
// that there is is not told from chance.
func (q *inquest) blamed(whole float64) (out []Blame, unseen float64) {
	worse := math.Copysign(1, whole)
	// The last kind comes first: what changed of itself is nothing to hold the others against.
	for kind := grounds - 1; kind >= 0; kind-- {
		found, width := q.blamedOf(kind, whole, out)
		slices.SortFunc(found, func(a, b Blame) int {
			return cmp.Or(cmp.Compare(worse*b.Change.Value, worse*a.Change.Value), cmp.Compare(a.Name, b.Name))
		})
		out = slices.Concat(found, out)
		if width > 0 {
			unseen = width
		}
	}
	// Those that became faster last.
	slices.SortStableFunc(out, func(a, b Blame) int {
		return cmp.Compare(math.Copysign(1, worse*b.Change.Value), math.Copysign(1, worse*a.Change.Value))
	})
	return fewest(out, worse), unseen
}

// blamedOf are those of one kind, when others are named; unseen is half of the widest interval, 0
// where there is none.
func (q *inquest) blamedOf(kind ground, whole float64, named []Blame) (out []Blame, unseen float64) {
	names := slices.DeleteFunc(slices.Clone(q.names), func(name string) bool { return q.ground(name) != kind })
	var changes, against []estimate.Quantity
	var rests []float64
	for _, name := range names {
		a, rest := q.against(name, q.anchor(name, kind, named))
		changes, against, rests = append(changes, q.change(in(name))), append(against, a), append(rests, rest)
	}
	apart := estimate.Together(against)
	if kind == untouched && q.waits {
		names = append(names, waiting)
		changes = append(changes, q.between(func(p record.Profiled) float64 { return p.Total() * (1 - busyPart(p)) }))
	}
	slip := q.slip(named)
	for i, e := range estimate.Together(changes) {
		if !e.Known() {
			continue
		}
		unseen = max(unseen, (e.High-e.Low)/2)
		if kind != untouched {
			e.Low, e.High = min(e.Low, e.Low+slip), max(e.High, e.High+slip)
		}
		if e.Low <= 0 && e.High >= 0 || math.Abs(e.Value) < leastBlamed*math.Abs(whole) {
			continue
		}
		if q.Unit == record.UnitTime && names[i] != waiting && !stands(kind, e.Value, apart[i], rests[i]) {
			continue
		}
		f := q.known[names[i]]
		f.Name = names[i]
		out = append(out, Blame{Function: f, Change: e, Through: q.through(f.Name, e.Value), Only: q.only(f.Name)})
	}
	return out, unseen
}

// in is what is spent in a function.
func in(function string) func(record.Profiled) float64 {
	return func(p record.Profiled) float64 { return p.In(function) }
}

// inAny is what is spent in all of these functions.
func inAny(functions map[string]bool) func(record.Profiled) float64 {
	return func(p record.Profiled) (all float64) {
		for name := range p.Spent {
			if functions[name] {
				all += p.In(name)
			}
		}
		return all
	}
}

// slip is what functions with the same code seem to have changed, but for those that are named. By
// themselves they do what they do in base: their loads wait for what a function before them left in flight, and
// samples of that are theirs, or theirs are that function's. So the interval of a function with other
// code holds its change with and without it. It is 0 where nothing is known of the code.
func (q *inquest) slip(named []Blame) float64 {
	if q.Unit != record.UnitTime {
		return 0
	}
	same := map[string]bool{}
	for _, name := range q.names {
		same[name] = q.known[name].Code == record.CodeSame && !slices.ContainsFunc(named, func(b Blame) bool { return b.Name == name && b.Change.Value > 0 })
	}
	return q.change(inAny(same)).Point
}

// against is how much more a function changed than others, which are taken to do what they do in
// base; not known where these do nothing. rest is the part that they have of base.
func (q *inquest) against(function string, others map[string]bool) (change estimate.Quantity, rest float64) {
	base, head := q.total(0, inAny(others)), q.total(1, inAny(others))
	if base.Point == 0 || head.Point == 0 {
		return estimate.Quantity{Scale: estimate.Difference}, 0
	}
	return estimate.Combine(estimate.Difference, func(v []float64) float64 {
		return (v[2]/v[3]*v[1] - v[0]) / v[4]
	}, q.total(0, in(function)), base, q.total(1, in(function)), head, q.whole[0]), base.Point / q.whole[0].Point
}

// stands reports whether the change of a function is more than that of what it is held against. That
// has to be seen; where rest is so little that it hardly can be, it must not be seen that less than
// half of the change is the function's own.
func stands(kind ground, change float64, apart estimate.Estimate, rest float64) bool {
	low, high := apart.Low, apart.High
	if change < 0 {
		low, high = -high, -low
	}
	switch {
	case !apart.Known():
		return kind != untouched
	case kind != untouched && rest < leastToTell:
		return low > 0 || high > math.Abs(change)/2
	}
	return low > 0
}

// anchor are the functions that one of a kind is held against. Those with the same code are held against
// each other only; garbage and the like may follow from others.
func (q *inquest) anchor(function string, kind ground, named []Blame) map[string]bool {
	of, all := map[string]bool{}, map[string]bool{}
	for _, name := range q.names {
		switch other := q.ground(name); {
		case name == function || slices.ContainsFunc(named, func(b Blame) bool { return b.Name == name }):
		case kind == untouched:
			of[name] = other == untouched
		case strings.HasPrefix(name, "("):
		case other == edited:
			all[name] = true
		default:
			of[name], all[name] = true, true
		}
	}
	if len(of) == 0 {
		return all
	}
	return of
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
func (q *inquest) candidates() (names []string) {
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
		if most >= leastProfiled || most > 0 && q.ground(name) == edited {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return names
}

// through is what a function calls and is charged with that has more than half of its change; empty
// when nothing has.
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
