package executors

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"slices"
	"testing"
)

// awkward does something else for every remainder of n.
var awkward = Define("executors.awkward", func(_ context.Context, n int) (string, error) {
	switch n % 7 {
	case 3:
		return "", fmt.Errorf("no %d: %w", n, context.DeadlineExceeded)
	case 5:
		panic(fmt.Sprint("panic at ", n))
	}
	return fmt.Sprint("v", n), nil
})

func checkAwkward(t *testing.T, i int, v string, err error) {
	t.Helper()
	var p *PanicError
	switch i % 7 {
	case 3:
		if err == nil || err.Error() != fmt.Sprintf("no %d: context deadline exceeded", i) || !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("%d: error %v", i, err)
		}
	case 5:
		if !errors.As(err, &p) || fmt.Sprint(p.Value) != fmt.Sprint("panic at ", i) {
			t.Errorf("%d: error %v", i, err)
		}
	default:
		if v != fmt.Sprint("v", i) || err != nil {
			t.Errorf("%d: %q, %v", i, v, err)
		}
	}
}

func TestMapOptions(t *testing.T) {
	inputs := make([]int, 500)
	for i := range inputs {
		inputs[i] = i
	}
	for name, options := range map[string][]MapOption{
		"plain":            nil,
		"slice":            nil,
		"chunk 1":          {Chunk(1)},
		"chunk 7":          {Chunk(7)},
		"chunk larger":     {Chunk(1000)},
		"auto":             {AutoChunk()},
		"buffer":           {Buffer(5)},
		"buffer and chunk": {Buffer(20), Chunk(3)},
		"buffer < chunk":   {Buffer(3), Chunk(20)},
		"buffer and auto":  {Buffer(64), AutoChunk()},
	} {
		for _, kind := range All() {
			for i := range 4 {
				unordered, fn := i%2 == 1, awkward
				if i >= 2 {
					fn = Closure(awkward.f)
				}
				t.Run(fmt.Sprintf("%s/%s/unordered=%v/func=%s", name, kind.Name, unordered, fn.Name()), func(t *testing.T) {
					ex, err := kind.New(Options{Workers: 3})
					if err != nil {
						t.Fatal(err)
					}
					defer ex.Shutdown(context.Background())
					all := options
					if unordered {
						all = append(slices.Clip(options), Unordered())
					}
					n, errs := 0, 0
					results := Map(t.Context(), ex, fn, slices.Values(inputs), all...)
					if name == "slice" {
						results = MapSlice(t.Context(), ex, fn, inputs, append(all, AutoChunk())...)
					}
					for v, err := range results {
						if err != nil {
							errs++
						}
						if !unordered {
							checkAwkward(t, n, v, err)
						}
						n++
					}
					if n != 500 || errs != 142 {
						t.Errorf("%d results, %d errors", n, errs)
					}
				})
			}
		}
	}
}

func TestMapRefusesBadOptions(t *testing.T) {
	ex, err := Goroutines.New(Options{Workers: 1})
	if err != nil {
		t.Fatal(err)
	}
	defer ex.Shutdown(context.Background())
	for _, option := range []MapOption{Buffer(0), Buffer(-1), Chunk(0), Chunk(-5)} {
		taken, errs := 0, 0
		source := func(yield func(int) bool) { taken++; yield(1) }
		for _, err := range Map(t.Context(), ex, awkward, source, option) {
			if err == nil {
				t.Error("a result")
			}
			errs++
		}
		if taken != 0 || errs != 1 {
			t.Errorf("%d inputs taken, %d errors", taken, errs)
		}
	}
}

// leaver calls Goexit for one input.
var leaver = Define("executors.leaver", func(_ context.Context, n int) (int, error) {
	if n == 10 {
		runtime.Goexit()
	}
	return n, nil
})

