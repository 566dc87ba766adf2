package executors_test

import (
	"context"
	"fmt"
	"slices"

	"poolbench/executors"
)

var square = executors.Define("example.square", func(_ context.Context, n int) (int, error) { return n * n, nil })

func Example() {
	ctx := context.Background()
	pool, err := executors.Goroutines.New(executors.Options{Workers: 2})
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
