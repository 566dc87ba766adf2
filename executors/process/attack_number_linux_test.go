package process_test

import (
	"context"
	"fmt"
	"math"
	"strings"
	"syscall"
	"testing"
	"time"

	"poolbench/executors"
	"poolbench/executors/process"
)

// limitMemory has an endless demand for memory end this process, not the machine.
func limitMemory(t *testing.T) {
	t.Helper()
	var limit syscall.Rlimit
	if err := syscall.Getrlimit(syscall.RLIMIT_DATA, &limit); err != nil {
		t.Fatal(err)
	}
	limit.Cur = min(limit.Max, 2<<30)
	if err := syscall.Setrlimit(syscall.RLIMIT_DATA, &limit); err != nil {
		t.Fatal(err)
	}
}

// checkRefusal checks that an error is one sentence with that word, which names the option.
func checkRefusal(t *testing.T, err error, option string) {
	t.Helper()
	text := err.Error()
	if !strings.Contains(strings.ToLower(text), strings.ToLower(option)) || strings.Contains(text, "\n") || len(text) > 200 {
		t.Errorf("not one sentence that names %s: %s", option, text)
	}
}

// A number in the options is refused by name, or works.
func TestExtremeOptions(t *testing.T) {
	const (
		much    = math.MaxInt
		little  = math.MinInt
		forEver = time.Duration(math.MaxInt64)
	)
	type set = func(*process.Options)
	for option, sets := range map[string][]set{
		"Workers": numbers(func(o *process.Options, n int) { o.Workers = n },
			little, -1, 0, 1000, 1<<15, 1<<20, 1<<30, 1<<31-1, 1<<31, 1<<32, 1<<40, 1<<61, 1<<62, much),
		"GOMAXPROCS": numbers(func(o *process.Options, n int) { o.GOMAXPROCS = n }, little, -1, 1000, 1<<20, 1<<31, 1<<40, much),
		"MaxMessage": numbers(func(o *process.Options, n int) { o.MaxMessage = n }, little, -1, 1, 1<<31-1, 1<<31, 1<<40, much),
		"Output":     numbers(func(o *process.Options, n int) { o.Output = n }, little, -1, 1, 1<<31, 1<<40, 1<<62, much),
		"Queue":      numbers(func(o *process.Options, n int) { o.Queue = n }, little, -1, 1, 1<<31, 1<<61, much),
		"OnFull":     numbers(func(o *process.Options, n int) { o.OnFull = executors.FullPolicy(n) }, little, -1, 3, much),
		"MaxTasks":   numbers(func(o *process.Options, n int) { o.MaxTasks = n }, little, -1, 1, 1<<31, 1<<32, 1<<61, much),
		"MaxGrowth":  numbers(func(o *process.Options, n int64) { o.MaxGrowth = n }, little, -1, 1, 1<<62, much),
		"MemoryLimit": numbers(func(o *process.Options, n int64) { o.MemoryLimit = n },
			little, -1, 1, 64<<20-1, 1<<40, 1<<62, much),
		"BootTimeout": numbers(func(o *process.Options, d time.Duration) { o.BootTimeout = d }, -1, 1, time.Hour, forEver, -forEver),
		"MaxAge":      numbers(func(o *process.Options, d time.Duration) { o.MaxAge = d }, -1, 1, time.Millisecond, forEver, -forEver),
		"Idle":        numbers(func(o *process.Options, d time.Duration) { o.Idle = d }, -1, 1, time.Millisecond, forEver, -forEver),
		"TimeLimit":   numbers(func(o *process.Options, d time.Duration) { o.TimeLimit = d }, -1, 1, forEver, -forEver),
		"Grace":       numbers(func(o *process.Options, d time.Duration) { o.Grace = d }, -1, 1, forEver, -forEver),
		"TimeLimits": numbers(func(o *process.Options, d time.Duration) {
			o.TimeLimits = map[string]time.Duration{echo.Name(): d}
		}, -1, forEver, -forEver),
	} {
		for i, set := range sets {
			t.Run(fmt.Sprintf("%s/%d", option, i), func(t *testing.T) {
				isolated(t, func(t *testing.T) {
					limitMemory(t)
					o := process.Options{Workers: 1}
					set(&o)
					t.Logf("%+v", o)
					var p *process.Pool
					err := returns(t, "NewPool", func() (err error) { p, err = process.NewPool(o); return err })
					if err != nil {
						checkRefusal(t, err, strings.Replace(option, "OnFull", "full", 1))
						return
					}
					for i := range 3 {
						f, err := executors.Submit(background, p, echo, i)
						if err == nil { // else the pool is broken already
							err = settles(t, "a task", f)
						}
						if err != nil {
							checkExtremeError(t, o, err)
						}
					}
					if o.Output != 0 {
						if err := settles(t, "a task that prints", submit(t, p, spew, 1<<20)); err != nil {
							t.Error(err)
						}
					}
					if got := p.Workers(); got != o.Workers {
						t.Errorf("Workers() is %d, want %d", got, o.Workers)
					}
					closes(t, p)
				})
			})
		}
	}
}

