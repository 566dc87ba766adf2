//go:build unix

package process_test

import (
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
