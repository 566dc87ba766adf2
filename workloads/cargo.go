package workloads

import (
	"bytes"
	"context"
	"errors"
	"time"
)

// Cargo computes for the grain, as Spin does, and carries its payload there and back: what a
// pool gains on the work, one whose workers are elsewhere may lose on the way. An executor in
// this process carries nothing.
var Cargo = register(Workload{
	Name:     "cargo",
	Doc:      "computes, and carries a payload to the task and back: up to which size does a pool pay off?",
	Resource: CPU,
	Grains:   []time.Duration{time.Millisecond},
	Axes:     []Axis{{payload.Name, payload.Doc, []string{"0", "4096", "65536", "262144", "1048576"}}},
	Kernel:   func(units int64) uint64 { return xorshift(golden, units) },
	Unit:     "1 step of xorshift64",
	New:      newCargo,
	Truth:    "the last state of each chain, found by jumping ahead, and the payload as it was sent",
	Expected: EqualWork,
	Source:   shareCPUs,
})

type cargo struct {
	State   uint64
	Steps   int64
	Content []byte
}

var cargoTask = Define("workloads.cargo", func(_ context.Context, in cargo) (cargo, error) {
	in.State = xorshift(in.State, in.Steps)
	return in, nil
})

func newCargo(p Params) (Job, error) {
	size, err := p.payloadSize()
	if err != nil {
		return nil, err
	}
	return Batch[cargo, cargo]{
		Task: cargoTask,
		Input: func(_ int, seed uint64) (in, want cargo) {
			in = cargo{seed, p.Units, filler(seed, size)}
			want = in
			want.State = xorshiftJump(seed, p.Units)
			return in, want
		},
		Check: func(_ int, got, want cargo, _ error) error {
			switch {
			case got.State != want.State || got.Steps != want.Steps:
				return errors.New("it is not where its chain ends")
			case !bytes.Equal(got.Content, want.Content):
				return errors.New("it gave back other bytes than it was sent")
			}
			return nil
		},
	}.Job(p)
}
