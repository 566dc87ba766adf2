package block

import (
	"bytes"
	"context"
	"errors"
	"maps"
	"math"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"poolbench/bench/arm"
	"poolbench/bench/record"
)

// measured is what came of a run in virtual time.
type measured struct {
	seed  uint64
	first int
	until time.Time
	limit time.Duration

	mu       sync.Mutex
	log      strings.Builder // names of the arms as they ran
	text     bytes.Buffer
	blocks   []record.Block
	failures [][]error // of each contest
	told     []Outcome
}

// run measures n blocks of groups.
func (m *measured) run(t *testing.T, ctx context.Context, n int, groups ...Group) error {
	t.Helper()
	if m.first == 0 {
		m.first = 1
	}
	return m.config().Run(ctx, func(number int) ([]Group, error) {
		if number >= m.first+n {
			return nil, nil
		}
		return groups, nil
	}, func(b record.Block, _ bool) error {
		m.blocks = append(m.blocks, b)
		return nil
	})
}

func (m *measured) config() Config {
	return Config{Seed: m.seed, First: m.first, Out: record.NewWriter(&m.text, nil), Until: m.until, Virtual: true,
		Limit: func(record.Point) time.Duration { return m.limit },
		Told:  func(o Outcome) { m.told = append(m.told, o) }}
}

// read is what the record says of the blocks.
func (m *measured) read(t *testing.T) []record.Block {
	t.Helper()
	rec, err := record.Read(bytes.NewReader(m.text.Bytes()), "out")
	if err != nil {
		t.Fatalf("%v\n%s", err, m.text.String())
	}
	return slices.Collect(rec.Blocks())
}

// contest is one of arms by name, in the order of the names.
func (m *measured) contest(arms map[string]*scripted, turns int) Contest {
	c := Contest{Turns: turns}
	for _, name := range slices.Sorted(maps.Keys(arms)) {
		arms[name].m, arms[name].name = m, name
		c.Entrants = append(c.Entrants, Entrant{record.NewPoint(name), arms[name]})
	}
	return c
}

// one is a group of contests.
func one(contests ...Contest) Group {
	return func(_ context.Context, take func(Contest) ([]error, error)) error {
		for _, c := range contests {
			failures, err := take(c)
			if err != nil {
				return err
			}
			for _, e := range c.Entrants {
				if s, ok := e.Arm.(*scripted); ok {
					s.m.failures = append(s.m.failures, failures)
					break
				}
			}
		}
		return nil
	}
}

// A scripted arm says that it took 1 s, or does what it is told to.
type scripted struct {
	m     *measured
	name  string
	takes time.Duration                                       // of virtual time
	slice func(ctx context.Context, n int) (arm.Slice, error) // n from 1
	n     int
}

func (s *scripted) Slice(ctx context.Context) (arm.Slice, error) {
	s.m.mu.Lock() // of one that was abandoned nobody awaits the end
	s.m.log.WriteString(s.name)
	s.m.mu.Unlock()
	s.n++
	if s.slice != nil {
		return s.slice(ctx, s.n)
	}
	time.Sleep(s.takes)
	return arm.Slice{Time: 1}, nil
}
func (s *scripted) Close() error { return nil }

// fails is a slice that fails in the nth call.
func fails(nth int, err error) func(context.Context, int) (arm.Slice, error) {
	return func(_ context.Context, n int) (arm.Slice, error) {
		if n == nth {
			return arm.Slice{}, err
		}
		return arm.Slice{Time: 1}, nil
	}
}

// checkBlock compares the names of results and failures, as told at once and as read.
func (m *measured) checkBlock(t *testing.T, i int, results, failures string) {
	t.Helper()
	for what, blocks := range map[string][]record.Block{"told": m.blocks, "read": m.read(t)} {
		if i >= len(blocks) {
			t.Errorf("%s: no block %d", what, i+1)
			continue
		}
		var r, f []string
		for _, x := range blocks[i].Results {
			r = append(r, x.Point.Name())
		}
		for _, x := range blocks[i].Failures {
			f = append(f, x.Point.Name())
		}
		slices.Sort(r)
		slices.Sort(f)
		if strings.Join(r, "") != results || strings.Join(f, "") != failures {
			t.Errorf("%s: block %d has results of %v and failures of %v, want %q and %q", what, i+1, r, f, results, failures)
		}
	}
}

