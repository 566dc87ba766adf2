// Package reports turns records into judgements: speedups, efficiencies,
// crossovers, verdicts, and the sentences that state them. Everything in it is a
// pure function of records, so the same records give the same bytes.
//
//  1. A Set is a record paired by point and block, in all units. Ratios are taken
//     within blocks and estimated by package estimate.
//  2. An analysis is a pure function of a Set, and of other analyses: Scalings go along
//     the workers, Sweeps along the grains. A Law says how the first go on, a Ledger
//     where the workers' time went, Duels which of two pools wins, Masters what a task
//     and a job cost, and what that predicts; Values are all other units.
//  3. A Question asks the Set and answers with a Section: sentences, tables, drawings
//     and warnings, which views show.
package reports

import (
	"reflect"
	"slices"
	"strings"
	"sync"

	"poolbench/bench/record"
	"poolbench/reports/estimate"
)

// Practical is the smallest difference that matters to a choice: arms within 5 %
// of each other are equally good, and a pool must gain more than 5 % to be worth
// having.
const Practical = 0.05

// A Set is one record paired by point and block, ready to be asked. It does not change
// and may be asked by several goroutines at once. What a record has not is absent: asking
// for it gives an empty Series, or an Estimate whose N is 0.
type Set struct {
	Record *record.Record // not to be changed

	pairing
	grid   []*measurement // sorted
	passes *Set           // of the points that were measured with a pass around them; nil in that Set
	rs     *estimate.Resampler
	found  sync.Map // what was analysed so far, by type
}

// NewSet pairs a record, which must not be changed afterwards. It never fails: what
// cannot be used is named in the Warnings. The same record gives the same Set.
func NewSet(rec *record.Record) *Set {
	chosen, left := chooseSubject(rec.Results)
	s := newSet(rec, chosen, func(pass string) bool { return pass == "" })
	s.passes = newSet(rec, chosen, func(pass string) bool { return pass != "" })
	s.warnings = append(left, s.warnings...)
	for _, w := range s.passes.warnings {
		if !slices.Contains(s.warnings, w) { // of the whole record
			s.warnings = append(s.warnings, w)
		}
	}
	for unit := range s.passes.zeros { // a unit is compared in one way
		s.zeros[unit] = s.zeros[unit] || s.passes.zeros[unit]
	}
	s.passes.zeros = s.zeros
	return s
}

// newSet is that of the points whose pass is wanted.
func newSet(rec *record.Record, chosen subject, wanted func(pass string) bool) *Set {
	s := &Set{Record: rec, pairing: pair(rec, func(p record.Point) bool { return wanted(p.Pass()) })}
	for p, m := range s.points {
		if !p.HasGridAxes() || subjectOf(p) != chosen {
			continue
		}
		m.place = placeOf(&rec.Facts, p)
		if pass := p.Pass(); pass != "" {
			m.baseline = m.baseline.With(record.AxisPass, pass)
		}
		s.grid = append(s.grid, m)
	}
	slices.SortFunc(s.grid, func(a, b *measurement) int { return a.compare(b.place) })
	s.rs = estimate.NewResampler(s.blocks)
	return s
}

// Passes is the record as it was measured with passes around the work: a Set whose Points
// are those of passes (record.AxisPass), paired by blocks of their own. They are no part of
// the Set itself, and of no analysis of it but those that say so.
func (s *Set) Passes() *Set { return s.passes }

// pass is a point with a pass around it.
func pass(p record.Point, name string) record.Point { return p.With(record.AxisPass, name) }

// once is find of the Set, found once. There is one analysis of a type T.
func once[T any](s *Set, find func(*Set) T) T {
	found, _ := s.found.LoadOrStore(reflect.TypeFor[T](), sync.OnceValue(func() T { return find(s) }))
	return found.(func() T)()
}

// An ordered is values by key, with the keys in the order in which they came first.
type ordered[K comparable, V any] struct {
	keys []K
	of   map[K][]V
}

func (o *ordered[K, V]) add(key K, value V) {
	if o.of == nil {
		o.of = map[K][]V{}
	}
	if o.of[key] == nil {
		o.keys = append(o.keys, key)
	}
	o.of[key] = append(o.of[key], value)
}

// Suppose makes an analysis of the Set what it is told to be, as tests of sentences and
// drawings do: Suppose(s, []Scaling{…}). It belongs before the Set is asked.
func Suppose[T any](s *Set, found T) *Set {
	s.found.Store(reflect.TypeFor[T](), func() T { return found })
	return s
}

// Points are those that are analysed: of the grid, by workload, other axes that say what
// is run, grain and payload, then executor, other axes that say how, and workers. Numbers
// are sorted as numbers.
func (s *Set) Points() []record.Point {
	out := make([]record.Point, len(s.grid))
	for i, m := range s.grid {
		out[i] = m.point
	}
	return out
}

// Others are the points of probes and of other benchmarks, by name.
func (s *Set) Others() []record.Point {
	var out []record.Point
	for p, m := range s.points {
		if m.pool == (Pool{}) {
			out = append(out, p)
		}
	}
	slices.SortFunc(out, func(a, b record.Point) int { return strings.Compare(a.Full()+"\x00"+a.Side, b.Full()+"\x00"+b.Side) })
	return out
}

// at is what was measured of a point; empty when nothing was.
func (s *Set) at(p record.Point) *measurement {
	if m := s.points[p]; m != nil {
		return m
	}
	return &measurement{point: p}
}

// Baseline is the point that a point is a speedup against; it may not have been measured.
func (s *Set) Baseline(p record.Point) record.Point { return s.Record.Facts.Baseline(p) }

// Series is what a point says in a unit. It is on scale Ratio where the unit is compared
// so and all values of the record are above 0, else on Difference.
func (s *Set) Series(p record.Point, unit string) estimate.Series {
	scale := estimate.Ratio
	if s.Record.Unit(unit).Scale == record.Difference || s.zeros[unit] {
		scale = estimate.Difference
	}
	return s.at(p).series(unit, scale)
}

// Task is the wall time per task in seconds, on scale Ratio; that of the whole job where
// its tasks were not counted.
func (s *Set) Task(p record.Point) estimate.Series { return s.at(p).task }

// Tasks is how many tasks a job of the point has; 0 when not recorded.
func (s *Set) Tasks(p record.Point) int { return s.at(p).tasks }

// Resource is what limits a workload: "cpu", "wait", "mixed" or "" when the record does
// not say.
func (s *Set) Resource(workload string) string { return s.Record.Facts.Resource(workload) }

// Quantity is the median of a series with its draws, which are those of all other
// quantities of the Set.
func (s *Set) Quantity(series estimate.Series) estimate.Quantity { return s.rs.Quantity(series) }

// Estimate is the median of a series with its interval.
func (s *Set) Estimate(series estimate.Series) estimate.Estimate { return s.rs.Estimate(series) }

// Numbered reports whether the record has blocks. Else results are paired by their order.
func (s *Set) Numbered() bool { return s.numbered }

// Blocks are those that hold a result; of a record without blocks the most results of a
// point.
func (s *Set) Blocks() int { return s.blocks }

// Whole are the Blocks that hold more than half of the Points: others look closer at a
// few.
func (s *Set) Whole() (n int) {
	held := make([]int, s.blocks)
	for _, m := range s.grid {
		for _, b := range m.blocks {
			held[b]++
		}
	}
	for _, points := range held {
		if 2*points > len(s.grid) {
			n++
		}
	}
	return n
}
