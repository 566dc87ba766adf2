package reports

import (
	"fmt"
	"sort"
	"strings"

	"poolbench/reports/estimate"
	"poolbench/reports/words"
)

// Answers are the questions of the suite in sentences, each ready to print. A
// slice is empty when the record has nothing to say about it.
type Answers struct {
	Which []Sentence // which executor and how many workers, one per workload
	Short []Sentence // how short can a task be, one per executor
	Where []Sentence // where did the speedup go, one per workload
	Trust []Sentence // can these numbers be trusted; never empty
}

// A Sentence is one finding about Subject (a workload or an executor).
type Sentence struct{ Subject, Text string }

// AnswersOf are the answers of a Set.
func AnswersOf(set *Set) Answers {
	return Answers{Which: which(set), Short: short(set), Where: where(set), Trust: trust(set)}
}

// which has one sentence a workload, at its largest grain and smallest payload.
func which(set *Set) []Sentence {
	var out []Sentence
	for _, s := range Headline(set) {
		text := s.Best.Sentence
		if ratio, next, ok := Ahead(set, s); ok {
			text += fmt.Sprintf("; %s ahead of %s", words.Ratio(ratio.Value), next.Pool)
		}
		if s.Grain != 0 && grains(set, s.Workload) > 1 {
			text += fmt.Sprintf(" (at %s of work per task)", words.Grain(s.Grain))
		}
		out = append(out, Sentence{s.Workload, text})
	}
	return out
}

func grains(set *Set, workload string) int {
	seen := map[int64]bool{}
	for _, s := range Scalings(set) {
		if s.Workload == workload {
			seen[int64(s.Grain)] = true
		}
	}
	return len(seen)
}

// short has one sentence for every executor of the sweep that stands for its
// workload. The first of each sweep says which one it is; the others repeat no more
// of it than tells workloads apart. Then come the crossovers of other kinds.
func short(set *Set) []Sentence {
	var out []Sentence
	sweeps := HeadlineSweeps(set)
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
		out = append(out, duelSentences(set, s)...)
		out = append(out, remedySentences(s)...)
		if text := costSentence(set, s.Workload); text != "" {
			out = append(out, Sentence{s.Workload, text})
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

// trust says whether the numbers can be believed, and what lowers that.
func trust(set *Set) []Sentence {
	out := []Sentence{basis(set)}
	add := func(format string, args ...any) { out = append(out, Sentence{Text: fmt.Sprintf(format, args...)}) }
	if n := len(set.Record.Failures); n > 0 {
		add("%s failed: %s.", words.Count(n, "trial"), failureList(set))
	}
	if noisy, arms := NoisyArms(set); len(noisy) > 0 {
		add("%d of %d arms are noisy (interval wider than ±%s): %s. More blocks, hence a larger -budget, narrow them.",
			len(noisy), arms, words.Percent(noisyLimit), words.ShortList(noisy, 3))
	}
	if s, ok := capacitySentence(set); ok {
		add("%s", s)
	}
	for _, w := range Warnings(set) {
		add("%s", w)
	}
	if len(out) == 1 && len(Scalings(set)) > 0 && set.Whole() >= estimate.MinBlocks {
		out[0].Text += " Nothing that lowers trust was seen."
	}
	return out
}

// basis is the first sentence of trust: what everything rests on.
func basis(set *Set) Sentence {
	arms := len(set.Points())
	text := fmt.Sprintf("%s of %s", words.Count(set.Whole(), "block"), words.Count(arms, "arm"))
	if narrow := set.Blocks() - set.Whole(); narrow > 0 {
		text += fmt.Sprintf(", and %d of those that needed more", narrow)
	}
	if !set.Numbered() {
		text = fmt.Sprintf("%s with up to %s each, paired by their order: the record has no blocks", words.Count(arms, "arm"), words.Count(set.Blocks(), "result"))
	}
	if set.Whole() < estimate.MinBlocks {
		cure := "a larger -budget, or fewer workloads, executors or worker counts, gives more"
		if !set.Numbered() {
			cure = "a larger -count gives more"
		}
		text += fmt.Sprintf("; intervals need %d, so there are none: %s", estimate.MinBlocks, cure)
	} else {
		text += fmt.Sprintf("; intervals are %s", words.Percent(estimate.Confidence))
	}
	return Sentence{Text: text + "."}
}

// failureList is "2 × processes × 4, spin (worker exited)", most frequent first.
func failureList(set *Set) string {
	count := map[string]int{}
	reason := map[string]string{}
	var names []string
	for _, f := range set.Record.Failures {
		name := f.Point.String()
		if count[name] == 0 {
			names = append(names, name)
			reason[name] = f.Reason
		}
		count[name]++
	}
	sort.SliceStable(names, func(i, j int) bool { return count[names[i]] > count[names[j]] })
	list := make([]string, len(names))
	for i, n := range names {
		list[i] = fmt.Sprintf("%s %s (%s)", n, words.Plural(count[n], "time", "times"), reason[n])
	}
	return words.ShortList(list, 3)
}

// capacitySentence warns when the machine gives much less than its cores promise.
func capacitySentence(set *Set) (string, bool) {
	if set.Record.Facts.Warned("capacity") {
		return "", false // the runner has said it
	}
	p := 0
	capacity := CapacityOf(set)
	for workers := range capacity {
		if workers <= set.Record.Facts.Cores {
			p = max(p, workers)
		}
	}
	c := capacity[p].Estimate()
	if p < 2 || !c.Known() || c.Value > 0.8*float64(p) || c.High > 0.9*float64(p) {
		return "", false
	}
	return fmt.Sprintf("%d CPUs together deliver %s times one %s: no pool can speed up CPU work more on this machine.",
		p, words.RatioNumber(c.Value), words.Interval(c.Low, c.High)), true
}
