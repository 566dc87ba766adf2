package reports

import (
	"fmt"
	"slices"
	"strings"

	"poolbench/bench/record"
	"poolbench/reports/estimate"
	"poolbench/reports/words"
)

// The relations of losses.
const (
	ShareOfTime Relation = "share of the workers' time"
	ModelOf     Relation = "model" // a parameter of it, by Object
	OverlapOf   Relation = "overlap of waiting and computing"
)

// Where has a sentence for each pool that passes were around, which names the cause of the
// loss, its share and its cure, and one for its efficiencies; then one sentence a workload:
// what the executor that is chosen for it, or the fastest one, loses to, unless passes told
// that, and how its speedup goes with workers. Workloads of which nothing can be told are left
// out.
var Where = Question{
	Name: "where", Title: "Where did it go?", Doc: "Where did the speedup go?",
	Answer: func(s *Set) Section {
		out := Section{Sentences: lossCauses(s)}
		for _, w := range s.Record.Facts.Warnings {
			if uncounted(w) {
				out.Reading += w.What + " "
			}
		}
		out.Reading = strings.TrimSpace(out.Reading)
		for _, h := range Headline(s) {
			if sentence, ok := lossSentence(s, h); ok {
				out.Sentences = append(out.Sentences, sentence)
			}
		}
		out.add("", causeTable(s), efficiencyTable(s).Pruned(), lawTable(s).Pruned(), lossTable(s).Pruned(), masterTable(s).Pruned())
		return out
	},
}

// looked reports whether passes tell where the time of a point went, and more of it than times
// from inside.
func looked(set *Set, p record.Point) bool {
	return slices.ContainsFunc(Losses(set), func(l Loss) bool { return l.Point == p })
}

func lossSentence(set *Set, s Scaling) (out Sentence, ok bool) {
	series, best := s.standing()
	if series == nil {
		return out, false
	}
	arm := best.String() + " on " + s.Title()
	var parts []string
	if text := best.Ledger.Text(); text != "" && !looked(set, best.Point) {
		parts = append(parts, fmt.Sprintf("with %s %s", words.Count(best.Workers, "worker"), text))
		share := func(name string, unit string, e estimate.Estimate) {
			out.Claims = append(out.Claims, Claim{Subject: arm, Relation: ShareOfTime, Object: name, Unit: unit, Value: e, Of: []record.Point{best.Point}, Against: []record.Point{s.Baseline}})
		}
		for _, x := range best.Ledger.Shares() {
			share(x.Name, words.Fraction, x.Of)
		}
		if best.Ledger.Faster.N > 0 {
			share("tasks faster than alone", words.Times, best.Ledger.Faster)
		}
	}
	if series.Law.Kind != NoLaw {
		parts = append(parts, series.Law.Text())
		out.Claims = append(out.Claims, series.Law.claims(series.Label()+" on "+s.Title(), series.Points, s.Baseline)...)
	}
	if best.Overlap.N > 0 {
		parts = append(parts, "overlap of waiting and computing "+words.Estimate(best.Overlap, words.Plain))
		out.Claims = append(out.Claims, Claim{Subject: arm, Relation: OverlapOf, Unit: words.Plain, Value: best.Overlap, Of: []record.Point{best.Point}})
	}
	out.Subject, out.Text = s.Family.Title(), series.Label()+": "+strings.Join(parts, "; ")
	return out, len(parts) > 0
}

