package reports

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"

	"poolbench/bench/record"
	"poolbench/reports/estimate"
	"poolbench/reports/words"
)

// whichSentence says the choice of the Scaling that stands for its workload.
func whichSentence(s *Set, h Scaling) Sentence {
	out := Chosen(s, h)
	out.Subject = h.Family.Title()
	if h.Grain != 0 && slices.ContainsFunc(Scalings(s), func(x Scaling) bool { return x.Family == h.Family && x.Grain != h.Grain }) {
		out.Text += fmt.Sprintf(" (at %s of work per task)", words.Grain(h.Grain))
	}
	return out
}

// Chosen says the choice of any Scaling.
func Chosen(s *Set, x Scaling) Sentence {
	best, against := x.Best, x.Family.Baseline
	claim := func(relation Relation, a Arm, e estimate.Estimate, level float64) Claim {
		return Claim{Subject: a.String() + " on " + x.Title(), Relation: relation, Object: against, Unit: words.Times, Value: e, Level: level, Of: []record.Point{a.Point}, Against: []record.Point{x.Baseline}}
	}
	sure := func(relation Relation) []Claim {
		return []Claim{claim(relation, best.Best, best.Surely, estimate.Certainty)}
	}
	few := claim(Unchosen, best.Best, estimate.Estimate{Value: float64(best.Blocks), N: best.Blocks}, 0)
	few.Object, few.Unit = words.Count(estimate.MinBlocks, "block"), words.Plain
	times := words.Estimate(best.Surely, words.Times) + " " + against // the interval that decides
	lead := fmt.Sprintf("%s, is %s", best.Best.Pool, times)
	if best.Surely.N > 0 {
		lead += " (99 % for all arms together)"
	}
	out := Sentence{Verdict: &Verdict{Unsure, "cannot tell"}}
	switch best.Decision {
	case Unmeasured:
		out.Text = "cannot tell: only " + words.Against(against) + " was measured"
		object := ""
		out.Brief = out.Text
		if x.Partial {
			object = "by some executors"
			out.Text = "nothing is chosen: this grain was measured with some of the executors only"
		}
		out.Claims = []Claim{{Subject: x.Title(), Relation: Absent, Object: object, Unit: words.Plain, Of: []record.Point{x.Baseline}}}
	case SomePool:
		hint := moreBlocks(s, estimate.MinBlocks)
		out.Text = fmt.Sprintf("a pool helps, about %s; which one needs %s more: %s", words.Ratio(best.Best.Speedup.Value), words.Count(estimate.MinBlocks-best.Blocks, "block"), hint)
		out.Brief, out.Verdict, out.Claims = "a pool helps, about "+words.Ratio(best.Best.Speedup.Value)+"; which one: "+hint, &Verdict{Win, "a pool helps, about " + words.Ratio(best.Best.Speedup.Value)}, append(sure(Helps), few)
	case OneWorker:
		out.Text = fmt.Sprintf("cannot tell: only pools of one worker were measured, which cannot gain; the best, %s", lead)
		out.Brief = "cannot tell: only pools of one worker were measured"
		out.Claims = sure(Speedup)
	case NoPool:
		why := "nothing beats " + words.Against(against)
		if best.Best.Speedup.Value >= 1 {
			why = "none gains more than " + words.Percent(Practical)
		}
		out.Text = fmt.Sprintf("do not use a pool: %s; the best, %s", why, lead)
		out.Brief, out.Verdict = fmt.Sprintf("no pool: the best, %s, is %s", best.Best.Short(), words.Estimate(best.Surely, words.Times)), &Verdict{None, "use no pool"}
		out.Claims = sure(NoGain)
		for _, p := range x.Points() {
			if p.Pool != best.Best.Pool {
				out.Claims[0].Of = append(out.Claims[0].Of, p.Point)
			}
		}
	case MachineAbsent:
		machine := MachineOf(s)
		gave := machine.String() + " meanwhile"
		out.Text = fmt.Sprintf("cannot tell: %s; the best, %s; stop what else runs, then measure again", gave, lead)
		out.Brief, out.Verdict = "cannot tell: "+gave, &Verdict{Unsure, fmt.Sprintf("cannot tell: %s of %s", words.RatioNumber(machine.Gave.Value), words.Count(machine.CPUs, "CPU"))}
		out.Claims = append(sure(MayGain), machine.missing())
	case Undecided:
		out.Claims = sure(MayGain)
		if best.Blocks < estimate.MinBlocks {
			hint := moreBlocks(s, estimate.MinBlocks)
			out.Claims = append(out.Claims, few)
			out.Text = fmt.Sprintf("cannot tell: %s of the %d an interval needs; so far %s leads with %s; %s", words.Count(best.Blocks, "block"), estimate.MinBlocks, best.Best.Pool, times, hint)
			out.Brief = fmt.Sprintf("cannot tell: %s of %d: %s", words.Count(best.Blocks, "block"), estimate.MinBlocks, hint)
			break
		}
		out.Text = fmt.Sprintf("cannot tell whether a pool helps: the best, %s; four times the blocks halve the interval: %s", lead, moreBlocks(s, 4*best.Blocks))
		out.Brief = fmt.Sprintf("cannot tell: the best, %s, is %s", best.Best.Short(), words.Estimate(best.Surely, words.Times))
	case ChosenPool:
		out = pick(s, x, claim)
	}
	return out
}

