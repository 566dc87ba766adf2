package process

import (
	"time"

	"poolbench/executors/remote"
)

// A gauge tells the parent how the memory of the worker grows.
type gauge struct {
	memory  *segment
	waiting func() bool   // whether another task has arrived
	last    remote.Moment // of a measurement
}

// newGauge takes what there is now, before the first task, as what growth is counted from.
func newGauge(s *segment, waiting func() bool) *gauge {
	s.setBaseline(resident())
	return &gauge{memory: s, waiting: waiting}
}

// residentEvery is how often a worker under load measures its memory.
const residentEvery = 50 * time.Millisecond

// measure publishes the resident memory of the worker, between two tasks: under
// load now and then, else after each task.
func (g *gauge) measure(at remote.Moment) {
	if g.waiting() && at-g.last < remote.Moment(residentEvery) {
		return
	}
	g.last = at
	g.memory.setResident(resident())
}