func numbers[T int | int64 | time.Duration](set func(*process.Options, T), values ...T) (sets []func(*process.Options)) {
	for _, v := range values {
		sets = append(sets, func(o *process.Options) { set(o, v) })
	}
	return sets
}

// checkExtremeError checks that a task failed because of what it asked for, in words that
// say so.
func checkExtremeError(t *testing.T, o process.Options, err error) {
	t.Helper()
	switch {
	case o.BootTimeout == 1:
		checkCause(t, err, "1ns")
	case o.TimeLimit == 1 || o.TimeLimits[echo.Name()] == 1:
		checkCause(t, err, "time limit")
	case o.MaxMessage == 1:
		checkCause(t, err, "1 bytes")
	default:
		t.Errorf("%v", err)
	}
}

// Start of more workers than there can be says so, or starts what there can be until its
// context ends; it does not take all memory.
func TestStartOfTooMany(t *testing.T) {
	for _, workers := range []int{1 << 12, 1 << 20, 1 << 30, 1 << 40} {
		for _, how := range []string{"Start", "Resize"} {
			t.Run(fmt.Sprintf("%s/%d", how, workers), func(t *testing.T) {
				isolated(t, func(t *testing.T) {
					limitMemory(t)
					limitFiles(t, 96) // for some workers, not more
					o := process.Options{Workers: workers}
					if how == "Resize" {
						o.Workers = 1
					}
					p, err := process.NewPool(o)
					if err != nil {
						checkRefusal(t, err, "workers")
						return
					}
					if how == "Resize" {
						if err := returns(t, how, func() error { return p.Resize(workers) }); err != nil {
							checkRefusal(t, err, "workers")
							works(t, p)
							closes(t, p)
							return
						}
					}
					ctx, cancel := context.WithTimeout(background, 200*time.Millisecond)
					defer cancel()
					if err := returns(t, "Start", func() error { return p.Start(ctx) }); err == nil {
						t.Errorf("%d workers started with 96 descriptors", workers)
					}
					dies(t, p)
				})
			})
		}
	}
}

// Resize takes or refuses, and leaves a pool that works and has the workers that it says.
func TestResizeToExtremes(t *testing.T) {
	isolated(t, func(t *testing.T) {
		limitMemory(t)
		p := started(t, process.Options{Workers: 2})
		for _, n := range []int{math.MinInt, -1, 0, 1 << 31, 1 << 32, 1<<32 + 1, 1 << 40, 1 << 61, 1 << 62, math.MaxInt, 3, 1} {
			before := p.Workers()
			want := n
			if err := returns(t, "Resize", func() error { return p.Resize(n) }); err != nil {
				checkRefusal(t, err, "workers")
				want = before
			}
			if got := p.Workers(); got != want {
				t.Errorf("Resize(%d): %d workers, want %d", n, got, want)
			}
			works(t, p)
			sum := 0
			for v, err := range executors.MapSlice(background, p, echo, []int{1, 2, 3}, executors.AutoChunk()) {
				if err != nil {
					t.Error(err)
				}
				sum += v
			}
			if sum != 6 {
				t.Errorf("Resize(%d): sum of %d", n, sum)
			}
		}
		closes(t, p)
	})
}
