// Package stages tells where the time of each task goes, on any executor: in a queue, until
// its worker begins, within its function, and on the way to a worker process and back.
//
//	pool := stages.Watch(ex)
//	…                        // tasks submitted to pool run on ex
//	fmt.Println(pool.Times())
//
// It is a wrapper: an executor that nobody watches has nothing of it and pays nothing. A
// watched task costs some 0.3 µs more and 150 bytes; of tasks shorter than [Short] only
// stretches are watched, see Times.Share.
//
// # The stages
//
// In this process a task has three, without a gap: queue, until the worker that ran it was
// free; start, from then until it began, which is what the executor needs to hand it over
// and wake somebody; and run, the function, with settling the future. Submit, the call of
// the executor's Submit in the submitting goroutine, lies beside them, without the
// waking of worker processes.
//
// In worker processes that tell the times of their tasks (package process) the others are
// between them: encode, of the input; send, to the worker; reply, until somebody came to the answer,
// which is mostly waiting for others; and decode, until the future was settled. Time that a task waits in the worker behind others
// counts as queue, and a worker that has tasks in advance needs no time to start them.
//
// All times are of one clock, which worker processes of the machine share; there is nothing to
// correct (where the system has no such clock it is the time of day).
package stages

// A Stage is a part of the life of a task.
type Stage string

// The stages, in the order of Stages.
const (
	Submit Stage = "submit" // the call of Submit; it overlaps the others
	Encode Stage = "encode"
	Queue  Stage = "queue"
	Send   Stage = "send"
	Start  Stage = "start"
	Run    Stage = "run"
	Reply  Stage = "reply"
	Decode Stage = "decode"
)

// Stages are all of them.
var Stages = []Stage{Submit, Encode, Queue, Send, Start, Run, Reply, Decode}

// A Task is a watched task, in ns of the common clock of the machine.
type Task struct {
	Worker  int // from 0, in the order in which they first ran a task
	Process int // process id of the worker; 0 for this process
	Order   int // in this process of submission; in a worker process within that, from 1

	Submit     int64
	Start, End int64 // of the function, in its worker

	// Of worker processes only; 0 else.
	Encoded, Given, Sent, Read, Settled int64
}

// A Call is a call of the executor's Submit, in ns of the same clock.
type Call struct {
	Submitter  int // from 0; who submit at the same time have different numbers
	Begin, End int64
	Waking     int64 // ns of it in which a worker process was woken
}
