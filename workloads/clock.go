package workloads

import "time"

const (
	clockCost  = 250 * time.Nanosecond // two reads of a slow clock
	clockShare = 400                   // of the work of all tasks at least is not reading the clock: 0.25 %
	leastTimed = 4                     // tasks in a job, if there are as many, even if that costs more
)

// A taskClock samples the tasks of a job.
type taskClock struct {
	tasks  int
	stride int // every so many-th task is timed, from the middle of the first so many; 0 for none
	sum    time.Duration
	count  int // of timed tasks in the last run that did not fail
}

// newTaskClock times as many of the tasks as cost no more than a 400th of their
// work; none when the grain says nothing of the work.
func newTaskClock(grain time.Duration, tasks int) *taskClock {
	if grain <= 0 {
		return &taskClock{tasks: tasks}
	}
	stride := int((clockShare*clockCost + grain - 1) / grain)
	return &taskClock{tasks: tasks, stride: max(1, min(stride, tasks/leastTimed))}
}

// TaskTime is that of Timer.
func (c *taskClock) TaskTime() (seconds, share float64) {
	if c.count == 0 {
		return 0, 0
	}
	return c.sum.Seconds() / float64(c.count), float64(c.count) / float64(c.tasks)
}
