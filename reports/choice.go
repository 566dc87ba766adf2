package reports

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strconv"

	"poolbench/reports/estimate"
	"poolbench/reports/words"
)

// A Choice is the answer to "which executor and how many workers".
type Choice struct {
	Pool                       // executor "serial" when no pool beats the plain loop
	Speedup  estimate.Estimate // 1 for serial
	Ties     []Tie             // other arms that are not surely slower than the fastest by more than 5 %; the chosen one is the cheapest of all
	Decided  bool              // false when blocks are too few or too noisy to tell
	Sentence string            // states the choice; for people
	Ahead    estimate.Estimate // how many times as fast as Next, within blocks; N is 0 when another executor is as good or nothing can be said
	Next     Tie               // the fastest arm of another executor
	Stated   []Tie             // arms whose speedups Sentence states
}

// A Tie is an arm as good as the choice.
type Tie struct {
	Pool
	Speedup estimate.Estimate
}

// cheaper orders arms of equal speed: the one that takes less of the machine and brings
// less trouble first.
func cheaper(a, b Tie) int {
	return cmp.Or(cmp.Compare(a.Workers, b.Workers), words.Cheaper(a.Executor, b.Executor), a.compare(b.Pool))
}

type candidate struct {
	tie     Tie
	speedup estimate.Quantity
	task    estimate.Series
}

// beatsSerial reports whether the speedup is surely above 1. Many arms are looked
// at, so the level is shared among them (Bonferroni): of many that equal the plain
// loop none should win by chance. The interval is exact, since the percentile
// bootstrap of a few blocks cannot reach such small tails, and only its lower end
// is asked for.
func (c candidate) beatsSerial(arms int) bool {
	return estimate.MedianInterval(c.speedup.Places, choiceAlpha(arms)).Low > 0
}

// choiceAlpha is the two-sided level whose one side is what each arm may err.
func choiceAlpha(arms int) float64 { return 2 * (1 - estimate.Confidence) / float64(arms) }

// most is the largest speedup that the arm may have.
func (c candidate) most() float64 {
	return max(c.tie.Speedup.High, math.Exp(estimate.MedianInterval(c.speedup.Places, 1-estimate.Confidence).High))
}

// choose answers which arm to use. Only arms that surely beat the plain loop can be
// chosen; of those that are as good as the fastest, the cheapest is. The plain loop
// is chosen when no arm can be better by more than the practical limit.
func choose(s *Set, all []candidate, baseline Pool) Choice {
	serial := Choice{Pool: baseline}
	if len(all) == 0 {
		serial.Sentence = "cannot tell: only " + words.Against(baseline.Executor) + " was measured"
		return serial
	}
	blocks := 0
	for _, c := range all {
		blocks = max(blocks, c.tie.Speedup.N)
	}
	judged := slices.DeleteFunc(slices.Clone(all), func(c candidate) bool { return !c.tie.Speedup.Known() })
	best := fastest(judged)
	if best == nil {
		best = fastest(all)
		serial.Stated = []Tie{best.tie}
		serial.Sentence = fmt.Sprintf("cannot tell: %s of the %d an interval needs; so far %s leads with %s",
			words.Count(blocks, "block"), estimate.MinBlocks, best.tie.Pool, words.Ratio(best.tie.Speedup.Value)+" "+baseline.Executor)
		return serial
	}
	winners := slices.DeleteFunc(slices.Clone(judged), func(c candidate) bool {
		return !(c.tie.Speedup.Value > 1+Practical && c.beatsSerial(len(judged)))
	})
	if len(winners) > 0 {
		out := settle(asGood(s, winners), baseline.Executor)
		out.ahead(s, all)
		return out
	}
	return noPool(serial, judged, best)
}

