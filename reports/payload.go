package reports

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strings"
	"time"

	"poolbench/bench/record"
	"poolbench/reports/estimate"
	"poolbench/reports/words"
)

// PaysUpTo is the relation of payloads: the bytes sent with each task and back up to which a
// pool beats the baseline. Of and Against are what was measured along the payloads.
const PaysUpTo Relation = "payload crossover"

// A Carry is one pool along the payload axis, at one size of task.
type Carry struct {
	Family Family
	Grain  time.Duration // nominal
	Units  int           // of work in a task, where the grain does not say it
	Pool
	Points []CarryPoint // ascending in payload

	// Crossover is where the pool begins to lose, in bytes sent each way: Never is a pool that
	// pays off with every payload tried, Always one that pays off with none.
	Crossover estimate.Crossing
}

// A CarryPoint is one payload.
type CarryPoint struct {
	Point   record.Point
	Payload int               // bytes each way
	Speedup estimate.Estimate // against the baseline with the same payload
	// The ends of the interval of the speedup whose level is shared among the points; Most is
	// what it may be, had the machine been there.
	Least, Most float64
}

// Carries has one of every pool that was measured with at least three payloads, none among
// them, by Set.Points.
func Carries(s *Set) []Carry { return once(s, findCarries) }

func findCarries(s *Set) []Carry {
	type key struct {
		family Family
		grain  time.Duration
		units  int
		pool   Pool
	}
	var arms ordered[key, *measurement]
	for _, m := range s.grid { // ascending in payload within the others
		if m.point != m.baseline && s.at(m.baseline).task.Over(m.task).Len() > 0 {
			arms.add(key{m.family, m.grain, m.units, m.pool}, m)
		}
	}
	var out []Carry
	for _, k := range arms.keys {
		of := arms.of[k]
		if len(of) < estimate.MinPoints || of[len(of)-1].payload == 0 {
			continue
		}
		c := Carry{Family: k.family, Grain: k.grain, Units: k.units, Pool: k.pool}
		var losses []estimate.CurvePoint
		for _, m := range of {
			base := s.at(m.baseline)
			ratios := base.task.Over(m.task)
			sent := estimate.Constant(float64(max(1, m.payload))) // no place is left for 0 between logarithms
			losses = append(losses, estimate.CurvePoint{Work: sent, Ratio: s.Quantity(m.task.Over(base.task)),
				Cost: s.Quantity(base.task.Within(m.task)).Per(sent)})
			c.Points = append(c.Points, CarryPoint{Point: m.point, Payload: m.payload, Speedup: s.Estimate(ratios),
				Least: math.Exp(estimate.Sure(ratios.Places(), estimate.Shared(len(of))).Low), Most: mostOf(s, ratios, m, len(of))})
		}
		c.Crossover, _ = estimate.NewCurve(losses).Crossing(1, Practical)
		if !c.sure() {
			c.Crossover.Outcome = estimate.Unknown
		}
		out = append(out, c)
	}
	return out
}

// sure reports whether what the crossover says of all payloads is surely so at each: that the
// pool does not lose what matters, or cannot gain it.
func (c Carry) sure() bool {
	return !slices.ContainsFunc(c.Points, func(p CarryPoint) bool {
		switch c.Crossover.Outcome {
		case estimate.Never: // the baseline is never ahead
			return !(p.Least >= 1/(1+Practical))
		case estimate.Always:
			return !(p.Most <= 1+Practical)
		}
		return false
	})
}

// Title names the work: "cargo at 1 ms".
func (c Carry) Title() string {
	return words.Task(c.Family.What.Workload(), c.Grain, c.Units, 0) + c.Family.rest()
}

// Load has a sentence for each work whose payload was varied, with the pools of the size that
// was measured nearest to the cores.
var Load = Question{
	Name: "load", Title: "How much to send?", Doc: "How much can be sent with a task and back before the pool costs more than it gives?",
	Answer: func(s *Set) Section {
		out := Section{Reading: "A pool gains on the work of a task and may lose on what it sends with it: workers elsewhere get a copy, and give one back. The plain loop with the same payload sends nothing. The payload crossover is where the two meet."}
		var titles ordered[string, Carry]
		for _, c := range Carries(s) {
			titles.add(c.Title(), c)
		}
		for _, title := range titles.keys {
			all := titles.of[title]
			out.Sentences = append(out.Sentences, loadSentence(s, title, all))
			out.add(all[0].Family.Title(), loadTable(title, all))
		}
		return out
	},
}

