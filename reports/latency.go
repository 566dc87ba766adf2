package reports

import (
	"fmt"
	"slices"

	"poolbench/bench/record"
	"poolbench/reports/estimate"
	"poolbench/reports/words"
)

// The relations of latencies.
const (
	LatencyIs   Relation = "median latency"   // of Of
	TakesLonger Relation = "takes longer"     // median latency of Of / that of Against, surely above 1
	SameLatency Relation = "latency equal"    // the same, surely within what is Practical of 1
	LatencyOpen Relation = "latency not told" // the same, neither

	// KneeAt is the largest load, in workers that arrivals keep busy, at which half of the
	// tasks are done in twice the time that they take: that of the last of Of. Against is
	// the next larger load that was tried, of which that is not so; empty when there is none.
	KneeAt Relation = "keeps up with"
)

// Latencies says how long requests took: those that were made beside the tasks of a job, or
// the tasks themselves, where they came at times of their own.
var Latencies = Question{
	Name: "latency", Title: "How late?", Doc: "How long do requests take, beside which pool?",
	Answer: func(s *Set) Section {
		out := Section{Reading: "Latencies are in seconds, from when a request was to begin to its answer. Of each slice the record has the median and other quantiles; what is shown is the median of the blocks. Of two pools the ratio is within blocks, and which two are set side by side is chosen by it: they are called different where that is sure for all pairs together."}
		for _, x := range Lateness(s) {
			if sentence, ok := x.sentence(s); ok {
				out.Sentences = append(out.Sentences, sentence)
			}
		}
		for _, k := range Knees(s) {
			out.Sentences = append(out.Sentences, k.sentence())
		}
		out.add("", kneeTable(s), latencyTable(s))
		return out
	},
}

// A Late is the latencies of one work on all pools, by Set.Points.
type Late struct {
	Title string // "overlap at 10 ms, to=database"
	Arms  []LateArm
}

// A LateArm is one of the pools, or the plain loop.
type LateArm struct {
	Point record.Point
	Pool
	Baseline bool
	P50, P90 estimate.Estimate // seconds
	P99, Max estimate.Estimate // N is 0 where the record has none
}

// Lateness is the latencies of all works that have any.
func Lateness(s *Set) []Late { return once(s, findLateness) }

func findLateness(s *Set) (out []Late) {
	last := record.Point{}
	for _, m := range s.grid {
		if s.Series(m.point, record.UnitP50).Len() == 0 {
			continue
		}
		if len(out) == 0 || m.baseline != last {
			out = append(out, Late{Title: words.Task(m.workload, m.grain, m.units, m.payload) + m.family.rest()})
			last = m.baseline
		}
		of := func(unit string) estimate.Estimate { return s.Estimate(s.Series(m.point, unit)) }
		x := &out[len(out)-1]
		x.Arms = append(x.Arms, LateArm{m.point, m.pool, m.point == m.baseline, of(record.UnitP50), of(record.UnitP90), of(record.UnitP99), of(record.UnitMax)})
	}
	return out
}

// ends are the arms with the shortest and the longest latency, of those with as many workers
// as cores, or the most that are not more, or the fewest; ok is false when there are no two.
func (x Late) ends(s *Set) (short, long LateArm, pairs int, ok bool) {
	workers := 0
	for _, a := range x.Arms {
		if n := a.Workers; !a.Baseline && (workers == 0 || n > workers && n <= s.Record.Facts.Cores || workers > s.Record.Facts.Cores && n < workers) {
			workers = n
		}
	}
	of := slices.DeleteFunc(slices.Clone(x.Arms), func(a LateArm) bool { return a.Baseline || a.Workers != workers })
	if len(of) < 2 {
		return short, long, 0, false
	}
	by := func(a, b LateArm) int { return compareValues(a.P50, b.P50) }
	return slices.MinFunc(of, by), slices.MaxFunc(of, by), len(of) * (len(of) - 1) / 2, true
}

// sentence sets the pools with the shortest and the longest latency side by side.
func (x Late) sentence(s *Set) (Sentence, bool) {
	short, long, pairs, ok := x.ends(s)
	if !ok || s.Series(short.Point, record.UnitLoad).Len() > 0 { // how late depends on the load: see Knees
		return Sentence{}, false
	}
	series := s.Series(long.Point, record.UnitP50).Over(s.Series(short.Point, record.UnitP50))
	ratio := s.Quantity(series)
	e := ratio.Estimate()
	if e.N == 0 || series.Scale != estimate.Ratio {
		return Sentence{}, false
	}
	c := Claim{Subject: long.String() + " on " + x.Title, Relation: LatencyOpen, Object: short.String(), Unit: words.Times, Value: e, Of: []record.Point{long.Point}, Against: []record.Point{short.Point}}
	took := func(a LateArm) string { return words.Duration(a.P50.Value) }
	text := fmt.Sprintf("with %s a request takes %s beside %s and %s beside %s", words.Count(short.Workers, "worker"), took(short), short.Label(), took(long), long.Label())
	brief := fmt.Sprintf("%s beside %s, %s beside %s", took(short), short.Label(), took(long), long.Label())
	switch {
	case standing(e) == Equal:
		c.Relation = SameLatency
		text += ", the shortest and the longest: equal, within 5 %"
	case standing(e) == Told && e.Value > 1+Practical && estimate.Sure(ratio.Places, estimate.Shared(pairs)).Low > 0:
		c.Relation = TakesLonger
		text += ": " + words.Estimate(e, words.Times) + " as long"
		brief = fmt.Sprintf("%s, %s beside %s", took(short), words.Ratio(e.Value)+" as long", long.Label())
	default:
		text += ": not told apart yet, " + words.Estimate(e, words.Times)
	}
	out := Sentence{Subject: x.Title, Text: text, Brief: brief, Claims: []Claim{c}}
	for _, a := range []LateArm{short, long} {
		out.Claims = append(out.Claims, Claim{Subject: a.String() + " on " + x.Title, Relation: LatencyIs, Unit: words.Seconds, Value: a.P50, Of: []record.Point{a.Point}})
	}
	return out, true
}

// latencyTable is all that was measured, and how many times as long the median is as in the
// pool of the same work where it is shortest.
func latencyTable(s *Set) words.Table {
	t := words.Table{Title: "Latency of requests", Brief: true, Left: 2, Header: []string{"work", "executor", "workers", "median", "90 %", "99 %", "longest", "median against the shortest"},
		Caption: "The plain loop makes requests and tasks one after the other: what a request takes alone. The shortest is that of the pools."}
	for _, x := range Lateness(s) {
		pools := slices.DeleteFunc(slices.Clone(x.Arms), func(a LateArm) bool { return a.Baseline })
		if len(pools) == 0 {
			pools = x.Arms
		}
		short := slices.MinFunc(pools, func(a, b LateArm) int { return compareValues(a.P50, b.P50) })
		for _, a := range x.Arms {
			ratio := estimate.Estimate{}
			if series := s.Series(a.Point, record.UnitP50).Over(s.Series(short.Point, record.UnitP50)); series.Scale == estimate.Ratio && a.Point != short.Point {
				ratio = s.Estimate(series)
			}
			t.Add(x.Title, a.Label(), a.Workers, words.Number(a.P50, words.Seconds), words.Number(a.P90, words.Seconds), words.Number(a.P99, words.Seconds), words.Number(a.Max, words.Seconds), words.Number(ratio, words.Times))
		}
	}
	return t.Pruned()
}