// With one turn each arm is on its own.
func TestFailureInOneTurn(t *testing.T) {
	broken := errors.New("broken")
	m := &measured{}
	arms := map[string]*scripted{"a": {}, "b": {slice: fails(1, broken)}, "c": {}}
	synctest.Test(t, func(t *testing.T) {
		arms["c"].slice = func(context.Context, int) (arm.Slice, error) {
			if seen := m.text.String(); strings.Contains(m.log.String(), "b") && !strings.Contains(seen, `{"name":"b","reason":"broken"}`) {
				t.Errorf("the failure is not written at once:\n%s", seen)
			}
			return arm.Slice{Time: 1}, nil
		}
		if err := m.run(t, t.Context(), 4, one(m.contest(arms, 1))); err != nil {
			t.Fatal(err)
		}
	})
	m.checkBlock(t, 0, "ac", "b")
	m.checkBlock(t, 1, "abc", "")
	if got := m.failures[0]; got[0] != nil || got[1] != broken || got[2] != nil || len(m.told) != 12 {
		t.Errorf("%v, told %v", got, m.told)
	}
}

// With several turns there is nothing to compare the others with.
func TestFailureInSeveralTurns(t *testing.T) {
	broken := errors.New("broken")
	m := &measured{}
	var contests []Contest
	synctest.Test(t, func(t *testing.T) {
		contests = append(contests, m.contest(map[string]*scripted{"a": {}, "b": {slice: fails(3, broken)}}, 4), m.contest(map[string]*scripted{"c": {}, "d": {}}, 4))
		if err := m.run(t, t.Context(), 1, one(contests...)); err != nil {
			t.Fatal(err)
		}
	})
	m.checkBlock(t, 0, "cd", "b")
	if got := m.failures[0]; got[0] != nil || got[1] != broken || strings.Count(m.log.String(), "b") != 3 {
		t.Errorf("%v after %s", got, m.log.String())
	}
	for _, r := range m.blocks[0].Results {
		if !slices.Equal(r.Turns, []float64{1e9, 1e9, 1e9, 1e9}) {
			t.Errorf("%+v", r)
		}
	}
}

// An ender tells more at its end, and may fail there.
type ender struct {
	scripted
	last map[string]float64
	err  error
	ends int
}

func (e *ender) End(context.Context) (map[string]float64, error) {
	e.ends++
	return e.last, e.err
}

func TestEnd(t *testing.T) {
	broken := errors.New("broken")
	for _, turns := range []int{1, 3} {
		m := &measured{}
		values := func(context.Context, int) (arm.Slice, error) {
			return arm.Slice{Time: 1, Iterations: 5, Values: map[string]float64{"x": 1}}, nil
		}
		a := &ender{scripted: scripted{m: m, name: "a", slice: values}, last: map[string]float64{"x": 2, "y": 3}}
		b := &ender{scripted: scripted{m: m, name: "b"}, err: broken}
		c := &ender{scripted: scripted{m: m, name: "c", slice: fails(1, broken)}}
		contests := []Contest{{Turns: turns, Entrants: []Entrant{{record.NewPoint("a"), a}}}, {Turns: turns, Entrants: []Entrant{{record.NewPoint("b"), b}}}, {Turns: turns, Entrants: []Entrant{{record.NewPoint("c"), c}}}}
		synctest.Test(t, func(t *testing.T) {
			if err := m.run(t, t.Context(), 1, one(contests...)); err != nil {
				t.Fatal(err)
			}
		})
		m.checkBlock(t, 0, "a", "bc")
		if r := m.blocks[0].Results[0]; r.Values["x"] != 1 || r.Values["y"] != 3 || r.Iterations != 5 {
			t.Errorf("%d turns: %+v", turns, r)
		}
		if a.ends != 1 || b.ends != 1 || c.ends != 0 {
			t.Errorf("%d turns: ended %d, %d and %d times, want 1, 1 and 0", turns, a.ends, b.ends, c.ends)
		}
	}
}

