package reports

import (
	"cmp"
	"fmt"
	"slices"
	"sort"
	"strings"

	"poolbench/reports/estimate"
	"poolbench/reports/words"
)

func (a *analysis) answers() Answers {
	return Answers{Which: a.which(), Short: a.short(), Where: a.where(), Trust: a.trust()}
}

// which has one sentence a workload, at its largest grain and smallest payload.
func (a *analysis) which() []Sentence {
	var out []Sentence
	for _, s := range Headline(a.data) {
		text := s.Best.Sentence
		if ratio, next, ok := a.lead(s); ok {
			text += fmt.Sprintf("; %s ahead of %s", words.Ratio(ratio.Value), words.Arm(next.Executor, next.Workers))
		}
		if s.Grain != 0 && a.grains(s.Workload) > 1 {
			text += fmt.Sprintf(" (at %s of work per task)", words.Grain(s.Grain))
		}
		out = append(out, Sentence{s.Workload, text})
	}
	return out
}

// Headline is the Scaling of each workload that stands for it: its largest grain
// and, there, its smallest payload, but no Partial one. Sorted by workload.
func Headline(d *Data) []Scaling {
	var out []Scaling
	for _, s := range d.Scalings {
		n := len(out)
		switch {
		case s.Partial:
		case n == 0 || out[n-1].Workload != s.Workload:
			out = append(out, s)
		case s.Grain > out[n-1].Grain:
			out[n-1] = s
		}
	}
	return out
}

func (a *analysis) grains(workload string) int {
	seen := map[int64]bool{}
	for _, s := range a.data.Scalings {
		if s.Workload == workload {
			seen[int64(s.Grain)] = true
		}
	}
	return len(seen)
}

// short has one sentence for every executor of the sweep that stands for its
// workload. The first of each sweep says which one it is; the others repeat no more
// of it than tells workloads apart. Then come the crossovers of other kinds.
func (a *analysis) short() []Sentence {
	var out []Sentence
	sweeps := HeadlineSweeps(a.data)
	for _, s := range sweeps {
		for i, series := range s.Series {
			on := ""
			switch {
			case i == 0:
				on = fmt.Sprintf(" on %s with %s", s.Workload, words.Count(s.Workers, "worker"))
			case len(sweeps) > 1:
				on = " on " + s.Workload
			}
			var text strings.Builder
			text.WriteString(crossoverSentence(series, series.Executor+on))
			for _, more := range []string{cutOverSentence(series), halfSentence(series.Half().Work)} {
				if more != "" {
					text.WriteString("; " + more)
				}
			}
			out = append(out, Sentence{series.Executor, text.String()})
		}
		out = append(out, a.duelSentences(s)...)
		out = append(out, remedySentences(s)...)
		if text := a.costSentence(s.Workload); text != "" {
			out = append(out, Sentence{s.Workload, text})
		}
	}
	return out
}

