package gate

import (
	"math"

	"poolbench/bench/record"
	"poolbench/reports/estimate"
)

// A Judge decides, block by block, what changed between two builds, and which
// subjects need another block. Equal blocks give equal answers, so a stored
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
// ratios must be symmetric, and blocks of one seed pair depend on each other
// through the code layout.
type Judge struct {
	options  Options
	subjects []*subject // in declared order
	index    map[record.Subject]*subject
	blocks   int // added
	hosts    []record.Host
	pairs    map[int]bool // seed pairs seen
	screened bool
	ranks    estimate.SignedRank
	tails    int // tests of tails after the screen
	units    int // tests of other units after the screen
}

// NewJudge starts a judgement of the declared subjects.
func NewJudge(o Options, declared []record.Declared) *Judge {
	j := &Judge{options: o.withDefaults(), index: map[record.Subject]*subject{}, pairs: map[int]bool{}}
	for _, d := range declared {
		if j.index[d.Subject] != nil {
			continue
		}
		s := newSubject(d, j.options)
		j.subjects = append(j.subjects, s)
		j.index[d.Subject] = s
	}
	return j
}

// Add takes the next block; its slices belong to the judge from then on. Subjects
// that were not declared, and those that are settled, are not looked at.
func (j *Judge) Add(b record.PairBlock) {
	j.blocks++
	j.hosts = append(j.hosts, b.Host)
	j.pairs[b.SeedPair] = true
	for _, p := range b.Pairs {
		if s := j.index[p.Subject]; s != nil {
			s.add(p, b.SeedPair)
		}
	}
	if !j.screened {
		if j.blocks == screenBlocks {
			j.screen()
		}
		return
	}
	for _, s := range j.subjects {
		s.look(j)
	}
}

// Next returns the subjects that the next block has to measure, controls included,
// in declared order; none when everything is settled. A control that compares base
// with itself keeps a run going only while it looks biased.
func (j *Judge) Next() []record.Subject {
	var next []record.Subject
	needed := !j.screened
	canaries, seen := j.canaries()
	for _, s := range j.subjects {
		if !s.wanted(j.screened) {
			continue
		}
		if s.declared.Role == record.Canary && 2*seen > canaries {
			continue
		}
		needed = needed || s.declared.Role != record.Same || s.looksBiased(j)
		next = append(next, s.declared.Subject)
	}
	if !needed {
		return nil
	}
	return next
}

// screen ends the first phase.
func (j *Judge) screen() {
	j.screened = true
	var slower, faster []float64
	suspects := 0
	for _, s := range j.subjects {
		s.screen(j)
		if s.time == open && s.declared.Role != record.Canary {
			suspects++
			slower, faster = append(slower, s.evidence(j, +1)), append(faster, s.evidence(j, -1))
		}
		j.tails += s.suspectTails(j)
		j.units += s.suspectUnits(j)
	}
	slowParts, fastParts := shares(slower), shares(faster)
	i := 0
	for _, s := range j.subjects {
		switch {
		case s.time != open:
		case s.declared.Role == record.Canary: // what an average suspect has; canaries raise no alarms
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

// looksBiased reports whether a control that compares base with itself may show that
// it is not the same to the method.
func (s *subject) looksBiased(j *Judge) bool {
	values := s.values()
	mid := estimate.Centre(values)
	if mid < 0 {
		values = estimate.Negated(values)
	}
	return math.Abs(mid) >= s.slowdown/2 && j.ranks.Above(values, 0) <= suspicion
}

// canaries is how many canaries there are and how many of them were seen.
func (j *Judge) canaries() (all, seen int) {
	for _, s := range j.subjects {
		if s.declared.Role == record.Canary {
			all++
			if s.time == regressed {
				seen++
			}
		}
	}
	return all, seen
}

// leastBlocks is how many blocks must be measured before a slowdown can be shown to
// a subject with this part of the budget: n fresh values have a p-value of 2^-n at
// best.
func (j *Judge) leastBlocks(part float64) int {
	return screenBlocks + int(math.Ceil(-math.Log2(timeShare*j.options.Alpha*finalShare*part)))
}
