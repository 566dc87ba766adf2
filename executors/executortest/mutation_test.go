package executortest_test

import (
	"bytes"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"poolbench/executors"
	"poolbench/executors/executortest"
)

// The suite can fail: each of these executors is broken in one way, and the case
// named beside it must notice.
func TestBrokenExecutorsAreFound(t *testing.T) {
	for _, m := range []struct {
		name  string
		fault fault
		cases string // each of which must fail or hang
	}{
		{"accepts no workers", fault{zeroWorkers: true}, "E20 X48"},
		{"wrong number of workers", fault{wrongWorkers: true}, "T02"},
		{"drops tasks", fault{dropSome: true}, "X01 X07 S04 E23 X17"},
		{"drops the queue at shutdown", fault{dropOnClose: true}, "S04 S16"},
		{"newest first", fault{lifo: true}, "E31"},
		{"runs twice", fault{twice: true}, "X07 E23"},
		{"claims early", fault{startEarly: true}, "F11 F12 F14 X10 S05"},
		{"loses cancel of running tasks", fault{deafTasks: true}, "L07 X03"},
		{"more than P at once", fault{unbounded: true}, "T02"},
		{"fewer than P at once", fault{oneWorker: true}, "T02 L18"},
		{"deadlocks on nested wait", fault{noIdentity: true}, "E33 X06 T10 X31"},
		{"swallows Goexit", fault{losesGoexit: true}, "T08"},
		{"ignores shutdown", fault{acceptsClosed: true}, "S01 E28 S11"},
		{"does not wait", fault{noWait: true}, "S04 S09"},
		{"shutdown ignores its context", fault{deafShutdown: true}, "S11 S23"},
		{"shutdown inside waits for itself", fault{shutdownWaits: true}, "S17"},
		{"leaks a worker", fault{leaks: true}, "S08 S21"},
		{"second shutdown panics", fault{panicsTwice: true}, "S15"},
		{"statistics do not add up", fault{badStats: true}, "L16 X16"},
		{"ignores a new size", fault{resizeIgnored: true}, "L09 X12"},
		{"ignores the bound", fault{queueIgnored: true}, "X13 X14"},
		{"initialises for each task", fault{initPerTask: true}, "I01"},
		{"goes on uninitialised", fault{initErrorLost: true}, "I02 I03 E30"},
		{"shut down by nil", fault{nilEnds: true}, "X44"},
		{"never retires", fault{neverRetires: true}, "L08"},
	} {
		t.Run(m.name, func(t *testing.T) {
			t.Parallel()
			ids := strings.Fields(m.cases)
			table := executortest.Score(t.Context(), referenceKind(m.fault), only(ids, 300*time.Millisecond)...)
			if len(table.Results) != len(ids) {
				t.Fatalf("there is no such case among %v", ids)
			}
			for _, r := range table.Results {
				if r.Outcome != executortest.Failed && r.Outcome != executortest.Hung {
					t.Errorf("%s %s: %v %s", r.Case.ID, r.Case.Doc, r.Outcome, r.Detail)
				}
			}
		})
	}
}

// only are the cases with these ids, with a shorter limit.
func only(ids []string, limit time.Duration) (cases []executortest.Case) {
	for _, c := range executortest.Cases() {
		if slices.Contains(ids, c.ID) {
			c.Limit = limit
			cases = append(cases, c)
		}
	}
	return cases
}

// One cause that would fail or hang many cases is found first and said once: the
// case that names it, and the few that show something else, are all that is not
// explained by it; no other case is waited for, and there is a score.
func TestOneCauseIsSaidOnce(t *testing.T) {
	for _, c := range []struct {
		name  string
		fault fault
		cause string // in the first line of what the first of them says
		alone string // cases that do not hold, the cause first, and are not explained by it
	}{
		{"New fails", fault{newFails: true}, "New with one worker: out of order", "B01"},
		{"New panics", fault{newPanics: true}, "panic in New: as planned", "B01"},
		{"Shutdown never returns", fault{neverEnds: true}, "not ended after 20s in Shutdown of an executor that has run nothing", "B01"},
		{"Submit never returns", fault{submitBlocks: true}, "not ended after 20s in Submit", "B02"},
		{"Submit panics", fault{submitPanics: true}, "panic in Submit: as planned", "B02"},
		{"Submit ends its goroutine", fault{submitExits: true}, "the goroutine of the case was ended by runtime.Goexit in Submit", "B02"},
		{"Submit refuses everything", fault{refusesAll: true}, "Submit of executortest.echo: not today", "B02"},
		{"no task is run", fault{runsNothing: true}, "not ended after 20s in a wait for the task", "B02"},
		{"every third task is lost", fault{dropSome: true}, "not ended after 20s in a wait for task 3, the earlier ones have run", "B03"},
		{"Submit runs the task", fault{inline: true}, "Submit does not return while its task runs", "B04 X37"},
		{"Submit waits for a worker", fault{noQueue: true}, "Submit blocks while 1 task runs on 1 worker and 0 wait", "B05"},
		{"a short queue", fault{noQueue: true, room: 10}, "Submit blocks while 1 task runs on 1 worker and 10 wait", "B05"},
		{"one task at a time", fault{oneWorker: true}, "3 tasks that wait for each other do not get through on 3 workers", "B06"},
		{"Goexit ends a worker", fault{losesGoexit: true}, "on 1 worker no task runs after one that has called runtime.Goexit", "B07"},
		{"runs twice", fault{twice: true}, "call 0 was made 2 times", "X07 E23"},
		{"wrong number of workers", fault{wrongWorkers: true}, "Workers() = 2, want 1", "E20 T02"},
	} {
		t.Run(c.name, func(t *testing.T) {
			score, alone := wholeSuite(t, c.fault)
			var ids []string
			for _, r := range alone {
				if id := r.Case.ID; !c.fault.wrongWorkers || id != "X33" && id != "X34" { // which of them a wrong number decides depends on the order
					ids = append(ids, id)
				}
			}
			if got := strings.Join(ids, " "); got != c.alone || !strings.Contains(firstLine(alone[0].Detail), c.cause) {
				t.Errorf("not held, and not explained: %s, want %s; the first says\n%s", got, c.alone, alone[0].Detail)
			}
			first, _, _ := strings.Cut(c.alone, " ")
			if explains := strings.HasPrefix(first, "B"); strings.Contains(score, "because of "+first) != explains {
				t.Errorf("score %q", score)
			}
		})
	}
}

