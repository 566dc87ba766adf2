package gate

import "poolbench/bench/record"

// Defaults of Options.
const (
	DefaultAlpha     = 0.01
	DefaultSlowdown  = 0.05
	DefaultTolerance = 0.01
	DefaultTail      = 0.25
)

// Options are the limits of a judgement. Fractions: 0.05 is 5 %. Zero values mean
// the defaults.
type Options struct {
	// Alpha is the chance that a run without any change in time calls at least one
	// benchmark regressed, over the whole suite; the same again for improved.
	Alpha float64
	// Slowdown is the smallest slowdown of interest. A benchmark passes when it is shown
	// to be slower by less.
	Slowdown float64
	// Tolerance is the slowdown that is not held against head. It absorbs what the
	// code layout of two links of one source differs by.
	Tolerance float64
	// Tail is the smallest slowdown of interest of the 90th and 99th percentile of the
	// turns, which scatter more.
	Tail float64
	// Rules are what the repository says about single benchmarks; nil for nothing.
	Rules *Rules
	// AcrossMachines compares files although machine, Go version or GOMAXPROCS differ.
	AcrossMachines bool
	// CPUs are those of the machine that measures; 0 when nobody knows. Speedups with more
	// are not judged. Of a record it is what that says.
	CPUs int
	// Unit is what is known of a unit; nil for record.UnitOf, of records for what they say.
	Unit func(name string) record.Unit
}

func (o Options) withDefaults() Options {
	or := func(v *float64, d float64) {
		if !(*v > 0) {
			*v = d
		}
	}
	or(&o.Alpha, DefaultAlpha)
	or(&o.Slowdown, DefaultSlowdown)
	or(&o.Tolerance, DefaultTolerance)
	or(&o.Tail, DefaultTail)
	if o.Unit == nil {
		o.Unit = record.UnitOf
	}
	return o
}

// limit is the slowdown of interest of a point in a unit, as a fraction, that a rule gives
// or else the given one.
func (o Options) limit(p record.Point, unit string, otherwise float64) float64 {
	if limit, ok := o.Rules.limit(p, unit); ok {
		return limit
	}
	return otherwise
}

// better is -1 for a unit in which lower is better, +1 for one in which higher is, 0
// where nobody says so.
func (o Options) better(unit string) int {
	if d := o.Rules.better(unit); d != 0 {
		return d
	}
	return o.Unit(unit).Better
}

// The error budget Alpha is divided among the questions and, for time, among the
// looks. All parts together are Alpha, so the chance of any false alarm is at
// most Alpha whatever depends on what (Bonferroni).
const (
	timeShare  = 0.90
	tailShare  = 0.05
	unitsShare = 0.05
)

// screenBlocks is how many blocks the first phase has.
const screenBlocks = 12

// looks are the numbers of fresh blocks after which a benchmark is looked at; once
// more when the run ends. The last is the most that one gets.
var looks = []int{16, 32, 64, 128, 256, 512}

// lookShare is the part of a benchmark's budget that each of the looks has, and
// finalShare what the end of the run has. The end gets more: it has the most data
// that the time allows, which is seldom a look.
const (
	finalShare = 1.0 / 3
	lookShare  = (1 - finalShare) / 6
)

// Blocks is how many blocks it takes before a slowdown can be shown in one of so many
// benchmarks if none of them leaves a doubt less, and after how many one of the slowdown of
// interest is found as often as promised where benchmarks scatter as they usually do.
func (o Options) Blocks(benchmarks int) (least, promised int) {
	j := shared{Options: o.withDefaults()}
	least = j.leastBlocks(1 / float64(max(1, benchmarks)))
	return least, max(least, screenBlocks+looks[1])
}

// missLevel is the chance that a benchmark which is slower by exactly Slowdown passes
// at one look. Intervals are shown at the level 1-2·missLevel.
const missLevel = 0.005
