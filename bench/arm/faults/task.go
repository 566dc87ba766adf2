package faults

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"time"

	"poolbench/executors"
)

// A call is the input of a task.
type call struct {
	Number int
	Fault  string // "" for none
	Dir    string // for the stamps of faults
}

// A span is when a task ran, in nanoseconds of the wall clock, which all processes share.
type span struct {
	Number     int
	Begin, End int64
}

var task = executors.Define("bench.fault", func(_ context.Context, c call) (span, error) {
	out := span{Number: c.Number, Begin: time.Now().UnixNano()}
	if c.Fault == "" {
		time.Sleep(taskTime)
		out.End = time.Now().UnixNano()
		return out, nil
	}
	if err := os.WriteFile(stampPath(c.Dir, c.Number), strconv.AppendInt(nil, time.Now().UnixNano(), 10), 0o600); err != nil {
		return out, fmt.Errorf("saying when the fault was: %w", err)
	}
	switch c.Fault {
	case Panic:
		panic(errFault)
	case Exit:
		os.Exit(3)
	case Hang:
		for _, err := os.Stat(overPath(c.Dir)); err != nil; _, err = os.Stat(overPath(c.Dir)) {
			time.Sleep(10 * time.Millisecond) // ends when the slice is over, which no executor knows of
		}
	}
	return out, errFault
})

var errFault = errors.New("a fault, as planned")

func stampPath(dir string, number int) string { return filepath.Join(dir, strconv.Itoa(number)) }
func overPath(dir string) string              { return filepath.Join(dir, "over") }

// fired is when the fault of a task was; ok is false while it has not been.
func fired(dir string, number int) (at int64, ok bool) {
	text, err := os.ReadFile(stampPath(dir, number))
	if err != nil {
		return 0, false
	}
	at, err = strconv.ParseInt(string(text), 10, 64)
	return at, err == nil
}
