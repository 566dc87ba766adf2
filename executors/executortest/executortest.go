package executortest

import (
	"context"
	"slices"
	"time"

	"poolbench/executors"
)

// Limit is how long a case may take before it counts as hung, unless the case
// says otherwise. It is no measurement: a case that holds ends in milliseconds.
const Limit = 20 * time.Second

// A Case is one behaviour of the contract.
type Case struct {
	ID    string
	Doc   string // the behaviour, as a sentence
	Needs Capability
	Run   func(*T)
	Limit time.Duration // 0 means the package's Limit

	proves Capability // what the kind lacks if it does not hold; only basic cases prove something
}

// Cases returns the suite in the order in which it is run, one group after the
// other.
func Cases() []Case {
	return slices.Concat(basicCases, futureCases, promiseCases, waitCases, completedCases, submitCases, mapCases, threadPoolCases,
		initializeCases, shutdownCases, isolationCases, valueCases, extensionCases, insideCases, argumentCases, hookCases)
}

// A Tester is what Run needs of a testing framework: *testing.T is one. Where it has
// the Deadline of *testing.T too, Run comes to its score before that.
type Tester[Sub any] interface {
	Helper()
	Logf(format string, args ...any)
	Errorf(format string, args ...any)
	Skipf(format string, args ...any)
	Context() context.Context
	Run(name string, f func(Sub)) bool
}

// Run runs every case of the suite as a subtest, and reports the score last. A case
// that does not apply to the kind is skipped with the reason. A case that exceeds its
// limit fails with the stacks of its goroutines, is abandoned, and the run goes on. A
// case that cannot hold as an earlier one has failed is skipped, and counts as failed.
// What those that do not hold may take together is bounded by [Patience]; cases after
// that are skipped.
func Run[Sub Tester[Sub]](t Sub, kind executors.Kind) {
	t.Helper()
	s, table := newSuite(kind), Table{Kind: kind.Name}
	if d, ok := any(t).(interface{ Deadline() (time.Time, bool) }); ok {
		if end, ok := d.Deadline(); ok {
			s.patience = min(s.patience, time.Until(end)/2)
		}
	}
	for _, c := range Cases() {
		t.Run(c.ID, func(t Sub) {
			t.Helper()
			r := s.run(t.Context(), c)
			told := table.has(r.Cause)
			table.Results = append(table.Results, r)
			switch {
			case r.Outcome == NotApplicable:
				t.Skipf("%s: not applicable: %s", c.Doc, r.Detail)
			case r.Outcome == NotRun || r.Outcome == Failed && told:
				t.Skipf("%s: %v: %s", c.Doc, r.Outcome, r.Detail)
			case r.Outcome != Held:
				t.Errorf("%s: %s: %v\n%s", kind.Name, c.Doc, r.Outcome, r.Detail)
			}
		})
	}
	if table.sound() {
		t.Logf("%s", table.summary())
	} else {
		t.Errorf("%s", table.summary())
	}
}
