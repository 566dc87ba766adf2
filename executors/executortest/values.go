package executortest

import (
	"context"
	"errors"
	"math/big"
	"reflect"
	"slices"
	"strings"
	"time"

	"poolbench/executors"
)

func mirror[T any](name string) *executors.Func[T, T] {
	return executors.Define("executortest.mirror."+name, func(_ context.Context, v T) (T, error) { return v, nil })
}

type (
	linked struct {
		Value int
		Next  *linked
	}
	dated struct {
		time.Time
		Note string
		Gone int `json:"-"`
	}
	closed struct{ Box box }
	box    struct{ hidden int }
)

var (
	mirrorBytes  = mirror[[]byte]("bytes")
	mirrorFloats = mirror[[]float64]("floats")
	mirrorWords  = mirror[map[string][]string]("words")
	mirrorAny    = mirror[any]("any")
	mirrorTime   = mirror[time.Time]("time")
	mirrorDated  = mirror[dated]("dated")
	mirrorRat    = mirror[*big.Rat]("rat")
	mirrorLinked = mirror[*linked]("linked")
	mirrorClosed = mirror[closed]("closed")

	knot = executors.Define("executortest.knot", func(context.Context, int) (*linked, error) {
		l := &linked{}
		l.Next = l
		return l, nil
	})
	giveAny = executors.Define("executortest.giveAny", func(_ context.Context, n int) (any, error) {
		return []any{n, "n", time.Duration(n)}[n%3], nil
	})
)

// valueCases are about what tasks are given and give.
var valueCases = []Case{
	{ID: "N09", Doc: "what arrives equals what was sent, alone and in chunks", Run: func(t *T) {
		ex := t.New(1)
		unchanged(t, ex, mirrorBytes, nil, []byte{}, []byte{0}, make([]byte, 100_000))
		unchanged(t, ex, mirrorFloats, nil, []float64{}, make([]float64, 131_073))
		unchanged(t, ex, mirrorWords, nil, map[string][]string{}, map[string][]string{"a\xffb": {""}, "": nil, "e": {}})
		unchanged[any](t, ex, mirrorAny, nil, 5, int8(5), "5", []any{uint16(5), nil}, map[string]any{"a": map[string]any{"b": 5.0}})
		unchanged(t, ex, mirrorRat, nil, big.NewRat(1, 3))
		at := time.Date(2026, 1, 2, 3, 4, 5, 678901234, time.FixedZone("X", -3600))
		unchanged(t, ex, mirrorTime, time.Time{}, at, at.UTC(), at.Local())
		unchanged(t, ex, mirrorDated, dated{at, "note", 1})
		var l *linked
		for i := range 1000 {
			l = &linked{i, l}
		}
		unchanged(t, ex, mirrorLinked, nil, l)
	}},
	{ID: "N10", Doc: "a type that would lose something on its way is refused at submit, by type and field", Needs: Shipping, Run: func(t *T) {
		ex := t.New(1)
		_, err := executors.Submit(t.Ctx, ex, mirrorClosed, closed{})
		wantErr(t, err, executors.ErrUnsendable)
		if !strings.Contains(err.Error(), "executortest.closed.Box") || !strings.Contains(err.Error(), "hidden") {
			t.Errorf("no type and field: %v", err)
		}
		for name, options := range mapForms {
			errs := errorsOf(executors.Map(t.Ctx, ex, mirrorClosed, slices.Values(make([]closed, 10)), options...))
			if len(errs) != 1 || !errors.Is(errs[0], executors.ErrUnsendable) {
				t.Errorf("%s: errors %v", name, errs)
			}
		}
		stillWorks(t, ex)
	}},
	{ID: "N11", Doc: "such a type is as good as any in this process", Needs: Closures, Run: func(t *T) {
		unchanged(t, t.New(1), mirrorClosed, closed{box{7}})
	}},
	{ID: "N12", Doc: "a cyclic value, or one that would change, is an error of that task alone", Needs: Shipping, Run: func(t *T) {
		ex := t.New(1)
		worker := result(t, submit(t, ex, pid, struct{}{}))
		l := &linked{}
		l.Next = l
		wantErr(t, submit(t, ex, mirrorLinked, l).Err(t.Ctx), executors.ErrUnsendable)
		wantErr(t, submit(t, ex, knot, 1).Err(t.Ctx), executors.ErrUnsendable)
		for name, options := range mapForms {
			if strings.HasPrefix(name, "unordered") {
				continue
			}
			n := 0
			for v, err := range executors.Map(t.Ctx, ex, giveAny, slices.Values(sequence(9)), options...) {
				if n%3 == 2 != errors.Is(err, executors.ErrUnsendable) || n%3 == 0 && v != n {
					t.Errorf("%s: output %d: %v, %v", name, n, v, err)
				}
				n++
			}
			n = 0
			for v, err := range executors.Map(t.Ctx, ex, mirrorAny, slices.Values([]any{1, l, 3, l, l}), options...) {
				if n++; (n == 1 || n == 3) != (err == nil) || err == nil && v != n || err != nil && !errors.Is(err, executors.ErrUnsendable) {
					t.Errorf("%s: input %d: %v, %v", name, n, v, err)
				}
			}
			if n != 5 {
				t.Errorf("%s: %d results", name, n)
			}
		}
		wantResult(t, submit(t, ex, pid, struct{}{}), worker)
	}},
}

// unchanged has the values returned, one by one and in a chunk.
func unchanged[In any](t *T, ex executors.Executor, fn *executors.Func[In, In], values ...In) {
	for _, v := range values {
		if got := result(t, submit(t, ex, fn, v)); !same(got, v) {
			t.Errorf("%s: %#v became %#v", fn.Name(), v, got)
		}
	}
	got := collect(t, executors.Map(t.Ctx, ex, fn, slices.Values(values), executors.Chunk(len(values))))
	for i := range values {
		if i >= len(got) || !same(got[i], values[i]) {
			t.Errorf("%s: among %d in a chunk, %#v became something else", fn.Name(), len(values), values[i])
		}
	}
}

func same(a, b any) bool {
	at, ok := a.(time.Time)
	if !ok {
		return reflect.DeepEqual(a, b)
	}
	bt := b.(time.Time)
	_, offset := at.Zone()
	_, want := bt.Zone()
	return at.Equal(bt) && offset == want
}
