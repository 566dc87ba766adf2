//go:build unix

package process_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"slices"
	"time"

	"poolbench/executors"
	"poolbench/executors/process"
)

var (
	cube  = executors.Define("example.cube", func(_ context.Context, n int) (int, error) { return n * n * n, nil })
	crash = executors.Define("example.crash", func(_ context.Context, code int) (int, error) { os.Exit(code); return 0, nil })
	stuck = executors.Define("example.stuck", func(context.Context, struct{}) (int, error) { select {} })
)

var mentions = executors.Define("example.mentions", func(_ context.Context, word string) (int, error) {
	text, err := process.Shared("text")
	return bytes.Count(text, []byte(word)), err
})

// A large object that many tasks read is given to the pool, not to each task.
func ExampleShared() {
	ctx := context.Background()
	pool, err := process.NewPool(process.Options{Workers: 2, Shared: map[string][]byte{"text": []byte("to be or not to be")}})
	if err != nil {
		fmt.Println(err)
		return
	}
	defer pool.Shutdown(ctx)
	for n, err := range executors.Map(ctx, pool, mentions, slices.Values([]string{"be", "not"})) {
		fmt.Println(n, err)
	}
	// Output:
	// 2 <nil>
	// 1 <nil>
}

// Function main, or TestMain in a test, begins with process.WorkerMain().
func Example() {
	ctx := context.Background()
	pool, err := process.NewPool(process.Options{Workers: 2, TimeLimit: time.Second})
	if err != nil {
		fmt.Println(err)
		return
	}
	defer pool.Shutdown(ctx)

	bad, _ := executors.Submit(ctx, pool, crash, 3)
	endless, _ := executors.Submit(ctx, pool, stuck, struct{}{})
	for v, err := range executors.Map(ctx, pool, cube, slices.Values([]int{1, 2, 3})) {
		fmt.Println(v, err)
	}
	var lost *executors.WorkerLostError
	fmt.Println(errors.As(bad.Err(ctx), &lost), lost.ExitCode)
	var late *process.TimeLimitError
	fmt.Println(errors.As(endless.Err(ctx), &late), late.Limit)
	// Output:
	// 1 <nil>
	// 8 <nil>
	// 27 <nil>
	// true 3
	// true 1s
}
