// Package record is the one thing that crosses from measuring to judging: a
// file in Go benchmark format, written through golang.org/x/perf.
//
//  1. File keys ("goos: linux") hold only what defines comparability. Two runs
//     of the same thing on one machine have equal keys, since benchstat splits
//     its tables on any key that differs. The key side, base or head, tells two
//     builds apart that were measured against each other.
//  2. A result line is one execution of a point, or the median of several:
//     BenchmarkGrid/executor=goroutines/workload=spin/workers=2/grain=10000-2 1 0.0021 sec/op 256 tasks/op
//     Of a grid the operation is the whole job, so sec/op is the makespan; tasks/op
//     is how many tasks it had. Behind the median of several turns a comment "# turns
//     101.2 103.5 …" has the time of each, in ns/op, in the order of measuring.
//  3. Everything that may differ between two runs is a comment that benchstat
//     skips and Read understands: "# block 7" starts block 7, and the results up
//     to the next block line were measured within it; "# fact NAME JSON" is a fact
//     of the run (facts.go), of the block (host) or of a point that failed in it
//     (failed).
//  4. No NaN, infinity or unescaped text is ever written, and none is accepted.
//
// Grids and comparisons of two builds have this one format. What earlier versions
// wrote is read as well (old.go).
package record

import (
	"iter"
	"maps"
	"slices"
)

// A Field is one "key: value" of a record.
type Field struct{ Key, Value string }

// A Result is one line: of one timed execution, or of several turns.
type Result struct {
	Point      Point
	Full       string             // as in the file, by ShortName, with its suffix
	Name       string             // the same without the -GOMAXPROCS suffix, if that is what it is
	Procs      int                // GOMAXPROCS as the name says; 1 when it does not
	Block      int                // the block it belongs to, from 1; 0 when the file has no block lines
	Iterations int                // of each turn
	Values     map[string]float64 // by unit, normalised as benchunit does: seconds, bytes. Always finite
	Turns      []float64          // ns of one operation in each turn, in the order of measuring; nil where there was one
	Position   string             // file:line, for messages
}

// Time is the sec/op of the result; ok is false when it has none or it is not
// above 0.
func (r Result) Time() (seconds float64, ok bool) {
	seconds = r.Values[UnitTime]
	return seconds, seconds > 0
}

// A Failure is a point that gave no result in a block.
type Failure struct {
	Point  Point
	Block  int // 0 before the first
	Reason string
}

// Host is what the machine did during one block. Shares are of all CPUs, in the
// range [0,1]; -1 where the system does not tell.
type Host struct {
	Steal  float64 `json:"steal"`           // taken by the hypervisor
	Others float64 `json:"others"`          // used by processes that are not ours
	Waited float64 `json:"waited"`          // of the time in which our processes wanted a CPU, what they spent waiting for one
	Load   float64 `json:"load"`            // runnable threads, averaged over the last minute
	Links  int     `json:"links,omitempty"` // which pair of links of the builds was measured, from 0; blocks of one pair share their code layout
}

// A Block is what was measured together.
type Block struct {
	Number   int   // from 1
	Host     *Host // nil when it was not read
	Results  []Result
	Failures []Failure
}

// A Record is everything one file says.
type Record struct {
	Path     string  // where it was read from; "-" is standard input
	Text     []byte  // the file as it was read, in UTF-8; not to be changed
	Ours     bool    // the file says that a program of ours wrote it, so that its names have our axes and our probes
	Config   []Field // file keys, sorted by key; the last value of each
	Facts    Facts
	Results  []Result // in file order, but for those of dropped blocks
	Failures []Failure
	Hosts    map[int]Host // by block
	Dropped  []int        // numbers of blocks that an earlier version dropped: none of their results are in Results
	Skipped  []int        // numbers of lines that begin with "Benchmark" and are no results
	Warnings []Warning    // what is in doubt about the file itself

	numbers []int // of the blocks, in file order
	better  map[string]int
	exact   map[string]bool
	keys    map[string][]string // values of machineKeys, in file order
}

func (r *Record) warn(what, cure string) {
	r.Warnings = append(r.Warnings, Warning{Topic: "record", What: what, Cure: cure})
}

// IsProbe reports whether a point of the record measures the machine rather than something
// one would compare. Somebody's benchmark may have the name of a probe of ours.
func (r *Record) IsProbe(p Point) bool { return r.Ours && p.IsProbe() }

// Key is the value of a file key, "" when absent.
func (r *Record) Key(key string) string {
	for _, f := range slices.Backward(r.Config) {
		if f.Key == key {
			return f.Value
		}
	}
	return ""
}

// Blocks yields the blocks in file order, also those without results.
func (r *Record) Blocks() iter.Seq[Block] {
	return func(yield func(Block) bool) {
		byNumber := map[int]*Block{}
		for _, n := range r.numbers {
			byNumber[n] = &Block{Number: n}
			if h, ok := r.Hosts[n]; ok {
				byNumber[n].Host = &h
			}
		}
		for _, res := range r.Results {
			if b := byNumber[res.Block]; b != nil {
				b.Results = append(b.Results, res)
			}
		}
		for _, f := range r.Failures {
			if b := byNumber[f.Block]; b != nil {
				b.Failures = append(b.Failures, f)
			}
		}
		for _, n := range r.numbers {
			if !yield(*byNumber[n]) {
				return
			}
		}
	}
}

// IsComparison reports whether the record is of two builds that were measured against
// each other.
func (r *Record) IsComparison() bool { return len(r.Facts.Promised) > 0 }

// UnitNames are the units that results have, in the order of the table and then of
// their names.
func (r *Record) UnitNames() []string {
	seen := map[string]bool{}
	for _, res := range r.Results {
		for unit := range res.Values {
			seen[unit] = true
		}
	}
	return sortedUnits(maps.Keys(seen))
}

// Unit is what the record and the table say of a unit; the record's own words count.
func (r *Record) Unit(name string) Unit {
	u := UnitOf(name)
	for _, declared := range r.Facts.Units {
		if declared.Name == name {
			u = declared
		}
	}
	if d, ok := r.better[name]; ok {
		u.Better = d
	}
	u.Exact = u.Exact || r.exact[name]
	return u
}
