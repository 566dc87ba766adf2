package reports

import (
	"cmp"
	"slices"

	"poolbench/bench/record"
	"poolbench/reports/estimate"
)

// left is the time of the workers that is neither useful work nor explained yet, as shares
// of all of it.
type left struct {
	longer   float64 // tasks take longer than in the plain loop
	uneven   float64 // other workers have less to do than the busiest, or nothing any more
	starved  float64 // the busiest worker has no task: none is there,
	unserved float64 // one waits,
	starting float64 // one waits for a worker that starts
}

// parts are all of them.
func (l *left) parts() []*float64 {
	return []*float64{&l.longer, &l.uneven, &l.starved, &l.unserved, &l.starting}
}

func (l *left) sum() (all float64) {
	for _, part := range l.parts() {
		all += *part
	}
	return all
}

// doneIn is all of it in a slice: useful, and the share that workers, and the busiest one, spent
// within tasks. l says why that one had none.
func doneIn(useful, busy, busiest float64, l left) left {
	gaps := max(0, 1-busiest)
	l.longer, l.uneven = max(0, busy-useful), max(0, busiest-busy)
	switch known := l.starved + l.unserved + l.starting; {
	case known > gaps: // of several slices
		l.starved, l.unserved, l.starting = l.starved*gaps/known, l.unserved*gaps/known, l.starting*gaps/known
	default:
		l.uneven += gaps - known // the end, while others run their last tasks
	}
	return l
}

// takeMissing takes the share for which the slice was longer since CPUs were missing: from what
// tasks took longer, then from all waits alike. What is left is of the rest of the time.
func (l *left) takeMissing(short float64) {
	waits := l.sum() - l.longer
	rest := short - take(short, &l.longer)
	for _, part := range []*float64{&l.uneven, &l.starved, &l.unserved, &l.starting} {
		*part -= min(1, ratioOf(rest, waits)) * *part
	}
	for _, part := range l.parts() {
		*part /= 1 - short
	}
}

// take takes up to an amount out of parts, in their order, and tells how much that was.
func take(amount float64, parts ...*float64) (taken float64) {
	for _, part := range parts {
		here := min(max(amount-taken, 0), *part)
		*part, taken = *part-here, taken+here
	}
	return taken
}

// A Cause is what time of the workers may be lost to.
type Cause struct {
	Name string // "a lock"
	Lost string // what the lost time is, behind "lost to": "waiting for a lock"
	Cure string // what to do, as an imperative

	// explains takes from what is left the part that the evidence blames on the cause, and
	// gives it as a share of the workers' time.
	explains func(e evidence, l *left) float64
}

// Unexplained is what no cause takes.
const Unexplained = "nothing that was measured"

// Names that are used here.
const (
	oversubscription = "oversubscription"
	missingCapacity  = "missing capacity"
	missingWords     = "CPUs that the machine never gave"
)

// Causes are all of them. Each takes from what those before it left, so that nothing is
// blamed twice: first what the machine or its owner took, then what was measured by name, and
// then, by what the workers did meanwhile, the pool and the job. Missing capacity as threads
// tell of it comes off before all others, see supply.
func Causes() []Cause {
	return slices.Clone(causes)
}

var causes = []Cause{
	{oversubscription, "workers beyond the cores", "use as many workers as there are cores, or fewer",
		func(e evidence, l *left) float64 {
			return take(e.Beyond, &l.longer, &l.unserved, &l.starting, &l.uneven, &l.starved)
		}},
	{"throttling", "a CPU quota that stops the work", "raise the quota, or use as many workers as it pays for and set GOMAXPROCS to that",
		func(e evidence, l *left) float64 {
			return take(e.Throttled, &l.longer, &l.unserved, &l.uneven, &l.starved, &l.starting)
		}},
	{missingCapacity, missingWords, "stop other programs, or use a machine that does not share its CPUs; no pool wins this back",
		func(e evidence, l *left) float64 {
			if e.Told { // CPUs that are slower together, or that a host takes in silence
				return take(e.Together*(e.Absent-e.missing()), &l.longer)
			}
			return take(e.Absent, &l.longer, &l.unserved, &l.uneven, &l.starved, &l.starting)
		}},
	{"memory bandwidth", "memory that gives no more", "let tasks touch less memory, or the same memory again while it is in the cache; more workers do not help",
		func(e evidence, l *left) float64 { return take(e.Memory, &l.longer) }},
	{"a lock", "waiting for a lock", "hold it for less time, split it, or hand tasks over in chunks",
		func(e evidence, l *left) float64 { return take(e.Mutex, &l.unserved, &l.longer, &l.starting) }},
	{"garbage collection", "garbage collection", "allocate less in tasks, reuse buffers, or raise GOGC",
		func(e evidence, l *left) float64 { return take(e.GC, &l.longer, &l.unserved, &l.starved, &l.uneven) }},
	{"starvation", "goroutines that are ready and get no CPU", "keep work that computes and work that waits apart: in fewer workers than cores, in short pieces, or in another process",
		func(e evidence, l *left) float64 { // that wait for the collector are its cause, and counted with it
			return take(min(e.Runnable-e.Beyond, e.Else)-e.GC, &l.longer)
		}},
	{"start-up", "workers that start", "keep the pool and use it again: start its workers once, not for each task or job",
		func(e evidence, l *left) float64 { return take(1, &l.starting) }},
	{"dispatch", "handing tasks over", "make tasks longer or hand them over in chunks: what hands them out cannot do it faster",
		func(e evidence, l *left) float64 { return take(1, &l.unserved) }},
	{"imbalance", "workers without a task while others have theirs", "cut long tasks, start them first, or let workers take tasks from one queue",
		func(e evidence, l *left) float64 { return take(1, &l.uneven) }},
	{"a serial part", "waiting for tasks that nobody had submitted", "make the part of the job between and around the tasks shorter, or a task of its own",
		func(e evidence, l *left) float64 { return take(1, &l.starved) }},
}