// loadSentence is about the pools with as many workers as cores, else the most below, else the
// fewest.
func loadSentence(s *Set, title string, all []Carry) (out Sentence) {
	workers := 0
	for _, c := range slices.SortedFunc(slices.Values(all), func(a, b Carry) int { return cmp.Compare(a.Workers, b.Workers) }) {
		if workers == 0 || c.Workers <= s.Record.Facts.Cores {
			workers = c.Workers
		}
	}
	var up, brief, every, none, open []string
	for _, c := range all {
		if c.Workers != workers {
			continue
		}
		claim := Claim{Subject: c.Pool.String() + " on " + title, Relation: PaysUpTo, Object: c.Family.Baseline, Unit: words.Bytes, Outcome: words.OutcomeText(c.Crossover.Outcome)}
		for _, p := range c.Points {
			claim.Of, claim.Against = append(claim.Of, p.Point), append(claim.Against, s.Baseline(p.Point))
		}
		switch c.Crossover.Outcome {
		case estimate.Crosses:
			claim.Value = c.Crossover.At
			up = append(up, c.Label()+" "+words.Estimate(c.Crossover.At, words.Bytes))
			brief = append(brief, c.Label()+" "+words.Value(c.Crossover.At.Value, words.Bytes))
		case estimate.Never:
			claim.Outcome = words.OutcomeText(estimate.Always)
			every = append(every, c.Label())
		case estimate.Always:
			claim.Outcome = words.OutcomeText(estimate.Never)
			none = append(none, c.Label())
		default:
			claim.Outcome = words.OutcomeText(estimate.Unknown)
			open = append(open, c.Label())
		}
		out.Claims = append(out.Claims, claim)
	}
	var parts []string
	say := func(names []string, format string) {
		if len(names) > 0 {
			parts = append(parts, fmt.Sprintf(format, words.JoinAnd(names)))
		}
	}
	say(up, "a pool pays off up to a payload each way of: %s")
	say(every, "with every payload tried: %s")
	say(none, "with no payload: %s")
	say(open, "cannot tell: %s")
	if len(up) > 0 {
		out.Brief = fmt.Sprintf("%s × %d: up to a payload of: %s", title, workers, strings.Join(brief, ", "))
	}
	out.Text = fmt.Sprintf("%s with %s: %s", title, words.Count(workers, "worker"), strings.Join(parts, "; "))
	return out
}

// loadTable has a row for each pool and a column for each payload.
func loadTable(title string, all []Carry) words.Table {
	t := words.Table{Title: title + ": speedup by bytes sent with each task and back", Left: 1, Folded: true, Header: []string{"executor", "workers", "pays off up to"},
		Caption: "The payload crossover is where the pool begins to lose to the plain loop, with its interval; then the speedup with each payload."}
	var payloads []int
	for _, c := range all {
		for _, p := range c.Points {
			payloads = append(payloads, p.Payload)
		}
	}
	slices.Sort(payloads)
	payloads = slices.Compact(payloads)
	for _, n := range payloads {
		t.Header = append(t.Header, words.Value(float64(n), words.Bytes))
	}
	for _, c := range all {
		row := words.Row(c.Label(), c.Workers, c.cell())
		for _, n := range payloads {
			cell := words.OrDash(false, "")
			if i := slices.IndexFunc(c.Points, func(p CarryPoint) bool { return p.Payload == n }); i >= 0 {
				cell = words.Number(c.Points[i].Speedup, words.Times)
			}
			row = append(row, cell)
		}
		t.Rows = append(t.Rows, row)
	}
	return t
}

func (c Carry) cell() words.Cell {
	switch x := c.Crossover; x.Outcome {
	case estimate.Crosses:
		return words.Number(x.At, words.Bytes)
	case estimate.Never:
		return words.Cell{Text: "always (to " + words.Value(x.To, words.Bytes) + ")"}
	case estimate.Always:
		return words.Cell{Text: "never"}
	case estimate.Several:
		return words.Cell{Text: "several"}
	}
	return words.Cell{Text: words.OutcomeText(estimate.Unknown)}
}
