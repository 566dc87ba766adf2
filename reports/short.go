package reports

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"poolbench/reports/estimate"
	"poolbench/reports/words"
)

// Short has one sentence for every executor of the sweep that stands for its workload.
// The first of each sweep says which one it is; the others repeat no more of it than
// tells workloads apart. Then come the crossovers of other kinds.
var Short = Question{
	Name: "short", Title: "How short?", Doc: "How short can a task be?",
	Answer: func(s *Set) Section {
		out := Section{Reading: "Above: as tasks get shorter the plain loop gets faster in proportion, while a pool cannot go below its own cost per task. Where the lines meet, the pool stops paying off. Below: the share of the ideal that a pool reaches. A task should hold at least the useful work at the 50 % mark."}
		sweeps := HeadlineSweeps(s)
		for _, sweep := range sweeps {
			for i, series := range sweep.Series {
				on := ""
				switch {
				case i == 0:
					on = fmt.Sprintf(" on %s with %s", sweep.Title(), words.Count(sweep.Workers, "worker"))
				case len(sweeps) > 1:
					on = " on " + sweep.Title()
				}
				out.Sentences = append(out.Sentences, payoff(sweep, series, on))
			}
			out.Sentences = append(out.Sentences, overtaking(s, sweep)...)
			out.Sentences = append(out.Sentences, remedies(sweep)...)
			for _, h := range Headline(s) {
				if cost := costOf(s, h); h.Family == sweep.Family && cost.Text != "" {
					cost.Text = fmt.Sprintf("at %s of work per task, %s", words.Grain(h.Grain), cost.Text)
					out.Sentences = append(out.Sentences, cost)
				}
			}
			out.add(sweep.Title(), sizeTables(s, sweep)...)
		}
		if len(sweeps) == 0 {
			out.Sentences = []Sentence{{Text: "this record cannot say: no workload was measured at several task sizes"}}
		}
		return out
	},
}

// payoff says where a pool begins to beat the plain loop, and what half of the ideal
// takes; on says of which sweep.
func payoff(sweep Sweep, series SweepSeries, on string) Sentence {
	arm := series.String() + " on " + sweep.Title()
	half := series.Half().Work
	out := Sentence{Text: crossoverText(series, series.Label()+on, words.Against(sweep.Family.Baseline)), Claims: []Claim{
		crossing(arm, "crossover", sweep.Family.Baseline, words.Seconds, series.Crossover),
		crossing(arm, "least useful work at 50 % efficiency", "", words.Seconds, half)}}
	if text := cutOverText(series); text != "" {
		t := series.Threshold
		out.Text += "; " + text
		out.Claims = append(out.Claims, Claim{Subject: arm, Relation: "cut-over", Object: sweep.Family.Baseline, Unit: words.Seconds, Value: estimate.Estimate{Value: t.At, N: t.Regret.N}},
			Claim{Subject: arm, Relation: "most lost by the cut-over", Object: sweep.Family.Baseline, Unit: words.Fraction, Value: t.Regret})
	}
	if text := halfText(half); text != "" {
		out.Text += "; " + text
	}
	return out
}

// NeverPays is what follows subject when the crossover is Never: "never pays off",
// or "is not seen to pay off" when the intervals leave room for it.
func (s SweepSeries) NeverPays(subject string) string {
	if !s.MayPay() {
		return "never " + words.PayOff(subject)
	}
	return words.Verb("is", "are", subject) + " not seen to pay off"
}

// MayPay reports whether the interval of some point leaves room for a gain that
// matters.
func (s SweepSeries) MayPay() bool {
	return slices.ContainsFunc(s.Points, func(p SweepPoint) bool { return p.Speedup.High > 1+Practical })
}

// crossoverText says where a pool begins to beat the baseline.
func crossoverText(series SweepSeries, subject, baseline string) string {
	name := series.Label()
	pays, begins := " "+words.PayOff(name), words.Verb(" begins", " begin", name)
	c := series.Crossover
	switch {
	case c.Outcome != estimate.Unknown:
		return subject + [...]string{
			estimate.Crosses: fmt.Sprintf("%s above %s of work per task %s", pays, words.Duration(c.At.Value), words.IntervalOf(c.At, words.Seconds)),
			estimate.Always:  fmt.Sprintf("%s at every size tried (from %s)", pays, words.Duration(c.From)),
			estimate.Never:   fmt.Sprintf(" %s up to %s", series.NeverPays(name), words.Duration(c.To)),
			estimate.Several: fmt.Sprintf("%s %s more than once, last at %s: noise or a cliff", words.Verb(" crosses", " cross", name), baseline, words.Duration(c.At.Value)),
		}[c.Outcome]
	case c.At.N >= c.Needs:
		return fmt.Sprintf("cannot tell where %s%s to pay off: no difference to %s is clear of the noise on both sides", subject, begins, baseline)
	case c.At.Value > 0:
		begins += fmt.Sprintf(" to pay off, perhaps at %s", words.Duration(c.At.Value))
	default:
		begins += " to pay off"
	}
	return fmt.Sprintf("cannot tell where %s%s: %s of the %d an interval needs", subject, begins, words.Count(c.At.N, "block"), c.Needs)
}

// halfText says what half of the ideal efficiency needs; empty when that is unknown.
func halfText(c estimate.Crossing) string {
	return [...]string{estimate.Unknown: "",
		estimate.Crosses: "half of ideal efficiency needs " + words.Estimate(c.At, words.Seconds),
		estimate.Always:  "half of ideal efficiency at every size",
		estimate.Never:   "never half of ideal efficiency",
		estimate.Several: "half of ideal efficiency is crossed more than once, last at " + words.Duration(c.At.Value)}[c.Outcome]
}

