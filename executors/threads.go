package executors

// Threads is Goroutines with every worker locked to an OS thread of its own, for
// tasks that need one (thread-local state of C libraries, priorities, affinity).
// Waking a locked worker costs a switch of OS threads, many times the price of a
// goroutine switch, so it suits long tasks and bursts.
var Threads = register(Kind{
	Name: "threads",
	Doc:  "P workers, each locked to an OS thread",
	New:  func(o Options) (Executor, error) { return newPool(o, true) },
})

// NewThreads makes a pool as NewGoroutines does, with every worker locked to an OS
// thread of its own. See Threads.
func NewThreads(workers int, set ...func(*Options)) (Executor, error) {
	return newPool(optionsOf(workers, set), true)
}
