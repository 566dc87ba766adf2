package reports

import (
	"cmp"
	"fmt"
	"maps"
	"slices"

	"poolbench/reports/estimate"
	"poolbench/reports/words"
)

// Trust says whether the numbers can be believed, and what lowers that. It always has an
// answer.
var Trust = Question{
	Name: "trust", Title: "Can I trust it?", Doc: "Can I trust it?",
	Answer: func(s *Set) Section {
		out := Section{Warnings: Warnings(s), Reading: fmt.Sprintf("The run has %s. A block runs every arm once, in shuffled order, so that a machine that drifts drifts for all of them. Every speedup is a ratio within a block; the estimate is the median of these ratios and its %s interval assumes nothing about how they are distributed. It needs at least %d blocks: with fewer, no interval is shown and nothing is decided. Workers stand ready before the clock starts; each job checks its own answer after the clock has stopped.",
			words.Count(s.Blocks(), "block"), words.Percent(estimate.Confidence), estimate.MinBlocks)}
		first := Sentence{Text: basis(s), Verdict: trustVerdict(s)}
		add := func(claims []Claim, format string, args ...any) {
			out.Sentences = append(out.Sentences, Sentence{Text: fmt.Sprintf(format, args...), Claims: claims})
		}
		if n := len(s.Record.Failures); n > 0 {
			add(nil, "%s failed: %s.", words.Count(n, "slice"), failureList(s))
		}
		if noisy, arms := NoisyArms(s); len(noisy) > 0 {
			add(nil, "%d of %d arms are noisy (interval wider than ±%s): %s. More blocks, hence a larger -budget, narrow them.",
				len(noisy), arms, words.Percent(noisyLimit), words.ShortList(noisy, 3))
		}
		if p, c, ok := poorCapacity(s); ok {
			add([]Claim{{Subject: words.Count(p, "CPU"), Relation: "capacity", Object: "1 CPU", Unit: words.Times, Value: c}},
				"%d CPUs together deliver %s times one %s: no pool can speed up CPU work more on this machine.", p, words.RatioNumber(c.Value), words.IntervalOf(c, words.Times))
		}
		if len(out.Sentences)+len(out.Warnings) == 0 && len(Scalings(s)) > 0 && s.Whole() >= estimate.MinBlocks {
			first.Text += " Nothing that lowers trust was seen."
		}
		out.Sentences = append([]Sentence{first}, out.Sentences...)
		out.add("", noisyTable(s), failureTable(s), capacityTable(s))
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
	case len(s.Record.Failures) > 0:
		return &Verdict{Bad, words.Count(len(s.Record.Failures), "slice") + " failed"}
	case s.Whole() < estimate.MinBlocks:
		return &Verdict{Unsure, "too few blocks for intervals"}
	case len(doubts) > 0:
		return &Verdict{Unsure, words.JoinAnd(doubts)}
	}
	return &Verdict{Clean, "clean"}
}

// basis says what everything rests on.
func basis(s *Set) string {
	arms, whole := words.Count(len(s.Points()), "arm"), s.Whole()
	text := fmt.Sprintf("%s of %s", words.Count(whole, "block"), arms)
	if narrow := s.Blocks() - whole; narrow > 0 {
		text += fmt.Sprintf(", and %d of those that needed more", narrow)
	}
	cure := "a larger -budget, or fewer workloads, executors or worker counts, gives more"
	if !s.Numbered() {
		text = fmt.Sprintf("%s with up to %s each, paired by their order: the record has no blocks", arms, words.Count(s.Blocks(), "result"))
		cure = "a larger -count gives more"
	}
	if whole >= estimate.MinBlocks {
		return fmt.Sprintf("%s; intervals are %s.", text, words.Percent(estimate.Confidence))
	}
	return fmt.Sprintf("%s; intervals need %d, so there are none: %s.", text, estimate.MinBlocks, cure)
}

// failureList is "processes × 4, spin 2 times (worker exited)", most frequent first.
func failureList(s *Set) string {
	var reasons ordered[string, string]
	for _, f := range s.Record.Failures {
		reasons.add(f.Point.String(), f.Reason)
	}
	of := reasons.of
	slices.SortStableFunc(reasons.keys, func(x, y string) int { return cmp.Compare(len(of[y]), len(of[x])) })
	var list []string
	for _, name := range reasons.keys {
		list = append(list, fmt.Sprintf("%s %s (%s)", name, words.Plural(len(of[name]), "time", "times"), of[name][0]))
	}
	return words.ShortList(list, 3)
}

func failureTable(s *Set) words.Table {
	t := words.Table{Title: "Slices that gave no result", Left: 2, Header: []string{"arm", "reason", "block"}}
	for _, f := range s.Record.Failures {
		t.Add(f.Point, f.Reason, f.Block)
	}
	return t
}

func noisyTable(s *Set) words.Table {
	t := words.Table{Title: "Noisy arms", Folded: true, Left: 1, Header: []string{"the widest interval first"}}
	noisy, _ := NoisyArms(s)
	for _, name := range noisy {
		t.Add(name)
	}
	return t
}

// poorCapacity is the largest number of CPUs whose capacity is known, where they give
// much less than they promise and the runner has not said so.
func poorCapacity(s *Set) (cpus int, c estimate.Estimate, ok bool) {
	for workers, q := range CapacityOf(s) {
		if workers <= s.Record.Facts.Cores && workers > cpus {
			cpus, c = workers, q.Estimate()
		}
	}
	return cpus, c, cpus >= 2 && c.Known() && c.Value <= 0.8*float64(cpus) && c.High <= 0.9*float64(cpus) && !s.Record.Facts.Warned("capacity")
}

func capacityTable(s *Set) words.Table {
	t := words.Table{Title: "What the machine delivers to independent workers that compute, as a multiple of one", Left: 0, Header: []string{"workers", "capacity", "per worker"}}
	for _, n := range slices.Sorted(maps.Keys(CapacityOf(s))) {
		c := CapacityOf(s)[n].Estimate()
		t.Add(n, words.Number(c, words.Times), words.Percent(c.Value/float64(max(n, 1))))
	}
	return t
}
