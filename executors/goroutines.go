package executors

// Goroutines keeps P worker goroutines that share one queue. Workers start on
// demand; tasks start in the order of submission.
var Goroutines = register(Kind{
	Name: "goroutines",
	Doc:  "P pooled goroutines sharing one queue",
	New:  func(o Options) (Executor, error) { return newPool(o, false) },
})
