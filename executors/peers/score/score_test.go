package score

import (
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"poolbench/executors/peers"
)

func TestMain(m *testing.M) {
	ChildMain()
	// With -race every child would wait a second before it ends.
	os.Setenv("GORACE", "atexit_sleep_ms=0 "+os.Getenv("GORACE"))
	os.Exit(m.Run())
}

// long is no measurement: what holds, holds in milliseconds.
const long = 20 * time.Second

func run(t *testing.T, limit time.Duration, names []string, ids []string) *Score {
	t.Helper()
	ps := slices.DeleteFunc(peers.All(), func(p peers.Peer) bool { return !slices.Contains(names, p.Name) })
	bs := slices.DeleteFunc(Behaviours(), func(b Behaviour) bool { return !slices.Contains(ids, b.ID) })
	if len(ps) != len(names) || len(bs) != len(ids) {
		t.Fatalf("%d of peers %v, %d of behaviours %v", len(ps), names, len(bs), ids)
	}
	s, err := Run(t.Context(), ps, bs, limit, 4)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// Ours show every behaviour that applies to them.
func TestOursHold(t *testing.T) {
	var ids []string
	for _, b := range Behaviours() {
		ids = append(ids, b.ID)
	}
	s := run(t, long, []string{"goroutines", "spawn", "threads"}, ids)
	for i, row := range s.Verdicts {
		for j, v := range row {
			if v.Outcome == Failed || v.Outcome == Hung {
				t.Errorf("%s %s on %s: %s, %s", s.Behaviours[i].ID, s.Behaviours[i].Doc, s.Peers[j].Name, v.Outcome, v.Why)
			}
		}
	}
}

// Each outcome is told from the others, and a peer that ends its process does
// not end ours.
func TestOutcomes(t *testing.T) {
	for _, c := range []struct {
		peer, id string
		want     Verdict
	}{
		{"pond", "R1", Verdict{Outcome: Held}},
		{"pond", "C4", Verdict{NotApplicable, "no cancel of one task"}},
		{"gammazero", "P4", Verdict{Failed, "the process ended: panic: as planned"}},
		{"gammazero", "P5", Verdict{Outcome: Held}},
		{"channel", "S1", Verdict{Failed, "the process ended: panic: send on closed channel"}},
		{"pond", "P5", Verdict{Failed, "nothing was written"}},
	} {
		if got := run(t, long, []string{c.peer}, []string{c.id}).Verdicts[0][0]; got != c.want {
			t.Errorf("%s on %s: got %+v, want %+v", c.id, c.peer, got, c.want)
		}
	}
	// Long enough to get there, on a busy machine too.
	got := run(t, long/4, []string{"ants"}, []string{"N1"}).Verdicts[0][0]
	if want := (Verdict{Hung, "submitting inside a task"}); got != want {
		t.Errorf("N1 on ants: got %+v, want %+v", got, want)
	}
}

func TestJudge(t *testing.T) {
	for _, c := range []struct {
		name, stdout, stderr string
		overdue              bool
		want                 Verdict
	}{
		{"held", "step a\nverdict held: \n", "", false, Verdict{Outcome: Held}},
		{"the first verdict counts", "verdict failed: x\nverdict held: \n", "", false, Verdict{Failed, "x"}},
		{"a verdict counts though the process hung afterwards", "verdict held: \n", "", true, Verdict{Outcome: Held}},
		{"overdue", "step a\nstep b\n", "", true, Verdict{Hung, "b"}},
		{"deadlock seen by the runtime", "step a\n", "fatal error: all goroutines are asleep - deadlock!", false, Verdict{Hung, "a"}},
		{"crash", "step a\n", "noise\npanic: x\n\ngoroutine 1", false, Verdict{Failed, "the process ended: panic: x"}},
		{"race", "verdict held: \n", "WARNING: DATA RACE", false, Verdict{Failed, "a data race"}},
		{"silent", "listen x\nverdict held: \n", "", false, Verdict{Failed, "nothing was written"}},
		{"logged", "listen x\nverdict held: \n", "log: x", false, Verdict{Outcome: Held}},
		{"loud crash", "listen x\n", "panic: x", false, Verdict{Outcome: Held}},
	} {
		if got := judge(c.stdout, c.stderr, c.overdue); got != c.want {
			t.Errorf("%s: got %+v, want %+v", c.name, got, c.want)
		}
	}
}

func TestMarkdown(t *testing.T) {
	s := &Score{
		Peers:      []peers.Peer{{Name: "one"}, {Name: "two"}},
		Behaviours: []Behaviour{{ID: "R1", Doc: "a | b"}, {ID: "R2", Doc: "c"}},
		Verdicts: [][]Verdict{
			{{Outcome: Held}, {Hung, "waiting"}},
			{{NotApplicable, "none"}, {Failed, "why"}},
		},
	}
	text := s.Markdown(time.Second)
	for _, want := range []string{
		"| R1 | a \\| b | held | **hung** |\n",
		"| R2 | c | · | **failed** |\n",
		"|  | **held** | **1** | **0** |\n",
		"|  | **hung** | **0** | **1** |\n",
		"- **one**: nothing failed\n",
		"- **two**: R1 hung (waiting); R2 failed (why)\n",
	} {
		if !strings.Contains(text, want) {
			t.Errorf("no %q in\n%s", want, text)
		}
	}
}

// Ids are unique: they name children.
func TestBehaviours(t *testing.T) {
	seen := map[string]bool{}
	for _, b := range Behaviours() {
		if seen[b.ID] || b.ID == "" || b.Doc == "" || b.run == nil {
			t.Errorf("bad or duplicate behaviour %q", b.ID)
		}
		seen[b.ID] = true
	}
}