// pick says which pool is the choice, and how the others stand to it.
func pick(s *Set, x Scaling, claim func(Relation, Arm, estimate.Estimate, float64) Claim) Sentence {
	best := x.Best
	self := Arm{Pool: best.Pool, Speedup: best.Speedup}
	for _, p := range x.Points() {
		if p.Pool == best.Pool {
			self.Point = p.Point
		}
	}
	beside := func(relation Relation, r Rival, e estimate.Estimate, level float64) Claim {
		return Claim{Subject: r.String() + " on " + x.Title(), Relation: relation, Object: best.String(), Unit: words.Times, Value: e, Level: level, Of: []record.Point{r.Point}, Against: []record.Point{self.Point}}
	}
	speedup := words.ValueOf(best.Speedup, words.Times) + " " + x.Family.Baseline + " " + words.IntervalOf(best.Speedup, words.Times)
	out := Sentence{Text: best.String(), Brief: best.Short() + ": " + words.Estimate(best.Speedup, words.Times),
		Verdict: &Verdict{Win, best.Short() + ", " + words.Ratio(best.Speedup.Value)}, Claims: []Claim{claim(Speedup, self, best.Speedup, 0), claim(Helps, self, best.Surely, estimate.Certainty)}}
	switch f := best.Fastest; {
	case f != nil && f.Standing == Equal:
		out.Text += ", the smallest of those that are equal"
	case f != nil:
		out.Text += ", the smallest that may be as fast"
	}
	out.Text += ": " + speedup
	if isWide(best.Speedup) {
		out.Text += ", a wide interval"
	}
	if f := best.Fastest; f != nil && f.Standing != Equal {
		out.Text += fmt.Sprintf("; %s measured %s", f.Pool, words.Faster(f.Lead, ""))
		if isWide(f.Lead) {
			out.Text += ", a wide interval"
		}
		out.Claims = append(out.Claims, beside(Measured, *f, f.Lead, 0))
	}
	for _, group := range []struct {
		standing Standing
		relation Relation
		text     string
	}{{Equal, EqualTo, "equal, within 5 %: "}, {Untold, UntoldOf, "not told apart yet: "}} {
		var of []Pool
		for _, r := range best.Rivals {
			if r.Standing == group.standing {
				of = append(of, r.Pool)
				out.Claims = append(out.Claims, beside(group.relation, r, r.Lead, 0))
			}
		}
		if len(of) > 0 {
			out.Text += "; " + group.text + poolList(best.Pool, of)
			out.Brief += fmt.Sprintf("; %d %s", len(of), strings.TrimSuffix(strings.Split(group.text, ",")[0], " yet: "))
		}
	}
	if n := best.Next; n != nil {
		out.Text += "; " + words.Faster(n.Lead, n.Pool.String())
		c := claim(Faster, self, n.Lead, estimate.Certainty)
		c.Object, c.Against = n.String(), []record.Point{n.Point}
		out.Claims = append(out.Claims, c)
	}
	if r := risingOf(s, x); r != nil {
		out.Text += fmt.Sprintf("; still rising at %d, the largest tried: %s", r.last.Workers, r.flag())
		out.Brief += "; still rising"
		out.Claims = append(out.Claims, Claim{Subject: r.last.String() + " on " + x.Title(), Relation: Rising, Object: r.before.String(), Unit: words.Times, Value: r.gain, Of: []record.Point{r.last.Point}, Against: []record.Point{r.before.Point}})
	}
	return out
}

