package reports

import (
	"fmt"
	"strconv"
	"strings"

	"poolbench/reports/estimate"
	"poolbench/reports/words"
)

// This file puts the figures along the grain axis into tables and sentences.

// SizeTables are the figures of one workload along the grain axis: crossover and
// cut-over of every pool, METG with the least useful work, and pools against each
// other. Empty ones are left out.
func SizeTables(set *Set, workload string) []words.Table {
	pays := words.Table{Title: "Where pools pay off", Left: 1, Header: []string{"executor", "workers", "crossover", "cut-over", "it loses at most", "floor", "R50", "R90", "overhead"},
		Caption: "Useful work per task from which the pool beats the plain loop (crossover), and the cut-over to write into a program, with the most that such a rule loses at any size measured. The floor is what a task costs at least, in worker time; R50 is METG(50 %) / floor, R90 is METG(90 %) / METG(50 %): they tell where the overhead arises."}
	levels := words.Table{Title: "METG and least useful work", Left: 1, Header: []string{"executor", "workers", ""},
		Caption: "METG is the least worker time per task, overhead included, at which the pool reaches a share of the ideal; the useful work is what a task has to hold for it."}
	for _, e := range efficiencies {
		levels.Header = append(levels.Header, words.Percent(e))
	}
	for _, s := range Sweeps(set) {
		if s.Workload != workload {
			continue
		}
		for _, series := range s.Series {
			workers := strconv.Itoa(s.Workers)
			cut, loss := cutOver(series.Threshold)
			pays.Rows = append(pays.Rows, []string{series.Executor, workers, words.CrossingText(series.Crossover), cut, loss,
				series.Overhead.floorText(), words.OrDash(series.Overhead.R50, words.RatioEstimate), words.OrDash(series.Overhead.R90, words.RatioEstimate), series.Overhead.String()})
			metg, work := []string{series.Executor, workers, "METG"}, []string{series.Executor, workers, "useful work"}
			for _, e := range efficiencies {
				l := series.level(e)
				metg, work = append(metg, words.CrossingText(l.METG)), append(work, words.CrossingText(l.Work))
			}
			levels.Rows = append(levels.Rows, metg, work)
		}
	}
	duels := words.Table{Title: "Pools against each other", Left: 2, Header: []string{"below", "above", "crossover", "cut-over", "it loses at most"},
		Caption: "Pools against each other: the one below is faster on tasks with less useful work than the crossover, the one above on those with more."}
	for _, x := range Duels(set) {
		if x.Workload == workload && x.Crossover.Outcome != estimate.Unknown {
			cut, loss := cutOver(x.Threshold)
			duels.Rows = append(duels.Rows, []string{words.ShortArm(x.Below.Executor, x.Below.Workers), words.ShortArm(x.Above.Executor, x.Above.Workers),
				words.CrossingText(x.Crossover), cut, loss})
		}
	}
	var out []words.Table
	for _, t := range []words.Table{pays, levels, duels} {
		if len(t.Rows) > 0 {
			out = append(out, t)
		}
	}
	return out
}

// cutOver is the cut-over and what it loses at most.
func cutOver(t estimate.Threshold) (cut, loss string) {
	switch t.Outcome {
	case estimate.Crosses:
		cut = words.Duration(t.At)
	case estimate.Always:
		cut = "always above"
	case estimate.Never:
		cut = "always below"
	default:
		return "cannot tell", "–"
	}
	if !t.Regret.Known() {
		return cut, "–"
	}
	return cut, words.Percent(t.Regret.High)
}

// tolerable is the loss above which a cut-over is not worth naming.
const tolerable = 0.25

// cutOverSentence is the rule to use where there is no crossover; empty where there
// is one, or no good rule.
func cutOverSentence(series SweepSeries) string {
	t := series.Threshold
	if o := series.Crossover.Outcome; o != estimate.Several && o != estimate.Unknown || t.Outcome != estimate.Crosses || !t.Regret.Known() || t.Regret.High > tolerable {
		return ""
	}
	return fmt.Sprintf("a cut-over at %s loses at most %s", words.Duration(t.At), words.Percent(t.Regret.High))
}

