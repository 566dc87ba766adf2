package executors_test

import (
	"context"
	"errors"
	"slices"
	"testing"

	"poolbench/executors"
)

// opaque hides what it wraps, passing hands it on, and slowed hands on all but that it
// is the plain loop.
type (
	opaque  struct{ executors.Executor }
	passing struct{ opaque }
	slowed  struct{ passing }
)

func (o *passing) Unwrap() executors.Executor { return o.Executor }
func (*slowed) Inline() bool                  { return false }

// attentive ends its tasks when somebody is about to wait for them.
type attentive struct {
	executors.Executor
	tasks []executors.Task
}

func (a *attentive) Submit(t executors.Task) error {
	a.tasks = append(a.tasks, t)
	return nil
}

func (a *attentive) Attend(t executors.Task) {
	if slices.Contains(a.tasks, t) {
		t.Run(nil)
	}
}

func TestCapabilitiesThroughWrappers(t *testing.T) {
	ctx := t.Context()
	pool, err := executors.NewGoroutines(2)
	if err != nil {
		t.Fatal(err)
	}
	defer pool.Shutdown(context.Background())
	serial := executors.NewSerial()
	for _, c := range []struct {
		name         string
		wrap         func(executors.Executor) executors.Executor
		keeps, loops bool
	}{
		{"bare", func(ex executors.Executor) executors.Executor { return ex }, true, true},
		{"hidden", func(ex executors.Executor) executors.Executor { return &opaque{ex} }, false, false},
		{"handed on", func(ex executors.Executor) executors.Executor { return &passing{opaque{ex}} }, true, true},
		{"twice", func(ex executors.Executor) executors.Executor { return &passing{opaque{&passing{opaque{ex}}}} }, true, true},
		{"changed", func(ex executors.Executor) executors.Executor { return &slowed{passing{opaque{ex}}} }, true, false},
		{"behind a change", func(ex executors.Executor) executors.Executor {
			return &passing{opaque{&slowed{passing{opaque{ex}}}}}
		}, true, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			wrapped := c.wrap(pool)
			_, stats := executors.StatsOf(wrapped)
			resized, err := executors.Resize(wrapped, 3)
			if stats != c.keeps || resized != c.keeps || err != nil {
				t.Errorf("statistics %v, resized %v, %v; want %v", stats, resized, err, c.keeps)
			}
			if inline := executors.IsInline(c.wrap(serial)); inline != c.loops || executors.IsInline(wrapped) {
				t.Errorf("inline %v, want %v", inline, c.loops)
			}
			if _, ok := executors.As[executors.Starter](wrapped); ok {
				t.Error("goroutines can be started")
			}
			attended := &attentive{}
			f, err := executors.Submit(ctx, c.wrap(attended), square, 3)
			if err != nil {
				t.Fatal(err)
			}
			ended, cancel := context.WithCancel(ctx)
			cancel()
			if v, err := f.Result(ended); (v == 9 && err == nil) != c.keeps {
				t.Errorf("attended: %v, %v", v, err)
			}
		})
	}
	if _, ok := executors.As[executors.StatsKeeper](nil); ok {
		t.Error("nil has statistics")
	}
}

func TestConstructors(t *testing.T) {
	three := func(o *executors.Options) { o.Workers = 3 }
	for name, c := range map[string]struct {
		make func() (executors.Executor, error)
		want int // workers; 0 for an error
	}{
		"goroutines":        {func() (executors.Executor, error) { return executors.NewGoroutines(2) }, 2},
		"goroutines, more":  {func() (executors.Executor, error) { return executors.NewGoroutines(2, nil, three) }, 3},
		"goroutines, none":  {func() (executors.Executor, error) { return executors.NewGoroutines(0) }, 0},
		"goroutines pinned": {func() (executors.Executor, error) { return executors.NewGoroutines(2, pinned) }, 0},
		"goroutines, queue": {func() (executors.Executor, error) { return executors.NewGoroutines(2, negative) }, 0},
		"threads":           {func() (executors.Executor, error) { return executors.NewThreads(2) }, 2},
		"threads, none":     {func() (executors.Executor, error) { return executors.NewThreads(-1) }, 0},
		"spawn":             {func() (executors.Executor, error) { return executors.NewSpawn(2) }, 2},
		"spawn, none":       {func() (executors.Executor, error) { return executors.NewSpawn(0) }, 0},
		"serial":            {func() (executors.Executor, error) { return executors.NewSerial(), nil }, 1},
	} {
		ex, err := c.make()
		if c.want == 0 {
			if err == nil || ex != nil {
				t.Errorf("%s: %v, %v", name, ex, err)
			}
			continue
		}
		if err != nil || ex.Workers() != c.want {
			t.Errorf("%s: %v, %v", name, ex, err)
			continue
		}
		f, err := executors.Submit(t.Context(), ex, square, 4)
		if err != nil {
			t.Fatal(err)
		}
		if v, err := f.Result(t.Context()); v != 16 || err != nil || ex.Shutdown(t.Context()) != nil {
			t.Errorf("%s: %v, %v", name, v, err)
		}
	}
}

func pinned(o *executors.Options)   { o.CPUs = []int{0} }
func negative(o *executors.Options) { o.Queue = -1 }

// A closure has no name and cannot be called from outside.
func TestClosureStaysHere(t *testing.T) {
	double := executors.Closure(func(_ context.Context, v int) (int, error) { return 2 * v, nil })
	if v, err := double.Call(t.Context(), 4); v != 8 || err != nil || double.Name() != "" {
		t.Errorf("%d, %v, name %q", v, err, double.Name())
	}
	if _, err := double.CallRemote(t.Context(), nil, nil, 1<<30); !errors.Is(err, executors.ErrNotShippable) {
		t.Error(err)
	}
}
