package reports

import (
	"fmt"
	"maps"
	"math"
	"slices"
	"strconv"
	"strings"

	"poolbench/bench/record"
	"poolbench/reports/estimate"
	"poolbench/reports/words"
)

// The relations of what is declared for work.
const (
	ExpectedIs Relation = "expected speedup"           // by the declared curve, from what the probes measured
	Reached    Relation = "share of what is expected"  // Speedup / ExpectedIs, within blocks, and surely not within OffBy of 1
	AsExpected Relation = "as expected"                // the same, within OffBy of 1
	Delivers   Relation = "delivered by some together" // as a multiple of one, by Object: what the points of Of probe
)

// OffBy is how far a speedup may be from the expected one without a word about it.
const OffBy = 0.15

// A declared curve, as its parts are said in words: what workers share.
const (
	memory = "memory bandwidth"
	cpus   = "CPUs"
)

// Expect has a sentence for each workload whose speedup is not what was declared for it, with
// the pools of the size that stands for it, and one for those whose speedups are.
var Expect = Question{
	Name: "expected", Title: "As expected?", Doc: "Is the speedup what this work should have?",
	Answer: func(s *Set) Section {
		out := Section{Reading: "Each workload declares the speedup that it would have on an executor without any cost, as a curve of what its workers share: CPUs, memory bandwidth, a lock, slots. What they deliver together is measured in each block, and so is the expected speedup computed in each. What is missing is what the executor costs, or what the curve does not know of; where more is reached than expected the curve is too low for this machine."}
		var near []Sentence
		for _, h := range Headline(s) {
			sentences, as := expectations(s, h)
			out.Sentences = append(out.Sentences, sentences...)
			if as != nil {
				near = append(near, *as)
			}
		}
		if len(near) > 0 {
			var all Sentence
			var names []string
			for _, n := range near {
				names, all.Claims = append(names, n.Text), append(all.Claims, n.Claims...)
			}
			all.Text = fmt.Sprintf("as expected, within %s: %s", words.Percent(OffBy), words.JoinAnd(names))
			out.Sentences = append(out.Sentences, all)
		}
		out.add("", expectedTable(s))
		return out
	},
}

// probed is what workers deliver together in each block, by benchmark of the probe and
// number of workers, as a multiple of one.
type probed map[string]map[int]estimate.Series

func probes(s *Set) probed {
	return once(s, func(s *Set) probed {
		out := probed{}
		for _, p := range s.Others() {
			if one := s.at(probePoint(p.Benchmark(), 1)).makespan; s.Record.IsProbe(p) && p.Workers() >= 1 {
				if c := one.Over(s.at(p).makespan).Scaled(float64(p.Workers())); c.Len() > 0 {
					if out[p.Benchmark()] == nil {
						out[p.Benchmark()] = map[int]estimate.Series{}
					}
					out[p.Benchmark()][p.Workers()] = c
				}
			}
		}
		return out
	})
}

func probePoint(benchmark string, workers int) record.Point {
	return record.NewPoint(benchmark, record.AxisWorkers, strconv.Itoa(workers))
}

// limitProbe is the benchmark that measures what a curve is of; "" for none.
func limitProbe(c record.Curve) string {
	return map[string]string{record.LimitCapacity: record.CapacityBenchmark, record.LimitBandwidth: record.BandwidthBenchmark}[c.Of]
}

// probeSize is the number of workers of the probe that stands for a number of workers: their
// own, or that of the largest probe where it covers the cores, as more cannot do more.
func probeSize(s *Set, benchmark string, workers int) int {
	of := probes(s)[benchmark]
	largest := slices.Max(slices.AppendSeq([]int{0}, maps.Keys(of)))
	if cores := s.Record.Facts.Cores; cores > 0 && largest >= cores {
		return min(workers, largest)
	}
	return workers
}

