package process

import (
	"crypto/rand"
	"fmt"

	"poolbench/executors"
)

// Kind is the executor kind "processes".
var Kind = executors.Kind{
	Name:  "processes",
	Doc:   "worker processes: this program started again, isolated from each other",
	New:   New,
	Check: unusable,
}

// unusable tells what keeps this program from having worker processes.
func unusable() error {
	switch {
	case nested():
		return ErrNested
	case supported && !entered.Load():
		return ErrNoEntry
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
		return nil, fmt.Errorf("process: CPUs is an option of threads; worker processes are not pinned")
	}
	p, err := NewPool(Options{Workers: o.Workers, Queue: o.Queue, OnFull: o.OnFull, Idle: o.Idle})
	if err != nil {
		return nil, err
	}
	return p, nil
}

// NewPool makes a pool. The error is ErrNested in a worker process, ErrUnsupported
// where there are no worker processes, or names an option that is out of range.
func NewPool(o Options) (*Pool, error) {
	o, err := o.withDefaults()
	if err != nil {
		return nil, err
	}
	if err := unusable(); err != nil {
		return nil, err
	}
	if !supported {
		return nil, ErrUnsupported
	}
	p := &Pool{
		opts: o, nonce: rand.Text(),
		drained: make(chan struct{}), gone: make(chan struct{}),
		traces: newHooks(maxHooks, false), logs: newHooks(logsQueued, true),
	}
	p.Trace(nil, o.Trace)
	if err := p.files.open(o.Shared); err != nil {
		return nil, fmt.Errorf("process: making memory for the workers: %w", err)
	}
	p.intake = newIntake(&p.opts)
	p.intake.lumps = p.files.bell != nil // without it nobody takes replies meanwhile
	p.crew = newCrew(&p.opts, p.drained)
	p.crew.boot, p.crew.serve, p.crew.quit = p.boot, p.serve, p.breakDown
	if p.files.bell != nil {
		p.taker = &taker{bell: p.files.bell, lines: p.crew.lines, over: p.drained, probe: &p.probe, patience: patienceFor(o.Lateness)}
	}
	p.monitor = monitor{
		busy: func() bool { return p.pending() > 0 }, scan: p.scan, over: p.drained,
		upkeep: o.upkeepTime(), wakeup: make(chan struct{}, 1),
	}
	p.limiter.choose(o.MemoryLimit, p.say)
	return p, nil
}
