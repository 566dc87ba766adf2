package reports

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"poolbench/bench/record"
	"poolbench/reports/estimate"
	"poolbench/reports/words"
)

// The relations of what would help.
const (
	Saves     Relation = "saves if twice as fast"           // share of the time of Subject, with the stage Object
	SavesNone Relation = "saves nothing if twice as fast"   // the same: surely less than what is Practical, and maybe nothing
	SavesMost Relation = "saves at most, if twice as fast"  // the same, if all tasks went through it one after the other: it was not tried
	SavesMay  Relation = "may save something if it is fast" // the same: not told
)

// passDelays is the pass that says what would help.
const passDelays = "delays"

// Help says which stage of a task is worth to be made faster: what a job would save if it
// were twice as fast, as delays in all other stages tell.
var Help = Question{
	Name: "help", Title: "What would help?", Doc: "Which stage of a task would be worth making faster?",
	Answer: func(s *Set) Section {
		out := Section{Reading: "Each number is the share of the makespan that is saved if that stage of every task takes half as long, as slices tell in which every other stage is slowed by as much as it takes. The rest is all that such delays do not reach, handing tasks over among it. Whether it stays as it is when a stage is faster, or shrinks along, is not known: intervals cover both."}
		helps := HelpsOf(s)
		for _, h := range helps {
			out.Sentences = append(out.Sentences, h.sentence())
		}
		out.add("", helpTable(helps))
		return out
	},
}

// A Helping is what would help one point of the grid.
type Helping struct {
	Point  record.Point  // with its pass
	Stages []HelpedStage // the most helpful first, the rest last
}

// A HelpedStage is what it would save if it were twice as fast.
type HelpedStage struct {
	Stage string            // "submit", …; "rest" for all besides
	Saves estimate.Estimate // a share of the makespan; may be negative, by noise
	Takes estimate.Estimate // seconds of a task; N is 0 for the rest
	Bound bool              // Saves is the most that it can, for it was too short to be tried
}

// HelpsOf are those of the record, in the order of the names of the points.
func HelpsOf(s *Set) []Helping { return once(s, findHelps) }

func findHelps(s *Set) (out []Helping) {
	s = s.Passes()
	for _, p := range s.Points() {
		if p.Pass() != passDelays {
			continue
		}
		h := Helping{Point: p}
		of := func(unit string) estimate.Estimate { return s.Estimate(s.Series(p, unit)) }
		for _, stage := range record.Stages {
			takes := of(record.Stage(stage.Name, "mean"))
			gains := gainsOf(s, p, stage.Name)
			switch e := gains.Estimate(); {
			case e.N > 0 && 2*e.N >= takes.N: // it was tried in most blocks
				h.Stages = append(h.Stages, HelpedStage{Stage: stage.Name, Saves: e, Takes: takes})
			case takes.N > 0 && stage.Name != "queue" && stage.Name != "reply": // waiting is no stage to be fast in
				h.Stages = append(h.Stages, HelpedStage{stage.Name, s.Estimate(mostSaved(s, p, stage.Name)), takes, true})
			}
		}
		slices.SortStableFunc(h.Stages, func(a, b HelpedStage) int { return cmp.Compare(b.Saves.Value, a.Saves.Value) })
		if e := s.Series(p, record.RestGain).Sure(); e.N > 0 && len(h.Stages) > 0 {
			h.Stages = append(h.Stages, HelpedStage{Stage: "rest", Saves: e})
		}
		if len(h.Stages) > 0 {
			out = append(out, h)
		}
	}
	return out
}

// Gains are what delays said that a stage saves if it is twice as fast, as a share of the
// makespan. The zero value has none.
type Gains struct{ alone, within estimate.Series }

// Add adds what they said in a block: of the stage and of the rest, which no delay reaches.
//
// If the rest takes as long however fast the stage is, gain is what the stage saves. If it
// goes along with the whole, as waiting for a processor does that others have, the job with
// delays in all stages took less than twice the time, and gain is a share of too much.
func (g *Gains) Add(block int, gain, rest float64) {
	g.alone.Scale, g.within.Scale = estimate.Difference, estimate.Difference
	g.alone.Add(block, gain)
	g.within.Add(block, gain/(1-rest))
}

// Estimate is the first, with an interval that covers both, since it is not known which.
func (g *Gains) Estimate() estimate.Estimate {
	out, within := g.alone.Sure(), g.within.Sure()
	out.Low, out.High = min(out.Low, within.Low), max(out.High, within.High)
	return out
}

func gainsOf(s *Set, p record.Point, stage string) (out Gains) {
	m := s.at(p)
	for i, r := range m.results {
		if gain, ok := r.Values[record.Gain(stage)]; ok {
			out.Add(m.blocks[i], gain, r.Values[record.RestGain])
		}
	}
	return out
}

