// Package process runs tasks in worker processes: the same program started
// again, one task at a time in each.
//
//	func main() {
//		process.WorkerMain() // first: a worker never returns from it
//		…
//	}
//
// What a process buys is isolation: a crash, os.Exit, a leak or kill -9 costs the
// task that was running and nothing else. What it costs is a copy of input and
// output through a socket and a wake-up on each side.
//
//  1. Submit encodes the input at once and queues it ([Pool]).
//
//  2. An idle worker gets the task immediately; a busy one is given more only
//     when its tasks are short (schedule.go): the first of its window runs, the
//     others are known not to have started.
//
//  3. The worker reads a frame, runs the task in the same goroutine and writes
//     the reply to a second channel (child.go), which in the other direction
//     carries cancellation and tells it that its parent is gone.
//
//  4. One goroutine per worker, or one that waits for a short task (attend.go),
//     reads replies, refills the window, then settles the futures (worker.go).
//
//  5. When a worker dies, its channel is read to the end first; then the task
//     that ran is blamed with a *executors.WorkerLostError, the others go back to
//     the head of the queue, and the worker is replaced.
//
//     Submit ─▶ queue ─▶ window of worker ══tasks══▶ read, run, write ══replies══▶ settle
//     ══control══▶ cancel, goodbye, parent gone
//
// # What a worker sees
//
// Its standard input is empty; the end of what it prints is kept, and what a task
// has printed appears in its error when it dies. It runs with GOMAXPROCS 1 unless told
// otherwise, and in a process group of its own, so that Ctrl-C reaches only the
// parent. When it ends, for whatever reason, everything left in its group is
// killed. It cannot have process pools of its own ([ErrNested]).
//
// Rejected: the Linux parent-death signal. It follows the thread that started
// the worker, and a worker killed by it cannot end its own children; the end of
// the control channel does both, everywhere.
package process

import (
	"cmp"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"runtime"
	"slices"
	"time"

	"poolbench/executors"
)

var (
	// ErrNested is returned by New in a worker process: a pool inside a pool would
	// multiply processes, and a program that forgets WorkerMain would do so without
	// end.
	ErrNested = errors.New("process: a worker process cannot start worker processes of its own")

	// ErrNoEntry is returned by New in a program that has not called WorkerMain: its
	// workers would run the whole of it again.
	ErrNoEntry = errors.New("process: this program has not called process.WorkerMain(), which must be the first line of main, and of TestMain in tests")

	// ErrBoot is the error of all tasks, and of Submit, once workers failed to
	// start several times in a row.
	ErrBoot = errors.New("process: workers do not start; process.WorkerMain() must be called first in main or TestMain")

	// ErrTooLarge is the error of a task whose encoded input or output exceeds
	// Options.MaxMessage.
	ErrTooLarge = errors.New("process: encoded value exceeds the size limit of a message")

	// ErrKilled is the error of tasks that had not finished when Kill was called.
	ErrKilled = errors.New("process: pool was killed before the task finished")

	// ErrStrict is the error of all unfinished tasks, and of Submit, once a worker of
	// a pool with Options.Strict has died. It is joined to a
	// *executors.WorkerLostError.
	ErrStrict = errors.New("process: a worker process died, which breaks a strict pool")

	// ErrUnsupported is returned by New where worker processes cannot be started.
	ErrUnsupported = errors.New("process: worker processes are not supported on " + runtime.GOOS)

	_ = executors.Sentinels(ErrNested, ErrNoEntry, ErrTooLarge, ErrUnsupported)
)

// Kind is the executor kind "processes".
var Kind = executors.Kind{
	Name:  "processes",
	Doc:   "worker processes: this program started again, isolated from each other",
	New:   New,
	Check: check,
}

// check tells what keeps this program from having worker processes.
func check() error {
	switch {
	case nested():
		return ErrNested
	case supported && !entered.Load():
		return ErrNoEntry
	}
	return nil
}

