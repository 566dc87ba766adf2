package reports

import (
	"fmt"
	"strconv"
	"strings"

	"poolbench/reports/words"
)

// where has one sentence a workload: what the executor that is chosen for it, or the
// fastest one, loses to. Workloads of which nothing can be told are left out.
func where(set *Set) []Sentence {
	var out []Sentence
	for _, s := range Headline(set) {
		series, best := s.fastest()
		if series == nil {
			continue
		}
		var parts []string
		if text := best.Ledger.Text(); text != "" {
			parts = append(parts, fmt.Sprintf("with %s %s", words.Count(best.Workers, "worker"), text))
		}
		if series.Law.Kind != NoLaw {
			parts = append(parts, series.Law.Text())
		}
		if best.Overlap.N > 0 {
			parts = append(parts, overlapText(best))
		}
		if len(parts) > 0 {
			out = append(out, Sentence{s.Workload, series.Executor + ": " + strings.Join(parts, "; ")})
		}
	}
	return out
}

// fastest is the series of the choice with its point, or those of the largest speedup
// when no pool is chosen; nil when there is none.
func (s Scaling) fastest() (series *ScalingSeries, best ScalingPoint) {
	for i := range s.Series {
		for _, p := range s.Series[i].Points {
			chosen := s.Series[i].Executor == s.Best.Executor && p.Workers == s.Best.Workers
			if chosen || series == nil || p.Speedup.Value > best.Speedup.Value {
				series, best = &s.Series[i], p
			}
			if chosen {
				return series, best
			}
		}
	}
	return series, best
}

// Text says what the law is, with its numbers: "every worker gives 0.97× [0.95, 0.98]
// (linear)".
func (l Law) Text() string {
	one := fmt.Sprintf("one worker gives %s", words.RatioEstimate(l.PerWorker))
	switch l.Kind {
	case Linear:
		return fmt.Sprintf("every worker gives %s%s (linear)", words.RatioEstimate(l.PerWorker), map[string]string{
			"cores": ", up to the cores", "capacity": " of the measured capacity"}[l.Against])
	case Amdahl:
		law := ""
		if l.Name() != "contention" {
			law = " (" + l.Name() + ")"
		}
		return fmt.Sprintf("%s of contention for each worker more%s, %s", words.PercentEstimate(l.Contention), law, one)
	case USL:
		text := fmt.Sprintf("%s of contention and %s of crosstalk for each worker more (USL), %s",
			words.PercentEstimate(l.Contention), words.PercentEstimate(l.Crosstalk), one)
		if l.Peak.N > 0 {
			return text + ", fastest with " + l.PeakText() + " workers"
		}
		return text + ", no best size given: " + l.NoPeak
	case Plateau:
		text := fmt.Sprintf("flat at %s (plateau)", words.RatioEstimate(l.Ceiling))
		if l.Ceiling.Value < 1 { // not what the cores deliver
			text += ", a task in " + words.Duration(l.Period.Value)
		}
		return text
	case Dispatcher:
		return fmt.Sprintf("flat at %s (dispatcher-bound, or another place that all share), a task in %s; %s",
			words.RatioEstimate(l.Ceiling), words.Duration(l.Period.Value), one)
	}
	return "no model: " + l.Why
}

// PeakText is N* for a table, "14 [12, 17]", or why it is withheld.
func (l Law) PeakText() string {
	switch {
	case l.Peak.N > 0:
		return fmt.Sprintf("%s [%s, %s]", words.Significant(l.Peak.Value), words.Significant(l.Peak.Low), words.Significant(l.Peak.High))
	case l.Kind == NoLaw:
		return "–"
	}
	return l.NoPeak
}

// Text names the shares from the largest: "81 % of the workers' time is useful work,
// 12 % idle, 6 % scheduling, 1 % slower work". It is empty when nothing was sampled.
func (l Ledger) Text() string {
	if l.N == 0 {
		return ""
	}
	idle := "idle"
	if !l.Split {
		idle = "scheduling or idle"
	}
	text := fmt.Sprintf("%s of the workers' time is useful work, %s slower work", words.Percent(l.Ideal), words.Percent(l.Inflation))
	if l.Split {
		text += fmt.Sprintf(", %s scheduling", words.Percent(l.Scheduling))
	}
	return text + fmt.Sprintf(", %s %s", words.Percent(l.Idle), idle)
}

func overlapText(p ScalingPoint) string {
	return "overlap of waiting and computing " + words.PlainEstimate(p.Overlap)
}

// WhereTables are the figures of where the speedup goes: the law of every executor,
// the shares of its workers' time, and the master model with its predictions. Empty
// ones are left out.
func WhereTables(set *Set) []words.Table {
	var out []words.Table
	for _, t := range []words.Table{lawTable(set), lossTable(set), masterTable(set)} {
		if t = t.Pruned(); len(t.Rows) > 0 {
			out = append(out, t)
		}
	}
	return out
}