// expect fills in what c declares for the point, in the blocks of its speedups; nothing where
// that is not known.
func (p *ScalingPoint) expect(s *Set, c record.Curve, speedups estimate.Series) {
	if p.Workers < 1 {
		return
	}
	delivered := speedups // whatever it is, for what shares nothing
	if benchmark := limitProbe(c); benchmark != "" {
		delivered = probes(s)[benchmark][probeSize(s, benchmark, p.Workers)].Within(speedups)
	}
	var expected estimate.Series
	for i, b := range delivered.Blocks() {
		expected.Add(b, c.Speedup(p.Workers, math.Exp(delivered.Places()[i])))
	}
	if expected.Len() > 0 {
		p.Expected, p.Reached = s.Estimate(expected), s.Estimate(speedups.Over(expected))
		p.HeldBack = holdsBack(c, p.Workers, math.Exp(delivered.Point()))
	}
}

// off is -1 where surely less is reached than expected, +1 where surely more, both by more
// than OffBy; else 0.
func (p ScalingPoint) off() int {
	switch e := p.Reached; {
	case e.Known() && e.High < 1 && e.Value < 1-OffBy:
		return -1
	case e.Known() && e.Low > 1 && e.Value > 1+OffBy:
		return +1
	}
	return 0
}

// near reports whether what is reached is expected.
func (p ScalingPoint) near() bool {
	return p.Reached.Known() && math.Abs(p.Reached.Value-1) <= OffBy
}

// expectations are what is said of the pools of the size that stands for s: one sentence if
// some are off, one if memory is what they are short of, and the last one, without a verb,
// if all are as expected.
func expectations(set *Set, s Scaling) (out []Sentence, as *Sentence) {
	series, standing := s.standing()
	if series == nil || s.Curve == nil {
		return nil, nil
	}
	var off, beyond Sentence
	var offText, beyondText []string
	as = &Sentence{Text: s.Title() + " with " + words.Count(standing.Workers, "worker")}
	for _, p := range s.Points() {
		if p.Workers != standing.Workers {
			continue
		}
		claim := Claim{Subject: p.Pool.String() + " on " + s.Title(), Relation: Reached, Object: "the declared curve", Unit: words.Fraction, Value: p.Reached, Of: []record.Point{p.Point}, Against: []record.Point{s.Baseline}}
		expected := claim
		expected.Relation, expected.Unit, expected.Value = ExpectedIs, words.Times, p.Expected
		text := fmt.Sprintf("%s %s of %s", p.Label(), words.Estimate(p.Reached, words.Fraction), words.Ratio(p.Expected.Value))
		switch {
		case p.off() < 0:
			offText, off.Claims = append(offText, text), append(off.Claims, claim, expected)
		case p.off() > 0:
			beyondText, beyond.Claims = append(beyondText, text), append(beyond.Claims, claim, expected)
		}
		if !p.near() {
			as = nil
		} else if as != nil {
			claim.Relation = AsExpected
			as.Claims = append(as.Claims, claim)
		}
	}
	on := fmt.Sprintf("%s with %s", s.Title(), words.Count(standing.Workers, "worker"))
	if len(offText) > 0 {
		off.Text = fmt.Sprintf("%s falls short of what is expected: %s", on, strings.Join(offText, ", "))
		out = append(out, off)
	}
	if len(beyondText) > 0 {
		beyond.Text = fmt.Sprintf("%s is above what is expected, so its declared curve is too low for this machine: %s", on, strings.Join(beyondText, ", "))
		out = append(out, beyond)
	}
	if short, ok := shortOfMemory(set, s, standing); ok {
		out = append(out, short)
	}
	return out, as
}

