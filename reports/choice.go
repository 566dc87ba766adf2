package reports

import (
	"cmp"
	"math"
	"slices"

	"poolbench/bench/record"
	"poolbench/reports/estimate"
	"poolbench/reports/words"
)

// A Choice is the answer to "which executor and how many workers", made by two
// questions:
//
//  1. Does any pool help? The size of the gain counts: an arm helps whose speedup is above
//     1 in an interval whose level is shared among all arms (estimate.Sure), and gains more
//     than what is Practical. None does when even the upper ends of these intervals do not,
//     had the machine given all that it has (see Machine).
//  2. Which one? The smallest of those that help that no other surely beats by more than
//     what is Practical, by the interval of their ratio within blocks. So it may be as fast as
//     any; where another measured faster, that is the price. That takes MinBlocks.
type Choice struct {
	Pool              // the baseline where no pool is chosen
	Decision Decision // what follows is of the decisions that have it
	Speedup  estimate.Estimate
	Rivals   []Rival           // the other arms, of ChosenPool: the smallest first
	Fastest  *Rival            // the one with the largest speedup; nil when that is the choice
	Next     *Rival            // the fastest of those that the choice surely beats, with the shared interval; nil without one
	Best     Arm               // the arm with the largest speedup, of every decision but Unmeasured
	Surely   estimate.Estimate // its speedup, or that of the arm that decides, in the interval that decides
	Blocks   int               // of Best
}

// A Decision is how a Choice turned out.
type Decision int

const (
	Unmeasured    Decision = iota // nothing was measured beside the baseline, or with some executors only
	ChosenPool                    // Pool is the choice
	SomePool                      // a pool helps; too few blocks to say which
	NoPool                        // none gains what matters
	OneWorker                     // nor does one that has one worker, as all that were measured
	MachineAbsent                 // none was seen to gain, but the machine did not give what it has
	Undecided                     // too few blocks, or too noisy
)

// Decided reports whether there is a choice.
func (d Decision) Decided() bool { return d == ChosenPool || d == NoPool }

// An Arm is a point of a Scaling with its speedup.
type Arm struct {
	Pool
	Point   record.Point
	Speedup estimate.Estimate
}

// A Rival is an arm beside the choice.
type Rival struct {
	Arm
	Lead     estimate.Estimate // time of the choice / its time, within blocks: above 1 where it is the faster one
	Standing Standing
}

// A Standing says what the interval of a Rival's Lead tells.
type Standing int

const (
	Told   Standing = iota // one of the two is faster
	Equal                  // the interval lies within what is Practical
	Untold                 // it reaches to both sides of 1, and beyond what is Practical
)

// standing is what the interval of a ratio of two arms tells.
func standing(ratio estimate.Estimate) Standing {
	switch {
	case !ratio.Known():
		return Untold
	case ratio.Low >= 1/(1+Practical) && ratio.High <= 1+Practical:
		return Equal
	case ratio.Low <= 1 && ratio.High >= 1:
		return Untold
	}
	return Told
}

// smaller orders arms of equal speed: the one with fewer workers first, then the one that
// is simpler to have.
func smaller(a, b Pool) int {
	return cmp.Or(cmp.Compare(a.Workers, b.Workers), words.Simpler(a.Executor, b.Executor), a.compare(b))
}

// A candidate is an arm that may be chosen.
type candidate struct {
	Arm
	speedup estimate.Quantity
	task    estimate.Series
	most    float64 // that the speedup may be, had the machine been there
	// computes is false of work that only waits, which no CPUs are missing for.
	computes bool
}

// surely is the speedup in the interval whose level is shared among a number of arms.
func (c candidate) surely(arms int) estimate.Estimate {
	return sureRatio(c.speedup.Places, c.speedup.Point, 2*estimate.Shared(arms)) // one side of it decides
}

// sureRatio is the estimate of which the places are logarithms, in the interval of level
// 1-alpha; it has no interval (N is 0) where there is none of that level.
func sureRatio(places []float64, point, alpha float64) estimate.Estimate {
	v := estimate.Sure(places, alpha)
	if !v.Bounded() {
		return estimate.Estimate{Value: math.Exp(point)}
	}
	return v.Ratio(len(places))
}

