package reports

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"sort"
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
	var judged, winners []candidate
	for _, c := range all {
		blocks = max(blocks, c.tie.Speedup.N)
		if c.tie.Speedup.Known() {
			judged = append(judged, c)
		}
	}
	best := fastest(judged)
	if best == nil {
		best = fastest(all)
		serial.Stated = []Tie{best.tie}
		serial.Sentence = fmt.Sprintf("cannot tell: %s of the %d an interval needs; so far %s leads with %s",
			words.Count(blocks, "block"), estimate.MinBlocks, best.tie.Pool, words.Ratio(best.tie.Speedup.Value)+" "+baseline.Executor)
		return serial
	}
	for _, c := range judged {
		if c.tie.Speedup.Value > 1+Practical && c.beatsSerial(len(judged)) {
			winners = append(winners, c)
		}
	}
	if len(winners) > 0 {
		return settle(asGood(s, winners), baseline.Executor)
	}
	return noPool(serial, judged, best)
}

// noPool fills in the choice of the plain loop, decided or not.
func noPool(serial Choice, judged []candidate, best *candidate) Choice {
	s := best.tie.Speedup
	serial.Speedup = estimate.Exactly(1, s.N)
	chance := best // the arm that may be better, if there is one
	for i, c := range judged {
		if chance.most() <= 1+Practical && c.most() > 1+Practical {
			chance = &judged[i]
		}
	}
	serial.Stated = []Tie{best.tie}
	if chance != best {
		serial.Stated = append(serial.Stated, chance.tie)
	}
	times := func(e estimate.Estimate) string { return words.Estimate(e, words.Times) + " " + serial.Executor }
	name := best.tie.Pool
	switch needs := estimate.BlocksFor(choiceAlpha(len(judged))); {
	case chance != best:
		serial.Sentence = fmt.Sprintf("cannot tell whether a pool helps: the best, %s, is %s, and %s may be faster, %s; more blocks would narrow that",
			name, times(s), chance.tie.Pool, words.Estimate(chance.tie.Speedup, words.Times))
	case best.most() > 1+Practical && s.Low > 1 && s.N < needs:
		serial.Sentence = fmt.Sprintf("cannot tell whether a pool helps: the best, %s, is %s, but the best of %s may be so by chance: %s of the %d that takes",
			name, times(s), words.Count(len(judged), "arm"), words.Count(s.N, "block"), needs)
	case best.most() > 1+Practical && s.Low > 1:
		serial.Sentence = fmt.Sprintf("cannot tell whether a pool helps: the best, %s, is %s, as one of %d that are no better may be by chance; more blocks would narrow that",
			name, times(s), len(judged))
	case best.most() > 1+Practical:
		serial.Sentence = fmt.Sprintf("cannot tell whether a pool helps: the best, %s, is %s; more blocks would narrow that", name, times(s))
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
	var out []candidate
	for _, c := range winners {
		ratio := s.Estimate(best.task.Over(c.task))
		reach := ratio.Value
		if ratio.Known() {
			reach = ratio.High
		}
		if reach > 1/(1+Practical) {
			out = append(out, c)
		}
	}
	return out
}

func fastest(all []candidate) *candidate {
	var best *candidate
	for i, c := range all {
		if best == nil || c.tie.Speedup.Value > best.tie.Speedup.Value {
			best = &all[i]
		}
	}
	return best
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

// tieSentence is "4 to 16 workers and processes with 2 are equally good".
func tieSentence(c Choice) string {
	var order []Pool // without workers
	workers := map[Pool][]string{}
	without := func(p Pool) Pool { return Pool{p.Executor, 0, p.How} }
	for _, t := range c.Ties {
		p := without(t.Pool)
		if workers[p] == nil {
			order = append(order, p)
		}
		workers[p] = append(workers[p], strconv.Itoa(t.Workers))
	}
	// The chosen executor's other sizes first: they follow from its name.
	chosen := without(c.Pool)
	sort.SliceStable(order, func(i, j int) bool { return order[i] == chosen && order[j] != chosen })
	var parts []string
	for _, p := range order {
		if list := words.JoinOr(workers[p]); p == chosen {
			parts = append(parts, list+" workers")
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
