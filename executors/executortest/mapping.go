package executortest

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"runtime"
	"slices"
	"sync/atomic"
	"weak"

	"poolbench/executors"
)

// mapCases is the part of group E that is about Map, and L18.
var mapCases = []Case{
	{ID: "E03", Doc: "map equals a loop, whole, in chunks, buffered and with automatic chunks", Run: func(t *T) {
		ex := t.New(3)
		want := sequence(10)
		for name, options := range mapForms {
			got := collect(t, executors.Map(t.Ctx, ex, echo, slices.Values(want), options...))
			if slices.Sort(got); !slices.Equal(got, want) {
				t.Errorf("%s: got %v", name, got)
			}
		}
	}},
	{ID: "E04", Doc: "the values before an error arrive, then the error", Run: func(t *T) {
		wantMap(t, []int{1, 2, 0}, []string{"60 <nil>", "30 <nil>", "0 division by zero"})
	}},
	{ID: "E05", Doc: "the sequence goes on past an error, also inside a chunk, and is over after that", Run: func(t *T) {
		want := []string{"60 <nil>", "0 division by zero", "30 <nil>", "15 <nil>"}
		wantMap(t, []int{1, 0, 2, 4}, want)
		wantMap(t, []int{1, 0, 2, 4}, want, executors.Chunk(1))
		wantMap(t, []int{1, 0, 2, 4}, want, executors.Chunk(3))
		wantMap(t, []int{1, 0, 2, 4}, want, executors.AutoChunk())
		seq := executors.Map(t.Ctx, t.New(1), divide, slices.Values([]int{1, 0}))
		for range seq {
		}
		for v, err := range seq {
			t.Errorf("a second iteration yields %v, %v", v, err)
		}
	}},
	{ID: "X08", Doc: "a panic or Goexit of one call costs the others of its chunk nothing", Needs: Background | lasting, Run: func(t *T) {
		ex := t.New(2)
		for name, options := range mapForms {
			errs := errorsOf(executors.Map(t.Ctx, ex, mishap, slices.Values([]int{0, 1, 2, 3, 0}), options...))
			var p *executors.PanicError
			panicked := slices.IndexFunc(errs, func(err error) bool { return errors.As(err, &p) })
			exited := slices.IndexFunc(errs, func(err error) bool { return errors.Is(err, executors.ErrGoexit) })
			fine := len(slices.DeleteFunc(slices.Clone(errs), func(err error) bool { return err != nil }))
			if len(errs) != 5 || panicked < 0 || exited < 0 || fine != 2 {
				t.Errorf("%s: errors %v", name, errs)
			}
		}
	}},
	{ID: "E06", Doc: "a deadline error made by a task is not the end of the map", Run: func(t *T) {
		for _, chunk := range []int{1, 3} {
			var got []string
			for v, err := range executors.Map(t.Ctx, t.New(2), tooLate, slices.Values(sequence(4)), executors.Chunk(chunk)) {
				got = append(got, fmt.Sprint(v, errors.Is(err, context.DeadlineExceeded)))
			}
			if !slices.Equal(got, []string{"0 false", "0 true", "2 false", "3 false"}) {
				t.Errorf("chunks of %d: got %q", chunk, got)
			}
		}
	}},
	{ID: "E07", Doc: "when the context ends the last pair says so, and the sequence is over", Needs: Background | queueing, Run: func(t *T) {
		d, opened := dir(t.TempDir()), dir(t.TempDir())
		openGate(t, opened)
		ctx, cancel := context.WithCancel(t.Ctx)
		defer cancel()
		seq := executors.Map(ctx, t.New(1), gate, slices.Values([]gateInput{{opened, "a", 1, ""}, {d, "b", 2, ""}, {d, "c", 3, ""}}))
		var errs []error
		for _, err := range seq {
			errs = append(errs, err)
			cancel()
		}
		if len(errs) < 2 || errs[0] != nil || !errors.Is(errs[len(errs)-1], context.Canceled) {
			t.Errorf("errors %v", errs)
		}
		for range seq {
			t.Error("a second iteration yields")
		}
	}},
	{ID: "E08", Doc: "breaking out of map, also inside a chunk, cancels what has not started", Needs: Background | queueing, Run: func(t *T) {
		for _, chunk := range []int{1, 2} {
			ex := t.New(1)
			d, closed := dir(t.TempDir()), dir(t.TempDir())
			openGate(t, d)
			var inputs []gateInput
			for i, in := range []dir{d, closed, d} { // the second blocks the worker until it is cancelled
				for range chunk {
					inputs = append(inputs, gateInput{in, fmt.Sprint("piece", i), 0, ""})
				}
			}
			for range executors.Map(t.Ctx, ex, gate, slices.Values(inputs), executors.Chunk(chunk)) {
				break
			}
			if stillWorks(t, ex); d.has("piece2") {
				t.Errorf("chunks of %d: the third piece ran after the break", chunk)
			}
		}
	}},
	{ID: "E10", Doc: "a buffer below 1 is refused before any input is taken", Run: func(t *T) {
		refused(t, executors.Buffer(0))
		refused(t, executors.Buffer(-1))
	}},
	{ID: "E11", Doc: "a buffer of 1, 2, n or 2n gives the same results", Run: func(t *T) {
		ex := t.New(2)
		for _, n := range []int{1, 2, 10, 20} {
			got := collect(t, executors.Map(t.Ctx, ex, echo, slices.Values(sequence(10)), executors.Buffer(n)))
			if !slices.Equal(got, sequence(10)) {
				t.Errorf("buffer %d: got %v", n, got)
			}
		}
	}},
	{ID: "E13", Doc: "map with a buffer takes an endless input, with and without chunks", Run: func(t *T) {
		for _, options := range [][]executors.MapOption{{executors.Buffer(4)}, {executors.Buffer(4), executors.Chunk(2)}, {executors.Buffer(4), executors.Unordered()}} {
			taken := 0
			var got []int
			for v, err := range executors.Map(t.Ctx, t.New(2), echo, endless(&taken), options...) {
				if err != nil {
					t.Fatal(err)
				}
				if got = append(got, v); len(got) == 3 {
					break
				}
			}
			if len(got) != 3 || taken > 8 {
				t.Errorf("got %v after taking %d inputs", got, taken)
			}
		}
	}},
	{ID: "E15", Doc: "map of nothing yields nothing", Run: func(t *T) {
		for name, options := range mapForms {
			if got := collect(t, executors.Map(t.Ctx, t.New(2), echo, slices.Values([]int(nil)), options...)); len(got) != 0 {
				t.Errorf("%s: got %v", name, got)
			}
		}
	}},
	{ID: "E17", Doc: "with a buffer exactly that many inputs are taken and not yielded at most, and none before the iteration", Run: func(t *T) {
		for _, options := range [][]executors.MapOption{nil, {executors.Unordered()}, {executors.Chunk(2)}, {executors.Chunk(3)}, {executors.AutoChunk()}} {
			taken, yielded, most := 0, 0, 0
			seq := executors.Map(t.Ctx, t.New(2), echo, endless(&taken), append(options, executors.Buffer(4))...)
			if taken != 0 {
				t.Errorf("%d inputs taken before the iteration", taken)
			}
			for range seq {
				if yielded == 0 && taken != 4 {
					t.Errorf("%d inputs taken before the first was yielded, want 4", taken)
				}
				most = max(most, taken-yielded)
				if yielded++; yielded == 50 {
					break
				}
			}
			if most != 4 {
				t.Errorf("%d inputs taken and not yielded, want 4", most)
			}
		}
	}},
	{ID: "E18", Doc: "map of one more than there are workers, then shutdown: no hang, all results", Run: func(t *T) {
		for range 50 {
			ex := t.New(2)
			seq := executors.Map(t.Ctx, ex, echo, slices.Values(sequence(3)))
			shutdown(t, ex)
			if got := collect(t, seq); !slices.Equal(got, sequence(3)) {
				t.Fatalf("got %v", got)
			}
		}
	}},
	{ID: "E21", Doc: "map keeps no value that it has yielded", Run: func(t *T) {
		inputs := func(yield func(*block) bool) {
			for range 10 {
				if !yield(&block{make([]byte, 1000)}) {
					return
				}
			}
		}
		ex := t.New(1)
		for _, options := range [][]executors.MapOption{nil, {executors.Buffer(2)}} {
			var yielded []weak.Pointer[block]
			for v := range executors.Map(t.Ctx, ex, large, inputs, options...) {
				if yielded = append(yielded, weak.Make(v)); len(yielded) == 9 {
					collected(t, "the first value is collected during the iteration", yielded[0])
				}
			}
		}
	}},
	{ID: "E23", Doc: "map starts everything without being iterated", Run: func(t *T) {
		for name, options := range map[string][]executors.MapOption{"plain": nil, "chunk": {executors.Chunk(4)}, "auto": {executors.AutoChunk()}} {
			ex := t.New(2)
			d := dir(t.TempDir())
			executors.Map(t.Ctx, ex, journal, slices.Values(slices.Repeat([]gateInput{{Dir: d, Name: "run"}}, 10)), options...)
			if shutdown(t, ex); d.count("run") != 10 {
				t.Errorf("%s: %d of 10 ran", name, d.count("run"))
			}
		}
	}},
	{ID: "E24", Doc: "the end of the context cancels the awaited item too", Needs: Background | queueing, Run: func(t *T) {
		ex := t.New(1)
		first, d := hold(t, ex, 1)
		ctx, cancel := context.WithCancel(t.Ctx)
		seq := executors.Map(ctx, ex, journal, slices.Values([]gateInput{{Dir: d, Name: "second"}, {Dir: d, Name: "third"}}))
		cancel()
		for _, err := range seq {
			wantErr(t, err, context.Canceled)
		}
		openGate(t, d)
		result(t, first[0])
		if stillWorks(t, ex); d.count("second")+d.count("third") != 0 {
			t.Error("a cancelled item was started")
		}
	}},
	{ID: "E26", Doc: "a source that panics cancels what was submitted, and the panic goes on", Needs: Background | queueing, Run: func(t *T) {
		for _, options := range [][]executors.MapOption{nil, {executors.Chunk(2)}, {executors.Buffer(10)}, {executors.AutoChunk()}} {
			ex := t.New(1)
			_, d := hold(t, ex, 1)
			value := mapOfPanickingSource(t, ex, d, 2, options...)
			openGate(t, d)
			if stillWorks(t, ex); value != "source panics, as planned" || d.count("run") != 0 {
				t.Errorf("recovered %v, %d items were started", value, d.count("run"))
			}
		}
	}},
	{ID: "D22", Doc: "a source that panics during the iteration, while the buffer is full, hangs nothing", Needs: Background, Run: func(t *T) {
		ex := t.New(2)
		for _, options := range [][]executors.MapOption{{executors.Buffer(2)}, {executors.Buffer(2), executors.Chunk(2)}, {executors.Buffer(2), executors.Unordered()}} {
			if value := mapOfPanickingSource(t, ex, dir(t.TempDir()), 5, options...); value != "source panics, as planned" {
				t.Errorf("recovered %v", value)
			}
			stillWorks(t, ex)
		}
	}},
	{ID: "E27", Doc: "the order of the inputs is kept though later ones end first", Needs: Background | parallel, Run: func(t *T) {
		d, opened, inputs := firstHeld(t)
		seq := executors.Map(t.Ctx, t.New(2), gate, slices.Values(inputs))
		await(t, opened, "in4")
		openGate(t, d)
		if got := collect(t, seq); !slices.Equal(got, sequence(5)) {
			t.Errorf("got %v", got)
		}
	}},
	{ID: "E28", Doc: "map after shutdown yields the refusal, once", Run: func(t *T) {
		ex := t.New(1)
		shutdown(t, ex)
		for name, options := range mapForms {
			errs := errorsOf(executors.Map(t.Ctx, ex, echo, slices.Values(sequence(5)), options...))
			if len(errs) != 1 || !errors.Is(errs[0], executors.ErrShutdown) {
				t.Errorf("%s: errors %v", name, errs)
			}
		}
	}},
	{ID: "E29", Doc: "a chunk below 1 is refused before any input is taken", Run: func(t *T) {
		refused(t, executors.Chunk(0))
		refused(t, executors.Chunk(-5))
	}},
	{ID: "E35", Doc: "after shutdown a buffered map still yields what it has, then one refusal", Run: func(t *T) {
		ex := t.New(2)
		taken := 0
		var got []int
		var errs []error
		for v, err := range executors.Map(t.Ctx, ex, echo, endless(&taken), executors.Buffer(3)) {
			if err != nil {
				errs = append(errs, err)
				continue
			}
			if got = append(got, v); len(got) == 1 {
				shutdown(t, ex)
			}
		}
		if len(errs) != 1 || !errors.Is(errs[0], executors.ErrShutdown) || len(got) < 3 || !slices.Equal(got, sequence(len(got))) {
			t.Errorf("got %v, errors %v", got, errs)
		}
	}},
	{ID: "L18", Doc: "an unordered map yields what is ready, also inputs behind one that takes long", Needs: Background | parallel, Run: func(t *T) {
		d, _, inputs := firstHeld(t)
		var got []int
		for v, err := range executors.Map(t.Ctx, t.New(2), gate, slices.Values(inputs), executors.Unordered()) {
			if err != nil {
				t.Fatal(err)
			}
			if got = append(got, v); len(got) == 4 {
				openGate(t, d)
			}
		}
		if len(got) != 5 || got[4] != 0 {
			t.Errorf("got %v", got)
		}
	}},
	{ID: "X17", Doc: "a closure maps as a defined function does, in every form, and sees what is around it", Needs: Closures, Run: func(t *T) {
		ex := t.New(3)
		for name, options := range mapForms {
			calls := make([]atomic.Int64, 10)
			count := executors.Closure(func(_ context.Context, v int) (int64, error) { return calls[v].Add(1), nil })
			got := collect(t, executors.Map(t.Ctx, ex, count, slices.Values(sequence(10)), options...))
			again := collect(t, executors.MapSlice(t.Ctx, ex, count, sequence(10), options...))
			if !slices.Equal(got, slices.Repeat([]int64{1}, 10)) || !slices.Equal(again, slices.Repeat([]int64{2}, 10)) {
				t.Errorf("%s: calls %v, then %v", name, got, again)
			}
		}
	}},
	{ID: "X09", Doc: "breaking out of an unordered map cancels what has not started", Needs: Background | queueing, Run: func(t *T) {
		ex := t.New(1)
		d, closed := dir(t.TempDir()), dir(t.TempDir())
		openGate(t, d)
		inputs := []gateInput{{d, "first", 0, ""}, {closed, "second", 0, ""}, {d, "third", 0, ""}}
		for range executors.Map(t.Ctx, ex, gate, slices.Values(inputs), executors.Unordered()) {
			break
		}
		if stillWorks(t, ex); d.has("third") {
			t.Error("the third item ran after the break")
		}
	}},
	{ID: "X37", Doc: "calls that end their goroutine cost nobody else anything, in any number", Needs: lasting, Run: func(t *T) {
		ex := t.New(2)
		for name, options := range mapForms {
			if !t.has(Background) && !endure[name] {
				continue // a task of a single call ends the goroutine that submits it
			}
			inputs := slices.Repeat([]struct{}{{}}, 200)
			for _, seq := range []iter.Seq2[int, error]{
				executors.Map(t.Ctx, ex, goexit, slices.Values(inputs), options...),
				executors.MapSlice(t.Ctx, ex, goexit, inputs, options...),
			} {
				n := 0
				for _, err := range seq {
					if n++; err != executors.ErrGoexit {
						t.Errorf("%s: call %d: %v", name, n, err)
					}
				}
				if n != len(inputs) {
					t.Errorf("%s: %d of %d results", name, n, len(inputs))
				}
			}
		}
	}},
	{ID: "X38", Doc: "when a sequence was left nobody reads the inputs any more (for the race detector)", Run: func(t *T) {
		ex := t.New(2)
		inputs := sequence(300)
		for range 10 {
			for name, options := range mapForms {
				n := 0
				for _, err := range executors.MapSlice(t.Ctx, ex, echo, inputs, options...) {
					if err != nil {
						t.Errorf("%s: %v", name, err)
					}
					if n++; n == 3 {
						break
					}
				}
				for i := range inputs {
					inputs[i]++
				}
			}
		}
	}},
	{ID: "X39", Doc: "a sequence with a buffer that is never iterated leaves nothing behind", Run: func(t *T) {
		before := goroutines(t.label)
		ex := t.New(2)
		for name, options := range mapForms {
			taken := 0
			if buffered[name] {
				executors.Map(t.Ctx, ex, echo, endless(&taken), options...)
			}
			if taken != 0 {
				t.Errorf("%s: %d inputs were taken", name, taken)
			}
		}
		shutdown(t, ex)
		backTo(t, before)
	}},
	{ID: "X40", Doc: "the end of the context ends a map of an endless input, before it, while it is taken, and while it is iterated", Run: func(t *T) {
		ex := t.New(2)
		for name, options := range mapForms {
			for _, at := range []int{0, 50} {
				ctx, cancel := context.WithCancelCause(t.Ctx)
				why := errors.New("enough")
				if at == 0 {
					cancel(why)
				}
				taken := 0
				source := func(yield func(int) bool) {
					for yield(taken) {
						if taken++; taken == at {
							cancel(why)
						}
					}
				}
				var last error
				for _, err := range executors.Map(ctx, ex, echo, source, options...) {
					last = err
				}
				cancel(nil)
				if taken > at+50 || at == 0 && taken > 0 {
					t.Errorf("%s: %d inputs were taken, though the context ended at %d", name, taken, at)
				}
				if !errors.Is(last, why) {
					t.Errorf("%s: the last error is %v", name, last)
				}
			}
		}
	}},
}

