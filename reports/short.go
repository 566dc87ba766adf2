package reports

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"poolbench/bench/record"
	"poolbench/reports/estimate"
	"poolbench/reports/words"
)

// The relations of task sizes. Of and Against are what was measured along the grains.
const (
	PaysAbove     Relation = "crossover"                      // useful work per task where the times meet
	HalfAbove     Relation = "least useful work at half"      // where half of what Object can give is reached
	CutOver       Relation = "cut-over"                       // useful work per task from which to use the pool
	CutOverLoses  Relation = "most lost by the cut-over"      // at any size that was tried, as a fraction
	Overtakes     Relation = "overtakes"                      // useful work per task where the times meet
	DrawsLevel    Relation = "draws level"                    // useful work per task from which on the two are equal
	StaysBehind   Relation = "stays behind"                   // time of Against / time of Of at the largest size, and surely below 1 at each
	OverheadShape Relation = "METG(50 %) over the floor"      // of what kind the overhead is
	BeatWith      Relation = "workers that beat the baseline" // the fewest
)

// Short has one sentence for every executor of the sweep that stands for its workload.
// The first of each sweep says which one it is; the others repeat no more of it than
// tells workloads apart. Then come the crossovers of other kinds.
var Short = Question{
	Name: "short", Title: "How short?", Doc: "How short can a task be?",
	Answer: func(s *Set) Section {
		out := Section{Reading: "Above: as tasks get shorter the plain loop gets faster in proportion, while a pool cannot go below its own cost per task. Where the lines meet, the pool stops paying off. Below: the share of the ideal that a pool reaches. A task should hold at least the useful work at the 50 % mark."}
		sweeps := HeadlineSweeps(s)
		for _, sweep := range sweeps {
			for i, series := range sweep.Series {
				on := ""
				switch {
				case i == 0:
					on = fmt.Sprintf(" on %s with %s", sweep.Title(), words.Count(sweep.Workers, "worker"))
				case len(sweeps) > 1:
					on = " on " + sweep.Title()
				}
				sentence := payoff(s, sweep, series, on)
				if i == 0 {
					sentence.Brief = sweep.brief()
				}
				out.Sentences = append(out.Sentences, sentence)
			}
			out.Sentences = append(out.Sentences, overtaking(s, sweep)...)
			out.Sentences = append(out.Sentences, remedies(sweep)...)
			for _, h := range Headline(s) {
				if cost := costOf(s, h); h.Family == sweep.Family && cost.Text != "" {
					cost.Text = fmt.Sprintf("at %s of work per task, %s", words.Grain(h.Grain), cost.Text)
					out.Sentences = append(out.Sentences, cost)
				}
			}
			out.add(sweep.Title(), sizeTables(s, sweep)...)
		}
		if len(sweeps) == 0 {
			out.Sentences = []Sentence{nothing("this record cannot say: no workload was measured at three task sizes or more")}
		}
		return out
	},
}

// payoff says where a pool begins to beat the plain loop, and what half of the ideal
// takes; on says of which sweep.
func payoff(s *Set, sweep Sweep, series SweepSeries, on string) Sentence {
	arm := series.String() + " on " + sweep.Title()
	half := series.Half().Work
	along := func(c Claim) Claim {
		for _, p := range series.Points {
			c.Of, c.Against = append(c.Of, p.Point), append(c.Against, s.Baseline(p.Point))
		}
		return c
	}
	pays := along(crossing(arm, PaysAbove, sweep.Family.Baseline, words.Seconds, series.Crossover))
	if (series.Crossover.Outcome == estimate.Never || series.Crossover.Outcome == estimate.Always) && !series.Sure() {
		pays.Outcome = words.OutcomeText(estimate.Unknown)
	}
	if latest, known := series.Latest(); known && (series.Crossover.Outcome == estimate.Unknown || series.Crossover.Outcome == estimate.Always && !series.Sure()) {
		pays.Outcome, pays.Value = "at most", estimate.Estimate{Value: latest, N: series.Crossover.At.N}
	}
	out := Sentence{Text: crossoverText(s, series, series.Label()+on, words.Against(sweep.Family.Baseline)), Claims: []Claim{pays}}
	if machine := MachineOf(s); pays.Outcome == words.OutcomeText(estimate.Unknown) && machine.Short() {
		out.Claims = append(out.Claims, machine.missing())
	}
	if text := cutOverText(series); text != "" {
		t := series.Threshold
		out.Text += "; " + text
		out.Claims = append(out.Claims, along(Claim{Subject: arm, Relation: CutOver, Object: sweep.Family.Baseline, Unit: words.Seconds, Value: estimate.Estimate{Value: t.At, N: t.Regret.N}}),
			along(Claim{Subject: arm, Relation: CutOverLoses, Object: sweep.Family.Baseline, Unit: words.Fraction, Value: t.Regret}))
	}
	if text := halfText(sweep, half); text != "" {
		out.Text += "; " + text
		out.Claims = append(out.Claims, along(crossing(arm, HalfAbove, words.Ratio(sweep.Ideal), words.Seconds, half)))
	}
	return out
}

