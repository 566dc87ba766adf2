package process

import (
	"time"

	"golang.org/x/sys/unix"

	"poolbench/executors/remote"
)

// markEvery is how often a worker that has never printed anything looks whether its
// pipes are empty.
const markEvery = remote.Moment(time.Millisecond)

// A marker tells the parent what came out of the pipes of the standard streams before a task.
type marker struct {
	memory *segment
	marked remote.Moment // when mark looked last
}

// mark notes, when the task seq starts, which of the pipes of the standard streams
// are empty: what comes out of them later was not printed before this task. It
// costs two system calls, so it is done at most once in a millisecond, or for each
// task once the worker has printed something.
func (c *marker) mark(seq uint32, at remote.Moment) {
	if at-c.marked < markEvery && c.marked != 0 && !c.memory.prints() {
		return
	}
	c.marked = at
	for stream, fd := range [streams]int{1, 2} {
		if n, err := unix.IoctlGetInt(fd, unix.TIOCINQ); err == nil && n == 0 {
			c.memory.setClean(stream, seq)
		}
	}
}
