// Package pass runs slices again with something around them: a profile, a trace, counters.
//
// A slice with something around it is never a timed one: its values go into the record under
// a point of their own (record.AxisPass), and what is no number into files beside it.
package pass

import (
	"context"
	"time"

	"poolbench/bench/arm"
	"poolbench/bench/record"
)

// A Pass is a way to look at a slice.
type Pass struct {
	Name string // a lower-case word, the value of the axis pass
	Doc  string // one line

	// Around runs one slice of an arm with the pass around it, or where one tells too little
	// as many as About of ctx has time for; of these it gives the mean. The values of the pass
	// are added to those of the slice. One pass at a time runs in a process. What could be had
	// before an error is returned with it.
	Around func(context.Context, arm.Arm) (arm.Slice, []Artefact, error)

	Once   bool          // its artefact is of one slice: further ones are not kept
	Beyond time.Duration // about what a look takes beyond the time of About
}

// An Artefact is what a pass gives that is no number: a profile, a trace.
type Artefact struct {
	Name    string // of its file: "cpu.pb.gz"
	Content []byte
}

// About is what a pass is told of what it looks at, in its context.
type About struct {
	Point record.Point         // which is under the labels of profiles
	Time  time.Duration        // for slices, in passes that sample or count; 0 is for one slice
	Tell  func(record.Warning) // of what the pass could not get; nil tells nobody
}

type aboutKey struct{}

// With is ctx with what a pass is told.
func With(ctx context.Context, a About) context.Context { return context.WithValue(ctx, aboutKey{}, a) }

func aboutOf(ctx context.Context) About {
	a, _ := ctx.Value(aboutKey{}).(About)
	if a.Tell == nil {
		a.Tell = func(record.Warning) {}
	}
	return a
}
