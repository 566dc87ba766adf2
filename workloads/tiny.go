package workloads

import (
	"bytes"
	"context"
	"encoding/binary"
	"fmt"
	"time"

	"poolbench/executors"
)

// Tiny does nothing but send Payload bytes to the task and back: what is left
// is the cost of the executor. A task has a number besides, so that no two tasks
// have the same answer even without a payload.
var Tiny = register(Workload{
	Name:     "tiny",
	Doc:      "does nothing but send the payload there and back: overhead only",
	Resource: CPU,
	Grains:   []time.Duration{0},
	Payloads: []int{0, 4096},
	New:      newTiny,
})

type parcel struct {
	Number  uint64
	Content []byte
}

var tinyTask = define("workloads.tiny", func(_ context.Context, in parcel) (parcel, error) {
	return in, nil
})

type tinyJob struct {
	clock   taskClock // times nothing: a clock read would cost more than the task
	inputs  []parcel
	outputs []parcel
}

func newTiny(p Params) (Job, error) {
	if err := p.check(false); err != nil {
		return nil, err
	}
	j := &tinyJob{inputs: make([]parcel, p.Tasks), outputs: make([]parcel, p.Tasks)}
	for i := range j.inputs {
		seed := taskSeed(p.Seed, i)
		random := stream(seed)
		content := make([]byte, 0, p.Payload+8)
		for len(content) < p.Payload {
			content = binary.LittleEndian.AppendUint64(content, random.next())
		}
		j.inputs[i] = parcel{seed, content[:p.Payload:p.Payload]}
	}
	return j, nil
}

func (j *tinyJob) Run(ctx context.Context, ex executors.Executor) error {
	return each(ctx, ex, tinyTask, &j.clock, j.inputs, j.outputs)
}

func (j *tinyJob) Check() error {
	for i, in := range j.inputs {
		out := j.outputs[i]
		if out.Number != in.Number || !bytes.Equal(out.Content, in.Content) {
			return fmt.Errorf("tiny: task %d of %d gave back parcel %#x of %d bytes, or other bytes than those of parcel %#x",
				i, len(j.inputs), out.Number, len(out.Content), in.Number)
		}
	}
	return nil
}

func (j *tinyJob) Close() error { return nil }
