package words

import "testing"

// Names that nobody here knows are singular, whatever they end in, and the dearest.
func TestExecutors(t *testing.T) {
	for _, test := range []struct{ got, want string }{
		{PayOff("goroutines"), "pay off"}, {PayOff("spawn"), "pays off"}, {PayOff("nats"), "pays off"}, {PayOff("it"), "pays off"}, {PayOff("processes (start=fork)"), "pay off"},
		{Verb("needs", "need", "nats"), "needs"}, {Verb("needs", "need", "spawn", "nats"), "need"}, {Verb("needs", "need", "processes"), "need"},
		{Pool("goroutines", 8), "8 goroutines"}, {Pool("threads", 1), "1 thread"}, {Pool("processes", 1), "1 process"}, {Pool("processes", 2), "2 processes"},
		{Pool("spawn", 8), "spawn with 8 workers"}, {Pool("ants", 1), "ants with 1 worker"},
		{PayOff("python-processes (chunk=100)"), "pay off"}, {Verb("needs", "need", "node-threads"), "need"}, {PayOff("myprocesses"), "pays off"}, {Pool("python-threads", 2), "python-threads with 2 workers"},
		{PoolVerb("runs", "run", "python-threads", 2), "run"},
		{PoolVerb("runs", "run", "goroutines", 1), "runs"}, {PoolVerb("runs", "run", "goroutines", 2), "run"}, {PoolVerb("runs", "run", "ants", 2), "runs"},
	} {
		if test.got != test.want {
			t.Errorf("got %q, want %q", test.got, test.want)
		}
	}
	order := []string{"goroutines", "spawn", "threads", "processes", "ants", "conc"}
	for i, a := range order {
		for j, b := range order {
			if c := Simpler(a, b); (c < 0) != (i < j) || (c == 0) != (i == j) {
				t.Errorf("%s against %s: %d", a, b, c)
			}
		}
	}
}

func TestGrammar(t *testing.T) {
	names := []string{"a", "b", "c", "d"}
	for _, test := range []struct{ got, want string }{
		{JoinAnd(nil), ""}, {JoinAnd(names[:1]), "a"}, {JoinAnd(names[:2]), "a and b"}, {JoinAnd(names[:3]), "a, b and c"},
		{ShortList(names, 4), "a, b, c and d"}, {ShortList(names, 3), "a, b and 2 more"},
		{Plural(1, "time", "times"), "1 time"}, {Plural(2, "time", "times"), "2 times"},
		{Capital("ärger"), "Ärger"}, {Capital(""), ""}, {Capital("\xff"), "\xff"},
		{Sentence(" it pays off "), "It pays off."}, {Sentence("does it?"), "Does it?"}, {Sentence(""), ""},
		{Task("spin", 10_000, 0, 64), "spin at 10 µs and 64 B"}, {Task("spin", 0, 0, 0), "spin"}, {Task("spin", 0, 2000, 0), "spin of 2000 units"}, {Task("spin", 0, 1, 64), "spin of 1 unit and 64 B"},
	} {
		if test.got != test.want {
			t.Errorf("got %q, want %q", test.got, test.want)
		}
	}
}
