package executors

// Goroutines keeps P worker goroutines that share one queue. Workers start on
// demand; tasks start in the order of submission.
var Goroutines = register(Kind{
	Name: "goroutines",
	Doc:  "P pooled goroutines sharing one queue",
	New:  func(o Options) (Executor, error) { return newPool(o, false) },
})

// NewGoroutines makes a pool of so many worker goroutines, at least 1; it is what most
// programs want. Other options are set by functions, if any:
//
//	pool, err := executors.NewGoroutines(4, func(o *executors.Options) { o.Queue = 100 })
//
// The error says which option is out of range, or one of the threads kind. The pool has
// no goroutines before its first task, and keeps those it has until Shutdown.
func NewGoroutines(workers int, set ...func(*Options)) (Executor, error) {
	return newPool(optionsOf(workers, set), false)
}
