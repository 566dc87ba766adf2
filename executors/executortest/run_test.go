package executortest_test

import (
	"context"
	"fmt"
	"runtime"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"poolbench/executors/executortest"
)

// A book is a Tester that writes down what it is told.
type book struct {
	ctx   context.Context
	name  string
	until time.Time // 0 if there is no deadline
	only  string    // the one subtest to be run; empty for all
	lines *[]string
}

func (b book) Helper()                           {}
func (b book) Context() context.Context          { return b.ctx }
func (b book) Deadline() (time.Time, bool)       { return b.until, !b.until.IsZero() }
func (b book) Logf(format string, args ...any)   { b.write("log", format, args...) }
func (b book) Errorf(format string, args ...any) { b.write("error", format, args...) }

func (b book) Skipf(format string, args ...any) {
	b.write("skip", format, args...)
	runtime.Goexit()
}

func (b book) write(what, format string, args ...any) {
	line, _, _ := strings.Cut(fmt.Sprintf(format, args...), "\n")
	*b.lines = append(*b.lines, strings.TrimSpace(b.name+" "+what+": "+line))
}

func (b book) Run(name string, f func(book)) bool {
	if isLeftOut(executortest.Case{ID: name}) || b.only != "" && name != b.only {
		return true
	}
	b.name = name
	done := make(chan struct{})
	go func() {
		defer close(done)
		f(b)
	}()
	<-done
	return true
}

// runBook runs the suite in virtual time, and returns what it told and how long it took.
func runBook(t *testing.T, f fault, only string, until time.Duration) (lines []string, took time.Duration) {
	synctest.Test(t, func(t *testing.T) {
		f.released = make(chan struct{})
		defer close(f.released)
		b, begin := book{ctx: t.Context(), lines: &lines, only: only}, time.Now()
		if until > 0 {
			b.until = begin.Add(until)
		}
		executortest.Run(b, referenceKind(f))
		took = time.Since(begin)
	})
	return lines, took
}

// As a test the cause fails with what it found, what it explains is skipped, and
// the score comes last.
func TestRun(t *testing.T) {
	for _, c := range []struct {
		name   string
		fault  fault
		only   string
		errors []string // without the score
		score  string   // how it begins
	}{
		{"sound", fault{}, "", nil, "log: reference: 15"},
		{"cause", fault{submitBlocks: true}, "", []string{
			"B02 error: reference: a task runs, its future has the value, and shutdown returns after that: hung",
		}, "error: reference: 4"},
		{"explained, its cause not chosen", fault{newFails: true}, "X01", []string{
			"X01 error: reference: no closure is lost or run twice: failed",
		}, "error: reference: 0 held, 1 failed, 0 hung, 0 not applicable"},
		{"one of many", fault{submitBlocks: true}, "F20", nil, "log: reference: 1 held, 0 failed, 0 hung, 0 not applicable"},
	} {
		t.Run(c.name, func(t *testing.T) {
			lines, _ := runBook(t, c.fault, c.only, 0)
			last := lines[len(lines)-1]
			var errs []string
			for _, line := range lines[:len(lines)-1] {
				switch _, what, _ := strings.Cut(line, " "); {
				case strings.HasPrefix(what, "error: "):
					errs = append(errs, line)
				case !strings.HasPrefix(what, "skip: "):
					t.Errorf("told %q", line)
				}
			}
			if strings.Join(errs, "\n") != strings.Join(c.errors, "\n") || !strings.HasPrefix(last, c.score) {
				t.Errorf("errors %q\nscore %s", errs, last)
			}
		})
	}
}

// The suite ends before the deadline of the test, and has a score.
func TestRunBeforeTheDeadline(t *testing.T) {
	const until = 16 * time.Second
	lines, took := runBook(t, fault{neverRetires: true, losesGoexit: true}, "", until)
	if last := lines[len(lines)-1]; took > until || !strings.Contains(last, "not run (") {
		t.Errorf("after %v: %s", took, last)
	}
}

// Cases that do not hold have a limit together, whatever they are.
func TestPatience(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		hangs := executortest.Case{ID: "hangs", Doc: "hangs", Run: hangHere}
		slow := executortest.Case{ID: "slow", Doc: "takes long and holds", Run: func(*executortest.T) { time.Sleep(executortest.Limit - 1) }}
		begin := time.Now()
		table := executortest.Score(t.Context(), referenceKind(fault{}), slow, slow, hangs, slow, hangs, slow, hangs, slow, hangs)
		for outcome, want := range map[executortest.Outcome]int{executortest.Held: 4, executortest.Hung: 3, executortest.NotRun: 2} {
			if got := table.Count(outcome); got != want {
				t.Errorf("%d %v, want %d", got, outcome, want)
			}
		}
		if took := time.Since(begin); took > 4*executortest.Limit+executortest.Patience+time.Minute {
			t.Errorf("it took %v", took)
		}
		var text strings.Builder
		table.WriteText(&text)
		want := "reference: 4 held, 0 failed, 3 hung, 0 not applicable, 2 not run (the cases that do not hold took too long)\n"
		if !strings.HasSuffix(text.String(), want) {
			t.Errorf("got\n%s\nwant at its end\n%s", &text, want)
		}
	})
}
