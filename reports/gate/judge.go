package gate

import (
	"math"

	"poolbench/bench/record"
)

// A Judge decides, block by block, what changed between two builds, and which
// benchmarks need another block. Equal blocks give equal answers, so a stored
// comparison can be judged again. It is not safe for concurrent use.
//
//  1. The screen: every subject gets 12 blocks. Each chooses the estimator that
//     scatters least on them. Those shown not to be slower by the slowdown of
//     interest are settled; the others are suspects.
//  2. The suspects share the error budget: half of it equally, half by how much
//     the screen speaks for a slowdown. They are measured on, and looked at after
//     16, 32, … fresh blocks and at the end. A look tests only fresh blocks, with
//     the exact one-sided signed-rank test at the suspect's part of the budget, so
//     whatever the screen did cannot make an alarm.
//
// The test is exact without any assumption on the noise: the order of the builds
// within a block is random, so without a change each log ratio is as likely to
// have the opposite sign. Two limits: for a change within the tolerance the log
// ratios must be symmetric, and blocks of one pair of links depend on each other
// through the code layout.
type Judge struct {
	shared              // with the subjects
	subjects []*subject // in the order in which they were promised
	hosts    []record.Host
	beyond   []int        // numbers of CPUs whose speedups are not judged, ascending
	links    map[int]bool // pairs of links seen
}

// NewJudge starts a judgement of what a comparison promises to measure.
func NewJudge(o Options, promised []record.Promise) *Judge {
	j := &Judge{shared: shared{Options: o.withDefaults()}, links: map[int]bool{}}
	known := map[record.Point]bool{}
	for _, p := range promised {
		if !known[p.Point()] {
			known[p.Point()] = true
			j.subjects = append(j.subjects, newSubject(p, &j.shared))
		}
	}
	j.joinScalings()
	return j
}

// Add takes the next block, whose slices belong to the judge from then on. Its results
// are of the sides "base" and "head"; the times of their turns are paired in order.
// What was not promised is not looked at.
//
// The host of a block is read at its end, so a block without one was cut short. It
// counts as far as it goes, but for the first one: an interrupt in it ends a run before
// anything was measured, and the few benchmarks that it has say nothing of the others.
func (j *Judge) Add(b record.Block) {
	if b.Number == 1 && b.Host == nil || len(b.Results)+len(b.Failures) == 0 {
		return
	}
	j.blocks++
	links := -1
	if b.Host != nil {
		links = b.Host.Links
		j.hosts = append(j.hosts, *b.Host)
		j.links[links] = true
	}
	pairs := pairsOf(b)
	for _, s := range j.subjects {
		if p := pairs[s.Point()]; p != nil {
			s.add(p, links)
		}
	}
	for _, s := range j.subjects {
		if s.scaling != nil {
			s.scaling.add(s)
		}
	}
	if !j.screened {
		if j.blocks == screenBlocks {
			j.screen()
		}
		return
	}
	for _, s := range j.subjects {
		s.lookAtExtras()
		s.lookAtScaling()
		s.look()
	}
}

// Next returns what the next block has to measure, controls included, in the order in
// which it was promised; none when everything is settled. A control that compares base
// with itself keeps a run going only while it looks biased. A speedup that is in doubt needs
// its benchmark with one CPU, too. Canaries that are not needed
// any more, since most were seen, have what is left of the time in the end.
func (j *Judge) Next() []record.Point {
	var next, unseen []record.Point
	needed := !j.screened
	canaries, seen := j.canaries()
	scaled := map[*subject]bool{} // whose speedup is in doubt, or that of a benchmark that needs them
	for _, s := range j.subjects {
		if s.scalingWaits() {
			scaled[s], scaled[s.scaling.alone] = true, true
		}
	}
	for _, s := range j.subjects {
		switch {
		case s.failure != "" || !s.InBase || !s.InHead || s.Unchanged != "":
			continue
		case j.screened && s.time != open && !s.undecidedExtras() && !scaled[s]:
			continue
		case s.Role == record.Canary && 2*seen > canaries:
			unseen = append(unseen, s.Point())
			continue
		}
		needed = needed || s.Role != record.Same || s.looksBiased()
		next = append(next, s.Point())
	}
	if !needed {
		return unseen
	}
	return next
}

// screen ends the first phase.
func (j *Judge) screen() {
	j.screened = true
	var slower, faster []float64
	suspects := 0
	for _, s := range j.subjects {
		s.screen()
		if s.time == open && s.Role != record.Canary {
			suspects++
			slower, faster = append(slower, s.evidence(+1)), append(faster, s.evidence(-1))
		}
		s.suspectExtras()
		s.screenScaling()
	}
	slowParts, fastParts := shares(slower), shares(faster)
	i := 0
	for _, s := range j.subjects {
		switch {
		case s.time != open:
		case s.Role == record.Canary: // what an average suspect has; canaries raise no alarms
			s.slowPart, s.fastPart = 1/math.Max(1, float64(suspects)), 0
		default:
			s.slowPart, s.fastPart = slowParts[i], fastParts[i]
			i++
		}
	}
}

// maxEvidence caps the log likelihood ratio of a suspect: one that is sure to be
// found needs no larger part of the budget.
const maxEvidence = 4

// shares divides a budget of 1: half equally, half in proportion to the likelihood
// ratios exp(evidence). The parts depend on the screen only, so they are fixed
// before the first fresh block.
func shares(evidence []float64) []float64 {
	parts := make([]float64, len(evidence))
	top := math.Inf(-1) // scales the ratios, so that not all of them are 0
	for i, e := range evidence {
		parts[i] = math.Min(e, maxEvidence)
		top = math.Max(top, parts[i])
	}
	total := 0.0
	for i, e := range parts {
		parts[i] = math.Exp(e - top)
		total += parts[i]
	}
	for i := range parts {
		parts[i] = 0.5/float64(len(parts)) + 0.5*parts[i]/total
	}
	return parts
}

// canaries is how many canaries there are and how many of them were seen.
func (j *Judge) canaries() (all, seen int) {
	for _, s := range j.subjects {
		if s.Role == record.Canary {
			all++
			if s.time == regressed {
				seen++
			}
		}
	}
	return all, seen
}
