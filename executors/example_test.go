package executors_test

import (
	"context"
	"fmt"
	"slices"
	"time"

	"poolbench/executors"
)

var square = executors.Define("example.square", func(_ context.Context, n int) (int, error) { return n * n, nil })

func Example() {
	ctx := context.Background()
	pool, err := executors.NewGoroutines(2)
	if err != nil {
		fmt.Println(err)
		return
	}
	defer pool.Shutdown(ctx)

	future, err := executors.Submit(ctx, pool, square, 12)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(future.Result(ctx))

	for v, err := range executors.Map(ctx, pool, square, slices.Values([]int{1, 2, 3})) {
		fmt.Println(v, err)
	}
	// Output:
	// 144 <nil>
	// 1 <nil>
	// 4 <nil>
	// 9 <nil>
}

func ExampleClosure() {
	ctx := context.Background()
	pool, err := executors.NewGoroutines(2)
	if err != nil {
		fmt.Println(err)
		return
	}
	defer pool.Shutdown(ctx)

	greeting := "hello, "
	greet := executors.Closure(func(_ context.Context, name string) (string, error) { return greeting + name, nil })
	for text, err := range executors.MapSlice(ctx, pool, greet, []string{"Ada", "Emmy"}) {
		fmt.Println(text, err)
	}
	// Output:
	// hello, Ada <nil>
	// hello, Emmy <nil>
}

func ExampleNewGoroutines() {
	pool, err := executors.NewGoroutines(4, func(o *executors.Options) {
		o.Queue, o.OnFull = 100, executors.Refuse
		o.Idle = time.Minute
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	defer pool.Shutdown(context.Background())
	fmt.Println(pool.Workers(), "workers")

	_, err = executors.NewGoroutines(0)
	fmt.Println(err)
	// Output:
	// 4 workers
	// executors: 0 workers asked for; at least 1 is needed
}

// A loud executor says what is submitted to it. Unwrap hands on what else the one
// inside can do.
type loud struct{ executors.Executor }

func (l *loud) Unwrap() executors.Executor { return l.Executor }

func (l *loud) Submit(t executors.Task) error {
	fmt.Println("a task")
	return l.Executor.Submit(t)
}

func (l *loud) Inline() bool { return false } // a plain loop would be silent

func ExampleAs() {
	ctx := context.Background()
	pool, err := executors.NewGoroutines(2)
	if err != nil {
		fmt.Println(err)
		return
	}
	ex := &loud{pool}
	if _, err := executors.Submit(ctx, ex, square, 3); err != nil {
		fmt.Println(err)
	}
	fmt.Println(ex.Shutdown(ctx))
	if s, ok := executors.As[executors.StatsKeeper](ex); ok {
		fmt.Println(s.Stats().Succeeded, "succeeded")
	}
	_, ok := executors.As[executors.Killer](ex)
	fmt.Println("can be killed:", ok)
	// Output:
	// a task
	// <nil>
	// 1 succeeded
	// can be killed: false
}
