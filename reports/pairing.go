package reports

import (
	"fmt"
	"sort"

	"golang.org/x/perf/benchfmt"

	"poolbench/bench/record"
	"poolbench/reports/estimate"
	"poolbench/reports/words"
)

// An arm is everything measured of one cell. Both series hold the same blocks.
type arm struct {
	cell     record.Cell
	makespan estimate.Series // seconds of the whole job
	task     estimate.Series // seconds of wall time per task
	tasks    int             // tasks in the job, of its last result; 0 when not recorded
}

// A pairing is a record sorted by arm and block: what every ratio is made from.
type pairing struct {
	arms     map[record.Cell]*arm
	capacity map[int]*arm // by worker count
	blocks   int          // block indices are below this
	whole    int          // blocks that hold more than half of the arms: others look closer at a few
	numbered bool         // the record has block lines
	warnings []Warning
}

// Times outside of these bounds are not of a benchmark; within them no product or
// quotient of this package overflows.
const (
	minSeconds = 1e-12
	maxSeconds = 1e9
	maxTasks   = 1e12
)

// observation is one usable result.
type observation struct {
	block           int // as in the record, or the ordinal number
	seconds, tasks  float64
	tasksAreUnknown bool
}

// pair sorts the results. Those with a block number belong to that block. Where
// no result of a kind has one (the output of go test -bench with -count), the i-th
// result of each cell counts as block i: they are not as near to each other in
// time, but nearer than any others.
//
// A cell that has a failure in a block has no result in that block. If a cell has
// several results in one block, the last counts.
func pair(rec *record.Record) *pairing {
	p := &pairing{arms: map[record.Cell]*arm{}, capacity: map[int]*arm{}}
	cells := map[record.Cell][]observation{}
	probes := map[record.Cell][]observation{}
	p.collect(rec, record.KindCell, cells)
	p.collect(rec, record.KindCapacity, probes)
	for _, r := range rec.Results {
		p.numbered = p.numbered || r.Block > 0
	}
	p.dropFailed(rec, cells)
	index := blockIndex(cells, probes)
	p.blocks = len(index)
	repeated := 0
	for c, obs := range cells {
		a, again := newArm(c, obs, index)
		p.arms[c] = a
		repeated += again
	}
	for c, obs := range probes {
		a, _ := newArm(c, obs, index)
		p.capacity[c.Workers] = a
	}
	p.whole = p.wholeBlocks()
	if repeated > 0 {
		p.warn(fmt.Sprintf("%s came again in a block that already had the cell; the last one counts.", words.Count(repeated, "result")),
			"Look for repeated block lines in the record.")
	}
	return p
}

func (p *pairing) wholeBlocks() (n int) {
	held := make([]int, p.blocks)
	for _, a := range p.arms {
		for _, b := range a.makespan.Blocks() {
			held[b]++
		}
	}
	for _, arms := range held {
		if 2*arms > len(p.arms) {
			n++
		}
	}
	return n
}

func (p *pairing) warn(what, cure string) { p.warnings = append(p.warnings, Warning{what, cure}) }

// collect takes the usable results of one kind into by.
func (p *pairing) collect(rec *record.Record, kind record.Kind, by map[record.Cell][]observation) {
	numbered := false
	for _, r := range rec.Results {
		numbered = numbered || r.Kind == kind && r.Block > 0
	}
	ordinal := map[record.Cell]int{}
	unusable, outside, first := 0, 0, ""
	for _, r := range rec.Results {
		if r.Kind != kind {
			continue
		}
		cell := r.Cell
		if cell.Executor == record.Serial {
			cell = cell.Baseline() // whatever its name says: a plain loop has one worker
		}
		block := r.Block
		if !numbered {
			ordinal[cell]++
			block = ordinal[cell]
		}
		seconds, ok := r.Time()
		switch {
		case !ok || seconds < minSeconds || seconds > maxSeconds:
			if unusable == 0 {
				first = r.Position
			}
			unusable++
			continue
		case block == 0:
			outside++
			continue
		}
		tasks := r.Values[record.UnitTasks]
		o := observation{block: block, seconds: seconds, tasks: tasks}
		if tasks < 1 || tasks > maxTasks {
			o.tasks, o.tasksAreUnknown = 1, true
		}
		by[cell] = append(by[cell], o)
	}
	if unusable > 0 {
		p.warn(fmt.Sprintf("%s without a usable %s (the first at %s).", ignored(unusable), record.UnitTime, first),
			"Every result needs its time in seconds, above 0.")
	}
	if outside > 0 {
		p.warn(ignored(outside)+" before the first block line of a record that has blocks.",
			"Write a block line before the results of each block.")
	}
}

func ignored(n int) string {
	return words.Plural(n, "result was ignored: it is", "results were ignored: they are")
}

// dropFailed removes what a cell has in the blocks in which it failed.
func (p *pairing) dropFailed(rec *record.Record, cells map[record.Cell][]observation) {
	type trial struct {
		cell  record.Cell
		block int
	}
	failed := map[trial]bool{}
	for _, f := range rec.Failures {
		if c, err := record.ParseCell(benchfmt.Name(f.Name)); err == nil && f.Block > 0 {
			if c.Executor == record.Serial {
				c = c.Baseline()
			}
			failed[trial{c, f.Block}] = true
		}
	}
	if len(failed) == 0 || !p.numbered {
		return
	}
	for c, obs := range cells {
		kept := obs[:0]
		for _, o := range obs {
			if !failed[trial{c, o.block}] {
				kept = append(kept, o)
			}
		}
		cells[c] = kept
	}
}

// blockIndex numbers the blocks that occur from 0, in ascending order.
func blockIndex(groups ...map[record.Cell][]observation) map[int]int {
	index := map[int]int{}
	for _, g := range groups {
		for _, obs := range g {
			for _, o := range obs {
				index[o.block] = 0
			}
		}
	}
	numbers := make([]int, 0, len(index))
	for n := range index {
		numbers = append(numbers, n)
	}
	sort.Ints(numbers)
	for i, n := range numbers {
		index[n] = i
	}
	return index
}

func newArm(c record.Cell, obs []observation, index map[int]int) (a *arm, repeated int) {
	sort.SliceStable(obs, func(i, j int) bool { return obs[i].block < obs[j].block })
	a = &arm{cell: c}
	for i, o := range obs {
		if i+1 < len(obs) && obs[i+1].block == o.block {
			repeated++
			continue
		}
		b := index[o.block]
		a.makespan.Add(b, o.seconds)
		a.task.Add(b, o.seconds/o.tasks)
		if a.tasks = int(o.tasks); o.tasksAreUnknown {
			a.tasks = 0
		}
	}
	return a, repeated
}
