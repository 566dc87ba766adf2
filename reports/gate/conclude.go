package gate

import (
	"fmt"
	"math"
	"slices"

	"poolbench/bench/record"
	"poolbench/reports/words"
)

// Replay is a judge of a stored comparison.
func Replay(rec *record.Record, o Options) *Judge {
	if o.Unit == nil {
		o.Unit = rec.Unit
	}
	o.CPUs = rec.Facts.Cores
	j := NewJudge(o, rec.Facts.Promised)
	for b := range rec.Blocks() {
		j.Add(b)
	}
	return j
}

// Stored judges a stored comparison again.
func Stored(rec *record.Record, o Options) *Report {
	r := Replay(rec, o).Report()
	r.Base, r.Head = rec.Facts.Builds.Base, rec.Facts.Builds.Head
	r.Warnings = slices.Concat(r.Warnings, rec.Facts.Warnings, rec.Warnings)
	r.Explain(rec.Facts.Profiles, rec.Facts.Functions)
	return r
}

// Report is the judgement as of now, as if the run ended here. It changes nothing
// in the judge and may be asked for at any time; a run that stops because of what
// it says would spend error budget that nobody counted.
func (j *Judge) Report() *Report {
	r := &Report{Method: Interleaved, Limit: j.Slowdown, Alpha: j.Alpha, Confidence: 1 - 2*missLevel,
		Blocks: j.blocks, Links: len(j.links)}
	for _, s := range j.subjects {
		cases := s.cases()
		for i := range cases {
			cases[i].Was, cases[i].Proposed = s.Was, s.Proposed
		}
		if s.Role != record.Judged {
			r.Controls = append(r.Controls, cases[0])
			continue
		}
		r.Cases = append(r.Cases, cases...)
	}
	j.hold(r)
	r.settleScalings()
	j.scalingDoubts(r)
	j.Rules.apply(r)
	r.finish("no benchmark is in both builds")
	return r
}

// hold applies what the controls and the machine say to the verdicts on time.
func (j *Judge) hold(r *Report) {
	canaries, seen, misread := 0, 0, 0
	for i, c := range r.Controls {
		switch {
		case c.Verdict == Failed:
			r.Void = fmt.Sprintf("the control %s failed: %s", c.Name, c.Reason)
		case !c.Canary && (c.Verdict == Regressed || c.Verdict == Improved):
			r.Void = fmt.Sprintf("the control %s compares base with itself and reads %s", c.Name, words.Change(c.Ratio.Value))
		case c.Canary:
			canaries++
			switch c.Verdict {
			case Regressed:
				seen++
			case NoChange, Improved:
				misread++
			}
			r.Controls[i].Reason = ""
		}
	}
	if canaries > 0 && 2*misread > canaries {
		r.Void = fmt.Sprintf("%d of %d planted slowdowns were measured as not slower", misread, canaries)
	}
	if r.Busy = busyHost(j.hosts); r.Busy != "" {
		// A proof is one on a busy host, too: its test is exact. That nothing changed is not
		// said there.
		r.holdTime(reasonBusy, NoChange, Inconclusive)
		return
	}
	switch {
	case canaries > 0 && 2*seen <= canaries:
		r.Blind = fmt.Sprintf("%d of %d planted slowdowns were seen, and more than half are needed; %s", seen, canaries, j.blindCure())
		r.holdTime(reasonBlind, NoChange)
	case canaries == 0 && !j.screened && slices.ContainsFunc(j.subjects, (*subject).waits):
		r.Blind = j.blindCure()
	}
}

// blindCure says what lets a run see its canaries.
func (j *Judge) blindCure() string {
	part := 0.0
	for _, s := range j.subjects {
		if s.Role == record.Canary {
			part = math.Max(part, s.slowPart)
		}
	}
	if part == 0 { // before the screen
		part = 1
	}
	if least := j.leastBlocks(part); j.blocks < least {
		return fmt.Sprintf("%s measured, %d or more are needed: a larger -budget", words.Plural(j.blocks, "block was", "blocks were"), least)
	}
	return "a larger -budget or a quieter machine may show them"
}

// holdTime makes the verdicts on time inconclusive that are one of those given; why one
// without any number is so, its own reason says.
func (r *Report) holdTime(reason string, verdicts ...Verdict) {
	for i := range r.Cases {
		if c := &r.Cases[i]; !c.Exact && (c.Base != 0 || c.Head != 0) && slices.Contains(verdicts, c.Verdict) {
			c.Verdict, c.Reason, c.Detectable, c.More = Inconclusive, reason, 0, 0
		}
	}
}
