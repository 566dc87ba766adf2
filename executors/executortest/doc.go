// Package executortest is the conformance suite of the executor contract: one
// table of cases that any executor can be run through, ours or somebody else's.
//
//	func TestConformance(t *testing.T) { executortest.Run(t, mypool.Kind) }
//
// Outside of tests [Score] makes a table of how a kind did, which can be written
// as text or as Markdown:
//
//	executortest.Score(ctx, mypool.Kind).WriteText(os.Stdout)
//
// What a kind can do is found by trying (see [Capabilities]). A case that needs
// more than that is not applicable, so that a poorer executor is scored rather
// than refused. A case that does not end within its limit has hung: its
// goroutines are shown and abandoned, and the run goes on, for as long as all that
// does not hold has not taken longer than [Patience]. There is always a score.
//
// Group B comes first: what the others rest on. When one of these cases does not
// hold, the others that it decides are not run, and count as failed because of it:
// an executor whose Submit blocks is told so, once.
//
// An executor that panics in a goroutine of its own ends the program, as Go has it,
// and nothing can be scored.
//
// A test binary that runs the suite on worker processes calls process.WorkerMain
// first in TestMain.
//
// Ids are those of the behaviours in the contract, most of which come from
// CPython's own tests of concurrent.futures:
//
//   - B: what all rest on (not in the contract as a group)
//   - F: the future itself
//   - W: waiting for several
//   - A: futures as they complete
//   - E, D: submit and map
//   - T: workers
//   - I: their initialisers
//   - S: the end of an executor
//   - N, P: what crosses to a worker
//   - L: beyond CPython
//   - X: not in the contract, found here
//
// Left out is what has no meaning in Go: E09, E12, E14, E16, E25 and I06 (types
// and package iter see to them), T01 (the number of workers is never defaulted),
// S02, S03, S06 and S10 (there are no exit hooks, and an executor that nobody
// shuts down keeps its workers). Time itself (exact deadlines, idle time) is
// tested in virtual time by package executors.
//
// The cases, in the order in which they run, written by go test -update:
//
//	B01  an executor can be made, and shut down at once
//	B02  a task runs, its future has the value, and shutdown returns after that
//	B03  100 tasks run, one after the other
//	B04  submit returns while its task runs, unless the executor says that it runs tasks inline
//	B05  submit accepts 300 tasks while the worker is busy
//	B06  as many tasks run at the same time as there are workers
//	B07  a task that ends by runtime.Goexit costs no worker
//	B08  what else it can do is found by trying options, a closure and a priority
//	F01  a callback registered before sees the value without blocking
//	F02  a callback sees the error of the task, the same object where it need not travel
//	F03  cancel runs callbacks before it returns, and they see the cancellation
//	F04  a panicking callback stops neither later ones nor the worker, and is logged
//	F05  a callback on a future with a value runs before registration returns
//	F06  a callback on a future with an error runs before registration returns
//	F07  a callback on a cancelled future runs before registration returns
//	F08  a late panicking callback does not reach the registrar, and is logged
//	F09  the text of a future names its state, and the error or the type of its value
//	F10  types and errors show the name of the public package
//	F11  cancel is true for pending and cancelled futures, false for others, which keep their state
//	F12  only a cancelled future is in state Cancelled
//	F13  Done is closed exactly for futures that finished or were cancelled
//	F14  only a future whose task has really started is in state Running
//	F15  Result with an ended context: WaitError while unsettled, else what is there
//	F16  a blocked Result is woken by the end of the task
//	F17  Results that block are woken by cancel, all of them
//	F18  Err with an ended context: WaitError while unsettled, nil for success, else the error
//	F19  a blocked Err is woken by the end of the task
//	F22  nobody sees a state and a result that do not fit, while a future settles
//	F26  callbacks run in order of registration, once each, also when cancel races with the task
//	F27  a callback registered by a callback runs at once, before later ones
//	F28  what a task wrote is visible to whoever saw its future settle (for the race detector)
//	F29  a wait that its context ends leaves the task alone
//	F30  an error of no text, or a nil pointer in an error, is a failure
//	F31  cancelling twice runs callbacks once
//	F20  a second value is refused, the first one stays
//	F21  a second error is refused, the first one stays
//	F23  a cancelled future cannot be settled
//	F24  a cancelled, running or settled future cannot be started
//	F25  a pending future can be settled without being started
//	X04  cancel and settle race: one of them wins, callbacks run once
//	W01  duplicates count once and hang nothing
//	W02  the first one to settle ends the wait, the others are pending
//	W03  futures that are settled on entry are all returned, at once
//	W04  the first error ends the wait; an earlier success is among the settled
//	W05  a cancelled future is settled, but no error
//	W06  a future that has failed already ends the wait for the first error at once
//	W07  failures and cancellations count as completed
//	W08  the end of the context returns the split so far, and says how many are missing
//	W09  100 futures that settle at once lose no wake-up
//	W10  futures of different executors and types can be waited for together
//	W11  no futures: returned at once, in every mode
//	W12  a wait that ended leaves nothing in the futures it waited for
//	W13  an unknown mode is refused, whatever the futures are
//	W14  a wait returns when queued tasks are cancelled and the executor is shut down
//	W15  draining n futures one by one does not take quadratic time: 100000 end before the limit
//	X05  many goroutines may wait for the same futures
//	A01  all are yielded, settled and pending ones alike
//	A02  settled futures are yielded first, then the end of the context as an error
//	A03  duplicates are yielded once
//	A04  a yielded future is not kept
//	A05  the error at the end of the context tells how many are unfinished, of how many
//	A06  pending futures are yielded in the order in which they settle
//	A07  stopping early leaves nothing in the futures that were not yielded
//	A08  watching starts at the call, so that a context that ended before the first step is seen at it
//	A09  no futures: the sequence ends at once
//	A10  the sequence ends when queued tasks are cancelled and the executor is shut down
//	A11  futures may be added while iterating
//	E01  submit returns a future with the value
//	E02  inputs of every form arrive unchanged; a missing function is refused at submit
//	D07  an error of the task is the error of the future, and the worker lives on
//	E19  the input is freed after the task, though its future is kept
//	E20  less than one worker is refused, and one is what the executor has
//	E22  an error of no text, or a nil pointer in an error, is a failure of the task
//	E30  a broken executor says so, also when it has been shut down since
//	E31  one worker starts tasks in the order of submission
//	E32  tasks and callbacks may submit
//	E33  a task that waits on its own one-worker executor completes, to any depth
//	X06  a task may wait for many of its own executor, by Wait, AsCompleted and Map, on one worker
//	E34  concurrent submitters, cancellers and a shutdown: every future settles
//	D24  a callback may submit a task that panics
//	X01  no closure is lost or run twice
//	X07  no call of a defined function is lost or made twice
//	X02  every task gives its own result under concurrent submitters
//	X03  the end of the context of submit cancels the task, queued or running
//	E03  map equals a loop, whole, in chunks, buffered and with automatic chunks
//	E04  the values before an error arrive, then the error
//	E05  the sequence goes on past an error, also inside a chunk, and is over after that
//	X08  a panic or Goexit of one call costs the others of its chunk nothing
//	E06  a deadline error made by a task is not the end of the map
//	E07  when the context ends the last pair says so, and the sequence is over
//	E08  breaking out of map, also inside a chunk, cancels what has not started
//	E10  a buffer below 1 is refused before any input is taken
//	E11  a buffer of 1, 2, n or 2n gives the same results
//	E13  map with a buffer takes an endless input, with and without chunks
//	E15  map of nothing yields nothing
//	E17  with a buffer exactly that many inputs are taken and not yielded at most, and none before the iteration
//	E18  map of one more than there are workers, then shutdown: no hang, all results
//	E21  map keeps no value that it has yielded
//	E23  map starts everything without being iterated
//	E24  the end of the context cancels the awaited item too
//	E26  a source that panics cancels what was submitted, and the panic goes on
//	D22  a source that panics during the iteration, while the buffer is full, hangs nothing
//	E27  the order of the inputs is kept though later ones end first
//	E28  map after shutdown yields the refusal, once
//	E29  a chunk below 1 is refused before any input is taken
//	E35  after shutdown a buffered map still yields what it has, then one refusal
//	L18  an unordered map yields what is ready, also inputs behind one that takes long
//	X17  a closure maps as a defined function does, in every form, and sees what is around it
//	X09  breaking out of an unordered map cancels what has not started
//	X37  calls that end their goroutine cost nobody else anything, in any number
//	X38  when a sequence was left nobody reads the inputs any more (for the race detector)
//	X39  a sequence with a buffer that is never iterated leaves nothing behind
//	X40  the end of the context ends a map of an endless input, before it, while it is taken, and while it is iterated
//	T02  a backlog never has more than Workers tasks at once, and all of them when it can
//	T03  tasks one after the other use one worker
//	T04  executors come and go while another one resubmits for ever
//	T05  a task may run a program and collect its exit code
//	T06  there is no worker before the first submit
//	T07  after a failure of any kind the same worker goes on
//	T08  runtime.Goexit ends in the future and costs no worker
//	T09  a panic becomes an error with value and stack, and the worker lives on
//	T10  a task can tell its executor and its worker, and outside of tasks there is none
//	T11  workers of two executors are different ones
//	T12  a panicking callback costs no worker
//	I01  every worker is initialised once, before its first task, which finds its state
//	I02  when initialising fails, tasks that wait fail with *BrokenError
//	I03  when initialising has failed, submit is refused
//	I04  the cause is in the error, as text and as itself
//	I07  a panic or Goexit of the initialiser is a failure of it
//	I08  a worker that fails to initialise orphans no task, and shutdown ends
//	S01  submit after shutdown is refused
//	S04  shutdown lets the backlog finish
//	S05  cancel what is queued, then shut down: the rest finishes without error, nothing stays pending
//	S07  submit, cancel at once, shut down
//	S08  workers really end
//	S09  leaving a scope through shutdown waits for its tasks
//	S11  shutdown without waiting: refused from then on, the results still come, workers end
//	S12  cancel everything and shut down without waiting: all futures settle
//	S15  shutdown may be repeated and concurrent, with any context
//	S16  leaving a scope by a panic drops no queued task
//	S17  shutdown by a task of the executor is refused without effect
//	S18  futures cancelled during a shutdown wake everyone
//	S21  shutdown leaves no goroutine behind
//	S23  shutdown that its context ends says what still runs, and can be called again
//	N01  a closure is refused synchronously, naming the reason; by map in every form, once
//	N08  a future can be awaited in a select, and giving up leaves it alone
//	P35  tasks run in another process
//	N09  what arrives equals what was sent, alone and in chunks
//	N10  a type that would lose something on its way is refused at submit, by type and field
//	N11  such a type is as good as any in this process
//	N12  a cyclic value, or one that would change, is an error of that task alone
//	L07  cancel of a running task ends its context; the future settles when it has returned
//	X10  a cancelled task that was queued is never started
//	L08  idle workers end and come back on demand
//	X11  workers that end while tasks arrive leave none behind
//	L09  the number of workers can change between and during work
//	X12  fewer workers asked for while all are busy: they end after their task
//	L14  submit to a full queue blocks until there is room or the context ends
//	X13  a full queue refuses with ErrFull, and accepts again when there is room
//	X14  a full queue has the submitter run the task
//	X15  shutdown frees submitters that a full queue blocks
//	L15  priorities order what is queued, in order of submission within one
//	L16  statistics add up once the executor is quiet
//	X16  statistics count panics, Goexit and cancelled tasks, and who runs a task for another
//	X41  a cancelled task leaves a full queue at once, whoever cancels it
//	X42  a submitter that a full queue blocks gets the place of a cancelled task
//	X43  the input of a cancelled task is freed at once, though the worker is busy and the future is kept
//	X30  a wait inside a task with an ended context ends at once, and starts nothing
//	X31  a task that waits for itself gets ErrDeadlock, by every way to wait
//	X32  tasks that wait for each other in a circle get ErrDeadlock, on one worker and on many
//	X33  tasks of two executors that wait for each other get ErrDeadlock
//	X34  a task that waits for a task elsewhere which waits for a worker of the first executor gets ErrDeadlock, or its result
//	X35  who waits in a chain meets no deadlock, nor does who waits for a task that only waits until a deadline
//	X36  a wait for the first of several ends when that has settled, though the waiting worker runs another
//	X44  a nil argument is refused at the call, by name and without effect
//	X45  callbacks may submit, cancel, read statistics and shut down, also when the context of queued tasks ends
//	X46  a log that panics, ends its goroutine or uses the executor costs no callback, no task and no worker
//	X47  an initialiser may submit and read statistics; shutdown by it is refused without effect
//	X48  a number of workers beyond MaxWorkers is refused, also by a change of it; as many as that cost nothing before there are tasks
//	X49  the context with which a task waits may itself wait for tasks, whenever it is asked
//	X50  a callback of a task whose context the executor finds ended holds up no worker, whatever it does
//
// End of the cases.
package executortest
