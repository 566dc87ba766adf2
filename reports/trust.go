package reports

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strconv"

	"poolbench/reports/estimate"
	"poolbench/reports/words"
)

// Trust says whether the numbers can be believed, and what lowers that. It always has an
// answer.
var Trust = Question{
	Name: "trust", Title: "Can I trust it?", Doc: "Can I trust it?",
	Answer: func(s *Set) Section {
		basis := Evidence(s)
		out := Section{Warnings: Warnings(s), Reading: fmt.Sprintf("The run has %s. A block runs every arm once, in shuffled order, so that a machine that drifts drifts for all of them. Every speedup is a ratio within a block; the estimate is the median of these ratios and its %s interval assumes nothing about how they are distributed. It needs at least %d blocks: with fewer, no interval is shown and nothing is decided. Workers stand ready before the clock starts; each job checks its own answer after the clock has stopped.",
			words.Count(basis.Blocks, "block"), words.Percent(estimate.Confidence), estimate.MinBlocks)}
		first := Sentence{Text: basis.text(), Verdict: trustVerdict(s)}
		add := func(claims []Claim, format string, args ...any) {
			out.Sentences = append(out.Sentences, Sentence{Text: fmt.Sprintf(format, args...), Claims: claims})
		}
		if n := len(Failures(s)); n > 0 {
			add(nil, "%s failed: %s.", words.Count(n, "trial"), failureList(s))
		}
		if noisy, arms := NoisyArms(s); len(noisy) > 0 {
			add(nil, "%d of %d arms are noisy (interval wider than ±%s): %s. More blocks, hence a larger -budget, narrow them.",
				len(noisy), arms, words.Percent(noisyLimit), words.ShortList(noisy, 3))
		}
		if p, ok := poorCapacity(s); ok {
			c := Capacity(s)[p]
			add([]Claim{{Subject: words.Count(p, "CPU"), Relation: "capacity", Object: "1 CPU", Unit: words.Times, Value: c}},
				"%d CPUs together deliver %s times one %s: no pool can speed up CPU work more on this machine.", p, words.RatioNumber(c.Value), words.Interval(c.Low, c.High))
		}
		if len(out.Sentences)+len(out.Warnings) == 0 && len(Scalings(s)) > 0 && basis.Whole >= estimate.MinBlocks {
			first.Text += " Nothing that lowers trust was seen."
		}
		out.Sentences = append([]Sentence{first}, out.Sentences...)
		for _, t := range []words.Table{noisyTable(s), failureTable(s), capacityTable(s)} {
			if t.Full() {
				out.Tables = append(out.Tables, t)
			}
		}
		return out
	},
}

func trustVerdict(s *Set) *Verdict {
	var doubts []string
	if n := len(Warnings(s)); n > 0 {
		doubts = append(doubts, words.Count(n, "doubt"))
	}
	if noisy, of := NoisyArms(s); len(noisy) > 0 {
		doubts = append(doubts, fmt.Sprintf("noisy: %d of %s", len(noisy), words.Count(of, "arm")))
	}
	switch {
	case len(Failures(s)) > 0:
		return &Verdict{Bad, words.Count(len(Failures(s)), "trial") + " failed"}
	case Evidence(s).Whole < estimate.MinBlocks:
		return &Verdict{Unsure, "too few blocks for intervals"}
	case len(doubts) > 0:
		return &Verdict{Unsure, words.JoinAnd(doubts)}
	}
	return &Verdict{Clean, "clean"}
}

