package reports

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"sort"
	"strconv"

	"poolbench/bench/record"
	"poolbench/reports/estimate"
	"poolbench/reports/words"
)

// cheaper orders arms of equal speed: the one that takes less of the machine and brings
// less trouble first.
func cheaper(a, b Tie) int {
	return cmp.Or(cmp.Compare(a.Workers, b.Workers), words.Cheaper(a.Executor, b.Executor))
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
func (a *analysis) choose(all []candidate) Choice {
	serial := Choice{Executor: record.Serial, Workers: 1}
	if len(all) == 0 {
		serial.Sentence = "cannot tell: only the plain loop was measured"
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
		serial.Sentence = fmt.Sprintf("cannot tell: %s of the %d an interval needs; so far %s leads with %s serial",
			words.Count(blocks, "block"), estimate.MinBlocks, words.Arm(best.tie.Executor, best.tie.Workers), words.Ratio(best.tie.Speedup.Value))
		return serial
	}
	for _, c := range judged {
		if c.tie.Speedup.Value > 1+Practical && c.beatsSerial(len(judged)) {
			winners = append(winners, c)
		}
	}
	if len(winners) > 0 {
		return a.settle(a.asGood(winners))
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
	name := words.Arm(best.tie.Executor, best.tie.Workers)
	serial.Stated = []Tie{best.tie}
	if chance != best {
		serial.Stated = append(serial.Stated, chance.tie)
	}
	switch needs := estimate.BlocksFor(choiceAlpha(len(judged))); {
	case chance != best:
		serial.Sentence = fmt.Sprintf("cannot tell whether a pool helps: the best, %s, is %s serial, and %s may be faster, %s; more blocks would narrow that",
			name, words.RatioEstimate(s), words.Arm(chance.tie.Executor, chance.tie.Workers), words.RatioEstimate(chance.tie.Speedup))
	case best.most() > 1+Practical && s.Low > 1 && s.N < needs:
		serial.Sentence = fmt.Sprintf("cannot tell whether a pool helps: the best, %s, is %s serial, but the best of %s may be so by chance: %s of the %d that takes",
			name, words.RatioEstimate(s), words.Count(len(judged), "arm"), words.Count(s.N, "block"), needs)
	case best.most() > 1+Practical && s.Low > 1:
		serial.Sentence = fmt.Sprintf("cannot tell whether a pool helps: the best, %s, is %s serial, as one of %d that are no better may be by chance; more blocks would narrow that",
			name, words.RatioEstimate(s), len(judged))
	case best.most() > 1+Practical:
		serial.Sentence = fmt.Sprintf("cannot tell whether a pool helps: the best, %s, is %s serial; more blocks would narrow that", name, words.RatioEstimate(s))
	case s.Value < 1:
		serial.Decided = true
		serial.Sentence = fmt.Sprintf("do not use a pool: nothing beats the plain loop; the best, %s, is %s serial", name, words.RatioEstimate(s))
	default:
		serial.Decided = true
		serial.Sentence = fmt.Sprintf("do not use a pool: the best, %s, gains less than %s: %s serial", name, words.Percent(Practical), words.RatioEstimate(s))
	}
	return serial
}

// asGood are the winners that are not surely slower than the fastest of them by
// more than the practical limit, compared within blocks.
func (a *analysis) asGood(winners []candidate) []candidate {
	best := fastest(winners)
	var out []candidate
	for _, c := range winners {
		ratio := a.rs.Estimate(best.task.Over(c.task))
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
func (a *analysis) settle(winners []candidate) Choice {
	slices.SortFunc(winners, func(x, y candidate) int { return cheaper(x.tie, y.tie) })
	chosen := winners[0]
	c := Choice{Executor: chosen.tie.Executor, Workers: chosen.tie.Workers, Speedup: chosen.tie.Speedup, Decided: true, Stated: []Tie{chosen.tie}}
	for _, w := range winners[1:] {
		c.Ties = append(c.Ties, w.tie)
	}
	c.Sentence = fmt.Sprintf("%s: %s serial %s", words.Arm(c.Executor, c.Workers), words.Ratio(c.Speedup.Value), words.Interval(c.Speedup.Low, c.Speedup.High))
	if len(c.Ties) > 0 {
		c.Sentence += "; " + tieSentence(c)
	}
	return c
}

// tieSentence is "4 to 16 workers and processes with 2 are equally good".
func tieSentence(c Choice) string {
	var order []string
	workers := map[string][]int{}
	for _, t := range c.Ties {
		if _, ok := workers[t.Executor]; !ok {
			order = append(order, t.Executor)
		}
		workers[t.Executor] = append(workers[t.Executor], t.Workers)
	}
	// The chosen executor's other sizes first: they follow from its name.
	sort.SliceStable(order, func(i, j int) bool { return order[i] == c.Executor && order[j] != c.Executor })
	var parts []string
	for _, ex := range order {
		list := make([]string, len(workers[ex]))
		for i, w := range workers[ex] {
			list[i] = strconv.Itoa(w)
		}
		if ex == c.Executor {
			parts = append(parts, words.JoinOr(list)+" workers")
		} else {
			parts = append(parts, ex+" with "+words.JoinOr(list))
		}
	}
	verb := "are"
	if len(c.Ties) == 1 {
		verb = words.Verb("is", "are", c.Ties[0].Executor)
	}
	return words.JoinAnd(parts) + " " + verb + " equally good"
}

// lead fills in how far the chosen arm is ahead of the best arm of another executor,
// within blocks.
func (a *analysis) lead(s *Scaling) {
	if !s.Best.Decided || s.Best.Executor == record.Serial {
		return
	}
	for _, t := range s.Best.Ties {
		if t.Executor != s.Best.Executor {
			return
		}
	}
	var next Tie
	for _, series := range s.Series {
		for _, pt := range series.Points {
			if series.Executor != s.Best.Executor && (next.Executor == "" || pt.Speedup.Value > next.Speedup.Value) {
				next = Tie{series.Executor, pt.Workers, pt.Speedup}
			}
		}
	}
	if next.Executor == "" {
		return
	}
	cell := record.Cell{Workload: s.Workload, Grain: s.Grain, Payload: s.Payload}
	mine, theirs := cell, cell
	mine.Executor, mine.Workers = s.Best.Executor, s.Best.Workers
	theirs.Executor, theirs.Workers = next.Executor, next.Workers
	ratio := a.rs.Estimate(a.pairs.arms[theirs].task.Over(a.pairs.arms[mine].task))
	if ratio.Known() && ratio.Low > 1 {
		s.Best.Lead, s.Best.Next = ratio, next
	}
}
