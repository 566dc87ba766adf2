// Package arm says what can be timed.
//
// A [Source] makes an [Arm] of a point: a job on a pool of this process, a benchmark of
// a test binary, a command, a probe of the machine; each is a package below this one,
// and anybody may bring another. What outlives an arm (worker processes, an
// interpreter, prepared jobs, calibrations) belongs to a [Session].
package arm

import (
	"context"
	"time"

	"poolbench/bench/record"
	"poolbench/executors"
)

// An Arm is one point, ready to be timed. It is used by one goroutine at a time.
type Arm interface {
	// Slice runs one timed execution and checks its answer outside the timed part. It
	// returns soon after the end of ctx. After an error the arm is closed, and another
	// one is asked for.
	Slice(ctx context.Context) (Slice, error)
	// Close gives up what belongs to the arm alone.
	Close() error
}

// A Slice is what one timed execution gave.
type Slice struct {
	Time       float64            // seconds of one operation, above 0; 0 when Untimed
	Untimed    bool               // it has no time, and Values are all there is; of a point all slices or none
	Iterations int                // operations that it is the mean of; 0 means 1
	Values     map[string]float64 // by unit, beside the time, in base units; finite; nil when there are none
	Warm       bool               // it only warms up: not kept

	// What the threads that did it ran and were ready to run without a CPU, in seconds.
	// Both are 0 where the system does not tell.
	Ran, Waited float64
}

// An Ender is an arm that has something to say once its last slice of a block is over.
type Ender interface {
	// End gives values beside those of the slices; a unit that slices had is not taken.
	End(ctx context.Context) (map[string]float64, error)
}

// OnExecutor is an arm whose tasks run on an executor, which a pass may wrap.
type OnExecutor interface {
	Arm
	// SliceOn is a Slice on what wrap makes of the executor; that is nobody's after it.
	SliceOn(ctx context.Context, wrap Wrap) (Slice, error)
	// Computes reports whether its tasks compute all the time.
	Computes() bool
}

// A Wrap makes another executor of one that stands ready, or gives it back. over is called as
// soon as the job has returned, with an error, too, and before its answer is checked; it may
// be nil.
type Wrap func(ex executors.Executor) (on executors.Executor, over func())

// A Source is where points come from. It is a value: who measures takes ours or
// anyone's.
type Source struct {
	Name string // a lower-case word
	Doc  string // one line

	// Baseline is the executor that speedups of the points are taken against, with one
	// worker on the same work; "" for sources without. Its points are among Points.
	Baseline string

	Axes  []record.Axis // that the table of package record lacks
	Units []record.Unit // that the table lacks

	// Points are what can be measured, in a fixed order, each with Check passed.
	Points func() ([]record.Point, error)

	// Least is what a slice of a point takes even without any overhead, to refuse plans
	// that cannot fit; nil or 0 when that is not known.
	Least func(record.Point) time.Duration

	// Open prepares for measuring. The caller closes the session.
	Open func(context.Context, Setup) (Session, error)
}

// Setup is what a source is given to prepare with.
type Setup struct {
	Seed uint64        // of all inputs
	Dir  string        // an existing directory, removed by the caller after the session is closed
	Past *record.Facts // what an earlier session of the same record said; nil in the first

	// Demand has slices of jobs tell what they wanted of the CPUs (record.UnitRan and the
	// two behind it), which takes some 0.3 ms of each beside its time.
	Demand bool

	// Calibrate measures the cost of a kernel unit, once a run: a name stands for one
	// kernel, and a run that goes on keeps what it began with.
	Calibrate func(name string, timed func(units int64) (seconds float64)) (record.Calibration, error)

	// Tell writes a fact of the run, see record.Facts. It is not called while anything
	// is timed.
	Tell func(name string, value any)
}

// A Readier is a session that has something to tell once all its arms stand ready.
type Readier interface {
	Ready(ctx context.Context)
}

// A Session makes arms. It is used by one goroutine at a time.
type Session interface {
	// Arm prepares a point, one of Points or one that differs from them in its grain.
	// The end of ctx ends the preparation.
	Arm(ctx context.Context, p record.Point) (Arm, error)
	// Close ends everything that the session started and waits for it, but not for
	// ever.
	Close() error
}

// Failed is an arm that cannot be measured, and why. It lets a contest tell.
type Failed struct{ Err error }

// Slice is that of Arm.
func (f Failed) Slice(context.Context) (Slice, error) { return Slice{}, f.Err }

// Close is that of Arm.
func (Failed) Close() error { return nil }