// Slices that only warm up count for nothing but the units of all slices.
func TestWarm(t *testing.T) {
	m := &measured{}
	warm := func(until int) func(context.Context, int) (arm.Slice, error) {
		return func(_ context.Context, n int) (arm.Slice, error) {
			return arm.Slice{Time: float64(n), Warm: n <= until, Values: map[string]float64{"x": float64(n)}}, nil
		}
	}
	synctest.Test(t, func(t *testing.T) {
		err := m.run(t, t.Context(), 1, one(m.contest(map[string]*scripted{"a": {slice: warm(2)}}, 5), m.contest(map[string]*scripted{"b": {slice: warm(1)}}, 2),
			m.contest(map[string]*scripted{"c": {slice: warm(9)}}, 2)))
		if err != nil {
			t.Fatal(err)
		}
	})
	m.checkBlock(t, 0, "ab", "c")
	a, b := m.blocks[0].Results[0], m.blocks[0].Results[1]
	// Times of the slices 3, 4, 5 and their median; of x that of all five.
	if !slices.Equal(a.Turns, []float64{3e9, 4e9, 5e9}) || a.Values["sec/op"] != 4 || a.Values["x"] != 3 {
		t.Errorf("%+v", a)
	}
	// Of an even number the lower one, to keep whole numbers whole.
	if b.Turns != nil || b.Values["sec/op"] != 2 || b.Values["x"] != 1 {
		t.Errorf("%+v", b)
	}
}

// The budget cuts a block short, but for the first one.
func TestUntil(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		for _, test := range []struct {
			budget time.Duration
			blocks int
			last   string // results of the last block
		}{
			{time.Second / 2, 1, "abcd"},
			{time.Hour, 5, "abcd"},
			{14*time.Second + time.Second/2, 2, "ab"}, // a block takes 8 s, and each contest half of that
		} {
			m := &measured{until: time.Now().Add(test.budget)}
			second := func() *scripted { return &scripted{takes: time.Second} }
			groups := one(m.contest(map[string]*scripted{"a": second(), "b": second()}, 2), m.contest(map[string]*scripted{"c": second(), "d": second()}, 2))
			if err := m.run(t, t.Context(), 5, groups); err != nil {
				t.Fatal(err)
			}
			if len(m.blocks) != test.blocks {
				t.Errorf("budget %v: %d blocks, want %d", test.budget, len(m.blocks), test.blocks)
			}
			m.checkBlock(t, 0, "abcd", "")
			m.checkBlock(t, test.blocks-1, test.last, "")
		}
		// In the middle of a slice: one under way is finished, if that does not take long.
		for _, test := range []struct {
			slice time.Duration
			last  string
		}{{2500 * time.Millisecond, "a"}, {30 * time.Second, ""}} { // the first ends half a second before its time is over
			m := &measured{until: time.Now().Add(3 * time.Second)}
			long := &scripted{m: m, name: "a"}
			long.slice = func(ctx context.Context, n int) (arm.Slice, error) {
				if n == 1 {
					time.Sleep(2 * time.Second)
					return arm.Slice{Time: 2}, nil
				}
				select {
				case <-time.After(test.slice):
					return arm.Slice{Time: test.slice.Seconds()}, nil
				case <-ctx.Done():
					return arm.Slice{}, context.Cause(ctx)
				}
			}
			if err := m.run(t, t.Context(), 5, one(Contest{Entrants: []Entrant{{record.NewPoint("a"), long}}})); err != nil {
				t.Fatal(err)
			}
			m.checkBlock(t, 0, "a", "")
			m.checkBlock(t, 1, test.last, "")
		}
	})
}

// An interrupt keeps what was measured and blames nobody.
func TestInterrupt(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		enough := errors.New("enough")
		for _, turns := range []int{1, 2} {
			ctx, cancel := context.WithCancelCause(t.Context())
			m := &measured{}
			b := &scripted{slice: func(_ context.Context, n int) (arm.Slice, error) {
				if n == turns+1 { // in the second block
					cancel(enough)
					return arm.Slice{}, enough
				}
				return arm.Slice{Time: 1}, nil
			}}
			err := m.run(t, ctx, 5, one(m.contest(map[string]*scripted{"a": {}}, turns), m.contest(map[string]*scripted{"b": b}, turns), m.contest(map[string]*scripted{"c": {}}, turns)))
			if err != enough {
				t.Errorf("%v", err)
			}
			m.checkBlock(t, 0, "abc", "")
			m.checkBlock(t, 1, "a", "")
		}
		// In the first block, which is not told, but written.
		ctx, cancel := context.WithCancelCause(t.Context())
		m := &measured{}
		b := &scripted{slice: func(context.Context, int) (arm.Slice, error) {
			cancel(enough)
			return arm.Slice{Time: 1}, nil
		}}
		err := m.run(t, ctx, 5, one(m.contest(map[string]*scripted{"a": {}}, 0), m.contest(map[string]*scripted{"b": b}, 0), m.contest(map[string]*scripted{"c": {}}, 0)))
		if rec := m.read(t); err != enough || len(m.blocks) != 0 || len(rec[0].Results) != 2 {
			t.Errorf("%v, %d blocks told, read %+v", err, len(m.blocks), rec)
		}
	})
}