// brief says where all pools of a sweep begin to pay off: "spin × 2: goroutines above 0.40
// µs, spawn 0.73 µs, processes 61 µs; threads never pay off".
func (s Sweep) brief() string {
	var above ordered[bool, string]
	var others ordered[string, string]
	for _, series := range s.Series {
		c, name := series.Crossover, series.Label()
		switch latest, known := series.Latest(); {
		case c.Outcome == estimate.Crosses:
			above.add(true, name+" "+words.Duration(c.At.Value))
		case c.Outcome == estimate.Always && series.Sure():
			others.add("always pay off", name)
		case c.Outcome == estimate.Never && series.Sure():
			others.add("never pay off", name)
		case c.Outcome == estimate.Never:
			others.add("not seen to pay off", name)
		case known:
			above.add(true, name+" ≤ "+words.Duration(latest))
		default:
			others.add("unclear", name)
		}
	}
	var parts []string
	if list := above.of[true]; len(list) > 0 {
		parts = append(parts, "pays above: "+strings.Join(list, ", "))
	}
	for _, how := range others.keys {
		parts = append(parts, words.JoinAnd(others.of[how])+" "+how)
	}
	return fmt.Sprintf("%s × %d: %s", s.Title(), s.Workers, strings.Join(parts, "; "))
}

// NeverPays is what follows subject when the crossover is Never: "never pays off", or "is
// not seen to pay off" when the intervals leave room for it.
func (s SweepSeries) NeverPays(subject string) string {
	if s.Sure() {
		return "never " + words.PayOff(subject)
	}
	return words.Verb("is", "are", subject) + " not seen to pay off"
}

// Sure reports whether what the crossover says of all points, Always or Never, is surely so
// at each: that it does not lose what matters, or cannot gain it, had the machine been there.
func (s SweepSeries) Sure() bool {
	return !slices.ContainsFunc(s.Points, func(p SweepPoint) bool {
		if s.Crossover.Outcome == estimate.Always {
			return !(p.Least >= 1/(1+Practical))
		}
		return !(p.Most <= 1+Practical)
	})
}

// Latest is the useful work from which on the pool surely beats the plain loop; ok is false
// when it does at no size that was tried.
func (s SweepSeries) Latest() (work float64, ok bool) {
	for i := len(s.Points) - 1; i >= 0 && s.Points[i].Least > 1; i-- {
		work, ok = s.Points[i].Work, true
	}
	return work, ok
}

// crossoverText says where a pool begins to beat the baseline.
func crossoverText(set *Set, series SweepSeries, subject, baseline string) string {
	name := series.Label()
	pays, begins := " "+words.PayOff(name), words.Verb(" begins", " begin", name)
	latest, known := series.Latest()
	switch c := series.Crossover; {
	case c.Outcome == estimate.Crosses:
		text := fmt.Sprintf("%s%s above %s of work per task %s", subject, pays, words.Duration(c.At.Value), words.IntervalOf(c.At, words.Seconds))
		if c.At.High > 4*c.At.Low {
			text += ", a wide interval"
		}
		return text
	case c.Outcome == estimate.Always && series.Sure():
		return fmt.Sprintf("%s%s at every size tried (from %s)", subject, pays, words.Duration(c.From))
	case c.Outcome == estimate.Never:
		text := fmt.Sprintf("%s %s up to %s", subject, series.NeverPays(name), words.Duration(c.To))
		if machine := MachineOf(set); !series.Sure() && machine.Short() {
			text += ", while " + machine.String()
		}
		return text
	case c.Outcome == estimate.Several:
		return fmt.Sprintf("%s%s %s more than once, last at %s: noise or a cliff", subject, words.Verb(" crosses", " cross", name), baseline, words.Duration(c.At.Value))
	case known:
		text := fmt.Sprintf("%s%s above %s of work per task at the latest; with less it cannot be told yet", subject, pays, words.Duration(latest))
		if c.At.N < estimate.MinBlocks {
			text += fmt.Sprintf(", with %s of the %d an interval needs", words.Count(c.At.N, "block"), estimate.MinBlocks)
		}
		return text
	case c.At.N >= estimate.MinBlocks:
		return fmt.Sprintf("cannot tell where %s%s to pay off: no difference to %s is clear of the noise on both sides", subject, begins, baseline)
	case c.At.Value > 0:
		begins += fmt.Sprintf(" to pay off, perhaps at %s", words.Duration(c.At.Value))
	default:
		begins += " to pay off"
	}
	return fmt.Sprintf("cannot tell where %s%s: %s of the %d an interval needs", subject, begins, words.Count(series.Crossover.At.N, "block"), estimate.MinBlocks)
}