// lawTable is how the speedup of every executor goes with workers, on the Scaling
// that stands for each workload.
func lawTable(set *Set) words.Table {
	t := words.Table{Title: "How speedup goes with workers", Left: 4, Header: []string{"workload", "executor", "model", "best size N*", "tax"},
		Caption: "The model of speedup against workers that explains the points best, by AICc, with its parameters. The best size N* is given where USL is the model, its crosstalk is clear of 0, and N* is not beyond 1.5 times the largest pool measured. The tax is the time with one worker over that of the plain loop."}
	for _, s := range Headline(set) {
		for _, series := range s.Series {
			if series.Law.Kind == NoLaw && series.Law.Why == "" {
				continue // not compared with models
			}
			t.Rows = append(t.Rows, []string{s.Workload, series.Executor, series.Law.Text(), series.Law.PeakText(), words.OrDash(series.Tax, words.RatioEstimate)})
		}
	}
	return t
}

// lossTable is where the time of the workers went, a row a pool size of the Scaling
// that stands for each workload. Serial fractions of pools that are too small for one
// are in brackets.
func lossTable(set *Set) words.Table {
	t := words.Table{Title: "Where the workers' time went", Left: 2, Header: []string{"workload", "executor", "workers", "relative speedup", "serial fraction",
		"useful work", "slower work", "scheduling", "idle", "overlap"},
		Caption: "Relative speedup is against the same executor with one worker. The serial fraction is that of Karp and Flatt; in brackets it is of fewer than 4 workers, where noise alone makes one. Shares of the time of all workers come from tasks timed from inside; slower work is below 0 where tasks took less time than in the plain loop, and workers beyond the cores wait as slower work or as idle. The overlap of waiting and computing is 1 when the shorter is hidden behind the longer, 0 when they go one after the other."}
	for _, s := range Headline(set) {
		for _, series := range s.Series {
			for _, p := range series.Points {
				fraction := words.OrDash(p.SerialFraction, words.PlainEstimate)
				switch e := p.SerialFraction; {
				case fraction == "–" && p.Ledger.N == 0 && p.Overlap.N == 0:
					continue
				case e.N > 0 && e.Value > 1:
					fraction = "slower than serial"
				case e.N > 0 && p.Workers < TrustedWorkers:
					fraction = "(" + fraction + ")"
				}
				relative := words.OrDash(p.Relative, words.RatioEstimate)
				if p.Workers == 1 && p.Relative.N > 0 {
					relative = words.Ratio(1) // of itself
				}
				row := []string{s.Workload, series.Executor, strconv.Itoa(p.Workers), relative, fraction}
				row = append(append(row, p.Ledger.shares()...), words.OrDash(p.Overlap, words.PlainEstimate))
				t.Rows = append(t.Rows, row)
			}
		}
	}
	return t
}

// shares are the four shares for a table.
func (l Ledger) shares() []string {
	switch {
	case l.N == 0:
		return []string{"–", "–", "–", "–"}
	case !l.Split:
		return []string{words.Percent(l.Ideal), words.Percent(l.Inflation), "in idle", words.Percent(l.Idle)}
	}
	return []string{words.Percent(l.Ideal), words.Percent(l.Inflation), words.Percent(l.Scheduling), words.Percent(l.Idle)}
}

// masterTable is what the master model says of the sweeps, with its predictions.
func masterTable(set *Set) words.Table {
	t := words.Table{Title: "Costs, and what they predict", Left: 2, Header: []string{"workload", "executor", "start F", "per task h", "slower work φ", "dispatcher d", "tail, tasks",
		"misfit", "crossover", "measured", "off by", "pool", "measured", "which loses"},
		Caption: "T = F + n·max((w·φ + h)/P, d) + tail, fitted to the smallest and the largest tasks only; a cost that they do not show is –. The misfit is that of the worst of the points it was fitted to: where it is large, the costs are rough. What it predicts for the crossover and the smallest pool within 5 % of the fastest stands beside what was measured."}
	for _, m := range Masters(set) {
		row := []string{m.Workload, m.Executor}
		if m.Why != "" && m.Cells == 0 {
			continue
		}
		row = append(row, words.OrDash(m.Fixed, words.DurationEstimate), words.OrDash(m.Inline, words.DurationEstimate), words.OrDash(m.Inflation, words.RatioEstimate),
			words.OrDash(m.Period, words.DurationEstimate), words.OrDash(m.Tail, words.PlainEstimate), words.Percent(m.Misfit))
		predicted, off := words.CrossingText(m.Predicted), "–"
		if m.Why != "" {
			predicted = m.Why
		}
		if e, ok := m.CrossoverError(); ok {
			off = words.Change(1 + e)
		}
		row = append(row, predicted, words.CrossingText(m.Measured), off)
		if m.PredictedPool > 0 {
			row = append(row, strconv.Itoa(m.PredictedPool), strconv.Itoa(m.MeasuredPool), words.Percent(m.Regret))
		} else {
			row = append(row, "–", "–", "–")
		}
		t.Rows = append(t.Rows, row)
	}
	return t
}
