package bench_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"sync"
	"time"

	"poolbench/bench"
	"poolbench/bench/arm"
	"poolbench/bench/arm/inproc"
	"poolbench/bench/record"
	"poolbench/executors"
	"poolbench/workloads"
)

// A workload of one's own: it counts the letters of words.

var countLetters = executors.Define("example.letters", func(_ context.Context, word string) (int, error) {
	return len(word), nil
})

var letters = workloads.Workload{
	Name:     "letters",
	Doc:      "counts the letters of words",
	Resource: workloads.CPU,
	Grains:   []time.Duration{0}, // a grain means nothing here
	New: func(p workloads.Params) (workloads.Job, error) {
		return &lettersJob{words: make([]string, p.Tasks)}, nil
	},
}

type lettersJob struct {
	words []string
	total int
}

func (j *lettersJob) Run(ctx context.Context, ex executors.Executor) error {
	j.total = 0
	for i := range j.words {
		j.words[i] = "gopher"
	}
	// Map works on every executor, worker processes included.
	for n, err := range executors.Map(ctx, ex, countLetters, func(yield func(string) bool) {
		for _, w := range j.words {
			if !yield(w) {
				return
			}
		}
	}) {
		if err != nil {
			return err
		}
		j.total += n
	}
	return nil
}

func (j *lettersJob) Check() error {
	if want := len("gopher") * len(j.words); j.total != want {
		return fmt.Errorf("counted %d letters, want %d", j.total, want)
	}
	return nil
}

func (j *lettersJob) Close() error { return nil }

// An executor of one's own: one goroutine behind a channel.

var channelKind = executors.Kind{
	Name: "channel",
	Doc:  "goroutines that share one channel",
	New: func(o executors.Options) (executors.Executor, error) {
		c := &channel{workers: o.Workers, tasks: make(chan executors.Task, 1024)}
		for id := range o.Workers {
			c.running.Go(func() {
				w := &executors.Worker{Executor: c, ID: id}
				for t := range c.tasks {
					t.Run(w)
				}
			})
		}
		return c, nil
	},
}

type channel struct {
	workers int
	tasks   chan executors.Task
	running sync.WaitGroup

	mu     sync.RWMutex
	closed bool
}

func (c *channel) Submit(t executors.Task) error {
	c.mu.RLock()
	defer c.mu.RUnlock()
	if c.closed {
		return executors.ErrShutdown
	}
	c.tasks <- t
	return nil
}

func (c *channel) Shutdown(ctx context.Context) error {
	c.mu.Lock()
	if !c.closed {
		c.closed = true
		close(c.tasks)
	}
	c.mu.Unlock()
	ended := make(chan struct{})
	go func() { c.running.Wait(); close(ended) }()
	select {
	case <-ended:
		return nil
	case <-ctx.Done():
		return errors.New("channel: tasks are still running")
	}
}

func (c *channel) Workers() int { return c.workers }

// Code outside these packages brings its own workload and its own executor as
// values, and gets them measured like the built-in ones.
func ExampleRun() {
	var results bytes.Buffer // a file, in a program
	grid := inproc.Grid{
		Workloads: []workloads.Workload{letters},
		Executors: []executors.Kind{channelKind, executors.Goroutines},
		Workers:   []int{1, 2},
	}
	summary, err := bench.Run(context.Background(), bench.Config{
		Sources: []arm.Source{grid.Source()},
		Budget:  10 * time.Minute,
		Blocks:  6,
		Seed:    1,
		Out:     &results,
	})
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return
	}
	rec, err := record.Read(&results, "results")
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return
	}
	samples := map[record.Point]int{}
	for _, r := range rec.Results {
		samples[r.Point]++
	}
	fmt.Println(summary.Blocks, "blocks,", len(rec.Failures), "failures")
	for _, p := range grid.Points() {
		if p.Executor() != "goroutines" {
			fmt.Println(p, "measured", samples[p], "times")
		}
	}
	// Output:
	// 6 blocks, 0 failures
	// serial, letters measured 6 times
	// channel × 1, letters measured 6 times
	// channel × 2, letters measured 6 times
}
