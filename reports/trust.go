package reports

import (
	"cmp"
	"fmt"
	"maps"
	"slices"

	"poolbench/bench/record"
	"poolbench/reports/estimate"
	"poolbench/reports/words"
)

// Trust says whether the numbers can be believed, and what lowers that. It always has an
// answer.
var Trust = Question{
	Name: "trust", Title: "Trust it?", Doc: "Can I trust it?",
	Answer: func(s *Set) Section {
		out := Section{Warnings: Warnings(s), Reading: fmt.Sprintf("The record has %s. A round runs every arm once, in shuffled order, so that a machine that drifts drifts for all of them. Every speedup is a ratio within a block; the estimate is the median of these ratios and its %s interval assumes nothing about how they are distributed. It needs at least %d blocks. What is called faster, slower, a help or no help is so in intervals that hold for all arms together, 99 %% of the time. Workers stand ready before the clock starts; each job checks its own answer after the clock has stopped.",
			rounds(s), words.Percent(estimate.Confidence), estimate.MinBlocks)}
		count := func(what string, n int, of ...record.Point) Claim {
			return Claim{Subject: "the record", Relation: CountOf, Object: what, Unit: words.Plain, Value: estimate.Exactly(float64(n), s.Whole()), Of: of}
		}
		first := Sentence{Text: basis(s), Brief: trustBrief(s), Verdict: trustVerdict(s), Claims: []Claim{count("rounds", s.Whole()), count("arms", len(s.Points()))}}
		if narrow := s.Blocks() - s.Whole(); narrow > 0 {
			first.Claims = append(first.Claims, count("closer rounds", narrow))
		}
		if !s.Numbered() {
			first.Claims = append(first.Claims, count("results of an arm", s.Blocks()))
		}
		if n := len(out.Warnings); n > 0 {
			first.Claims = append(first.Claims, count("doubts", n))
		}
		if m := MachineOf(s); m.Low() {
			first.Claims = append(first.Claims, m.claim())
		}
		add := func(claim Claim, format string, args ...any) {
			out.Sentences = append(out.Sentences, Sentence{Text: fmt.Sprintf(format, args...), Claims: []Claim{claim}})
		}
		if n := len(s.Record.Failures); n > 0 {
			var of []record.Point
			for _, f := range s.Record.Failures {
				of = append(of, f.Point)
			}
			add(count("failures", n, of...), "%s failed: %s.", words.Count(n, "slice"), failureList(s))
		}
		if noisy := noisyArms(s); len(noisy) > 0 {
			var of []record.Point
			var names []string
			for _, a := range noisy {
				of, names = append(of, a.point), append(names, a.name)
			}
			add(count("noisy arms", len(noisy), of...), "%s noisy (interval wider than ±%s): %s. More blocks, hence a larger -budget, narrow them.",
				words.Plural(len(noisy), "arm is", "arms are"), words.Percent(noisyLimit), words.ShortList(names, 3))
		}
		if m := MachineOf(s); m.Own {
			add(m.claim(), "These %s do the work of %s %s: no pool can speed up CPU work more on this machine.", words.Count(m.CPUs, "CPU"), m.gave(), words.IntervalOf(m.Gave, words.Times))
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
	doubts := doubtsOf(s)
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

// doubtsOf counts what lowers trust, by kind.
func doubtsOf(s *Set) (doubts []string) {
	if n := len(Warnings(s)); n > 0 {
		doubts = append(doubts, words.Count(n, "doubt")+topics(s))
	}
	if noisy := noisyArms(s); len(noisy) > 0 {
		doubts = append(doubts, words.Plural(len(noisy), "arm is", "arms are")+" noisy")
	}
	return doubts
}

// topics are those of the warnings: " (drift, load)".
func topics(s *Set) string {
	var all []string
	for _, w := range Warnings(s) {
		all = append(all, w.Topic)
	}
	slices.Sort(all)
	return " (" + words.ShortList(slices.Compact(all), 4) + ")"
}

// trustBrief is the answer for the last screen.
func trustBrief(s *Set) string {
	doubts := doubtsOf(s)
	if n := len(s.Record.Failures); n > 0 {
		doubts = slices.Insert(doubts, 0, words.Count(n, "slice")+" failed")
	}
	if m := MachineOf(s); m.Low() {
		doubts = append(doubts, m.did())
	}
	if s.Whole() < estimate.MinBlocks {
		doubts = slices.Insert(doubts, 0, "too few for intervals")
	}
	if len(doubts) == 0 {
		return rounds(s) + "; nothing lowers trust"
	}
	return rounds(s) + "; " + words.JoinAnd(doubts)
}

// rounds counts what everything rests on: "47 rounds over all 157 arms, and 93 over those
// that needed more".
func rounds(s *Set) string {
	arms, whole := len(s.Points()), s.Whole()
	if arms == 0 {
		return "nothing was timed"
	}
	if !s.Numbered() {
		return fmt.Sprintf("%s with up to %s each", words.Count(arms, "arm"), words.Count(s.Blocks(), "result"))
	}
	text := fmt.Sprintf("%s over all %s", words.Count(whole, "round"), words.Count(arms, "arm"))
	if arms == 1 {
		text = words.Count(whole, "round") + " over 1 arm"
	}
	if narrow := s.Blocks() - whole; narrow > 0 {
		text += fmt.Sprintf(", and %d over those that needed more", narrow)
	}
	return text
}

// basis says what everything rests on.
func basis(s *Set) string {
	text, cure := rounds(s), "a larger -budget, or fewer workloads, executors or worker counts, gives more"
	if !s.Numbered() {
		text, cure = text+", paired by their order: the record has no blocks", "a larger -count gives more"
	}
	if s.Whole() >= estimate.MinBlocks {
		return fmt.Sprintf("%s; intervals are %s, where they say nothing else.", text, words.Percent(estimate.Confidence))
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
	for _, a := range noisyArms(s) {
		t.Add(a.name)
	}
	return t
}

// claim is what the machine gave.
func (m Machine) claim() Claim {
	return Claim{Subject: words.Count(m.CPUs, "CPU"), Relation: CapacityIs, Object: "1 CPU", Unit: words.Times, Value: m.Gave, Of: []record.Point{capacityPoint(m.CPUs)}, Against: []record.Point{capacityPoint(1)}}
}

// missing is that it gave less than it has.
func (m Machine) missing() Claim {
	c := m.claim()
	c.Subject, c.Relation, c.Object, c.Unit = "the machine", Missing, c.Subject, words.Plain
	return c
}

// CapacityIs is the relation of what CPUs deliver together to what one does.
const CapacityIs Relation = "capacity"

func capacityTable(s *Set) words.Table {
	t := words.Table{Title: "What the machine delivers to independent workers that compute, as a multiple of one", Left: 0, Header: []string{"workers", "capacity", "per worker"}}
	for _, n := range slices.Sorted(maps.Keys(CapacityOf(s))) {
		c := CapacityOf(s)[n].Estimate()
		t.Add(n, words.Number(c, words.Times), words.Percent(c.Value/float64(max(n, 1))))
	}
	return t
}