// wholeSuite runs all cases in virtual time, in which a hang costs nothing. It
// returns the last line of the text, and what does not hold and is not explained.
func wholeSuite(t *testing.T, f fault) (score string, alone []executortest.Result) {
	synctest.Test(t, func(t *testing.T) {
		f.released = make(chan struct{})
		defer close(f.released)
		table := executortest.Score(t.Context(), referenceKind(f), slices.DeleteFunc(executortest.Cases(), isLeftOut)...)
		var text bytes.Buffer
		if err := table.WriteText(&text); err != nil {
			t.Fatal(err)
		}
		lines := strings.Split(strings.TrimSpace(text.String()), "\n")
		score = lines[len(lines)-1]
		for _, r := range table.Results {
			if r.Outcome != executortest.Held && r.Outcome != executortest.NotApplicable && r.Cause == "" {
				alone = append(alone, r)
			}
		}
	})
	return score, alone
}

func firstLine(s string) string {
	line, _, _ := strings.Cut(s, "\n")
	return line
}

// isLeftOut tells the cases that are no use here: in T04 a task runs for ever, so
// that virtual time does not move; the others take long, and not on an executor.
func isLeftOut(c executortest.Case) bool {
	return slices.Contains([]string{"T04", "W15", "F22", "A07", "W12"}, c.ID)
}

// Without a fault the same executor is a poorer one, but not a broken one.
func TestPoorerExecutorIsScored(t *testing.T) {
	table := executortest.Score(t.Context(), referenceKind(fault{}))
	var text, markdown bytes.Buffer
	if err := table.WriteText(&text); err != nil {
		t.Fatal(err)
	}
	if err := table.WriteMarkdown(&markdown); err != nil {
		t.Fatal(err)
	}
	if table.Count(executortest.Failed)+table.Count(executortest.Hung) != 0 {
		t.Errorf("a sound executor has faults:\n%s", &text)
	}
	if table.Count(executortest.NotApplicable) == 0 || table.Count(executortest.Held) < 100 {
		t.Error(text.String())
	}
	if n := strings.Count(markdown.String(), "\n| "); n != len(executortest.Cases())+1 {
		t.Errorf("%d rows:\n%s", n, &markdown)
	}
	for _, want := range []string{"needs statistics", "0 failed, 0 hung"} {
		if !strings.Contains(text.String(), want) {
			t.Errorf("the text has no %q", want)
		}
	}
}

// A hang is an outcome with the stacks of that case, and later cases are run.
func TestHangIsAnOutcome(t *testing.T) {
	synctest.Test(t, testHangIsAnOutcome)
}

func testHangIsAnOutcome(t *testing.T) {
	var seen *executortest.T
	cases := []executortest.Case{
		{ID: "hangs", Doc: "hangs", Run: func(t *executortest.T) {
			seen = t
			hangHere(t)
		}},
		{ID: "panics", Doc: "panics", Run: func(*executortest.T) { panic("as planned") }},
		{ID: "skips", Doc: "skips", Run: func(t *executortest.T) { t.Skipf("no %s", "reason") }},
		{ID: "fails", Doc: "fails", Run: func(t *executortest.T) { t.Fatalf("failed %d", 1) }},
		{ID: "holds", Doc: "holds", Run: func(*executortest.T) {}},
	}
	table := executortest.Score(t.Context(), executors.Serial, cases...)
	for i, want := range []struct {
		outcome executortest.Outcome
		detail  string
	}{
		{executortest.Hung, "hangHere"}, {executortest.Failed, "panic: as planned"}, {executortest.NotApplicable, "no reason"},
		{executortest.Failed, "mutation_test.go"}, {executortest.Held, ""},
	} {
		if r := table.Results[i]; r.Outcome != want.outcome || !strings.Contains(r.Detail, want.detail) {
			t.Errorf("%s: %v %s", r.Case.ID, r.Outcome, r.Detail)
		}
	}
	if strings.Contains(table.Results[0].Detail, "testing.(*T).Run") {
		t.Error("the stacks are not only those of the case")
	}
	if seen.Ctx.Err() == nil {
		t.Error("the context of a hung case goes on")
	}
}

func hangHere(t *executortest.T) { <-t.Ctx.Done() }