// isWide reports whether an interval is so wide that its value alone says little: its ends
// are a quarter apart.
func isWide(e estimate.Estimate) bool { return e.Known() && e.High > 1.25*e.Low }

// poolList is "4 or 8 workers and processes with 2": the sizes of one executor together,
// those of the chosen one first and without its name.
func poolList(chosen Pool, of []Pool) string {
	var workers ordered[Pool, string] // by pool without a size
	for _, p := range of {
		workers.add(p.of(0), strconv.Itoa(p.Workers))
	}
	var parts []string
	for _, p := range workers.keys {
		if list := words.JoinOr(workers.of[p]); p == chosen.of(0) {
			parts = slices.Insert(parts, 0, list+" workers")
		} else {
			parts = append(parts, p.Label()+" with "+list)
		}
	}
	return words.JoinAnd(parts)
}

// A rise is an executor that gets faster up to the largest pool tried.
type rise struct {
	before, last ScalingPoint
	gain         estimate.Estimate // speedup of last over that of before
}

// flag asks for larger pools.
func (r rise) flag() string {
	var sizes []string
	for n := r.last.Workers; n <= min(8*r.last.Workers, 1024); n *= 2 { // as many as a run takes
		sizes = append(sizes, strconv.Itoa(n))
	}
	return "-workers " + strings.Join(sizes, ",")
}

// risingOf is the rise of the arm with the largest speedup; nil when it is not at the
// largest pool of its executor, when that is not shown to gain what matters over the one
// before, or when there is no CPU for more workers that compute.
func risingOf(s *Set, x Scaling) *rise {
	for _, series := range x.Series {
		n := len(series.Points)
		if series.How != x.Best.Best.How || n < 2 || series.Points[n-1].Workers > 512 || series.Points[n-1].Pool != x.Best.Best.Pool {
			continue
		}
		r := rise{before: series.Points[n-2], last: series.Points[n-1]}
		if cores := s.Record.Facts.Cores; x.Resource == "cpu" && (cores == 0 || r.last.Workers >= cores) {
			return nil
		}
		r.gain = s.Estimate(s.Task(r.before.Point).Over(s.Task(r.last.Point)))
		if r.gain.Known() && r.gain.Low > 1+Practical {
			return &r
		}
	}
	return nil
}

// moreBlocks says how to get a number of blocks of every arm, as flags.
func moreBlocks(s *Set, blocks int) string {
	if !s.Numbered() {
		return fmt.Sprintf("-count %d", blocks)
	}
	end := s.Record.Facts.End
	if end == nil || end.Elapsed <= 0 || s.Whole() == 0 {
		return "-resume" // it is not known how long a block takes
	}
	// The warm-up is one block more.
	seconds := end.Elapsed * float64(blocks+2) / float64(s.Whole()+1)
	unit := 1.0
	if seconds > 60 {
		unit = 15
	}
	text := (time.Duration(math.Ceil(seconds/unit)*unit) * time.Second).String()
	return "-budget " + strings.Replace(text, "m0s", "m", 1)
}