// mostSaved is what a stage saves in each block if all tasks go through it one after the other.
func mostSaved(s *Set, p record.Point, stage string) estimate.Series {
	out := estimate.Series{Scale: estimate.Difference}
	m := s.at(p)
	for i, r := range m.results {
		if seconds, tasks := r.Values[record.UnitTime], r.Values[record.UnitTasks]; seconds > 0 && tasks > 0 {
			out.Add(m.blocks[i], r.Values[record.Stage(stage, "mean")]*tasks/2/seconds)
		}
	}
	return out
}

// Title is "spin, 20 µs, goroutines × 2".
func (h Helping) Title() string {
	parts := []string{h.Point.Workload()}
	if grain := record.GrainText(h.Point.Grain()); grain != "" {
		parts = append(parts, grain)
	}
	return strings.Join(parts, ", ") + ", " + fmt.Sprintf("%s × %d", h.Point.Executor(), h.Point.Workers())
}

// relation is what can be said of a stage.
func (x HelpedStage) relation() Relation {
	switch e := x.Saves; {
	case x.Bound:
		return SavesMost
	case !e.Known():
		return SavesMay
	case e.Low > 0:
		return Saves
	case e.High < Practical:
		return SavesNone
	}
	return SavesMay
}

// name is how the stage is called in a sentence.
func (x HelpedStage) name() string {
	if x.Stage == "rest" {
		return "all the rest"
	}
	return x.Stage
}

// mostAstray is the share of the makespan by which a job with all stages slowed may take longer
// than it should, twice that share of it: threads that wait for each other's processor do.
const mostAstray = 0.2

// astray reports whether the delays surely did something else than they should: a stage that
// takes half as long cannot save much more than half of the makespan, nor can a faster rest cost
// much of it: intervals cover a little.
func (h Helping) astray() bool {
	return slices.ContainsFunc(h.Stages, func(x HelpedStage) bool {
		return !x.Bound && x.Saves.Known() && (x.Saves.Low > 0.5+mostAstray || x.Stage == "rest" && x.Saves.High < -mostAstray)
	})
}

func (h Helping) sentence() Sentence {
	out := Sentence{Subject: h.Title()}
	var gain, untold, none []string
	for _, x := range h.Stages {
		r := x.relation()
		claim := Claim{Subject: h.Title(), Relation: r, Object: x.name(), Unit: words.Fraction, Value: x.Saves, Of: []record.Point{h.Point}}
		switch r {
		case Saves:
			gain = append(gain, fmt.Sprintf("%s twice as fast: %s less time", x.name(), words.Estimate(x.Saves, words.Fraction)))
		case SavesMost:
			switch {
			case !x.Saves.Known():
				continue
			case x.Saves.High >= Practical:
				untold = append(untold, fmt.Sprintf("%s, at most %s", x.name(), words.Estimate(x.Saves, words.Fraction)))
			default:
				none = append(none, x.name())
			}
		case SavesNone:
			none = append(none, x.name())
		case SavesMay:
			if x.Saves.Known() {
				untold = append(untold, fmt.Sprintf("%s %s", x.name(), words.Estimate(x.Saves, words.Fraction)))
			}
		}
		out.Claims = append(out.Claims, claim)
	}
	parts := gain
	if len(untold) > 0 {
		parts = append(parts, "not told: "+strings.Join(untold, ", "))
	}
	if len(none) > 0 {
		parts = append(parts, strings.Join(none, ", ")+": nothing")
	}
	switch {
	case len(parts) == 0:
		out.Text = "too few comparisons for an interval so far"
		return out
	case h.astray(): // what the claims say is what was measured, and cannot be
		out.Text = "cannot tell: the delays slowed it by more than they should have, as on a busy machine; measure it again when nothing else runs"
		return out
	}
	out.Text = strings.Join(parts, "; ")
	if len(gain) > 0 && h.Stages[0].relation() == Saves {
		first := h.Stages[0]
		out.Brief = fmt.Sprintf("%s twice as fast: %s less", first.name(), words.Estimate(first.Saves, words.Fraction))
	}
	return out
}

func helpTable(helps []Helping) words.Table {
	t := words.Table{Folded: true, Title: "What would help", Left: 3, Header: []string{"workload", "executor", "stage", "takes, a task", "twice as fast saves"},
		Caption: "What a task is in each stage, on average, and which share of the makespan would be saved if that were half as much."}
	for _, h := range helps {
		for _, x := range h.Stages {
			t.Add(h.Point.Workload()+", "+record.GrainText(h.Point.Grain()), fmt.Sprintf("%s × %d", h.Point.Executor(), h.Point.Workers()), x.name(),
				words.Number(x.Takes, words.Seconds), words.Number(x.Saves, words.Fraction))
		}
	}
	return t
}
