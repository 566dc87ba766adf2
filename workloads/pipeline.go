package workloads

import (
	"context"
	"errors"

	"poolbench/executors"
)

// A Pipeline is the shape of a job of two stages: what task i of the first gives
// goes into task i of the second. The first is kept ahead of the second, so that
// tasks of both are under way at once; in the plain loop each is followed by its
// second.
type Pipeline[In, Mid, Next, Out any] struct {
	// First and Second are the stages. The inputs that Second makes are those that it
	// gets when it runs alone. No task of First may fail.
	First  Batch[In, Mid]
	Second Batch[Next, Out]

	// Link makes an input of Second of what First gave, within the timed part.
	Link func(Mid) Next

	// Names are those of the stages as parts of the job, see Part.
	Names [2]string
}

// Job prepares both stages. Half of p.Tasks (rounded up) are tasks of the first, and
// as many are of the second, so an odd number is made even. Tasks of both are timed
// as if the grain of p were their work. The job is a Timer and Parted; its parts time
// no tasks.
func (l Pipeline[In, Mid, Next, Out]) Job(p Params) (Job, error) {
	l.First.MayFail = false
	p.Tasks -= p.Tasks / 2
	clock := newTaskClock(p.Grain, p.Tasks)
	clock.tasks *= 2
	first, err := l.First.stage(p, clock)
	if err != nil {
		return nil, err
	}
	second, err := l.Second.stage(p, clock)
	if err != nil {
		return nil, err
	}
	firstAlone, secondAlone := *first, *second // all the same memory, but the inputs of the second
	firstAlone.taskClock, secondAlone.taskClock = &taskClock{}, &taskClock{}
	second.inputs = make([]Next, p.Tasks)
	link := func(i int) { second.inputs[i] = l.Link(first.outputs[i]) }
	return &pipeline[In, Mid, Next, Out]{first, second, link, []Part{{l.Names[1], &secondAlone}, {l.Names[0], &firstAlone}}}, nil
}

// pipeline is the job. Where it does not say otherwise it is its first stage.
type pipeline[In, Mid, Next, Out any] struct {
	*stage[In, Mid]
	second *stage[Next, Out]
	link   func(i int)
	parts  []Part
}

func (l *pipeline[In, Mid, Next, Out]) Run(ctx context.Context, ex executors.Executor) error {
	l.second.reset()
	err := l.run(ctx, ex, l.link, l.second)
	l.second.end(ctx, err)
	return err
}

func (l *pipeline[In, Mid, Next, Out]) Check() error {
	if err := l.stage.Check(); err != nil {
		return err
	}
	return l.second.Check()
}

func (l *pipeline[In, Mid, Next, Out]) Parts() []Part { return l.parts }

func (l *pipeline[In, Mid, Next, Out]) Close() error {
	return errors.Join(l.stage.Close(), l.second.Close())
}
