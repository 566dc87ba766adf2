package reports

import (
	"fmt"
	"maps"
	"math"
	"slices"

	"poolbench/bench/record"
	"poolbench/reports/estimate"
	"poolbench/reports/words"
)

// Times and values outside of these bounds are not of a benchmark; within them no
// product or quotient of this package overflows.
const (
	minSeconds = 1e-15
	maxSeconds = 1e15
	maxTasks   = 1e15
	maxValue   = 1e100
)

// A measurement is everything measured of one point, once a block.
type measurement struct {
	point    record.Point
	blocks   []int                  // indices, ascending
	results  []*record.Result       // parallel to blocks
	makespan estimate.Series        // seconds of the whole job
	task     estimate.Series        // seconds of wall time per task
	tasks    int                    // tasks in the job, of its last result; 0 when not recorded
	kept     map[int]*record.Result // by block number
	place                           // of points of the grid
}

// tasksOf is how many tasks the job of a result had, 0 when not recorded.
func tasksOf(r *record.Result) float64 {
	if n := r.Values[record.UnitTasks]; n >= 1 && n <= maxTasks {
		return n
	}
	return 0
}

func timeOf(r *record.Result) (seconds float64, ok bool) {
	seconds, ok = r.Time()
	return seconds, ok && seconds >= minSeconds && seconds <= maxSeconds
}

// series is what the results say in a unit. Values that have no place on the scale are
// left out.
func (m *measurement) series(unit string, scale estimate.Scale) estimate.Series {
	out := estimate.Series{Scale: scale}
	for i, r := range m.results {
		if v, ok := r.Values[unit]; ok && math.Abs(v) <= maxValue {
			out.Add(m.blocks[i], v)
		}
	}
	return out
}

// A pairing is a record sorted by point and block: what every ratio is made from.
type pairing struct {
	points   map[record.Point]*measurement
	numbered bool            // the record has block lines
	blocks   int             // indices are below this
	zeros    map[string]bool // units that have a value of 0 or below
	warnings []record.Warning
}

// pair sorts the results. Those with a block number belong to that block. Where no
// result has one (the output of go test -bench with -count), the i-th result of each
// point counts as block i: they are not as near to each other in time, but nearer than
// any others.
//
// A point that failed in a block has no result in that block. Of several results in one
// block the last counts.
//
// Points of passes are paired apart from all others, whose blocks are not theirs: wanted says
// which points are.
func pair(rec *record.Record, wanted func(record.Point) bool) pairing {
	type trial struct {
		point record.Point
		block int
	}
	p := pairing{points: map[record.Point]*measurement{}, zeros: map[string]bool{}}
	p.numbered = slices.ContainsFunc(rec.Results, func(r record.Result) bool { return r.Block > 0 })
	failed := map[trial]bool{}
	for _, f := range rec.Failures {
		failed[trial{f.Point, f.Block}] = f.Block > 0
	}
	numbers, ordinal := map[int]int{}, map[record.Point]int{}
	var unusable, outside, repeated, huge int
	first := ""
	procs, left := chooseProcs(rec.Results)
	p.warnings = left
	for i := range rec.Results {
		r := &rec.Results[i]
		if procs > 0 && r.Procs != procs || !wanted(r.Point) {
			continue
		}
		at := trial{r.Point, r.Block}
		if !p.numbered {
			ordinal[r.Point]++
			at.block = ordinal[r.Point]
		}
		switch _, ok := timeOf(r); {
		case !ok && (r.Point.IsGrid() || rec.IsProbe(r.Point)):
			if unusable++; first == "" {
				first = r.Position
			}
			continue
		case at.block == 0:
			outside++
			continue
		}
		if failed[at] {
			continue
		}
		m := p.points[r.Point]
		if m == nil {
			m = &measurement{point: r.Point, kept: map[int]*record.Result{}}
			p.points[r.Point] = m
		}
		if m.kept[at.block] != nil {
			repeated++
		}
		m.kept[at.block], numbers[at.block] = r, 0
		for unit, v := range r.Values {
			p.zeros[unit] = p.zeros[unit] || v <= 0
			if math.Abs(v) > maxValue {
				huge++
			}
		}
	}
	p.blocks = len(numbers)
	for i, n := range slices.Sorted(maps.Keys(numbers)) {
		numbers[n] = i
	}
	for _, m := range p.points {
		m.sort(numbers)
	}
	p.warn(unusable, fmt.Sprintf("%s without a usable %s (the first at %s).", ignored(unusable), record.UnitTime, first),
		fmt.Sprintf("Every result needs its time in seconds, above 0 and below %g.", maxSeconds))
	p.warn(outside, ignored(outside)+" before the first block line of a record that has blocks.",
		"Write a block line before the results of each block.")
	p.warn(repeated, fmt.Sprintf("%s came again in a block that already had the point; the last one counts.", words.Count(repeated, "result")),
		"Look for repeated block lines in the record.")
	p.warn(huge, fmt.Sprintf("%s beyond %g in size.", words.Plural(huge, "value was left out: it is", "values were left out: they are"), maxValue),
		"Write them in a larger unit.")
	return p
}

func ignored(n int) string {
	return words.Plural(n, "result was ignored: it is", "results were ignored: they are")
}

func (p *pairing) warn(count int, what, cure string) {
	if count > 0 {
		p.warnings = append(p.warnings, record.Warning{Topic: "record", What: what, Cure: cure})
	}
}

// sort puts the results in the order of their blocks, whose indices it takes, and makes
// the series of times.
func (m *measurement) sort(index map[int]int) {
	for _, number := range slices.Sorted(maps.Keys(m.kept)) {
		b, r := index[number], m.kept[number]
		m.blocks, m.results = append(m.blocks, b), append(m.results, r)
		tasks := tasksOf(r)
		m.tasks = int(tasks)
		if seconds, ok := timeOf(r); ok {
			m.makespan.Add(b, seconds)
			m.task.Add(b, seconds/max(tasks, 1))
		}
	}
}
