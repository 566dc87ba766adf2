package record

import (
	"cmp"
	"fmt"
	"iter"
	"regexp"
	"slices"
	"strings"

	"golang.org/x/perf/benchunit"
)

// Units that are written and asked for by name.
const (
	UnitTime      = "sec/op"           // makespan of the whole job, in seconds
	UnitTasks     = "tasks/op"         // tasks in the job
	UnitTaskTime  = "task-sec/op"      // mean wall time within the task function; benchunit reads "task-ns/op" as this
	UnitTaskShare = "task-share"       // fraction of the tasks that were timed from inside
	UnitCPUPart   = "cpu-part-sec/op"  // of a job that computes and waits: the makespan of the part that computes
	UnitWaitPart  = "wait-part-sec/op" // of the part that waits
	UnitP50       = "p50-sec/op"       // median latency of the requests of a job, in seconds
	UnitP90       = "p90-sec/op"       // 90th percentile of them
	UnitP99       = "p99-sec/op"       // 99th
	UnitMax       = "max-sec/op"       // the longest one
	UnitLoad      = "erlang"           // work that arrives, in workers that it keeps busy
	UnitNotice    = "notice-sec/op"    // from a fault of a task to the error of its future, in seconds
	UnitLost      = "lost/op"          // tasks without a fault that failed, or never ran, because of others
	UnitRecovery  = "recovery-sec/op"  // from a fault until as many tasks ran at once again as there are workers, in seconds
	UnitKernel    = "units/op"         // of a calibration: kernel units in the makespan

	// Of passes, a slice each: sums over the process and its worker processes.
	UnitUser         = "user-sec/op"
	UnitSystem       = "sys-sec/op"
	UnitPeakRSS      = "peak-rss-bytes"
	UnitVoluntary    = "voluntary-switches/op"
	UnitInvoluntary  = "involuntary-switches/op"
	UnitMinorFaults  = "minor-faults/op"
	UnitMajorFaults  = "major-faults/op"
	UnitThreads      = "threads"
	UnitGCCycles     = "gc-cycles/op"
	UnitGCPause      = "gc-pause-sec/op"
	UnitGCShare      = "gc-cpu-share"
	UnitMutexWait    = "mutex-wait-sec/op"
	UnitRunnable     = "runnable-sec/op"
	UnitThrottled    = "throttled-sec/op"
	UnitSteal        = "steal-share"
	UnitPressure     = "pressure-share"
	UnitInstructions = "instructions/op"
	UnitCycles       = "cycles/op"
	UnitCacheMisses  = "cache-misses/op"
	UnitRan          = "ran-sec/op"
	UnitWaited       = "waited-sec/op"
	UnitOthers       = "others-sec/op"
	UnitBusy         = "busy-sec/op"
	UnitBusiest      = "busiest-sec/op"
	UnitStarved      = "starved-sec/op"
	UnitUnserved     = "unserved-sec/op"
	UnitStarting     = "starting-sec/op"
	UnitWatched      = "watched-share"
	UnitBytes        = "B/op"
	UnitAllocs       = "allocs/op"
)

// A Scale says how values of a unit are compared.
type Scale int

const (
	Ratio      Scale = iota // by ratios, hence by logarithms: every value is above 0
	Difference              // by differences: 0 is a value
)

// A Unit is what there is to know of a unit. Values are in base units: seconds, bytes.
type Unit struct {
	Name   string `json:"name"`
	Means  string `json:"means,omitempty"`  // one line, for people
	Better int    `json:"better,omitempty"` // -1 lower is better, +1 higher, 0 neither or unknown
	Exact  bool   `json:"exact,omitempty"`  // has no noise: two values that differ are of different work
	Scale  Scale  `json:"scale,omitempty"`
	Signed bool   `json:"signed,omitempty"` // a value below 0 is no mistake
	Rough  bool   `json:"rough,omitempty"`  // a mean that was rounded: a small difference of two builds is none, even where neither varies
	Of     string `json:"of,omitempty"`     // the unit of which this one says the same again; "" for none
}