// endure are the forms whose tasks are chunks; buffered those with a buffer.
var (
	endure   = map[string]bool{"chunks of 3": true, "automatic": true, "unordered chunks": true, "unordered auto": true}
	buffered = map[string]bool{"buffer": true, "buffer and chunks": true, "automatic, buffer": true}
)

// mapForms are the ways in which Map can go about its work.
var mapForms = map[string][]executors.MapOption{
	"plain":             nil,
	"chunks of 3":       {executors.Chunk(3)},
	"buffer":            {executors.Buffer(4)},
	"buffer and chunks": {executors.Buffer(4), executors.Chunk(2)},
	"automatic":         {executors.AutoChunk()},
	"automatic, buffer": {executors.AutoChunk(), executors.Buffer(4)},
	"unordered":         {executors.Unordered()},
	"unordered chunks":  {executors.Unordered(), executors.Chunk(3)},
	"unordered auto":    {executors.Unordered(), executors.AutoChunk()},
}

var mishap = executors.Define("executortest.mishap", func(_ context.Context, v int) (int, error) {
	switch v {
	case 1:
		panic("as planned")
	case 2:
		runtime.Goexit()
	case 3:
		return 0, errors.New("as planned")
	}
	return v, nil
})

func sequence(n int) []int {
	s := make([]int, n)
	for i := range s {
		s[i] = i
	}
	return s
}