func TestGoexitCostsOneItemOfAChunk(t *testing.T) {
	for name, option := range map[string]MapOption{"chunk": Chunk(50), "auto": AutoChunk()} {
		t.Run(name, func(t *testing.T) {
			ex, err := Goroutines.New(Options{Workers: 2})
			if err != nil {
				t.Fatal(err)
			}
			defer ex.Shutdown(context.Background())
			inputs := make([]int, 100)
			for i := range inputs {
				inputs[i] = i
			}
			i := 0
			for v, err := range Map(t.Context(), ex, leaver, slices.Values(inputs), option) {
				if i == 10 && !errors.Is(err, ErrGoexit) || i != 10 && (v != i || err != nil) {
					t.Errorf("%d: %d, %v", i, v, err)
				}
				i++
			}
			if i != 100 {
				t.Errorf("%d results", i)
			}
		})
	}
}

// cancels ends the context of the map, by the cancel function that input 10 finds.
var cancels = Define("executors.cancels", func(ctx context.Context, n int) (int, error) {
	if n == 10 {
		ctx.Value(cancelKey{}).(context.CancelFunc)()
		<-ctx.Done()
	}
	return n, nil
})

type cancelKey struct{}

// A map whose context ends during a task, or in the body of the loop while all runners
// have ended, says so and ends.
func TestMapEndsWithItsContext(t *testing.T) {
	inputs := make([]int, 10_000)
	for i := range inputs {
		inputs[i] = i
	}
	for _, kind := range []Kind{Serial, Goroutines} {
		for name, options := range map[string][]MapOption{"auto": {AutoChunk()}, "unordered": {AutoChunk(), Unordered()}} {
			t.Run(kind.Name+", "+name, func(t *testing.T) {
				ex, err := kind.New(Options{Workers: 1})
				if err != nil {
					t.Fatal(err)
				}
				defer ex.Shutdown(context.Background())
				ctx, cancel := context.WithCancel(t.Context())
				defer cancel()
				ctx = context.WithValue(ctx, cancelKey{}, cancel)
				got := 0
				var last error
				for _, err := range MapSlice(ctx, ex, cancels, inputs, options...) {
					if last != nil && !errors.Is(last, ErrCancelled) { // of an input that was not started
						t.Fatalf("a pair after the error %v", last)
					}
					if last = err; err == nil {
						got++
					}
				}
				var w *WaitError
				if !errors.As(last, &w) || !errors.Is(last, context.Canceled) || w.Total != len(inputs) || got >= len(inputs) {
					t.Errorf("%d results, then %v", got, last)
				}
			})
		}
	}
}

// TestChunkTravels sends a chunk through its codec, as between two processes.
func TestChunkTravels(t *testing.T) {
	c := &chunk[int, string]{}
	for i := range 20 {
		c.inputs = append(c.inputs, i)
	}
	c.out = newResults[string](20)
	out, err := remotely(t, chunked(awkward), c)
	if err != nil {
		t.Fatal(err)
	}
	for i := range 20 {
		v, err := out.at(i, nil)
		checkAwkward(t, i, v, err)
	}
}

// failing returns the sentinel of that place, or an error that cannot be asked.
var failing = Define("executors.failing", func(_ context.Context, i int) (string, error) {
	if all := Sentinels(); i < len(all) {
		return "", fmt.Errorf("wrapped: %w", all[i])
	}
	return "", hostile{}
})

type hostile struct{}

func (hostile) Error() string { panic("no text") }

// Errors of calls in a chunk are those of calls alone: they keep the identity of every
// sentinel, and know their function.
func TestChunkKeepsErrors(t *testing.T) {
	all := Sentinels()
	c := &chunk[int, string]{}
	for i := range len(all) + 1 {
		c.inputs = append(c.inputs, i)
	}
	c.out = newResults[string](len(c.inputs))
	out, err := remotely(t, chunked(failing), c)
	if err != nil {
		t.Fatal(err)
	}
	for i := range c.inputs {
		_, err := out.at(i, nil)
		var remote *RemoteError
		switch {
		case !errors.As(err, &remote) || remote.Func != failing.Name():
			t.Errorf("%d: %#v", i, err)
		case i < len(all) && (!errors.Is(err, all[i]) || remote.Text != "wrapped: "+all[i].Error()):
			t.Errorf("%v became %v", all[i], err)
		case i == len(all) && remote.Type != "executors.hostile":
			t.Errorf("%#v", err)
		}
	}
}