// tolerable is the loss above which a cut-over is not worth naming.
const tolerable = 0.25

// cutOverText is the rule to use where there is no crossover; empty where there is one,
// or no good rule.
func cutOverText(series SweepSeries) string {
	t := series.Threshold
	if o := series.Crossover.Outcome; o != estimate.Several && o != estimate.Unknown || t.Outcome != estimate.Crosses || !t.Regret.Known() || t.Regret.High > tolerable {
		return ""
	}
	return fmt.Sprintf("a cut-over at %s loses at most %s", words.Duration(t.At), words.Percent(t.Regret.High))
}

// overtaking says where one pool overtakes another, for the pools that a Sweep stands
// for. Those that never do are named together.
func overtaking(set *Set, s Sweep) []Sentence {
	var out []Sentence
	var never []string
	var last Sentence
	for _, x := range Duels(set) {
		if x.Family != s.Family || x.Below.Workers != s.Workers && x.Above.Workers != s.Workers {
			continue
		}
		claims := []Claim{crossing(x.Above.String()+" on "+s.Title(), "crossover", x.Below.String(), words.Seconds, x.Crossover)}
		below, above := x.Below.Label(), x.Above.Label()
		sizes := below == above
		if sizes {
			below, above = strconv.Itoa(x.Below.Workers), x.Above.String()
		}
		switch {
		case x.Crossover.Outcome == estimate.Crosses:
			at := x.Crossover.At
			out = append(out, Sentence{Text: fmt.Sprintf("%s %s %s above %s of work per task %s", above, words.Verb("overtakes", "overtake", x.Above.Executor), below,
				words.Duration(at.Value), words.IntervalOf(at, words.Seconds)), Claims: claims})
		case sizes:
		case x.Crossover.Outcome == estimate.Never:
			never, last.Claims = append(never, above), append(last.Claims, claims...)
			last.Text = fmt.Sprintf("%s never %s %s, up to %s", words.JoinAnd(never), words.Verb("overtakes", "overtake", never...), below, words.Duration(x.Crossover.To))
		case x.Crossover.Outcome == estimate.Always:
			out = append(out, Sentence{Text: fmt.Sprintf("%s %s %s at every size tried", above, words.Verb("beats", "beat", above), below), Claims: claims})
		}
	}
	if len(never) > 0 {
		out = append(out, last)
	}
	return out
}

// remedies say what would lower the overhead, of all executors for which it is the same
// together.
func remedies(s Sweep) []Sentence {
	var out []Sentence
	for shape := ShapeSerial; shape <= ShapeGrows; shape++ {
		var names []string
		for _, series := range s.Series {
			if series.Overhead.Shape == shape {
				names = append(names, series.Label())
			}
		}
		if len(names) > 0 {
			out = append(out, Sentence{Text: fmt.Sprintf("for shorter tasks with %s (overhead: %s) %s", words.JoinAnd(names), shape, shape.Remedy())})
		}
	}
	return out
}

// costOf says how many workers beat the plain loop on s: "to beat the plain loop
// goroutines and spawn need 2 workers, processes 4; threads never do, with up to 8";
// without text when nothing is known of it.
func costOf(set *Set, s Scaling) Sentence {
	var out Sentence
	var never []string
	var executors ordered[string, string] // by how many workers they need
	most := 0
	for _, c := range Costs(set) {
		if Scalings(set)[c.Scaling].Baseline != s.Baseline {
			continue
		}
		claim := crossing(c.Label+" on "+s.Title(), "workers that beat", s.Family.Baseline, "workers", c.Crossover)
		if claim.Value.N == 0 && c.Fewest > 0 {
			claim.Outcome, claim.Value = "", estimate.Estimate{Value: float64(c.Fewest)}
		}
		need := strconv.Itoa(c.Fewest)
		switch {
		case c.Crossover.Outcome == estimate.Never:
			never = append(never, c.Label)
			most = max(most, int(c.Crossover.To+0.5))
			out.Claims = append(out.Claims, claim)
			continue
		case c.Fewest == 0:
			continue
		case c.Fewest == int(c.Crossover.From+0.5) && c.Fewest > 1:
			need = "at most " + need
		}
		out.Claims = append(out.Claims, claim)
		executors.add(need, c.Label)
	}
	var parts []string
	for _, need := range executors.keys {
		names := executors.of[need]
		text := words.JoinAnd(names) + " " + need
		if len(parts) == 0 {
			text = "to beat " + words.Against(s.Family.Baseline) + " " + words.JoinAnd(names) + words.Verb(" needs ", " need ", names...) + need + " workers"
			if need == "1" {
				text = strings.TrimSuffix(text, "s")
			}
		}
		parts = append(parts, text)
	}
	out.Text = strings.Join(parts, ", ")
	if len(never) > 0 {
		verb := words.Verb("does", "do", never...)
		if len(parts) == 0 {
			out.Text = fmt.Sprintf("%s never %s better than %s, with up to %s", words.JoinAnd(never), verb, words.Against(s.Family.Baseline), words.Count(most, "worker"))
		} else {
			out.Text += fmt.Sprintf("; %s never %s, with up to %d", words.JoinAnd(never), verb, most)
		}
	}
	return out
}
