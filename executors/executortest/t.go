package executortest

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"time"

	"poolbench/executors"
)

// A T is one run of one case: the executor kind it is about, and where it reports
// failures. Its methods mean what those of testing.T of the same name mean; those
// that fail are safe for concurrent use, but Fatal and Skip end the calling
// goroutine and belong into that of the case.
type T struct {
	Kind executors.Kind
	Ctx  context.Context // ends with the case; tasks are submitted with it

	can     Capability
	missing Capability // of what the contract demands
	found   Capability // by a case that explores
	broken  *Result    // of the case that showed that executors of this kind do not work, or nil
	limit   time.Duration
	life    context.Context // ends when the case is abandoned
	label   string          // of its goroutines

	mu        sync.Mutex
	failures  []string
	skipped   string
	explained bool // the case got to what broken explains
	ending    bool // its contexts have ended
	activity  string
	left      bool // by Fatal or Skip
	over      bool // what is reported from now on is lost
	cleanups  []func()
}

func (t *T) report(text string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if !t.over && (!t.ending || len(t.failures) == 0) { // of a failure what follows at the end says nothing new
		t.failures = append(t.failures, caller()+": "+text)
	}
}

// caller is the line of the case that reports.
func caller() string {
	var pcs [16]uintptr
	frames := runtime.CallersFrames(pcs[:runtime.Callers(4, pcs[:])])
	for {
		f, more := frames.Next()
		file := filepath.Base(f.File)
		if file != "t.go" && file != "fixtures.go" && file != "panic.go" || !more {
			return fmt.Sprintf("%s:%d", file, f.Line)
		}
	}
}

// Errorf reports a failure and goes on.
func (t *T) Errorf(format string, args ...any) { t.report(fmt.Sprintf(format, args...)) }

// Error reports a failure and goes on.
func (t *T) Error(args ...any) { t.report(strings.TrimSuffix(fmt.Sprintln(args...), "\n")) }

// Fatalf reports a failure and ends the case.
func (t *T) Fatalf(format string, args ...any) {
	t.report(fmt.Sprintf(format, args...))
	t.leave()
}

// Fatal reports a failure and ends the case.
func (t *T) Fatal(args ...any) {
	t.report(strings.TrimSuffix(fmt.Sprintln(args...), "\n"))
	t.leave()
}

// Skipf ends the case as not applicable, with the reason.
func (t *T) Skipf(format string, args ...any) {
	t.mu.Lock()
	t.skipped = fmt.Sprintf(format, args...)
	t.mu.Unlock()
	t.leave()
}

// doing says what comes next, for a case that gets no further.
func (t *T) doing(what string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.activity = what
}

// where is the end of a sentence that says how far the case got.
func (t *T) where() string {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.activity == "" {
		return ""
	}
	return " in " + t.activity
}

func (t *T) leave() {
	t.mu.Lock()
	t.left = true
	t.mu.Unlock()
	runtime.Goexit()
}

// Go runs f in a goroutine that wg waits for. A panic, of the executor say, is a
// failure.
func (t *T) Go(wg *sync.WaitGroup, f func()) {
	wg.Go(func() { t.guard(f) })
}

func (t *T) guard(f func()) {
	defer func() {
		if r := recover(); r != nil {
			t.Errorf("panic%s: %v\n%s", t.where(), r, panicStack())
		}
	}()
	f()
}

// Cleanup has f called when the case has ended, the last one first.
func (t *T) Cleanup(f func()) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.cleanups = append(t.cleanups, f)
}

// TempDir makes a directory that is removed at the end of the case.
func (t *T) TempDir() string {
	dir, err := os.MkdirTemp("", "executortest-")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	return dir
}

// New makes an executor that is shut down at the end of the case.
func (t *T) New(workers int) executors.Executor {
	return t.NewWith(executors.Options{Workers: workers})
}

// NewWith makes an executor that is shut down at the end of the case.
func (t *T) NewWith(o executors.Options) executors.Executor {
	if t.broken != nil {
		t.mu.Lock()
		t.explained = true
		t.mu.Unlock()
		t.leave()
	}
	ex, err := t.Kind.New(o)
	if err != nil {
		t.Fatalf("New: %v", err)
	}
	t.Cleanup(func() {
		t.doing("Shutdown at the end of the case")
		if err := ex.Shutdown(t.life); err != nil {
			t.Errorf("Shutdown at the end of the case: %v", err)
		}
	})
	return ex
}

// has reports whether the kind has all of c.
func (t *T) has(c Capability) bool { return c&^t.can == 0 }

// run runs the case in the calling goroutine.
func (t *T) run(f func(*T), end context.CancelFunc) {
	finished := false
	defer t.cleanUp(end)
	defer func() {
		if r := recover(); r != nil {
			t.Errorf("panic%s: %v\n%s", t.where(), r, panicStack())
		} else if !finished && !t.left {
			t.Errorf("the goroutine of the case was ended by runtime.Goexit%s", t.where())
		}
	}()
	f(t)
	finished = true
}

func (t *T) cleanUp(end context.CancelFunc) {
	t.mu.Lock()
	t.ending = true
	t.mu.Unlock()
	end() // tasks that still run are told to end
	for {
		t.mu.Lock()
		n := len(t.cleanups)
		if n == 0 {
			t.mu.Unlock()
			return
		}
		f := t.cleanups[n-1]
		t.cleanups = t.cleanups[:n-1]
		t.mu.Unlock()
		t.guard(f)
	}
}