// units are those known here. A source or a test declares others in its record.
var units = append([]Unit{
	{Name: UnitTime, Means: "time of an operation; of a grid the makespan of the job", Better: -1},
	{Name: UnitTasks, Means: "tasks in the job", Exact: true},
	{Name: UnitTaskTime, Means: "mean wall time within the task function", Better: -1},
	{Name: UnitTaskShare, Means: "fraction of the tasks that were timed from inside"},
	{Name: UnitCPUPart, Means: "makespan of the part of the job that computes"},
	{Name: UnitWaitPart, Means: "makespan of the part of the job that waits"},
	{Name: UnitP50, Means: "median latency of the requests of the job", Better: -1},
	{Name: UnitP90, Means: "latency that 90 % of the requests do not exceed", Better: -1},
	{Name: UnitP99, Means: "latency that 99 % of the requests do not exceed", Better: -1},
	{Name: UnitMax, Means: "the longest latency of a request", Better: -1},
	{Name: UnitLoad, Means: "work that arrives, in workers that it keeps busy", Exact: true},
	{Name: UnitNotice, Means: "from the fault of a task to the error of its future", Better: -1},
	{Name: UnitLost, Means: "tasks without a fault that failed, or never ran, because of others", Better: -1, Scale: Difference},
	{Name: UnitRecovery, Means: "from the fault of a task until as many ran at once again as there are workers", Better: -1},
	{Name: UnitKernel, Means: "kernel units in the time", Exact: true},
	{Name: UnitBytes, Means: "bytes allocated", Better: -1, Scale: Difference, Rough: true},
	{Name: UnitAllocs, Means: "allocations", Better: -1, Scale: Difference},
	{Name: UnitUser, Means: "CPU time in the program", Better: -1},
	{Name: UnitSystem, Means: "CPU time in the system", Better: -1},
	{Name: UnitPeakRSS, Means: "greatest resident memory of the process and its worker processes together", Better: -1},
	{Name: UnitVoluntary, Means: "times that a thread gave up its CPU to wait", Better: -1, Scale: Difference},
	{Name: UnitInvoluntary, Means: "times that a thread lost its CPU to another", Better: -1, Scale: Difference},
	{Name: UnitMinorFaults, Means: "page faults without a read from a disk", Better: -1, Scale: Difference},
	{Name: UnitMajorFaults, Means: "page faults that had to read from a disk", Better: -1, Scale: Difference},
	{Name: UnitThreads, Means: "threads of the process and its worker processes", Better: -1},
	{Name: UnitGCCycles, Means: "garbage collections", Better: -1, Scale: Difference},
	{Name: UnitGCPause, Means: "time in which the garbage collector stopped all goroutines", Better: -1, Scale: Difference},
	{Name: UnitGCShare, Means: "share of the CPU time that went to garbage collection", Better: -1, Scale: Difference},
	{Name: UnitMutexWait, Means: "time that goroutines waited for mutexes, summed; of the pass counters from a sample", Better: -1, Scale: Difference},
	{Name: UnitRunnable, Means: "time that goroutines were ready to run and did not, summed; from a sample", Better: -1, Scale: Difference},
	{Name: UnitThrottled, Means: "time that a CPU quota stopped the work, summed over CPUs", Better: -1, Scale: Difference},
	{Name: UnitSteal, Means: "share of the CPU time that the host of this machine took", Better: -1, Scale: Difference},
	{Name: UnitPressure, Means: "share of the time in which some task of the machine had to wait for a CPU", Better: -1, Scale: Difference},
	{Name: UnitRan, Means: "CPU time of the process and its worker processes", Better: -1, Scale: Difference},
	{Name: UnitWaited, Means: "time that their threads were ready to run and had no CPU, or the host had it, summed; without what a quota stopped", Better: -1, Scale: Difference},
	{Name: UnitOthers, Means: "CPU time of all other processes meanwhile, and what the host took; in coarse ticks", Better: -1, Scale: Difference},
	{Name: UnitInstructions, Means: "instructions outside of the kernel", Better: -1},
	{Name: UnitCycles, Means: "cycles of the CPUs outside of the kernel", Better: -1},
	{Name: UnitCacheMisses, Means: "accesses outside of the kernel that no cache had", Better: -1, Scale: Difference},
	{Name: UnitBusy, Means: "time that workers spent within tasks, mean of the workers", Better: -1},
	{Name: UnitBusiest, Means: "time that the busiest worker spent within tasks", Better: -1},
	{Name: UnitStarved, Means: "time that the busiest worker had no task since none was there to be taken, before the last one began", Better: -1, Scale: Difference},
	{Name: UnitUnserved, Means: "time that the busiest worker had no task, although one waited", Better: -1, Scale: Difference},
	{Name: UnitStarting, Means: "time that the busiest worker had no task, until a worker had started that ran none before", Better: -1, Scale: Difference},
	{Name: "B/s", Means: "throughput", Better: +1, Of: UnitTime},
}, stageUnits()...)

// Stages are the stages in the life of a task, in their order, with what each is. Not every
// executor has all of them.
var Stages = []struct{ Name, Means string }{
	{"submit", "the call of Submit, in the submitting goroutine"},
	{"encode", "the input is encoded"},
	{"queue", "the task waits until the worker that runs it is free"},
	{"send", "the task is sent to its worker process"},
	{"start", "its worker is free and the task has not begun"},
	{"run", "the function, with settling the future"},
	{"reply", "the answer waits, and is read"},
	{"decode", "the output is decoded and the future settled"},
}