// remedySentences say what would lower the overhead, of all executors for which it is
// the same together.
func remedySentences(s Sweep) []Sentence {
	var out []Sentence
	for shape := ShapeSerial; shape <= ShapeGrows; shape++ {
		var names []string
		for _, series := range s.Series {
			if series.Overhead.Shape == shape {
				names = append(names, series.Executor)
			}
		}
		if len(names) > 0 {
			out = append(out, Sentence{names[0], fmt.Sprintf("for shorter tasks with %s (overhead: %s) %s", words.JoinAnd(names), shape, shape.Remedy())})
		}
	}
	return out
}

// duelSentences say where one pool overtakes another, for the pools that a Sweep
// stands for. Those that never do are named together.
func duelSentences(set *Set, s Sweep) []Sentence {
	var out []Sentence
	var never []string
	reference, to := "", 0.0
	for _, x := range Duels(set) {
		if x.Workload != s.Workload || x.Below.Workers != s.Workers && x.Above.Workers != s.Workers {
			continue
		}
		below, above := x.Below.Executor, x.Above.Executor
		sizes := below == above
		if sizes {
			below, above = strconv.Itoa(x.Below.Workers), x.Above.String()
		}
		overtake := words.Verb("overtakes", "overtake", x.Above.Executor)
		switch {
		case x.Crossover.Outcome == estimate.Crosses:
			at := x.Crossover.At
			out = append(out, Sentence{x.Above.Executor, fmt.Sprintf("%s %s %s above %s of work per task %s",
				above, overtake, below, words.Duration(at.Value), words.DurationInterval(at.Value, at.Low, at.High))})
		case sizes:
		case x.Crossover.Outcome == estimate.Never:
			never, reference, to = append(never, above), below, x.Crossover.To
		case x.Crossover.Outcome == estimate.Always:
			out = append(out, Sentence{above, fmt.Sprintf("%s %s %s at every size tried", above, words.Verb("beats", "beat", above), below)})
		}
	}
	if len(never) > 0 {
		out = append(out, Sentence{reference, fmt.Sprintf("%s never %s %s, up to %s",
			words.JoinAnd(never), words.Verb("overtakes", "overtake", never...), reference, words.Duration(to))})
	}
	return out
}

// CostSentence says how many workers beat the plain loop in the Scaling of that
// index: "to beat the plain loop goroutines and spawn need 2 workers, processes 4;
// threads never do, with up to 8"; empty when nothing is known of it.
func CostSentence(set *Set, scaling int) string {
	var order, never []string
	executors := map[string][]string{}
	most := 0
	for _, c := range Costs(set) {
		if c.Scaling != scaling {
			continue
		}
		need := strconv.Itoa(c.Fewest)
		switch {
		case c.Crossover.Outcome == estimate.Never:
			never = append(never, c.Executor)
			most = max(most, int(c.Crossover.To+0.5))
			continue
		case c.Fewest == 0:
			continue
		case c.Fewest == int(c.Crossover.From+0.5) && c.Fewest > 1:
			need = "at most " + need
		}
		if executors[need] == nil {
			order = append(order, need)
		}
		executors[need] = append(executors[need], c.Executor)
	}
	var parts []string
	for _, need := range order {
		names := executors[need]
		text := words.JoinAnd(names) + " " + need
		if len(parts) == 0 {
			text = "to beat the plain loop " + words.JoinAnd(names) + words.Verb(" needs ", " need ", names...) + need + " workers"
			if need == "1" {
				text = strings.TrimSuffix(text, "s")
			}
		}
		parts = append(parts, text)
	}
	if len(never) > 0 {
		verb := words.Verb("does", "do", never...)
		text := fmt.Sprintf("%s never %s, with up to %d", words.JoinAnd(never), verb, most)
		if len(parts) == 0 {
			return fmt.Sprintf("%s never %s better than the plain loop, with up to %s", words.JoinAnd(never), verb, words.Count(most, "worker"))
		}
		return strings.Join(parts, ", ") + "; " + text
	}
	return strings.Join(parts, ", ")
}

// costSentence is the CostSentence of the Scaling that stands for a workload, with
// the size of its tasks.
func costSentence(set *Set, workload string) string {
	for _, h := range Headline(set) {
		for i, s := range Scalings(set) {
			if s.Workload == workload && h.Workload == workload && s.Grain == h.Grain && s.Payload == h.Payload {
				if text := CostSentence(set, i); text != "" {
					return fmt.Sprintf("at %s of work per task, %s", words.Grain(s.Grain), text)
				}
			}
		}
	}
	return ""
}