// Options configure a Pool. The zero value of everything but Workers means the
// default named there.
type Options struct {
	Workers     int           // number of worker processes, at least 1
	GOMAXPROCS  int           // of each worker; default 1
	BootTimeout time.Duration // from start to hello; default 10 s
	MaxMessage  int           // bytes of an encoded input or output; default 1 GiB, at most 2 GiB - 1
	Output      int           // bytes kept of each worker's stdout, and of its stderr; default 16 KiB

	// TimeLimit is how long a task may run, from its start. Then its worker is
	// killed and replaced, and the future fails with a *TimeLimitError, up to 10 ms
	// late. A chunk of Map counts as one task. 0 means no limit.
	TimeLimit time.Duration

	// TimeLimits take the place of TimeLimit for the functions of these names, see
	// Func.Name; 0 there means no limit. To bound a task from its submission instead,
	// give Submit a context with a deadline, and set Grace.
	TimeLimits map[string]time.Duration

	// Grace is how long a running task may go on after it was cancelled. Then its
	// worker is killed and replaced, and the future fails with ErrCancelKilled. 0
	// leaves it to the task to look at its context.
	Grace time.Duration

	// Log, if not nil, gets each line that a worker prints, at level Info and with its
	// pid, stream and func: the function that ran when the line arrived, which behind
	// tasks shorter than a millisecond may be a later one than the one that printed
	// it. Lines of more than 4 KiB are cut. A log that blocks has the printing task wait.
	//
	// What the pool itself has to say goes there too, or to slog.Default() if Log is
	// nil: a failed initialiser (Error), limits that cannot be enforced (Warn) and,
	// only with Log, recycled workers (Info).
	Log *slog.Logger

	// Queue bounds the tasks that wait for a worker; 0 means no bound. OnFull is
	// executors.Block or executors.Refuse; running a task in the caller's process
	// is no choice here, for it would not be isolated.
	Queue  int
	OnFull executors.FullPolicy

	// Idle ends workers that had nothing to do for this long, up to a quarter of it
	// or 5 ms late; they come back as tasks do. 0 keeps them.
	Idle time.Duration

	// InitFunc is called in every worker before its first task, within BootTimeout;
	// recycled workers call it too. When it fails, or ends the process several
	// times in a row, all tasks fail with an *executors.BrokenError.
	InitFunc *executors.Func[struct{}, struct{}]

	// Shared are objects that every worker can read, by name, with [Shared]. They are
	// copied once, when the pool is made, into memory that all workers map: neither
	// their number nor that of the tasks matters.
	Shared map[string][]byte

	// Workers are replaced after MaxTasks tasks, MaxAge of life (each less a random
	// part of up to a tenth, so that workers do not end together), or when their
	// resident memory after a task is more than MaxGrowth bytes above what it was
	// before their first one (Linux only). They finish what they have, and their
	// replacement is started before they go. 0 means never.
	MaxTasks  int
	MaxAge    time.Duration
	MaxGrowth int64

	// MemoryLimit bounds the memory of a worker, in bytes, at least 64 MiB; its garbage
	// collector works against 90 % of it. A task that needs more loses its worker and
	// fails with a *MemoryLimitError. It is enforced by a cgroup for each worker, which
	// counts what the tasks start too, where the program runs in a delegated cgroup v2
	// with the memory controller; else on Linux by RLIMIT_DATA, which bounds heap and
	// private memory of the worker and, each for itself, of what tasks start. Where
	// neither works New logs a warning; see Pool.MemoryLimiter. 0 means no limit.
	MemoryLimit int64

	// Strict has the death of one worker that the pool did not end itself break the
	// pool, as in CPython's ProcessPoolExecutor: every task that has not finished
	// fails with ErrStrict and the cause, and nothing is accepted any more. By
	// default only the task that ran in the dead worker fails.
	Strict bool

	// Trace, if it is not nil, is called with the times of every task that a worker
	// answered, right after its future was settled, in the goroutine that reads the
	// replies of that worker: it should be short, and is called by several goroutines
	// at a time. Without it no clock is read for the stages and no message grows.
	Trace func(Stages)
}

func (o Options) withDefaults() (Options, error) {
	if err := (executors.Options{Workers: o.Workers, Queue: o.Queue, OnFull: o.OnFull, Idle: o.Idle}).Check(); err != nil {
		return o, err
	}
	if o.OnFull == executors.RunInCaller {
		return o, errors.New("process: OnFull cannot be RunInCaller: the task would run in the process of the caller, without isolation")
	}
	o.GOMAXPROCS = cmp.Or(o.GOMAXPROCS, 1)
	o.MaxMessage = cmp.Or(o.MaxMessage, 1<<30)
	o.Output = cmp.Or(o.Output, 16<<10)
	o.BootTimeout = cmp.Or(o.BootTimeout, 10*time.Second)
	if o.GOMAXPROCS < 1 || o.MaxMessage < 1 || o.MaxMessage > 1<<31-1 || o.Output < 1 || o.BootTimeout < 0 {
		return o, fmt.Errorf("process: option out of range: %+v", o)
	}
	return o, o.checkLimits()
}

// minMemory is enough for the Go runtime and a small program.
const minMemory = 64 << 20

func (o *Options) checkLimits() error {
	switch {
	case o.TimeLimit < 0 || o.Grace < 0:
		return errors.New("process: TimeLimit and Grace must not be negative")
	case slices.ContainsFunc(slices.Collect(maps.Values(o.TimeLimits)), func(d time.Duration) bool { return d < 0 }):
		return fmt.Errorf("process: TimeLimits must not be negative: %v", o.TimeLimits)
	case o.InitFunc != nil && o.InitFunc.Name() == "":
		return fmt.Errorf("process: InitFunc: %w", executors.ErrNotShippable)
	case o.MaxTasks < 0 || o.MaxAge < 0 || o.MaxGrowth < 0:
		return errors.New("process: MaxTasks, MaxAge and MaxGrowth must not be negative")
	case o.MemoryLimit != 0 && o.MemoryLimit < minMemory:
		return fmt.Errorf("process: MemoryLimit of %d bytes; a worker needs at least %d", o.MemoryLimit, minMemory)
	case !hasMemory && o.MaxGrowth != 0:
		return fmt.Errorf("process: MaxGrowth: %w", ErrUnsupported)
	}
	return nil
}

// New makes a pool with the options that executors share and otherwise default
// Options. Workers are started as tasks come and find none idle, in parallel;
// Pool.Start starts all of them. Init, a closure, is refused with
// executors.ErrNotShippable, as are CPUs and executors.RunInCaller, by name.
func New(o executors.Options) (executors.Executor, error) {
	switch {
	case o.Init != nil:
		return nil, fmt.Errorf("process: Init: %w", executors.ErrNotShippable)
	case len(o.CPUs) != 0:
		return nil, errors.New("process: CPUs is an option of threads; worker processes are not pinned")
	}
	p, err := NewPool(Options{Workers: o.Workers, Queue: o.Queue, OnFull: o.OnFull, Idle: o.Idle})
	if err != nil {
		return nil, err
	}
	return p, nil
}
