// Package pass runs slices again with something around them: a profile, a trace, counters.
//
// A slice with something around it is never a timed one: its values go into the record under
// a point of their own (record.AxisPass), and what is no number into files beside it.
package pass

import (
	"context"

	"poolbench/bench/arm"
)

// A Pass is a way to look at a slice.
type Pass struct {
	Name string // a lower-case word, the value of the axis pass
	Doc  string // one line

	// Around runs one slice of an arm with the pass around it. The values of the pass are
	// added to those of the slice. One pass at a time runs in a process. What could be had
	// before an error is returned with it.
	Around func(context.Context, arm.Arm) (arm.Slice, []Artefact, error)
}

// An Artefact is what a pass gives that is no number: a profile, a trace.
type Artefact struct {
	Name    string // of its file: "cpu.pb.gz"
	Content []byte
}