// blame is the share of the lost time that each cause has, parallel to Causes, and behind
// them what none takes. They add up to 1, or are 0 when nothing is lost.
func blame(e evidence) []float64 {
	out := blamed(e)
	all := 0.0
	for _, v := range out {
		all += v
	}
	for i := range out {
		out[i] = ratioOf(out[i], all)
	}
	return out
}

// blamed are the same as shares of all time of the workers. What others took of the CPUs comes
// off first, of the time of the workers that can have one; the rest is shared by what
// explains it.
func blamed(e evidence) []float64 {
	l, out, missing := e.Done, make([]float64, len(causes)+1), e.missing()
	l.longer = max(0, l.longer+e.At-e.Given) // in a draw
	beyond := 0.0
	for i, c := range causes {
		switch explained := c.explains(e, &l); c.Name {
		case missingCapacity:
			out[i] = missing*(1-beyond) + (1-missing)*explained
		case oversubscription:
			out[i], beyond = explained, explained
		default:
			out[i] = (1 - missing) * explained
		}
	}
	out[len(causes)] = (1 - missing) * l.sum()
	return out
}

// A Loss is where the time of the workers of a profiled pool went, as its passes tell.
type Loss struct {
	Point record.Point
	Pool
	Family   Family
	Title    string            // of the work
	Baseline record.Point      // the plain loop
	Lost     estimate.Estimate // share of the workers' time that is no useful work
	Blamed   []Blame           // the first one, and the others by their shares; empty when nothing is lost
	Sure     bool              // the first one is surely the largest that it is held against
	Missing  estimate.Estimate // share of the lost time that the machine is the cause of, by not giving its CPUs
	Lacked   estimate.Estimate // share of the workers' time in which they were ready and others had their CPU, whatever came of it; N is 0 when not told
	Counted  bool              // there are counters: without them several causes cannot be told
	Locks    bool              // waiting for locks was measured
	From     []record.Point    // what it was made from
}

// A Blame is the share of the lost time that one cause has.
type Blame struct {
	Cause Cause // without a name for what none explains
	Share estimate.Estimate
}

// Losses are those of all pools that have the pass stages, by Set.Points.
func Losses(s *Set) []Loss { return once(s, findLosses) }

func findLosses(s *Set) (out []Loss) {
	for _, x := range Scalings(s) {
		for _, p := range x.Points() {
			t, ok := trailOf(s, s.at(p.Point), s.at(x.Baseline))
			if !ok {
				continue
			}
			loss := Loss{Point: p.Point, Pool: p.Pool, Family: x.Family, Title: x.Title(), Baseline: x.Baseline, Counted: t.counters, Locks: t.locks, From: t.from}
			loss.Lost = t.quantity(func(e evidence) float64 {
				sum := 0.0
				for _, v := range blamed(e) {
					sum += v
				}
				return sum
			}).Estimate()
			loss.Lacked = t.lacked.Estimate()
			var shares []estimate.Quantity
			for i := range len(causes) + 1 {
				shares = append(shares, t.quantity(func(e evidence) float64 { return blame(e)[i] }))
			}
			loss.rank(shares)
			out = append(out, loss)
		}
	}
	return out
}

// most is the share of the lost time above which missing capacity is the first cause.
const most = 0.5

// rank sorts the shares, which are parallel to the causes. Missing capacity is beside the
// others, since nobody can cure it by another pool: it is the first only where it is most of
// the loss, and the first of the others is not held against it.
func (l *Loss) rank(shares []estimate.Quantity) {
	beside := func(i int) bool {
		return i < len(causes) && causes[i].Name == missingCapacity && shares[i].Point <= most
	}
	var order []int
	for i, q := range shares {
		if i < len(causes) && causes[i].Name == missingCapacity {
			l.Missing = q.Estimate()
		}
		if q.Point > 0 {
			order = append(order, i)
		}
	}
	slices.SortStableFunc(order, func(a, b int) int { return cmp.Compare(shares[b].Point, shares[a].Point) })
	if len(order) > 1 && beside(order[0]) {
		order[0], order[1] = order[1], order[0]
	}
	for _, i := range order {
		b := Blame{Share: shares[i].Estimate()}
		if i < len(causes) {
			b.Cause = causes[i]
		}
		l.Blamed = append(l.Blamed, b)
	}
	if len(order) == 0 || order[0] == len(causes) {
		return
	}
	first := shares[order[0]]
	l.Sure = first.N >= estimate.MinBlocks
	for _, i := range order[1:] {
		if low, _ := first.Per(shares[i]).Interval(1 - estimate.Confidence); !(low > 0) && !beside(i) {
			l.Sure = false
		}
	}
}