// endless counts from 0 and tells how many inputs were taken.
func endless(taken *int) iter.Seq[int] {
	return func(yield func(int) bool) {
		for i := 0; ; i++ {
			if *taken++; !yield(i) {
				return
			}
		}
	}
}

// wantMap compares the pairs that Map of divide yields, as text.
func wantMap(t *T, inputs []int, want []string, options ...executors.MapOption) {
	var got []string
	for v, err := range executors.Map(t.Ctx, t.New(3), divide, slices.Values(inputs), options...) {
		got = append(got, fmt.Sprint(v, " ", err))
	}
	if !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
}

// firstHeld are five inputs of gate, of which the first waits at held and the
// others find opened open.
func firstHeld(t *T) (held, opened dir, inputs []gateInput) {
	held, opened = dir(t.TempDir()), dir(t.TempDir())
	openGate(t, opened)
	inputs = []gateInput{{held, "in0", 0, ""}}
	for i := 1; i < 5; i++ {
		inputs = append(inputs, gateInput{opened, fmt.Sprint("in", i), i, ""})
	}
	return held, opened, inputs
}

// refused checks that Map yields nothing but an error and touches no input.
func refused(t *T, option executors.MapOption) {
	var taken atomic.Int32
	inputs := func(yield func(int) bool) { taken.Add(1) }
	errs := errorsOf(executors.Map(t.Ctx, t.New(1), echo, inputs, option))
	if len(errs) != 1 || errs[0] == nil || taken.Load() != 0 {
		t.Errorf("errors %v, source started %d times", errs, taken.Load())
	}
}

// mapOfPanickingSource maps journal over a source that panics after n inputs, and
// returns what came out of it.
func mapOfPanickingSource(t *T, ex executors.Executor, d dir, n int, options ...executors.MapOption) (value any) {
	defer func() { value = recover() }()
	source := func(yield func(gateInput) bool) {
		for range n {
			if !yield(gateInput{Dir: d, Name: "run"}) {
				return
			}
		}
		panic("source panics, as planned")
	}
	for range executors.Map(t.Ctx, ex, journal, source, options...) {
	}
	return nil
}
