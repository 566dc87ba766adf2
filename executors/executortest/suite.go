package executortest

import (
	"cmp"
	"context"
	"fmt"
	"log/slog"
	"strings"
	"time"

	"poolbench/executors"
)

// Patience is how long the cases that do not hold may take together; then the suite
// ends, and the rest counts as not run. Three cases that hang use it up. What holds is
// not counted, so that no machine is too slow for a sound executor.
const Patience = 3 * Limit

// grace is how long a hung case has for its cleaning up, once its contexts ended.
const grace = time.Second

// A suite is cases run on one kind, one after the other.
type suite struct {
	kind     executors.Kind
	can      Capability // what the contract demands counts until shown to be missing
	explored bool       // can is all that there is
	causes   []Result   // of cases that showed something demanded to be missing
	patience time.Duration
}

func newSuite(kind executors.Kind) *suite {
	return &suite{kind: kind, can: demanded, patience: Patience}
}

// run runs a case, unless it is known without how it ends.
func (s *suite) run(ctx context.Context, c Case) Result {
	switch {
	case ctx.Err() != nil:
		return Result{Case: c, Outcome: NotRun, Detail: "ended before: " + context.Cause(ctx).Error()}
	case s.patience <= 0:
		return Result{Case: c, Outcome: NotRun, Detail: "the cases that do not hold took too long"}
	}
	basic, broken := c.proves != Anything, s.cause(works)
	switch unknown := c.Needs &^ s.can &^ s.missing(); {
	case broken != nil && c.Needs != Anything: // what it can do will never be known
		return because(broken, c)
	case broken == nil && !s.explored && (!basic || unknown != 0):
		s.run(ctx, exploring)
		return s.run(ctx, c)
	case unknown != 0:
		return Result{Case: c, Outcome: NotApplicable, Detail: "needs " + unknown.String()}
	}
	if cause := s.cause(c.Needs); cause != nil {
		return because(cause, c)
	}
	begin := time.Now()
	r, t := s.try(ctx, c)
	switch r.Outcome {
	case Held:
		s.can |= c.proves | t.found&^s.missing()
		s.explored = s.explored || c.ID == exploring.ID
	case Failed, Hung:
		s.patience -= time.Since(begin)
		if basic {
			s.causes = append(s.causes, r)
			s.can &^= c.proves
		}
	}
	return r
}

// cause is the first case that showed one of needs to be missing, or nil.
func (s *suite) cause(needs Capability) *Result {
	for i := range s.causes {
		if s.causes[i].Case.proves&needs != 0 {
			return &s.causes[i]
		}
	}
	return nil
}

// because is the result of a case that cannot hold.
func because(cause *Result, c Case) Result {
	return Result{Case: c, Outcome: Failed, Cause: cause.Case.ID,
		Detail: fmt.Sprintf("it cannot hold, as %s has shown: %s", cause.Case.ID, cause.brief())}
}

// missing is what the contract demands and the kind lacks.
func (s *suite) missing() (all Capability) {
	for _, r := range s.causes {
		all |= r.Case.proves
	}
	return all
}

// try runs the case in a goroutine of its own, which it abandons at the limit.
func (s *suite) try(ctx context.Context, c Case) (Result, *T) {
	life, kill := context.WithCancel(ctx)
	defer kill()
	own, end := context.WithCancel(life)
	defer end()
	limit := min(cmp.Or(c.Limit, Limit), s.patience)
	t := &T{Kind: s.kind, Ctx: own, can: s.can, missing: s.missing(), broken: s.cause(works), limit: limit, life: life, label: newLabel(c.ID)}
	logger := slog.Default()
	ended := make(chan struct{})
	go labelled(t.label, func() {
		defer close(ended)
		t.run(c.Run, end)
	})
	overdue := time.NewTimer(limit)
	defer overdue.Stop()
	select {
	case <-ended:
		return t.result(Result{Case: c}), t
	case <-overdue.C:
	}
	hung := t.result(Result{Case: c, Outcome: Hung, Detail: fmt.Sprintf("not ended after %v%s\n%s", limit, t.where(), stacks(t.label))})
	kill()
	select {
	case <-ended:
	case <-time.After(min(grace, limit)):
	}
	slog.SetDefault(logger) // the case may have taken it
	return hung, t
}

// result adds what was reported so far, and closes the book.
func (t *T) result(r Result) Result {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.over = true
	failures := strings.Join(t.failures, "\n")
	switch {
	case r.Outcome == Hung && failures != "":
		r.Detail = failures + "\nand it has " + r.Detail
	case r.Outcome == Hung:
	case failures != "":
		r.Outcome, r.Detail = Failed, failures
	case t.explained:
		return because(t.broken, r.Case)
	case t.skipped != "":
		r.Outcome, r.Detail = NotApplicable, t.skipped
	default:
		r.Outcome = Held
	}
	return r
}
