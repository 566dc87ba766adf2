package executors_test

import (
	"context"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"

	"poolbench/executors"
)

var empty = executors.Define("benchmark.empty", func(_ context.Context, n int) (int, error) { return n, nil })

func eachKind(b *testing.B, bench func(b *testing.B, ex executors.Executor)) {
	for _, kind := range executors.All() {
		benchKind(b, kind, executors.Options{Workers: 2}, bench)
	}
}

func benchKind(b *testing.B, kind executors.Kind, o executors.Options, bench func(b *testing.B, ex executors.Executor)) {
	b.Run(fmt.Sprintf("executor=%s/workers=%d", kind.Name, o.Workers), func(b *testing.B) {
		ex, err := kind.New(o)
		if err != nil {
			b.Fatal(err)
		}
		b.ReportAllocs()
		bench(b, ex)
		b.StopTimer()
		if err := ex.Shutdown(context.Background()); err != nil {
			b.Fatal(err)
		}
	})
}

// BenchmarkBurst submits b.N empty tasks and then takes all results.
func BenchmarkBurst(b *testing.B) { eachKind(b, burst) }

func burst(b *testing.B, ex executors.Executor) {
	ctx := context.Background()
	futures := make([]*executors.Future[int], b.N)
	b.ResetTimer()
	for i := range futures {
		f, err := executors.Submit(ctx, ex, empty, i)
		if err != nil {
			b.Fatal(err)
		}
		futures[i] = f
	}
	for i, f := range futures {
		if v, err := f.Result(ctx); v != i || err != nil {
			b.Fatal(v, err)
		}
	}
}

// BenchmarkPingPong waits for each empty task before it submits the next.
func BenchmarkPingPong(b *testing.B) {
	eachKind(b, func(b *testing.B, ex executors.Executor) {
		ctx := context.Background()
		for i := range b.N {
			f, err := executors.Submit(ctx, ex, empty, i)
			if err != nil {
				b.Fatal(err)
			}
			if v, err := f.Result(ctx); v != i || err != nil {
				b.Fatal(v, err)
			}
		}
	})
}

// BenchmarkChannelPingPong is the least that a hand-over costs: a round trip
// over two unbuffered channels.
func BenchmarkChannelPingPong(b *testing.B) {
	in, out := make(chan int), make(chan int)
	go func() {
		for v := range in {
			out <- v
		}
		close(out)
	}()
	for i := range b.N {
		in <- i
		if v := <-out; v != i {
			b.Fatal(v)
		}
	}
	close(in)
	<-out
}

// BenchmarkMap maps b.N empty items with automatic chunks, beside a loop in which
// two goroutines share an atomic index.
func BenchmarkMap(b *testing.B) {
	b.Run("executor=goroutines/workers=2", func(b *testing.B) {
		ctx := context.Background()
		ex, err := executors.Goroutines.New(executors.Options{Workers: 2})
		if err != nil {
			b.Fatal(err)
		}
		defer ex.Shutdown(ctx)
		inputs := make([]int, b.N)
		b.ReportAllocs()
		b.ResetTimer()
		sum := 0
		for v, err := range executors.MapSlice(ctx, ex, empty, inputs, executors.AutoChunk()) {
			if err != nil {
				b.Fatal(err)
			}
			sum += v
		}
	})
	b.Run("atomic", func(b *testing.B) {
		ctx := context.Background()
		inputs, outputs := make([]int, b.N), make([]int, b.N)
		b.ReportAllocs()
		b.ResetTimer()
		var index atomic.Int64
		var wg sync.WaitGroup
		for range 2 {
			wg.Go(func() {
				for i := index.Add(1) - 1; i < int64(b.N); i = index.Add(1) - 1 {
					v, err := empty.Call(ctx, inputs[i])
					if err != nil {
						panic(err)
					}
					outputs[i] = v
				}
			})
		}
		wg.Wait()
		sum := 0
		for _, v := range outputs {
			sum += v
		}
	})
}

// BenchmarkBounded is BenchmarkBurst through a queue of 1024 tasks, whose submitter mostly
// waits for room.
func BenchmarkBounded(b *testing.B) {
	for _, kind := range []executors.Kind{executors.Goroutines, executors.Threads} {
		benchKind(b, kind, executors.Options{Workers: 2, Queue: 1024}, burst)
	}
}
