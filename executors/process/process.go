// Package process runs tasks in worker processes: the same program started
// again, one task at a time in each.
//
//	func main() {
//		process.WorkerMain() // first: a worker never returns from it
//		…
//	}
//
// What a process buys is isolation: a crash, os.Exit, a leak or kill -9 costs the
// task that was running and nothing else. What it costs is a copy of input and
// output, and a wake-up on each side where one of them had nothing to do.
//
//	Submit ─▶ intake ─▶ line ══ring of tasks═══▶ worker: claim, run, reply
//	                     ▲  ◀═══ring of replies══
//	    settle ◀── taker ┘   ═══sockets═════════ life and death, cancel, what is too large
//
// It is made of parts, each with a lock of its own and an invariant that it keeps:
//
//	intake   the queue and the door: every accepted task is in it, in a line, or settled
//	line     the way to one worker: its window is what the worker has and has not answered
//	crew     starts, keeps, recycles and counts the workers
//	taker    takes replies, one goroutine at a time, and sleeps until a worker rings
//	monitor  looks every 5 ms: limits, cancellation, tasks that are stuck
//	hooks    call the code of users that is given in Options
//
// No code of a user runs under one of these locks, nor on a path that others wait for.
// Package remote has what does not depend on processes: window, queue, messages and the
// loop of the worker.
//
//  1. Submit encodes the input at once and queues it.
//
//  2. An idle worker gets the task immediately; a busy one is given more only
//     when its tasks are short (remote/window.go). What a worker has not claimed the
//     parent can take back, which one word decides (claim.go).
//
//  3. Tasks and replies go through rings in memory that the two share (ring.go), larger
//     payloads through an arena beside them. Nobody is woken who has not announced that it
//     sleeps, and the parent only when the worker has nothing more to do, at the reply the
//     parent has asked for, or when a reply has not been seen for 1 ms (conn_linux.go).
//
//  4. Who waits for a future takes replies meanwhile, of all workers (taker.go): it gives
//     the workers more to do, then settles the futures.
//
//  5. When a worker dies, its replies are read to the end first; then the task
//     that ran is lost with a *executors.WorkerLostError, the others go back to
//     their place in the queue, and the worker is replaced.
//
// The parent believes nothing that a worker writes: positions, numbers and addresses are
// checked, what is decoded is copied before. A worker that breaks the rules is killed, and
// what it may have started is lost.
//
// # What a worker sees
//
// Its standard input is empty; the end of what it prints is kept, and what a task
// has printed appears in its error when it dies. It runs with GOMAXPROCS 1 unless told
// otherwise, and in a process group of its own, so that Ctrl-C reaches only the
// parent. When it ends, for whatever reason, everything left in its group is
// killed. It cannot have process pools of its own ([ErrNested]).
//
// When the parent ends, so do its workers and all in their groups: the kernel sees to that
// on Linux (lifeline_linux.go), the end of the control channel elsewhere.
package process

import (
	"errors"
	"runtime"

	"poolbench/executors"
)

var (
	// ErrNested is returned by New in a worker process: a pool inside a pool would
	// multiply processes, and a program that forgets WorkerMain would do so without
	// end.
	ErrNested = errors.New("process: a worker process cannot start worker processes of its own")

	// ErrNoEntry is returned by New in a program that has not called WorkerMain: its
	// workers would run the whole of it again.
	ErrNoEntry = errors.New("process: this program has not called process.WorkerMain(), which must be the first line of main, and of TestMain in tests")

	// ErrBoot is the error of all tasks, and of Submit, once workers failed to
	// start several times in a row.
	ErrBoot = errors.New("process: workers do not start")

	// ErrTooLarge is executors.ErrTooLarge: the error of a task whose encoded input or
	// output exceeds Options.MaxMessage.
	ErrTooLarge = executors.ErrTooLarge

	// ErrKilled is the error of tasks that had not finished when Kill was called.
	ErrKilled = errors.New("process: pool was killed before the task finished")

	// ErrStrict is the error of all unfinished tasks, and of Submit, once a worker of
	// a pool with Options.Strict has died. It is joined to a
	// *executors.WorkerLostError.
	ErrStrict = errors.New("process: a worker process died, which breaks a strict pool")

	// ErrUnsupported is returned by New where worker processes cannot be started.
	ErrUnsupported = errors.New("process: worker processes are not supported on " + runtime.GOOS)

	_ = executors.Sentinels(ErrNested, ErrNoEntry, ErrUnsupported)
)
