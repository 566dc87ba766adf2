package planted

import (
	"bytes"
	"context"
	"fmt"
	"time"

	"poolbench/workloads"
)

// Payload is the axis of Laden.
var Payload = workloads.Axis{Name: "payload", Doc: "bytes sent with each task", Values: []string{"0", "65536"}}

// Laden is work with something to carry: a kernel, and a payload that worker processes
// are sent with each task. What they cost more for it is planted by Work.
var Laden = workloads.Workload{
	Name:     "laden",
	Doc:      "runs the kernel of spin in a task that brings a payload",
	Resource: workloads.CPU,
	Grains:   []time.Duration{100 * time.Microsecond},
	Axes:     []workloads.Axis{Payload},
	Kernel:   workloads.Spin.Kernel,
	New:      newLaden,
}

type load struct {
	Seed    uint64
	Units   int64
	Content []byte
}

// arrived is what comes back: whose it is, how much arrived, and a sign of work.
type arrived struct {
	Seed uint64
	Size int
	Done bool
}

var ladenTask = workloads.Define("planted.laden", func(_ context.Context, in load) (arrived, error) {
	if n := len(in.Content); n > 0 && in.Content[n-1] != 'x' {
		return arrived{}, fmt.Errorf("another payload than was sent")
	}
	return arrived{in.Seed, len(in.Content), workloads.Spin.Kernel(in.Units) != 0}, nil
})

func newLaden(p workloads.Params) (workloads.Job, error) {
	size, err := p.Count(Payload)
	if err != nil {
		return nil, err
	}
	content := bytes.Repeat([]byte{'x'}, size)
	return workloads.Batch[load, arrived]{
		Task: ladenTask,
		Input: func(_ int, seed uint64) (load, arrived) {
			return load{seed, p.Units, content}, arrived{seed, size, true}
		},
		Check: workloads.Equal[arrived],
	}.Job(p)
}
