package reports

import (
	"fmt"
	"strings"

	"poolbench/bench/record"
	"poolbench/reports/words"
)

// The relations of what passes tell.
const (
	LostTime     Relation = "share of the workers' time that is lost"
	LackedTime   Relation = "share of the workers' time without a CPU"
	LostTo       Relation = "share of the lost time" // by Object, a Cause; "cannot tell" of the largest where it surely is not
	EfficiencyOf Relation = "efficiency"             // by Object, of the POP project
)

// name is that of the cause in claims.
func (b Blame) name() string {
	if b.Cause.Name == "" {
		return Unexplained
	}
	return b.Cause.Name
}

func (b Blame) lost() string {
	if b.Cause.Lost == "" {
		return Unexplained
	}
	return b.Cause.Lost
}

func (b Blame) text() string { return b.lost() + " " + words.Estimate(b.Share, words.Fraction) }

// lossCauses has a sentence for each pool that passes were around: the first cause, its
// share, and its cure.
func lossCauses(s *Set) (out []Sentence) {
	for _, l := range Losses(s) {
		out = append(out, l.sentence())
	}
	for _, e := range Efficiencies(s) {
		out = append(out, e.sentence())
	}
	return out
}

// Worth reports whether there is anything to win back.
func (l Loss) Worth() bool { return l.Lost.Value > Practical && len(l.Blamed) > 0 }

func (l Loss) sentence() Sentence {
	arm := l.Pool.String() + " on " + l.Title
	claim := func(r Relation, object string) Claim {
		return Claim{Subject: arm, Relation: r, Object: object, Unit: words.Fraction, Of: l.From, Against: []record.Point{l.Baseline}}
	}
	lost := claim(LostTime, "")
	lost.Value = l.Lost
	out := Sentence{Subject: l.Title, Claims: []Claim{lost}}
	text := fmt.Sprintf("%s: %s of the workers' time is lost", l.Pool, words.Estimate(l.Lost, words.Fraction))
	if !l.Worth() {
		out.Text = text + ", which is not worth a cure"
		return out
	}
	for i, b := range l.Blamed {
		c := claim(LostTo, b.name())
		if c.Value = b.Share; i == 0 && !l.Sure {
			c.Outcome = words.OutcomeText(0)
		}
		out.Claims = append(out.Claims, c)
	}
	first := l.Blamed[0]
	if text += ","; l.Missing.Value >= leastNext && first.Cause.Name != missingCapacity {
		text += fmt.Sprintf(" %s of it to %s, and else", words.Estimate(l.Missing, words.Fraction), missingWords)
	}
	if l.Sure {
		text += " first to " + first.text() + " of it"
		if then := l.next(); len(then) > 0 {
			text += ", then " + words.JoinAnd(then)
		}
		out.Text = text + ": " + first.Cause.Cure + l.missing()
		out.Brief = brief(l.Pool.Short() + ": first " + first.name())
		return out
	}
	some := append([]string{first.text()}, l.next()...)
	if strings.HasSuffix(text, ",") {
		text += " and"
	}
	text += " to what first cannot be told"
	if l.Lacked.Value >= leastNext {
		lacked := claim(LackedTime, "")
		lacked.Value = l.Lacked
		out.Claims = append(out.Claims, lacked)
		text += fmt.Sprintf(" where workers are without a CPU for %s of their time", words.Estimate(l.Lacked, words.Fraction))
	}
	out.Text = text + ": " + strings.Join(some, ", ") + l.missing()
	out.Brief = brief(l.Pool.Short() + ": cannot tell")
	return out
}

// brief is a text where it is short enough for the last screen of a terminal.
func brief(text string) string {
	if len([]rune(text)) > 60 {
		return ""
	}
	return text
}

// mostNext is how many causes are named behind the first, and leastNext the share of one.
const (
	mostNext  = 2
	leastNext = 0.1
)

// Short reports whether the machine gave so little that it is worth telling.
func (l Loss) Short() bool { return max(l.Missing.Value, l.Lacked.Value) >= leastNext }

func (l Loss) next() (out []string) {
	for _, b := range l.Blamed[1:] {
		if b.Cause.Name != missingCapacity && b.Share.Value >= leastNext && len(out) < mostNext {
			out = append(out, b.text())
		}
	}
	return out
}

func (l Loss) missing() string {
	switch {
	case l.Counted:
		return ""
	case l.Locks:
		return " (without the pass counters, garbage collection, throttling and starvation are not told)"
	}
	return " (without the pass counters, locks, garbage collection, throttling and starvation are not told)"
}

// sentence is the efficiencies as a product.
func (e Efficiency) sentence() Sentence {
	out := Sentence{Subject: e.Title}
	number := map[string]string{}
	from, against := []record.Point{pass(e.Point, stagesPass)}, []record.Point(nil)
	if e.Global.N > 0 {
		against = []record.Point{e.Baseline}
	}
	for _, f := range e.factors() {
		number[f.Name] = words.Estimate(f.Of, words.Fraction)
		out.Claims = append(out.Claims, Claim{Subject: e.Pool.String() + " on " + e.Title, Relation: EfficiencyOf, Object: f.Name, Unit: words.Fraction, Value: f.Of, Of: from, Against: against})
	}
	out.Text = fmt.Sprintf("%s, while its stages are timed: load balance %s × scheduling %s = %s of the workers' time is within tasks", e.Pool, number["load balance"], number["scheduling"], number["parallel efficiency"])
	if e.Global.N > 0 {
		out.Text += fmt.Sprintf(" (parallel efficiency), × computation %s = %s is useful work", number["computation"], number["global efficiency"])
	}
	return out
}

// causeTable is every cause with its share, a row each.
func causeTable(s *Set) words.Table {
	t := words.Table{Folded: true, Title: "What the lost time went to", Left: 3, Header: []string{"workload", "pool", "cause", "share of the lost time", "share of all time", "cure"},
		Caption: "The lost time is what workers do not use for useful work, as the plain loop has it. Each cause takes what its evidence blames on it from what the causes before it left; the order is that of the list of causes, and what no cause takes is the rest."}
	for _, l := range Losses(s) {
		for _, b := range l.Blamed {
			t.Add(l.Title, l.Pool.Short(), b.name(), words.Number(b.Share, words.Fraction), words.Percent(b.Share.Value*l.Lost.Value), b.Cause.Cure)
		}
	}
	return t
}
