package reports

import (
	"slices"

	"poolbench/reports/estimate"
	"poolbench/reports/words"
)

// sizeTables are the figures along the grain axis of the workload that the sweep h stands
// for.
func sizeTables(set *Set, h Sweep) []words.Table {
	of := slices.DeleteFunc(slices.Clone(Sweeps(set)), func(s Sweep) bool { return s.Family != h.Family })
	var out []words.Table
	for _, s := range of {
		t := needTable(s)
		t.Brief = t.Brief && s.Workers == h.Workers
		t.Folded = !t.Brief
		out = append(out, t)
	}
	return append(out, payoffTable(of), duelTable(set, h))
}

// needTable is the useful work that shares of the ideal need; brief when any is known.
func needTable(s Sweep) words.Table {
	t := words.Table{Title: s.Title() + " with " + words.Count(s.Workers, "worker") + ": useful work that a task needs (METG: with the overhead)", Left: 1, Header: []string{"share of ideal"},
		Caption: "METG is the least worker time per task, overhead included, at which the pool reaches a share of the ideal; the useful work is what a task has to hold for it, with its interval."}
	for _, e := range efficiencies {
		t.Header = append(t.Header, words.Percent(e))
	}
	for _, series := range s.Series {
		row := words.Row(series.Label())
		for _, e := range efficiencies {
			l := series.level(e)
			cell := words.Cell{Text: words.OutcomeText(l.Work.Outcome)}
			switch l.Work.Outcome {
			case estimate.Unknown:
				cell.Text = "?"
				if l.AtMost > 0 {
					cell.Text = "at most " + words.Duration(l.AtMost)
				}
			case estimate.Crosses:
				t.Brief = true
				cell = words.Cell{Text: words.Duration(l.Work.At.Value) + " (" + words.Duration(l.METG.At.Value) + ")",
					Interval: words.IntervalOf(l.Work.At, words.Seconds), Method: l.Work.At.Method}
			}
			row = append(row, cell)
		}
		t.Rows = append(t.Rows, row)
	}
	return t
}

// payoffTable is crossover and cut-over of every pool.
func payoffTable(of []Sweep) words.Table {
	t := words.Table{Title: "Where pools pay off on " + of[0].Title(), Left: 1, Header: []string{"executor", "workers", "crossover", "cut-over", "it loses at most", "floor", "R50", "R90", "overhead"},
		Caption: "Useful work per task from which the pool beats the plain loop (crossover), and the cut-over to write into a program, with the most that such a rule loses at any size measured. The floor is what a task costs at least, in worker time; R50 is METG(50 %) / floor, R90 is METG(90 %) / METG(50 %): they tell where the overhead arises."}
	for _, s := range of {
		for _, series := range s.Series {
			o := series.Overhead
			cut, loss := cutOver(series.Threshold)
			t.Add(series.Label(), s.Workers, words.Crossing(series.Crossover), cut, loss,
				words.Cell{Text: o.floorText(), Method: o.Floor.Method}, words.Number(o.R50, words.Times), words.Number(o.R90, words.Times), o)
		}
	}
	return t
}

// duelTable is pools against each other.
func duelTable(set *Set, h Sweep) words.Table {
	t := words.Table{Title: "Pools against each other on " + h.Title(), Folded: true, Left: 2, Header: []string{"below", "above", "crossover", "cut-over", "it loses at most"},
		Caption: "The one below is faster on tasks with less useful work than the crossover, the one above on those with more."}
	for _, x := range Duels(set) {
		if x.Family == h.Family && x.Crossover.Outcome != estimate.Unknown {
			cut, loss := cutOver(x.Threshold)
			t.Add(x.Below.Short(), x.Above.Short(), words.Crossing(x.Crossover), cut, loss)
		}
	}
	return t
}

// cutOver is the cut-over and what it loses at most.
func cutOver(t estimate.Threshold) (cut, loss words.Cell) {
	cut.Text = [...]string{estimate.Unknown: "cannot tell", estimate.Crosses: words.Duration(t.At), estimate.Always: "always above", estimate.Never: "always below"}[t.Outcome]
	loss = words.OrDash(t.Regret.Known(), words.Percent(t.Regret.High))
	loss.Method = t.Regret.Method
	return cut, loss
}