// repeats is how near to 1 half of the ideal must be for its line to be that of the plain
// loop, as a factor.
const repeats = 1.2

// halfText says what half of the ideal needs; empty when that is unknown, or when half of
// the ideal is about the plain loop itself, as with two workers.
func halfText(s Sweep, c estimate.Crossing) string {
	if half := HalfEfficiency * s.Ideal; half < repeats && half > 1/repeats {
		return ""
	}
	half := fmt.Sprintf("half of the %s that ", words.Ratio(s.Ideal)) + words.Count(s.Workers, "worker") + " can give"
	if s.Measured {
		half = fmt.Sprintf("half of the %s that this machine can give", words.Ratio(s.Ideal))
	}
	return [...]string{estimate.Unknown: "",
		estimate.Crosses: half + " needs " + words.Estimate(c.At, words.Seconds),
		estimate.Always:  half + " at every size",
		estimate.Never:   "never " + half,
		estimate.Several: half + " is crossed more than once, last at " + words.Duration(c.At.Value)}[c.Outcome]
}

// tolerable is the loss above which a cut-over is not worth naming.
const tolerable = 0.25

// cutOverText is the rule to use where there is no crossover; empty where there is one,
// or no good rule.
func cutOverText(series SweepSeries) string {
	t := series.Threshold
	if o := series.Crossover.Outcome; o != estimate.Several && o != estimate.Unknown || t.Outcome != estimate.Crosses || !t.Regret.Known() || t.Regret.High > tolerable {
		return ""
	}
	return fmt.Sprintf("a cut-over at %s loses at most %s", words.Duration(t.At), words.Percent(t.Regret.High))
}

// overtaking says where one pool overtakes another, draws level with it or stays behind,
// for the pools that a Sweep stands for.
func overtaking(set *Set, s Sweep) []Sentence {
	var out []Sentence
	var level, behind, untold ordered[string, string] // names by what is said of them
	var claims []Claim
	for _, x := range Duels(set) {
		if x.Family != s.Family || x.Below.Workers != s.Workers && x.Above.Workers != s.Workers {
			continue
		}
		claim := x.claim(set, s.Title())
		below, above := x.Below.Label(), x.Above.Label()
		sizes := below == above
		if sizes {
			below, above = strconv.Itoa(x.Below.Workers), x.Above.String()
		}
		switch {
		case x.Crossover.Outcome == estimate.Crosses:
			at := x.Crossover.At
			out = append(out, Sentence{Text: fmt.Sprintf("%s %s %s above %s of work per task %s", above, words.Verb("overtakes", "overtake", x.Above.Executor), below,
				words.Duration(at.Value), words.IntervalOf(at, words.Seconds)), Claims: []Claim{claim}})
			continue
		case sizes:
			continue
		case x.Ahead:
			out = append(out, Sentence{Text: fmt.Sprintf("%s %s %s at every size tried", above, words.Verb("beats", "beat", above), below), Claims: []Claim{claim}})
			continue
		case x.LevelFrom > 0 && x.LevelFrom == x.points[0].Work:
			level.add("with "+below+" at every size tried", above)
		case x.LevelFrom > 0:
			level.add("with "+below+" at "+words.Duration(x.LevelFrom), above)
		case x.Behind:
			behind.add(fmt.Sprintf("%s behind %s up to %s", words.Percent(1-x.Last.Value), below, words.Duration(x.Crossover.To)), above)
		case x.Crossover.Outcome == estimate.Never:
			untold.add(below, above)
		default:
			continue
		}
		claims = append(claims, claim)
	}
	var parts []string
	for _, how := range level.keys {
		names := level.of[how]
		parts = append(parts, words.JoinAnd(names)+words.Verb(" draws", " draw", names...)+" level "+how)
	}
	for _, how := range behind.keys {
		names := behind.of[how]
		parts = append(parts, words.JoinAnd(names)+words.Verb(" stays ", " stay ", names...)+how)
	}
	for _, below := range untold.keys {
		names := untold.of[below]
		parts = append(parts, words.JoinAnd(names)+words.Verb(" is", " are", names...)+" not seen to overtake "+below)
	}
	if len(parts) > 0 {
		out = append(out, Sentence{Text: strings.Join(parts, "; "), Claims: claims})
	}
	return out
}