// standing is the series of the choice with its point, or those of the largest speedup
// when no pool is chosen; nil when there is none.
func (s Scaling) standing() (series *ScalingSeries, best ScalingPoint) {
	for i := range s.Series {
		for _, p := range s.Series[i].Points {
			chosen := p.Pool == s.Best.Pool
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
	one := fmt.Sprintf("one worker gives %s", words.Estimate(l.PerWorker, words.Times))
	switch l.Kind {
	case Linear:
		return fmt.Sprintf("every worker gives %s%s (linear)", words.Estimate(l.PerWorker, words.Times), map[string]string{
			"cores": ", up to the cores", "capacity": " of the measured capacity"}[l.Against])
	case Amdahl:
		law := strings.TrimSuffix(" ("+l.Name()+")", " (contention)")
		return fmt.Sprintf("%s of contention for each worker more%s, %s", words.Estimate(l.Contention, words.Fraction), law, one)
	case USL:
		text := fmt.Sprintf("%s of contention and %s of crosstalk for each worker more (USL), %s",
			words.Estimate(l.Contention, words.Fraction), words.Estimate(l.Crosstalk, words.Fraction), one)
		if l.Peak.N > 0 {
			return text + ", fastest with " + l.PeakText() + " workers"
		}
		return text + ", no best size given: " + l.NoPeak
	case Plateau:
		text := fmt.Sprintf("flat at %s (plateau)", words.Estimate(l.Ceiling, words.Times))
		if l.Ceiling.Value < 1 { // not what the cores deliver
			text += ", a task in " + words.Duration(l.Period.Value)
		}
		return text
	case Dispatcher:
		return fmt.Sprintf("flat at %s (dispatcher-bound, or another place that all share), a task in %s; %s",
			words.Estimate(l.Ceiling, words.Times), words.Duration(l.Period.Value), one)
	}
	return "no model: " + l.Why
}

// claims are the parameters that Text states of some points.
func (l Law) claims(subject string, points []ScalingPoint, baseline record.Point) []Claim {
	period := l.Period
	if l.Kind == Plateau && l.Ceiling.Value >= 1 {
		period = estimate.Estimate{}
	}
	var out []Claim
	for _, p := range []struct {
		object, unit string
		value        estimate.Estimate
	}{
		{"speedup of each worker", words.Times, l.PerWorker}, {"largest speedup", words.Times, l.Ceiling}, {"time from task to task", words.Seconds, period},
		{"contention of each worker more", words.Fraction, l.Contention}, {"crosstalk of each worker more", words.Fraction, l.Crosstalk}, {"best number of workers", words.Plain, l.Peak},
	} {
		c := Claim{Subject: subject, Relation: ModelOf, Object: l.Name() + ": " + p.object, Unit: p.unit, Value: p.value, Against: []record.Point{baseline}}
		for _, at := range points {
			c.Of = append(c.Of, at.Point)
		}
		if p.value.N > 0 {
			out = append(out, c)
		}
	}
	return out
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

// A WorkShare is a part of the time of the workers.
type WorkShare struct {
	Name string
	Of   estimate.Estimate
}

// Shares are those of a ledger, useful work first; they add up to 1. They are empty when nothing was sampled, or the split does not fit.
func (l Ledger) Shares() []WorkShare {
	switch {
	case l.N == 0, l.Faster.N > 0:
		return nil
	case l.Split:
		return []WorkShare{{"useful work", l.Ideal}, {"slower work", l.Inflation}, {"scheduling", l.Scheduling}, {"idle", l.Idle}}
	}
	return []WorkShare{{"useful work", l.Ideal}, {"slower work", l.Inflation}, {"scheduling or idle", l.Idle}}
}

// Text names the shares: "81 % [80, 83] of the workers' time is useful work, 1 % [0, 2]
// slower work, 6 % [5, 7] scheduling, 12 % [10, 13] idle". It is empty when nothing was
// sampled.
func (l Ledger) Text() string {
	if l.Faster.N > 0 {
		return fmt.Sprintf("tasks take less time than in the plain loop, which is %s as long, so their time cannot be split", words.Estimate(l.Faster, words.Times))
	}
	var parts []string
	for _, x := range l.Shares() {
		parts = append(parts, words.Estimate(x.Of, words.Fraction)+" "+x.Name)
	}
	return strings.Replace(strings.Join(parts, ", "), " useful", " of the workers' time is useful", 1)
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
			law := series.Law
			t.Add(s.Family.Title(), series.Label(), words.Cell{Text: law.Text(), Method: law.PerWorker.Method}, words.Cell{Text: law.PeakText(), Method: law.Peak.Method},
				words.Number(series.Tax, words.Times))
		}
	}
	return t
}

// lossTable is where the time of the workers went, a row a pool size of the Scaling
// that stands for each workload. Serial fractions of pools that are too small for one
// are in brackets.
func lossTable(set *Set) words.Table {
	t := words.Table{Folded: true, Title: "Where the workers' time went", Left: 2, Header: []string{"workload", "executor", "workers", "relative speedup", "serial fraction",
		"useful work", "slower work", "scheduling", "idle", "overlap"},
		Caption: "Relative speedup is against the same executor with one worker. The serial fraction is that of Karp and Flatt; in brackets it is of fewer than 4 workers, where noise alone makes one. Shares of the time of all workers come from tasks timed from inside; they do not fit where tasks surely took less time than in the plain loop, and workers beyond the cores wait as slower work or as idle. The overlap of waiting and computing is 1 when the shorter is hidden behind the longer, 0 when they go one after the other."}
	for _, s := range Headline(set) {
		for _, p := range s.Points() {
			fraction := words.Number(p.SerialFraction, words.Plain)
			switch e := p.SerialFraction; {
			case e.N == 0 && p.Ledger.N == 0 && p.Overlap.N == 0:
				continue
			case e.N > 0 && e.Value > 1:
				fraction = words.Cell{Text: "slower than serial"}
			case e.N > 0 && p.Workers < TrustedWorkers:
				fraction.Text = "(" + fraction.Text + ")"
			}
			relative := words.Number(p.Relative, words.Times)
			if p.Workers == 1 && p.Relative.N > 0 {
				relative = words.Cell{Text: words.Ratio(1)} // of itself
			}
			share := func(of estimate.Estimate) words.Cell {
				if p.Ledger.Faster.N > 0 {
					return words.Cell{Text: "does not fit"}
				}
				return words.Number(of, words.Fraction)
			}
			scheduling := share(p.Ledger.Scheduling)
			if p.Ledger.Ideal.N > 0 && !p.Ledger.Split {
				scheduling.Text = "in idle"
			}
			t.Add(s.Family.Title(), p.Label(), p.Workers, relative, fraction,
				share(p.Ledger.Ideal), share(p.Ledger.Inflation), scheduling, share(p.Ledger.Idle), words.Number(p.Overlap, words.Plain))
		}
	}
	return t
}

// masterTable is what the master model says of the sweeps, with its predictions.
func masterTable(set *Set) words.Table {
	t := words.Table{Folded: true, Title: "Costs, and what they predict", Left: 2, Header: []string{"workload", "executor", "start F", "per task h", "slower work φ", "dispatcher d", "tail, tasks",
		"misfit", "crossover", "measured", "off by", "pool", "measured", "which loses"},
		Caption: "T = F + n·max((w·φ + h)/P, d) + tail, fitted to the smallest and the largest tasks only; a cost that they do not show is –. The misfit is that of the worst of the points it was fitted to: where it is large, the costs are rough. What it predicts for the crossover and the smallest pool within 5 % of the fastest stands beside what was measured."}
	for _, m := range Masters(set) {
		if m.Why != "" && m.Cells == 0 {
			continue
		}
		predicted, pool := words.Crossing(m.Predicted), m.PredictedPool > 0
		if m.Why != "" {
			predicted = words.Cell{Text: m.Why}
		}
		off, ok := m.CrossoverError()
		t.Add(m.Family.Title(), m.Label(), words.Number(m.Fixed, words.Seconds), words.Number(m.Inline, words.Seconds),
			words.Number(m.Inflation, words.Times), words.Number(m.Period, words.Seconds), words.Number(m.Tail, words.Plain),
			words.Percent(m.Misfit), predicted, words.Crossing(m.Measured), words.OrDash(ok, words.Change(1+off)),
			words.OrDash(pool, m.PredictedPool), words.OrDash(pool, m.MeasuredPool), words.OrDash(pool, words.Percent(m.Regret)))
	}
	return t
}
