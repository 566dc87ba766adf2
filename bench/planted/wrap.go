package planted

import (
	"context"
	"errors"
	"time"

	"poolbench/executors"
	"poolbench/workloads"
)

// On is kind with an inline cost of h before every task, paid by the worker that
// runs it. It is for kinds that run tasks in this process.
func On(kind executors.Kind, name string, h time.Duration, spend Spend) executors.Kind {
	return executors.Kind{
		Name: name,
		Doc:  kind.Name + " with a planted inline cost",
		New: func(o executors.Options) (executors.Executor, error) {
			ex, err := kind.New(o)
			if err != nil {
				return nil, err
			}
			return &taxed{ex, func() { spend(h) }}, nil
		},
		Check: kind.Check,
	}
}

type taxed struct {
	executors.Executor
	pay func()
}

func (t *taxed) Submit(task executors.Task) error { return t.Executor.Submit(taxedTask{task, t.pay}) }

type taxedTask struct {
	executors.Task
	pay func()
}

func (t taxedTask) Run(w *executors.Worker) {
	t.pay()
	t.Task.Run(w)
}

// Twin is kind under another name.
func Twin(kind executors.Kind, name string) executors.Kind {
	kind.Name = name
	return kind
}

// Pretend is the plain loop that says that it has as many workers as it was asked for:
// jobs take it for what it is, whoever counts workers does not.
func Pretend(name string) executors.Kind {
	return executors.Kind{
		Name: name,
		Doc:  "the plain loop, pretending to have workers",
		New: func(o executors.Options) (executors.Executor, error) {
			if err := o.Check(); err != nil {
				return nil, err
			}
			ex, err := executors.Serial.New(executors.Options{Workers: 1})
			return &pretender{ex, o.Workers}, err
		},
	}
}

type pretender struct {
	executors.Executor
	workers int
}

func (p *pretender) Workers() int               { return p.workers }
func (p *pretender) Unwrap() executors.Executor { return p.Executor }

// Extra is what Work plants.
type Extra struct {
	Fixed     time.Duration // F: once a job, before its first task
	Inflation float64       // φ: every task has φ times its work; at least 1, and 0 means 1
	Task      time.Duration // of work in every task besides
	Byte      time.Duration // of work for every byte of payload besides
}

// Work is w with more to do on a pool than in the plain loop.
func Work(w workloads.Workload, name string, extra Extra, spend Spend) workloads.Workload {
	plain := w
	w.Name = name
	w.New = func(p workloads.Params) (workloads.Job, error) {
		loop, err := plain.New(p)
		if err != nil {
			return nil, err
		}
		payload, err := p.Count(Payload)
		if err != nil {
			return nil, err
		}
		dear := time.Duration(float64(p.Grain)*max(1, extra.Inflation)) + extra.Task + time.Duration(payload)*extra.Byte
		if p.Grain > 0 {
			p.Units = int64(float64(p.Units) * float64(dear) / float64(p.Grain))
		}
		p.Grain = dear
		pool, err := plain.New(p)
		if err != nil {
			loop.Close()
			return nil, err
		}
		return &dearer{loop: loop, pool: pool, last: loop, pay: func() { spend(extra.Fixed) }}, nil
	}
	return w
}

type dearer struct {
	loop, pool, last workloads.Job
	pay              func()
}

func (d *dearer) Run(ctx context.Context, ex executors.Executor) error {
	if d.last = d.loop; !executors.IsInline(ex) {
		d.last = d.pool
		d.pay()
	}
	return d.last.Run(ctx, ex)
}

func (d *dearer) Check() error { return d.last.Check() }

func (d *dearer) Close() error { return errors.Join(d.loop.Close(), d.pool.Close()) }

// TaskTime is that of workloads.Timer; nothing when the work is not timed.
func (d *dearer) TaskTime() (seconds, share float64) {
	if timer, ok := d.last.(workloads.Timer); ok {
		return timer.TaskTime()
	}
	return 0, 0
}