// claim is what a duel says.
func (d Duel) claim(set *Set, title string) Claim {
	out := Claim{Subject: d.Above.String() + " on " + title, Relation: Overtakes, Object: d.Below.String(), Unit: words.Seconds, Outcome: words.OutcomeText(estimate.Unknown)}
	switch {
	case d.Crossover.Outcome == estimate.Crosses:
		out.Value, out.Outcome = d.Crossover.At, ""
	case d.Ahead:
		out.Outcome = words.OutcomeText(estimate.Always)
	case d.LevelFrom > 0:
		out.Relation, out.Outcome, out.Value = DrawsLevel, "", estimate.Estimate{Value: d.LevelFrom, N: d.Last.N}
	case d.Behind:
		out.Relation, out.Outcome, out.Value, out.Unit = StaysBehind, "", d.Last, words.Times
	}
	for _, p := range d.points {
		grain := p.Point.Get(record.AxisGrain)
		out.Of, out.Against = append(out.Of, d.above.With(record.AxisGrain, grain)), append(out.Against, d.below.With(record.AxisGrain, grain))
	}
	return out
}

// remedies say what would lower the overhead, of all executors for which it is the same
// together.
func remedies(s Sweep) []Sentence {
	var out []Sentence
	for shape := ShapeSerial; shape <= ShapeGrows; shape++ {
		var names []string
		var claims []Claim
		for _, series := range s.Series {
			if series.Overhead.Shape == shape {
				names = append(names, series.Label())
				c := Claim{Subject: series.String() + " on " + s.Title(), Relation: OverheadShape, Object: shape.String(), Unit: words.Times, Value: series.Overhead.R50}
				for _, p := range series.Points {
					c.Of = append(c.Of, p.Point)
				}
				claims = append(claims, c)
			}
		}
		if len(names) > 0 {
			out = append(out, Sentence{Text: fmt.Sprintf("for shorter tasks with %s (overhead: %s) %s", words.JoinAnd(names), shape, shape.Remedy()), Claims: claims})
		}
	}
	return out
}

// costOf says how many workers beat the plain loop on s: "to beat the plain loop
// goroutines and spawn need 2 workers, processes 4; threads never do, with up to 8";
// without text when nothing is known of it.
func costOf(set *Set, s Scaling) Sentence {
	var out Sentence
	var never []string
	var executors ordered[string, string] // by how many workers they need
	most := 0
	for _, c := range Costs(set) {
		if Scalings(set)[c.Scaling].Baseline != s.Baseline {
			continue
		}
		claim := Claim{Subject: c.Label + " on " + s.Title(), Relation: BeatWith, Object: s.Family.Baseline, Unit: words.Plain, Value: estimate.Estimate{Value: float64(c.Fewest), N: c.Crossover.At.N}}
		for _, p := range c.points {
			claim.Of, claim.Against = append(claim.Of, p), append(claim.Against, s.Baseline)
		}
		need := strconv.Itoa(c.Fewest)
		switch {
		case c.Never:
			never = append(never, c.Label)
			most = max(most, int(c.Crossover.To+0.5))
			claim.Outcome, claim.Value = words.OutcomeText(estimate.Never), estimate.Estimate{}
			out.Claims = append(out.Claims, claim)
			continue
		case c.Fewest == 0:
			continue
		case c.AtMost:
			need, claim.Outcome = "at most "+need, "at most"
		}
		out.Claims = append(out.Claims, claim)
		executors.add(need, c.Label)
	}
	var parts []string
	for _, need := range executors.keys {
		names := executors.of[need]
		text := words.JoinAnd(names) + " " + need
		if len(parts) == 0 {
			text = "to beat " + words.Against(s.Family.Baseline) + " " + words.JoinAnd(names) + words.Verb(" needs ", " need ", names...) + need + " workers"
			if need == "1" {
				text = strings.TrimSuffix(text, "s")
			}
		}
		parts = append(parts, text)
	}
	out.Text = strings.Join(parts, ", ")
	if len(never) > 0 {
		verb := words.Verb("does", "do", never...)
		if len(parts) == 0 {
			out.Text = fmt.Sprintf("%s never %s better than %s, with up to %s", words.JoinAnd(never), verb, words.Against(s.Family.Baseline), words.Count(most, "worker"))
		} else {
			out.Text += fmt.Sprintf("; %s never %s, with up to %d", words.JoinAnd(never), verb, most)
		}
	}
	return out
}