// An arm without a time has its values, but not now this and now that.
func TestUntimed(t *testing.T) {
	m := &measured{}
	until := func(timed int) func(context.Context, int) (arm.Slice, error) {
		return func(_ context.Context, n int) (arm.Slice, error) {
			s := arm.Slice{Values: map[string]float64{"x/s": float64(n)}, Warm: n == 1}
			if s.Untimed = n > timed; !s.Untimed {
				s.Time = 1
			}
			return s, nil
		}
	}
	synctest.Test(t, func(t *testing.T) {
		if err := m.run(t, t.Context(), 1, one(m.contest(map[string]*scripted{"a": {slice: until(0)}}, 4),
			m.contest(map[string]*scripted{"b": {slice: until(2)}}, 4))); err != nil {
			t.Fatal(err)
		}
	})
	m.checkBlock(t, 0, "a", "b")
	if r := m.blocks[0].Results[0]; r.Turns != nil || !maps.Equal(r.Values, map[string]float64{"x/s": 2}) || !maps.Equal(m.read(t)[0].Results[0].Values, r.Values) {
		t.Errorf("%+v", r)
	}
	if f := m.blocks[0].Failures[0]; f.Reason != "it has a time in some slices and none in others" {
		t.Errorf("%+v", f)
	}
}

func gives(s arm.Slice) func(context.Context, int) (arm.Slice, error) {
	return func(context.Context, int) (arm.Slice, error) { return s, nil }
}

// What an arm does wrong ends in an error.
func TestBadArms(t *testing.T) {
	for _, test := range []struct {
		name  string
		slice func(context.Context, int) (arm.Slice, error)
		want  string
		took  time.Duration // of virtual time
	}{
		{"panics", func(context.Context, int) (arm.Slice, error) { panic("the roof is on fire") }, "it panicked: the roof is on fire", 0},
		{"panics with nil", func(context.Context, int) (arm.Slice, error) { panic(nil) }, "it panicked: ", 0},
		{"exits", func(context.Context, int) (arm.Slice, error) { runtime.Goexit(); return arm.Slice{}, nil }, "it called runtime.Goexit", 0},
		{"hangs", func(context.Context, int) (arm.Slice, error) {
			time.Sleep(time.Hour)
			return arm.Slice{Time: 3600}, nil
		}, "no result within 10s: it did not end when told to and was abandoned", 12 * time.Second},
		{"is late", func(ctx context.Context, _ int) (arm.Slice, error) {
			<-ctx.Done()
			return arm.Slice{}, context.Cause(ctx)
		}, "no result within 10s", 10 * time.Second},
		{"takes no time", func(context.Context, int) (arm.Slice, error) { return arm.Slice{}, nil }, "it took no time", 0},
		{"gives a negative time", gives(arm.Slice{Time: -1}), "it gave -1 s as its time", 0},
		{"gives no number", gives(arm.Slice{Time: math.NaN()}), "it gave NaN s as its time", 0},
		{"gives an endless time", gives(arm.Slice{Time: math.Inf(1)}), "the value +Inf of sec/op is not", 0},
		{"says that it has no time, and has one", gives(arm.Slice{Time: 1, Untimed: true}), "it gave 1 s as its time, and that it has none", 0},
		{"gives nothing", gives(arm.Slice{Untimed: true}), "it gave neither a time nor anything else", 0},
		{"gives a value that is none", gives(arm.Slice{Time: 1, Values: map[string]float64{"x/op": math.NaN()}}), "the value NaN of x/op is not", 0},
		{"gives a unit that is no word", gives(arm.Slice{Time: 1, Values: map[string]float64{"two words": 1}}), `the unit "two words" is no word`, 0},
		{"gives its time twice", gives(arm.Slice{Time: 1, Values: map[string]float64{"ns/op": 77}}), "ns/op and sec/op are one unit", 0},
	} {
		for _, turns := range []int{1, 2} {
			synctest.Test(t, func(t *testing.T) {
				m := &measured{limit: 10 * time.Second}
				begin := time.Now()
				err := m.run(t, t.Context(), 1, one(m.contest(map[string]*scripted{"bad": {slice: test.slice}}, turns), m.contest(map[string]*scripted{"good": {slice: fails(0, nil)}}, turns)))
				if took := time.Since(begin); err != nil || took != test.took {
					t.Errorf("%s: %v after %v, want %v", test.name, err, took, test.took)
				}
				m.checkBlock(t, 0, "good", "bad")
				if got := m.blocks[0].Failures[0].Reason; !strings.HasPrefix(got, test.want) {
					t.Errorf("%s: %q, want %q", test.name, got, test.want)
				}
				if abandoned := errors.Is(m.failures[0][0], ErrAbandoned); abandoned != (test.name == "hangs") {
					t.Errorf("%s: abandoned: %v", test.name, abandoned)
				}
				time.Sleep(2 * time.Hour) // what was abandoned ends
			})
		}
	}
}