// choose answers which arm to use.
func choose(s *Set, all []candidate, baseline Pool) Choice {
	out := Choice{Pool: baseline}
	if len(all) == 0 {
		return out
	}
	best := slices.MaxFunc(all, func(a, b candidate) int { return cmp.Compare(a.Speedup.Value, b.Speedup.Value) })
	out.Decision, out.Best, out.Surely, out.Blocks = Undecided, best.Arm, best.surely(len(all)), best.speedup.N
	var helping []candidate
	for _, c := range all {
		if sure := c.surely(len(all)); c.Speedup.Value > 1+Practical && sure.N > 0 && sure.Low > 1 {
			helping = append(helping, c)
		}
	}
	known := slices.DeleteFunc(slices.Clone(helping), func(c candidate) bool { return !c.Speedup.Known() })
	switch {
	case len(known) > 0:
		out.settle(s, known, all)
	case len(helping) > 0:
		lead := slices.MaxFunc(helping, func(a, b candidate) int { return cmp.Compare(a.Speedup.Value, b.Speedup.Value) })
		out.Decision, out.Best, out.Surely, out.Blocks = SomePool, lead.Arm, lead.surely(len(all)), lead.speedup.N
	case slices.ContainsFunc(all, func(c candidate) bool { return !(c.most <= 1+Practical) }):
		if MachineOf(s).Short() && best.computes && best.Speedup.Known() {
			out.Decision = MachineAbsent
		}
	case best.Speedup.Known() && !slices.ContainsFunc(all, func(c candidate) bool { return c.Workers > 1 }):
		out.Decision = OneWorker
	case best.Speedup.Known():
		out.Decision, out.Speedup = NoPool, estimate.Exactly(1, best.Speedup.N)
	}
	return out
}

// settle chooses one of those that help.
func (out *Choice) settle(s *Set, helping, all []candidate) {
	slices.SortStableFunc(helping, func(a, b candidate) int { return smaller(a.Pool, b.Pool) })
	chosen := slices.MaxFunc(helping, func(a, b candidate) int { return cmp.Compare(a.Speedup.Value, b.Speedup.Value) })
	for _, c := range helping {
		if !slices.ContainsFunc(helping, func(other candidate) bool {
			lead := s.Estimate(c.task.Over(other.task))
			return lead.Known() && lead.Low > 1+Practical
		}) {
			chosen = c
			break
		}
	}
	out.Decision, out.Pool, out.Speedup, out.Surely = ChosenPool, chosen.Pool, chosen.Speedup, chosen.surely(len(all))
	fastest := chosen.Speedup.Value
	for _, c := range all {
		if c.Pool == chosen.Pool {
			continue
		}
		ratio := chosen.task.Over(c.task)
		r := Rival{Arm: c.Arm, Lead: s.Estimate(ratio)}
		r.Standing = standing(r.Lead)
		if v := estimate.Sure(ratio.Places(), 1-estimate.Confidence); !r.Lead.Known() && (v.Low > 0 || v.High < 0) {
			r.Standing = Told // too few blocks for its interval, but not for that
		}
		out.Rivals = append(out.Rivals, r)
		if r.Lead.Known() && r.Lead.Value > 1 && c.Speedup.Value > fastest {
			fastest, out.Fastest = c.Speedup.Value, &r
		}
		if r.Standing != Told || !r.Lead.Known() || r.Lead.Value > 1 {
			continue
		}
		if out.Next == nil || c.Speedup.Value > out.Next.Speedup.Value {
			out.Next = &r
		}
	}
	slices.SortStableFunc(out.Rivals, func(a, b Rival) int { return smaller(a.Pool, b.Pool) })
	if out.Next == nil {
		return
	}
	i := slices.IndexFunc(all, func(c candidate) bool { return c.Pool == out.Next.Pool })
	ratio := all[i].task.Over(chosen.task)
	sure := sureRatio(ratio.Places(), ratio.Point(), estimate.Shared(len(all)-1))
	if next := *out.Next; sure.N > 0 && sure.Low > 1 {
		next.Lead = sure
		out.Next = &next
	} else {
		out.Next = nil
	}
}
