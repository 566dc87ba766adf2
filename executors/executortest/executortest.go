// Package executortest holds the conformance suite of the executor contract: one
// table of cases that any executor can be run through, ours or somebody else's.
//
//	func TestConformance(t *testing.T) { executortest.Run(t, mypool.Kind) }
//
// Case ids are those of the behaviours in CPython's own tests of
// concurrent.futures where there is one. A test binary that runs the suite on
// worker processes calls process.WorkerMain first in TestMain.
package executortest

import (
	"context"
	"fmt"
	"testing"
	"time"

	"poolbench/executors"
)

// Limit is how long a case may take before it counts as hung. It is no
// measurement: a case that holds ends in milliseconds.
const Limit = 20 * time.Second

// A Case is one behaviour of the contract.
type Case struct {
	ID    string
	Doc   string // the behaviour, as a sentence
	Needs Capability
	Run   func(*Suite)
}

// A Capability is what an executor must be able to do for a case to apply.
type Capability int

const (
	Anything   Capability = 0
	Background Capability = 1 << iota // runs tasks while the submitter goes on: not inline
	Closures                          // runs closures: same process
	Shipping                          // runs tasks in another process
)

func (c Capability) String() string {
	switch c {
	case Background:
		return "a submitter that goes on while tasks run"
	case Closures:
		return "tasks in the same process"
	case Shipping:
		return "tasks in another process"
	case Background | Closures:
		return "tasks in the same process while the submitter goes on"
	}
	return "nothing"
}

// A Suite is one run of one case. Its failures are reported through its embedded
// testing.TB.
type Suite struct {
	testing.TB
	Kind executors.Kind
	Ctx  context.Context // ends with the case
}

// New makes an executor that is shut down at the end of the case.
func (s *Suite) New(workers int) executors.Executor {
	s.Helper()
	ex, err := s.Kind.New(executors.Options{Workers: workers})
	if err != nil {
		s.Fatalf("New: %v", err)
	}
	s.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), Limit)
		defer cancel()
		if err := ex.Shutdown(ctx); err != nil {
			s.Errorf("Shutdown at the end of the case: %v", err)
		}
	})
	return ex
}

// Run runs every case of the suite that applies to the kind as a subtest. A case
// that exceeds Limit fails with the stacks of all goroutines, so that a hang is a
// finding and not a stuck run.
func Run(t *testing.T, kind executors.Kind) {
	t.Helper()
	can, err := capabilities(kind)
	if err != nil {
		t.Fatalf("%s: %v", kind.Name, err)
	}
	for _, c := range Cases() {
		t.Run(c.ID, func(t *testing.T) {
			if missing := c.Needs &^ can; missing != 0 {
				t.Skipf("%s: not applicable, needs %v", c.Doc, missing)
			}
			runCase(t, kind, c)
		})
	}
}

func runCase(t *testing.T, kind executors.Kind, c Case) {
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	overdue := time.AfterFunc(Limit, func() {
		panic(fmt.Sprintf("executortest: %s on %s hangs: %s", c.ID, kind.Name, c.Doc))
	})
	defer overdue.Stop()
	c.Run(&Suite{TB: t, Kind: kind, Ctx: ctx})
}

// capabilities finds out by trying.
func capabilities(kind executors.Kind) (Capability, error) {
	ex, err := kind.New(executors.Options{Workers: 1})
	if err != nil {
		return 0, err
	}
	ctx := context.Background()
	defer ex.Shutdown(ctx)
	can := Background
	if executors.IsInline(ex) {
		can = Anything
	}
	if _, err := executors.SubmitFunc(ctx, ex, func(context.Context) (int, error) { return 0, nil }); err != nil {
		return can | Shipping, nil
	}
	return can | Closures, nil
}
