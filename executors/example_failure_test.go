package executors_test

import (
	"context"
	"errors"
	"fmt"

	"poolbench/executors"
)

var divide = executors.Define("example.divide", func(_ context.Context, n int) (int, error) {
	if n == 0 {
		return 0, errors.New("nothing to divide by")
	}
	if n < 0 {
		panic("negative")
	}
	return 100 / n, nil
})

// Whatever a task ends with, an error or a panic, is in its future, and its worker goes on
// with the next one.
func ExampleFuture_Result() {
	ctx := context.Background()
	pool, err := executors.NewGoroutines(1)
	if err != nil {
		fmt.Println(err)
		return
	}
	defer pool.Shutdown(ctx)
	for _, n := range []int{4, 0, -1, 5} {
		future, err := executors.Submit(ctx, pool, divide, n)
		if err != nil {
			fmt.Println(err)
			return
		}
		quotient, err := future.Result(ctx)
		var panicked *executors.PanicError
		switch {
		case errors.As(err, &panicked):
			fmt.Println(n, "panicked:", panicked.Value)
		case err != nil:
			fmt.Println(n, "failed:", err)
		default:
			fmt.Println(n, "gave", quotient)
		}
	}
	// Output:
	// 4 gave 25
	// 0 failed: nothing to divide by
	// -1 panicked: negative
	// 5 gave 20
}
