package executortest

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"time"

	"poolbench/executors"
)

// Task functions that a black-box tester needs on both sides of a process
// boundary. They meet through files, which every process sees.
var (
	echo = executors.Define("executortest.echo", func(_ context.Context, v int) (int, error) { return v, nil })

	fail = executors.Define("executortest.fail", func(_ context.Context, text string) (int, error) {
		return 0, errors.New(text)
	})

	panics = executors.Define("executortest.panics", func(_ context.Context, text string) (int, error) {
		panicHere(text)
		return 0, nil
	})

	goexit = executors.Define("executortest.goexit", func(context.Context, struct{}) (int, error) {
		runtime.Goexit()
		return 0, nil
	})

	// gate appends name to the journal, then blocks until the gate file exists.
	gate = executors.Define("executortest.gate", func(ctx context.Context, g gateInput) (int, error) {
		if err := g.Dir.write(g.Name); err != nil {
			return 0, err
		}
		if err := g.Dir.await(ctx, "open"); err != nil || g.Err == "" {
			return g.Value, err
		}
		return 0, errors.New(g.Err)
	})

	// journal appends a line to a file of its own for each call.
	journal = executors.Define("executortest.journal", func(_ context.Context, g gateInput) (int, error) {
		f, err := os.CreateTemp(string(g.Dir), g.Name+"-*")
		if err != nil {
			return 0, err
		}
		return g.Value, f.Close()
	})

	// tooLate fails as a task does whose own deadline has passed.
	tooLate = executors.Define("executortest.tooLate", func(_ context.Context, v int) (int, error) {
		if v == 1 {
			return 0, context.DeadlineExceeded
		}
		return v, nil
	})

	// forms returns what it got, of every kind of type.
	forms = executors.Define("executortest.forms", func(_ context.Context, in form) (form, error) { return in, nil })

	// large takes and gives something whose end can be observed.
	large = executors.Define("executortest.large", func(_ context.Context, in *block) (*block, error) {
		return &block{Data: make([]byte, len(in.Data))}, nil
	})

	sizeOf = executors.Define("executortest.sizeOf", func(_ context.Context, in *block) (int, error) { return len(in.Data), nil })

	// panicsWith panics as its input says: with nil, an error, or a text.
	panicsWith = executors.Define("executortest.panicsWith", func(_ context.Context, how string) (int, error) {
		switch how {
		case "nil":
			panic(nil)
		case "error":
			panic(os.ErrNotExist)
		}
		panic(how)
	})

	// runTrue starts a program and tells its exit code.
	runTrue = executors.Define("executortest.runTrue", func(ctx context.Context, path string) (int, error) {
		err := exec.CommandContext(ctx, path).Run()
		return 0, err
	})

	// untilDone blocks until its context ends and says why it did.
	untilDone = executors.Define("executortest.untilDone", func(ctx context.Context, d dir) (string, error) {
		if err := d.write("started"); err != nil {
			return "", err
		}
		<-ctx.Done()
		return ctx.Err().Error(), nil
	})

	// crowd tells how many tasks are inside it at the same time.
	crowd = executors.Define("executortest.crowd", func(_ context.Context, d dir) (int, error) {
		f, err := os.CreateTemp(string(d), "inside-*")
		if err != nil {
			return 0, err
		}
		f.Close()
		defer os.Remove(f.Name())
		peak := 0
		for range 20 {
			inside, err := filepath.Glob(filepath.Join(string(d), "inside-*"))
			if err != nil {
				return 0, err
			}
			peak = max(peak, len(inside))
			runtime.Gosched()
		}
		return peak, nil
	})

	divide = executors.Define("executortest.divide", func(_ context.Context, by int) (int, error) {
		if by == 0 {
			return 0, errors.New("division by zero")
		}
		return 60 / by, nil
	})

	pid = executors.Define("executortest.pid", func(context.Context, struct{}) (int, error) { return os.Getpid(), nil })
)

//go:noinline
func panicHere(text string) { panic(text) }

type gateInput struct {
	Dir   dir
	Name  string
	Value int
	Err   string // if not empty, fail with it instead
}

type form struct {
	Number  int
	Text    string
	Bytes   []byte
	Nested  []map[string]float64
	Pointer *form
}

type block struct{ Data []byte }

// A dir is a directory in which tasks and tester meet.
type dir string

func (d dir) write(name string) error {
	return os.WriteFile(filepath.Join(string(d), name), nil, 0o600)
}

func (d dir) has(name string) bool {
	_, err := os.Stat(filepath.Join(string(d), name))
	return err == nil
}

// count is the number of files whose names begin with prefix.
func (d dir) count(prefix string) int {
	files, err := filepath.Glob(filepath.Join(string(d), prefix+"*"))
	if err != nil {
		return -1
	}
	return len(files)
}

// await polls until the file exists.
func (d dir) await(ctx context.Context, name string) error {
	for !d.has(name) {
		select {
		case <-ctx.Done():
			return fmt.Errorf("waiting for %s: %w", name, ctx.Err())
		case <-time.After(time.Millisecond):
		}
	}
	return nil
}