// shortOfMemory says that memory holds work back, where the speedup is the one that the
// bandwidth expects and CPUs alone would give surely more.
func shortOfMemory(set *Set, s Scaling, p ScalingPoint) (out Sentence, ok bool) {
	if s.Curve.Of != record.LimitBandwidth || !p.near() {
		return out, false
	}
	size := func(benchmark string) int { return probeSize(set, benchmark, p.Workers) }
	bandwidth, capacity := size(record.BandwidthBenchmark), size(record.CapacityBenchmark)
	gave := set.Estimate(probes(set)[record.BandwidthBenchmark][bandwidth])
	could := set.Estimate(probes(set)[record.CapacityBenchmark][capacity])
	if bandwidth != capacity || !gave.Known() || !could.Known() || gave.High >= could.Low*(1-OffBy) {
		return out, false
	}
	claim := func(object, benchmark string, v estimate.Estimate) Claim {
		return Claim{Subject: words.Count(bandwidth, "worker"), Relation: Delivers, Object: object, Unit: words.Times, Value: v,
			Of: []record.Point{probePoint(benchmark, bandwidth)}, Against: []record.Point{probePoint(benchmark, 1)}}
	}
	out.Claims = []Claim{claim(memory, record.BandwidthBenchmark, gave), claim(cpus, record.CapacityBenchmark, could),
		{Subject: p.Pool.String() + " on " + s.Title(), Relation: AsExpected, Object: "the declared curve", Unit: words.Fraction, Value: p.Reached, Of: []record.Point{p.Point}, Against: []record.Point{s.Baseline}}}
	out.Text = fmt.Sprintf("%s is short of memory bandwidth: %s get %s of one worker's, and of the CPUs %s", s.Title(), words.Count(bandwidth, "worker"),
		words.Estimate(gave, words.Times), words.Estimate(could, words.Times))
	return out, true
}

// holdsBack is the part of a curve without which it would be higher.
func holdsBack(c record.Curve, workers int, delivered float64) string {
	delivered = min(delivered, float64(workers)) // or noise of a probe would be taken for rounds
	expected, slots, rounds := c.Speedup(workers, delivered), c, c
	slots.Slots, rounds.Tasks = 0, 0
	switch {
	case slots.Speedup(workers, delivered) > expected && c.Slots == math.Trunc(c.Slots):
		return words.Count(int(c.Slots), "slot")
	case slots.Speedup(workers, delivered) > expected:
		return words.Significant(c.Slots) + " tasks at once"
	case rounds.Speedup(workers, delivered) > expected:
		return "rounds of " + words.Count(c.Tasks, "task")
	case c.Serial > 0 && workers > 1:
		return words.Percent(c.Serial) + " by one at a time"
	}
	return map[string]string{record.LimitCapacity: cpus, record.LimitBandwidth: memory, record.LimitWorkers: "workers"}[c.Of]
}

// expectedTable has a row for each pool of the Scalings that stand for their workloads.
func expectedTable(set *Set) words.Table {
	t := words.Table{Folded: true, Title: "Expected beside measured", Left: 2, Header: []string{"workload", "executor", "workers", "measured", "expected", "reached", "held back by"},
		Caption: fmt.Sprintf("The speedup that was measured, the one that the workload declares for an executor without any cost, from what the probes of the machine measured in the same blocks, and the share of it that was reached: ! where that is surely less or more than 1, and by more than %s. The last column is the part of the declared curve that holds the work back.", words.Percent(OffBy))}
	for _, s := range Headline(set) {
		if s.Curve == nil {
			continue
		}
		for _, p := range s.Points() {
			if p.Expected.N == 0 {
				continue
			}
			reached := words.Number(p.Reached, words.Fraction)
			if p.off() != 0 {
				reached.Mark = words.Off
			}
			expected := words.Number(p.Expected, words.Times)
			if p.Expected.Low == p.Expected.High {
				expected.Text = words.ValueOf(p.Expected, words.Times) // known without measuring
			}
			t.Add(s.Title(), p.Label(), p.Workers, words.Number(p.Speedup, words.Times), expected, reached, p.HeldBack)
		}
	}
	return t
}