// HeadlineSweeps is the Sweep of each workload that stands for it: with as many
// workers as cores, else the most that are not more than the cores, else the
// fewest. Sorted by workload.
func HeadlineSweeps(d *Data) []Sweep {
	var out []Sweep
	for _, s := range d.Sweeps {
		n := len(out)
		switch {
		case n == 0 || out[n-1].Workload != s.Workload:
			out = append(out, s)
		case s.Workers <= d.Machine.Cores:
			out[n-1] = s // they ascend in workers
		}
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

// crossoverSentence says where a pool begins to beat the plain loop.
func crossoverSentence(series SweepSeries, subject string) string {
	pays, begins, crosses := " "+words.PayOff(series.Executor), words.Verb(" begins", " begin", series.Executor), words.Verb(" crosses", " cross", series.Executor)
	c := series.Crossover
	switch c.Outcome {
	case estimate.Crosses:
		return fmt.Sprintf("%s%s above %s of work per task %s", subject, pays, words.Duration(c.At.Value), words.DurationInterval(c.At.Value, c.At.Low, c.At.High))
	case estimate.Always:
		return fmt.Sprintf("%s%s at every size tried (from %s)", subject, pays, words.Duration(c.From))
	case estimate.Never:
		return fmt.Sprintf("%s %s up to %s", subject, series.NeverPays(series.Executor), words.Duration(c.To))
	case estimate.Several:
		return fmt.Sprintf("%s%s the plain loop more than once, last at %s: noise or a cliff", subject, crosses, words.Duration(c.At.Value))
	}
	if c.At.N < c.Needs {
		about := ""
		if c.At.Value > 0 {
			about = fmt.Sprintf(", perhaps at %s", words.Duration(c.At.Value))
		}
		return fmt.Sprintf("cannot tell where %s%s to pay off%s: %s of the %d an interval needs", subject, begins, about, words.Count(c.At.N, "block"), c.Needs)
	}
	return fmt.Sprintf("cannot tell where %s%s to pay off: no difference to the plain loop is clear of the noise on both sides", subject, begins)
}

// MayPay reports whether the interval of some point leaves room for a gain that
// matters.
func (s SweepSeries) MayPay() bool {
	for _, p := range s.Points {
		if p.Speedup.High > 1+Practical {
			return true
		}
	}
	return false
}

// halfSentence says what half of the ideal efficiency needs; empty when that is
// unknown.
func halfSentence(c estimate.Crossing) string {
	switch c.Outcome {
	case estimate.Crosses:
		return fmt.Sprintf("half of ideal efficiency needs %s", words.DurationEstimate(c.At))
	case estimate.Always:
		return "half of ideal efficiency at every size"
	case estimate.Never:
		return "never half of ideal efficiency"
	case estimate.Several:
		return fmt.Sprintf("half of ideal efficiency is crossed more than once, last at %s", words.Duration(c.At.Value))
	}
	return ""
}

// noisyLimit is the half width of a speedup's interval, relative to the speedup,
// above which an arm counts as noisy.
const noisyLimit = 0.10

// trust says whether the numbers can be believed, and what lowers that.
func (a *analysis) trust() []Sentence {
	d := a.data
	out := []Sentence{a.basis()}
	add := func(format string, args ...any) { out = append(out, Sentence{Text: fmt.Sprintf(format, args...)}) }
	if n := len(d.Failures); n > 0 {
		add("%s failed: %s.", words.Count(n, "trial"), failureList(d))
	}
	if noisy, arms := NoisyArms(d); len(noisy) > 0 {
		add("%d of %d arms are noisy (interval wider than ±%s): %s. More blocks, hence a larger -budget, narrow them.",
			len(noisy), arms, words.Percent(noisyLimit), words.ShortList(noisy, 3))
	}
	if s, ok := capacitySentence(d); ok {
		add("%s", s)
	}
	for _, w := range d.Warnings {
		add("%s", w)
	}
	if len(out) == 1 && len(d.Scalings) > 0 && a.pairs.whole >= estimate.MinBlocks {
		out[0].Text += " Nothing that lowers trust was seen."
	}
	return out
}

// basis is the first sentence of trust: what everything rests on.
func (a *analysis) basis() Sentence {
	arms := len(a.pairs.arms)
	text := fmt.Sprintf("%s of %s", words.Count(a.pairs.whole, "block"), words.Count(arms, "arm"))
	if narrow := a.pairs.blocks - a.pairs.whole; narrow > 0 {
		text += fmt.Sprintf(", and %d of those that needed more", narrow)
	}
	if !a.pairs.numbered {
		text = fmt.Sprintf("%s with up to %s each, paired by their order: the record has no blocks", words.Count(arms, "arm"), words.Count(a.pairs.blocks, "result"))
	}
	if a.pairs.whole < estimate.MinBlocks {
		cure := "a larger -budget, or fewer workloads, executors or worker counts, gives more"
		if !a.pairs.numbered {
			cure = "a larger -count gives more"
		}
		text += fmt.Sprintf("; intervals need %d, so there are none: %s", estimate.MinBlocks, cure)
	} else {
		text += fmt.Sprintf("; intervals are %s", words.Percent(estimate.Confidence))
	}
	return Sentence{Text: text + "."}
}

// failureList is "2 × processes × 4, spin (worker exited)", most frequent first.
func failureList(d *Data) string {
	count := map[string]int{}
	reason := map[string]string{}
	var names []string
	for _, f := range d.Failures {
		if count[f.Name] == 0 {
			names = append(names, f.Name)
			reason[f.Name] = f.Reason
		}
		count[f.Name]++
	}
	sort.SliceStable(names, func(i, j int) bool { return count[names[i]] > count[names[j]] })
	list := make([]string, len(names))
	for i, n := range names {
		list[i] = fmt.Sprintf("%s %s (%s)", DisplayName(n), words.Plural(count[n], "time", "times"), reason[n])
	}
	return words.ShortList(list, 3)
}

// NoisyArms names the arms whose speedup has an interval wider than ±10 %, the
// widest first, and counts all arms that have an interval.
func NoisyArms(d *Data) (noisy []string, of int) {
	type wide struct {
		name  string
		width float64
	}
	var found []wide
	for _, s := range d.Scalings {
		for _, series := range s.Series {
			for _, pt := range series.Points {
				if !pt.Speedup.Known() {
					continue
				}
				of++
				width := (pt.Speedup.High - pt.Speedup.Low) / 2 / pt.Speedup.Value
				if width > noisyLimit {
					found = append(found, wide{words.Arm(series.Executor, pt.Workers) + " on " + words.Task(s.Workload, s.Grain, s.Payload), width})
				}
			}
		}
	}
	slices.SortStableFunc(found, func(x, y wide) int { return cmp.Compare(y.width, x.width) })
	for _, f := range found {
		noisy = append(noisy, f.name)
	}
	return noisy, of
}

// capacitySentence warns when the machine gives much less than its cores promise.
func capacitySentence(d *Data) (string, bool) {
	if d.Record.Note("warning.capacity") != "" {
		return "", false // the runner has said it
	}
	p := 0
	for workers := range d.Capacity {
		if workers <= d.Machine.Cores {
			p = max(p, workers)
		}
	}
	c := d.Capacity[p]
	if p < 2 || !c.Known() || c.Value > 0.8*float64(p) || c.High > 0.9*float64(p) {
		return "", false
	}
	return fmt.Sprintf("%d CPUs together deliver %s times one %s: no pool can speed up CPU work more on this machine.",
		p, words.RatioNumber(c.Value), words.Interval(c.Low, c.High)), true
}
