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
}

// Cases returns the suite in the order in which it is run, one group after the
// other.
func Cases() []Case {
	return slices.Concat(futureCases, promiseCases, waitCases, completedCases, submitCases, mapCases, threadPoolCases,
		initializeCases, shutdownCases, isolationCases, extensionCases, insideCases, argumentCases)
}

// A Tester is what Run needs of a testing framework: *testing.T is one.
type Tester[Sub any] interface {
	Helper()
	Errorf(format string, args ...any)
	Fatalf(format string, args ...any)
	Skipf(format string, args ...any)
	Context() context.Context
	Run(name string, f func(Sub)) bool
}

// Run runs every case of the suite as a subtest; one that does not apply to the
// kind is skipped with the reason. A case that exceeds its limit fails with the
// stacks of its goroutines, is abandoned, and the run goes on.
func Run[Sub Tester[Sub]](t Sub, kind executors.Kind) {
	t.Helper()
	can, err := Capabilities(kind)
	if err != nil {
		t.Fatalf("%s: %v", kind.Name, err)
	}
	for _, c := range Cases() {
		t.Run(c.ID, func(t Sub) {
			t.Helper()
			switch r := c.run(t.Context(), kind, can); r.Outcome {
			case Failed, Hung:
				t.Errorf("%s: %s: %v\n%s", kind.Name, c.Doc, r.Outcome, r.Detail)
			case NotApplicable:
				t.Skipf("%s: not applicable: %s", c.Doc, r.Detail)
			}
		})
	}
}
