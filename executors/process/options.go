package process

import (
	"cmp"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"slices"
	"time"

	"poolbench/executors"
	"poolbench/executors/remote"
)

// Stages tell where the time of one task went, see Options.Trace.
type Stages = remote.Stages

// Options configure a Pool. The zero value of everything but Workers means the
// default named there.
type Options struct {
	Workers     int           // number of worker processes, at least 1
	GOMAXPROCS  int           // of each worker; default 1
	BootTimeout time.Duration // from start to hello, and how long a worker may leave a task unbegun; default 10 s
	MaxMessage  int           // bytes of an encoded input or output of a call; default 1 GiB, at most 2 GiB - 1
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

	// Lateness is how long the result of a short task may stay unseen while its worker
	// goes on with others; default 1 ms, at most 1 s. To be told of a result costs the
	// worker 13 to 22 µs, the time of its tasks, and is not done more often. Less than
	// 20 µs, say 1 ns, has every result told at once. A worker that has nothing more to do tells so at once
	// but for the end of a burst, which may be half a millisecond late. Go test -bench
	// Lateness tells what it costs.
	Lateness time.Duration

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
	// answered, in a goroutine of the pool, in the order in which futures were settled. If
	// it is so slow that 65,536 calls wait, further ones are left out. Without it no clock
	// is read for the stages and no message grows. Pool.Trace changes it later.
	Trace func(Stages)
}

func (o Options) withDefaults() (Options, error) {
	if err := (executors.Options{Workers: o.Workers, Queue: o.Queue, OnFull: o.OnFull, Idle: o.Idle}).Check(); err != nil {
		return o, err
	}
	if err := checkWorkers(o.Workers); err != nil {
		return o, err
	}
	if o.OnFull == executors.RunInCaller {
		return o, errors.New("process: OnFull cannot be RunInCaller: the task would run in the process of the caller, without isolation")
	}
	o.GOMAXPROCS = cmp.Or(o.GOMAXPROCS, 1)
	o.MaxMessage = cmp.Or(o.MaxMessage, 1<<30)
	o.Output = cmp.Or(o.Output, 16<<10)
	o.BootTimeout = cmp.Or(o.BootTimeout, 10*time.Second)
	o.Lateness = cmp.Or(o.Lateness, defaultLateness)
	return o, o.checkLimits()
}

const defaultLateness = time.Millisecond

const (
	// maxWorkers is the greatest number of worker processes; each needs six descriptors.
	maxWorkers = 1 << 16
	// maxProcs bounds the threads of each that run at a time.
	maxProcs = 1 << 12
)

// checkWorkers is why there cannot be so many workers.
func checkWorkers(n int) error {
	if err := (executors.Options{Workers: n}).Check(); err != nil {
		return err
	}
	if n > maxWorkers {
		return fmt.Errorf("process: %d workers asked for; at most %d worker processes are possible", n, maxWorkers)
	}
	return nil
}

// initName is the name of the initialiser, "" if there is none.
func (o *Options) initName() string {
	if o.InitFunc != nil {
		return o.InitFunc.Name()
	}
	return ""
}

// maxMessage is what the length of a message can say, in bytes.
const maxMessage = 1<<31 - 1

func (o *Options) checkLimits() error {
	switch {
	case o.GOMAXPROCS < 1 || o.GOMAXPROCS > maxProcs:
		return fmt.Errorf("process: GOMAXPROCS of %d is not possible; it is 1 to %d", o.GOMAXPROCS, maxProcs)
	case o.MaxMessage < 1 || o.MaxMessage > maxMessage:
		return fmt.Errorf("process: MaxMessage of %d bytes is not possible; it is 1 to %d", o.MaxMessage, maxMessage)
	case o.Output < 1:
		return fmt.Errorf("process: Output of %d bytes is not possible; it is at least 1", o.Output)
	case o.BootTimeout < 0:
		return fmt.Errorf("process: BootTimeout of %v is not possible; it must not be negative", o.BootTimeout)
	case o.Lateness < 0 || o.Lateness > time.Second:
		return fmt.Errorf("process: Lateness of %v is not possible; it is more than 0 and at most 1 s", o.Lateness)
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