// Errors of others end the run.
func TestErrors(t *testing.T) {
	broken := errors.New("broken")
	m := &measured{}
	good := func() Group { return one(m.contest(map[string]*scripted{"a": {slice: fails(0, nil)}}, 0)) }
	next := func(number int) ([]Group, error) { return []Group{good()}, nil }
	for name, run := range map[string]func() error{
		"next": func() error {
			return m.config().Run(t.Context(), func(int) ([]Group, error) { return nil, broken }, nil)
		},
		"done": func() error {
			return m.config().Run(t.Context(), next, func(record.Block, bool) error { return broken })
		},
		"group": func() error {
			return m.run(t, t.Context(), 3, func(context.Context, func(Contest) ([]error, error)) error { return broken })
		},
		"out": func() error {
			c := m.config()
			c.Out = record.NewWriter(badWriter{broken}, nil)
			return c.Run(t.Context(), next, nil)
		},
	} {
		if err := run(); !errors.Is(err, broken) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

type badWriter struct{ err error }

func (w badWriter) Write([]byte) (int, error) { return 0, w.err }

// What the machine did is written of a block that was cut short, too, with the links
// that its results are of.
func TestHost(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	m := &measured{}
	a := &scripted{slice: func(_ context.Context, n int) (arm.Slice, error) {
		if n == 3 {
			cancel()
		}
		return arm.Slice{Time: 1, Ran: 3, Waited: 1}, nil
	}}
	c := Config{Out: record.NewWriter(&m.text, nil), Links: func(number int) int { return 10 + number }}
	contest := m.contest(map[string]*scripted{"a": a}, 0)
	err := c.Run(ctx, func(int) ([]Group, error) { return []Group{one(contest, contest)}, nil }, func(b record.Block, _ bool) error {
		m.blocks = append(m.blocks, b)
		return nil
	})
	if err != context.Canceled {
		t.Error(err)
	}
	m.checkBlock(t, 0, "aa", "")
	m.checkBlock(t, 1, "a", "")
	for _, b := range append(m.read(t), m.blocks...) {
		if b.Host == nil || b.Host.Links != 10+b.Number || b.Host.Waited != 0.25 {
			t.Errorf("block %d: %+v", b.Number, b.Host)
		}
	}
}

func TestLeft(t *testing.T) {
	p := record.NewPoint("a")
	left := Left{}
	outcome := func(err error) Outcome { return Outcome{Result: record.Result{Point: p}, Err: err} }
	broken := errors.New("broken")
	for i, step := range []struct {
		err        error
		leaves, in bool
	}{{broken, false, true}, {nil, false, true}, {broken, false, true}, {broken, true, false}, {broken, false, false}} {
		if leaves := left.Tell(outcome(step.err)); leaves != step.leaves || left.Has(p) == step.in {
			t.Errorf("step %d: leaves %v, has left %v", i, leaves, left.Has(p))
		}
	}
}