// noPool fills in the choice of the plain loop, decided or not.
func noPool(serial Choice, judged []candidate, best *candidate) Choice {
	s := best.tie.Speedup
	serial.Speedup = estimate.Exactly(1, s.N)
	possible := func(c candidate) bool { return c.most() > 1+Practical }
	serial.Stated = []Tie{best.tie}
	times := func(e estimate.Estimate) string { return words.Estimate(e, words.Times) + " " + serial.Executor }
	name, needs := best.tie.Pool, estimate.BlocksFor(choiceAlpha(len(judged)))
	unsure := fmt.Sprintf("cannot tell whether a pool helps: the best, %s, is %s", name, times(s))
	switch other := slices.IndexFunc(judged, possible); {
	case !possible(*best) && other >= 0:
		chance := judged[other].tie
		serial.Stated = append(serial.Stated, chance)
		serial.Sentence = fmt.Sprintf("%s, and %s may be faster, %s; more blocks would narrow that", unsure, chance.Pool, words.Estimate(chance.Speedup, words.Times))
	case possible(*best) && s.Low > 1 && s.N < needs:
		serial.Sentence = fmt.Sprintf("%s, but the best of %s may be so by chance: %s of the %d that takes",
			unsure, words.Count(len(judged), "arm"), words.Count(s.N, "block"), needs)
	case possible(*best) && s.Low > 1:
		serial.Sentence = fmt.Sprintf("%s, as one of %d that are no better may be by chance; more blocks would narrow that", unsure, len(judged))
	case possible(*best):
		serial.Sentence = unsure + "; more blocks would narrow that"
	case s.Value < 1:
		serial.Decided = true
		serial.Sentence = fmt.Sprintf("do not use a pool: nothing beats %s; the best, %s, is %s", words.Against(serial.Executor), name, times(s))
	default:
		serial.Decided = true
		serial.Sentence = fmt.Sprintf("do not use a pool: the best, %s, gains less than %s: %s", name, words.Percent(Practical), times(s))
	}
	return serial
}

// asGood are the winners that are not surely slower than the fastest of them by
// more than the practical limit, compared within blocks.
func asGood(s *Set, winners []candidate) []candidate {
	best := fastest(winners)
	return slices.DeleteFunc(winners, func(c candidate) bool {
		ratio := s.Estimate(best.task.Over(c.task))
		if ratio.Known() {
			ratio.Value = ratio.High
		}
		return !(ratio.Value > 1/(1+Practical))
	})
}

// fastest is the first of the fastest; nil when there is none.
func fastest(all []candidate) *candidate {
	if len(all) == 0 {
		return nil
	}
	best := slices.MaxFunc(all, func(a, b candidate) int { return cmp.Compare(a.tie.Speedup.Value, b.tie.Speedup.Value) })
	return &best
}

// settle chooses among arms that are equally good.
func settle(winners []candidate, against string) Choice {
	slices.SortFunc(winners, func(x, y candidate) int { return cheaper(x.tie, y.tie) })
	chosen := winners[0]
	c := Choice{Pool: chosen.tie.Pool, Speedup: chosen.tie.Speedup, Decided: true, Stated: []Tie{chosen.tie}}
	for _, w := range winners[1:] {
		c.Ties = append(c.Ties, w.tie)
	}
	c.Sentence = fmt.Sprintf("%s: %s %s %s", c.Pool, words.Ratio(c.Speedup.Value), against, words.IntervalOf(c.Speedup, words.Times))
	if len(c.Ties) > 0 {
		c.Sentence += "; " + tieSentence(c)
	}
	return c
}

// ahead compares the choice with the fastest of the arms of other executors.
func (c *Choice) ahead(s *Set, all []candidate) {
	next := fastest(slices.DeleteFunc(slices.Clone(all), func(x candidate) bool { return x.tie.How == c.How }))
	if next == nil || slices.ContainsFunc(c.Ties, func(t Tie) bool { return t.How != c.How }) {
		return
	}
	i := slices.IndexFunc(all, func(x candidate) bool { return x.tie.Pool == c.Pool })
	if lead := s.Estimate(next.task.Over(all[i].task)); lead.Known() && lead.Low > 1 {
		c.Ahead, c.Next = lead, next.tie
	}
}

// tieSentence is "4 to 16 workers and processes with 2 are equally good".
func tieSentence(c Choice) string {
	var workers ordered[Pool, string] // by pool without a size
	for _, t := range c.Ties {
		workers.add(t.of(0), strconv.Itoa(t.Workers))
	}
	// The chosen executor's other sizes first: they follow from its name.
	chosen := c.of(0)
	var parts []string
	for _, p := range workers.keys {
		if list := words.JoinOr(workers.of[p]); p == chosen {
			parts = slices.Insert(parts, 0, list+" workers")
		} else {
			parts = append(parts, p.Label()+" with "+list)
		}
	}
	verb := "are"
	if len(c.Ties) == 1 {
		verb = words.Verb("is", "are", c.Ties[0].Executor)
	}
	return words.JoinAnd(parts) + " " + verb + " equally good"
}
