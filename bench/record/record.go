// Package record is the one thing that crosses from measuring to judging: a
// file in Go benchmark format, read and written through golang.org/x/perf.
//
//  1. File keys ("goos: linux") hold only what defines comparability. Two runs
//     of the same thing on one machine have equal keys, since benchstat splits
//     its tables on any key that differs.
//  2. A result line is one timed execution of one cell:
//     BenchmarkGrid/executor=goroutines/workload=spin/workers=2/grain=10000-2 1 0.0021 sec/op 256 tasks/op
//     The operation is the whole job, so sec/op is the makespan; tasks/op is how
//     many tasks it had.
//  3. Everything that may differ between two runs is a comment that benchstat
//     skips and Read understands: "# block 7" starts block 7, and the results up
//     to the next block line were measured within it; "# failed NAME: reason" is
//     a trial of the current block that failed; "# note KEY: VALUE" is a fact of
//     the run (seed, start, load, probes, plan). "# note dropped: 7 WHY" says that
//     block 7 failed: its results stay in the file but are not read.
//  4. No NaN, infinity or unescaped text is ever written, and none is accepted.
package record

import (
	"sort"
	"strings"
)

// Units of the values of a result.
const (
	UnitTime  = "sec/op"   // makespan of the whole job, in seconds; lower is better
	UnitTasks = "tasks/op" // tasks in the job; exact

	// Where tasks are timed from inside. benchunit reads "task-ns/op" as the first
	// of these, so that is what a benchmark of somebody else may report.
	UnitTaskTime  = "task-sec/op" // mean wall time within the task function, per task, in seconds
	UnitTaskShare = "task-share"  // fraction of the tasks of the job that were timed, above 0 and at most 1

	// Of a job that has a part that computes and a part that waits: the makespan of
	// each part alone, on the same executor in the same block, in seconds.
	UnitCPUPart  = "cpu-part-sec/op"
	UnitWaitPart = "wait-part-sec/op"

	UnitKernel = "units/op" // of a calibration: kernel units in the makespan; exact
)

// DroppedNote is the key of the notes of failed blocks. Its value begins with the
// number of the block.
const DroppedNote = "dropped"

// A Field is one "key: value" of a record.
type Field struct{ Key, Value string }

// A Result is one timed execution.
type Result struct {
	Name     string             // as in the file, without "Benchmark" and without the -GOMAXPROCS suffix
	Pkg      string             // file key "pkg" where it stands: the package of the benchmark; "" when absent
	Cell     Cell               // valid when Kind is KindCell; only Workers when it is KindCapacity or KindBandwidth, only Workload when it is KindCalibration
	Kind     Kind               // what the name turned out to be
	Block    int                // the block it belongs to, from 1; 0 when the file has no block lines
	Procs    int                // GOMAXPROCS suffix of the name; 1 when absent
	Values   map[string]float64 // by unit, normalised as benchunit does: seconds, bytes. Always finite
	Position string             // file:line, for messages
}

// Benchmark is the name up to the first "/": what holds the cell.
func (r Result) Benchmark() string {
	base, _, _ := strings.Cut(r.Name, "/")
	return base
}

// Kind tells what a benchmark name stands for.
type Kind int

const (
	KindOther       Kind = iota // somebody's benchmark whose name has not our keys
	KindCell                    // a cell of a grid
	KindCapacity                // the capacity probe
	KindBandwidth               // the memory bandwidth probe
	KindCalibration             // a kernel's calibration, checked again
)

// Probe reports whether k measures the machine rather than something one would
// compare.
func (k Kind) Probe() bool {
	return k == KindCapacity || k == KindBandwidth || k == KindCalibration
}

// Time is the sec/op of the result; ok is false when it has none or it is not
// above 0.
func (r Result) Time() (seconds float64, ok bool) {
	seconds = r.Values[UnitTime]
	return seconds, seconds > 0
}

// A Failure is a trial that did not give a result.
type Failure struct {
	Name   string // name of the cell that failed, as Cell.Name
	Block  int
	Reason string // one line
}

// A Record is everything one file says.
type Record struct {
	Path     string  // where it was read from; "-" is standard input
	Text     []byte  // the file as it was read; not to be changed
	Config   []Field // file keys, sorted by key; the last value of each
	Notes    []Field // "# note" lines in file order
	Results  []Result
	Failures []Failure
	Dropped  []int          // numbers of the blocks in which a trial failed, in file order: none of their results are in Results
	Better   map[string]int // by unit: -1 lower is better, +1 higher, absent unknown
	Exact    map[string]bool
}

// Key is the value of a file key, "" when absent.
func (r *Record) Key(key string) string { return lookup(r.Config, key) }

// Note is the last value of a note, "" when absent.
func (r *Record) Note(key string) string { return lookup(r.Notes, key) }

func lookup(fields []Field, key string) string {
	for i := len(fields) - 1; i >= 0; i-- {
		if fields[i].Key == key {
			return fields[i].Value
		}
	}
	return ""
}

// NotesUnder returns the notes whose key starts with prefix, the prefix removed,
// sorted by key: NotesUnder("workload.") gives {"sleep", "wait"}, …
func (r *Record) NotesUnder(prefix string) []Field {
	var out []Field
	for _, n := range r.Notes {
		if rest, ok := strings.CutPrefix(n.Key, prefix); ok {
			out = append(out, Field{rest, n.Value})
		}
	}
	sort.SliceStable(out, func(i, j int) bool { return out[i].Key < out[j].Key })
	return out
}
