// Package executors runs functions on goroutines, OS threads or worker processes
// behind one contract, and gives a typed future for each call.
//
//  1. A task function is defined once, at package level, with [Define]; its name
//     and its typed input and output are what lets it travel to another process. A
//     closure does in this process ([Closure]).
//  2. An [Executor] is a set of workers. Those of this package run tasks in the same
//     process; package process has worker processes.
//  3. [Submit] hands a call to an executor and returns a [Future] at once: wait
//     for its result, ask its state, cancel it, or have a callback run.
//  4. [Map] calls a function on every element of a sequence and yields results in
//     input order; [Wait] and [AsCompleted] wait for many futures.
//  5. Shutdown ends an executor: accepted tasks still run, new ones are refused.
//
// Whatever a task does (return, error, panic, runtime.Goexit, the death of its
// process), its future settles, and a settled future means that the task no
// longer runs.
//
// # For users
//
//   - an executor: [NewGoroutines], [NewThreads], [NewSpawn], [NewSerial]; [Options]; its
//     Shutdown, and Workers. Where the user of a program chooses, a [Kind]: [Goroutines],
//     [Threads], [Spawn], [Serial], [All]
//   - a task function: [Define] or [Closure], which give a [Func]
//   - one call: [Submit] and [SubmitFunc] with [Priority]; [Go] without a result
//   - many calls: [Map] and [MapSlice] with [Buffer], [Chunk], [AutoChunk], [Unordered]
//   - results: [Future], [Wait], [AsCompleted], [Completions]; [Promise] makes a future by hand
//   - what went wrong: [PanicError], [RemoteError], [WorkerLostError], [WaitError],
//     [BrokenError], and the errors that begin with Err, such as [ErrDeadlock]
//   - large bytes that are read where they lie: [Loan], [Lend]
//   - inside a task: [CurrentWorker]
//   - of an executor that can: [StatsOf], [Resize], [IsInline], and [As] for the rest
//
// # For authors of executors
//
//   - the contract: [Executor], the [Task] it is given, the [Worker] it gives to Task.Run;
//     package executortest is its test; [Home] spares tasks an allocation
//   - what an executor may have beyond it, and how a wrapper hands that on: [As], with a
//     table of the capabilities
//   - to be chosen by name: [Kind], Options.Check
//   - tasks that run in other processes: [Remote] here and [RemoteFunc] there, found with
//     [Lookup]; [LargeValue]; [Messenger]; [AppendError] and [DecodeError] for their errors,
//     [Sentinels] for those that errors.Is is to find. Package remote has what all such
//     executors need beyond that
//
// # Waiting inside a task
//
// A task may submit to its own executor and wait for the result, to any depth,
// even with one worker, provided that it waits with the context it was given (or
// one made from it). The waiting worker then runs the awaited task itself if
// nobody has started it. It never runs any other task, so a lock held while
// waiting is held only over work that the waiter asked for. On the threads
// kind, where it runs on the thread of the waiting one, an awaited task that calls
// runtime.Goexit ends the waiting one with it.
//
// A wait ends when its context does, or when it has what it waits for, also if its worker
// runs an awaited task meanwhile: that goes on beside the waiting one, with the same
// Worker, which takes up nothing else before both have ended. (Not on the threads kind,
// where the wait lasts as long as what runs on its thread.)
//
// A wait that could never end is a *[WaitError] around [ErrDeadlock] at once: a task waits
// for itself, some wait for each other, over any number of executors of this process, or
// for one of the workers that all are held up so. The last one to begin gets the error, and
// the others go on. What is known is who waits with the context of a task, for a task that
// was submitted, on a [Worker]; not who receives from Done, waits with another context, or
// waits for a [Promise]. A wait with a deadline of its own ends by itself and closes no circle.
// A task in a worker process cannot wait for futures of its parent, which do not travel.
//
// Goroutines that a task starts help as well if they wait with its context, and count as
// the task: then more tasks than Workers run at once, share Worker.State and, on the threads kind, leave
// its thread. Wait in the task's own goroutine, or with another context.
//
// # Costs
//
// Measured side by side, medians of interleaved rounds on 2 virtual CPUs, by
// "go run ./cmd/compare" in executors/peers, whose README has the table: a burst of
// empty tasks with typed results takes 0.8 of the time of a hand-written channel of
// closures with result channels, 0.4 of sourcegraph/conc's, 0.2 of alitto/pond's.
// Go takes 0.6 of the time of pond's. MapSlice with AutoChunk takes 0.4 of the time
// of a loop whose goroutines share an atomic index. One task at a time, submitted
// and waited for, takes two round trips over bare channels. Submit allocates once;
// a queued task takes 146 bytes with its future, 18 with Go.
package executors