// text says what everything rests on.
func (b Basis) text() string {
	text := fmt.Sprintf("%s of %s", words.Count(b.Whole, "block"), words.Count(b.Arms, "arm"))
	if narrow := b.Blocks - b.Whole; narrow > 0 {
		text += fmt.Sprintf(", and %d of those that needed more", narrow)
	}
	if !b.Numbered {
		text = fmt.Sprintf("%s with up to %s each, paired by their order: the record has no blocks", words.Count(b.Arms, "arm"), words.Count(b.Blocks, "result"))
	}
	if b.Whole >= estimate.MinBlocks {
		return fmt.Sprintf("%s; intervals are %s.", text, words.Percent(estimate.Confidence))
	}
	cure := "a larger -budget, or fewer workloads, executors or worker counts, gives more"
	if !b.Numbered {
		cure = "a larger -count gives more"
	}
	return fmt.Sprintf("%s; intervals need %d, so there are none: %s.", text, estimate.MinBlocks, cure)
}

// failureList is "processes × 4, spin 2 times (worker exited)", most frequent first.
func failureList(s *Set) string {
	count := map[string]int{}
	reason := map[string]string{}
	var names []string
	for _, f := range Failures(s) {
		if count[f.Name] == 0 {
			names = append(names, f.Name)
			reason[f.Name] = f.Reason
		}
		count[f.Name]++
	}
	slices.SortStableFunc(names, func(x, y string) int { return cmp.Compare(count[y], count[x]) })
	list := make([]string, len(names))
	for i, n := range names {
		list[i] = fmt.Sprintf("%s %s (%s)", DisplayName(n), words.Plural(count[n], "time", "times"), reason[n])
	}
	return words.ShortList(list, 3)
}

func failureTable(s *Set) words.Table {
	t := words.Table{Title: "Trials that gave no result", Left: 2, Header: []string{"trial", "reason", "block"}}
	for _, f := range Failures(s) {
		t.Rows = append(t.Rows, words.Row(DisplayName(f.Name), f.Reason, strconv.Itoa(f.Block)))
	}
	return t
}

// noisyLimit is the half width of a speedup's interval, relative to the speedup,
// above which an arm counts as noisy.
const noisyLimit = 0.10

// NoisyArms names the arms whose speedup has an interval wider than ±10 %, the
// widest first, and counts all arms that have an interval.
func NoisyArms(s *Set) (noisy []string, of int) {
	type wide struct {
		name  string
		width float64
	}
	var found []wide
	for _, s := range Scalings(s) {
		for _, series := range s.Series {
			for _, pt := range series.Points {
				if !pt.Speedup.Known() {
					continue
				}
				of++
				width := (pt.Speedup.High - pt.Speedup.Low) / 2 / pt.Speedup.Value
				if width > noisyLimit {
					found = append(found, wide{words.Arm(series.Label(), pt.Workers) + " on " + s.Title(), width})
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

func noisyTable(s *Set) words.Table {
	t := words.Table{Title: "Noisy arms", Folded: true, Left: 1, Header: []string{"the widest interval first"}}
	noisy, _ := NoisyArms(s)
	for _, name := range noisy {
		t.Rows = append(t.Rows, words.Row(name))
	}
	return t
}

// poorCapacity is the largest number of CPUs whose capacity is known, where they give
// much less than they promise and the runner has not said so.
func poorCapacity(s *Set) (cpus int, ok bool) {
	if s.Record.Note("warning.capacity") != "" {
		return 0, false
	}
	for workers := range Capacity(s) {
		if workers <= Cores(s) {
			cpus = max(cpus, workers)
		}
	}
	c := Capacity(s)[cpus]
	return cpus, cpus >= 2 && c.Known() && c.Value <= 0.8*float64(cpus) && c.High <= 0.9*float64(cpus)
}

func capacityTable(s *Set) words.Table {
	t := words.Table{Title: "What the machine delivers to independent processes that compute, as a multiple of one", Left: 0, Header: []string{"processes", "capacity", "per process"}}
	for _, n := range slices.Sorted(maps.Keys(Capacity(s))) {
		c := Capacity(s)[n]
		t.Rows = append(t.Rows, []words.Cell{{Text: strconv.Itoa(n)}, words.Number(c, words.RatioEstimate), {Text: words.Percent(c.Value / float64(max(n, 1)))}})
	}
	return t
}