// stageValues are what there is of the time of a stage.
var stageValues = []struct{ name, means string }{
	{"mean", "mean of the tasks"}, {"p50", "half of the tasks take no longer"},
	{"p90", "90 % of the tasks take no longer"}, {"p99", "99 % of the tasks take no longer"},
}

// Stage is the unit of the time of a stage: of "queue" and "p50" it is "queue-p50-sec/op".
func Stage(stage, value string) string { return stage + "-" + value + "-sec/op" }

// Gain is the unit of what it would gain if a stage were twice as fast, as a share of the
// makespan: "submit-gain".
func Gain(stage string) string { return stage + "-gain" }

// RestGain is Gain of all that no delay can be planted into.
var RestGain = Gain("rest")

func stageUnits() (all []Unit) {
	for _, s := range Stages {
		for _, v := range stageValues {
			all = append(all, Unit{Name: Stage(s.Name, v.name), Means: s.Means + ": " + v.means, Better: -1, Scale: Difference})
		}
	}
	for _, s := range Stages {
		all = append(all, Unit{Name: Gain(s.Name), Means: "share of the makespan that is saved if this is twice as fast: " + s.Means, Scale: Difference, Signed: true})
	}
	return append(all,
		Unit{Name: RestGain, Means: "share of the makespan that is saved if all but these stages is twice as fast", Scale: Difference, Signed: true},
		Unit{Name: UnitWatched, Means: "share of the tasks whose stages were timed"})
}

// CheckUnits tells why units cannot be declared: one is no word, is known here as
// something else, or comes twice with different meanings.
func CheckUnits(declared []Unit) error {
	known := Units()
	for _, u := range declared {
		if err := checkWord(u.Name); err != nil || u.Better < -1 || u.Better > 1 {
			return fmt.Errorf("the unit %q: a name is one word, and better is -1, 0 or 1", u.Name)
		}
		if _, tidy := Tidy(1, u.Name); tidy != u.Name {
			return fmt.Errorf("the unit %s: records have base units, so declare it as %s", u.Name, tidy)
		}
		if i := slices.IndexFunc(known, func(k Unit) bool { return k.Name == u.Name }); i >= 0 && known[i] != u {
			return fmt.Errorf("the unit %s is declared already, as another one", u.Name)
		}
		known = append(known, u)
	}
	return nil
}

// Units are the units known here.
func Units() []Unit { return slices.Clone(units) }

// quantileOfTime is a unit of a quantile that a benchmark reports: "p95-sec/op", "p99.9-sec".
var quantileOfTime = regexp.MustCompile(`^p[0-9.]+-sec(/|$)`)

// UnitOf is what is known here of a unit. Of one that is not in the table only this: a
// rate, which ends in "/s" or "/sec", is better high, so is a speedup (see Speedup), and a
// quantile of times is better low.
func UnitOf(name string) Unit {
	if i := unitOrder(name); i < len(units) {
		return units[i]
	}
	u := Unit{Name: name}
	if strings.HasSuffix(name, "/s") || strings.HasSuffix(name, "/sec") || SpeedupAt(name) > 0 {
		u.Better = +1
	}
	if quantileOfTime.MatchString(name) {
		u.Better = -1
	}
	return u
}

// Tidy is a value in base units: of "ns/op" in "sec/op", of "MB/s" in "B/s". Whatever
// names a unit to us is tidied by it on its way in, zeros and rules too.
func Tidy(v float64, unit string) (float64, string) { return benchunit.Tidy(v, unit) }

func known(unit string) bool { return unitOrder(unit) < len(units) }

// neverNegative reports whether a value of the unit below 0 is a mistake: what is counted
// and times.
func neverNegative(unit string) bool {
	return known(unit) && !UnitOf(unit).Signed || strings.HasSuffix(unit, UnitTime)
}

// One is one of what Go's benchmarks count in the unit: 1 ns of a time, else 1.
func (u Unit) One() float64 {
	if one, tidy := Tidy(1, strings.Replace(u.Name, "sec", "ns", 1)); tidy == u.Name {
		return one
	}
	return 1
}

// unitOrder is the place of a unit in a line: the table's order, then by name.
func unitOrder(name string) int {
	if i := slices.IndexFunc(units, func(u Unit) bool { return u.Name == name }); i >= 0 {
		return i
	}
	return len(units)
}

func sortedUnits(names iter.Seq[string]) []string {
	return slices.SortedFunc(names, func(a, b string) int {
		return cmp.Or(cmp.Compare(unitOrder(a), unitOrder(b)), strings.Compare(a, b))
	})
}
