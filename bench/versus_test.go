package bench

import (
	"bytes"
	"context"
	"errors"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"poolbench/bench/arm"
	"poolbench/bench/block"
	"poolbench/bench/record"
)

// A played comparison has one benchmark; its slices take 1 s in base and 2 s in head.
type played struct {
	link func(ctx context.Context, number int) error
}

type playedArm time.Duration

func (a playedArm) Slice(context.Context) (arm.Slice, error) {
	time.Sleep(time.Duration(a))
	return arm.Slice{Time: time.Duration(a).Seconds()}, nil
}
func (playedArm) Close() error { return nil }

func (p played) Declare(context.Context) ([]record.Promise, error) {
	return []record.Promise{{Pkg: "p/q", Name: "A-2", Role: record.Judged, InBase: true, InHead: true}}, nil
}

func (p played) Groups(ctx context.Context, number int, wanted []record.Point) ([]block.Group, error) {
	if p.link != nil {
		if err := p.link(ctx, number); err != nil {
			return nil, err
		}
	}
	return []block.Group{func(_ context.Context, take func(block.Contest) ([]error, error)) error {
		base, head := wanted[0], wanted[0]
		base.Side, head.Side = "base", "head"
		_, err := take(block.Contest{Turns: 2, Entrants: []block.Entrant{{Point: base, Arm: playedArm(time.Second)}, {Point: head, Arm: playedArm(2 * time.Second)}}})
		return err
	}}, nil
}

func (played) Links(number int) int       { return number % 3 }
func (played) Warnings() []record.Warning { return []record.Warning{{What: "It is only played."}} }

// compared is what comes of blocks of a played comparison; done is called after each.
func compared(t *testing.T, ctx context.Context, p played, budget time.Duration, blocks int, done func(record.Block)) (*record.Record, error) {
	t.Helper()
	promised, err := p.Declare(ctx)
	if err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	asked := 0
	failure := Compare(ctx, p, CompareConfig{Promised: promised, Builds: record.Builds{Base: "main", Head: "worktree"}, Budget: budget, Seed: 7, Out: &out,
		Next: func() []record.Point {
			if asked++; asked > blocks {
				return nil
			}
			return []record.Point{promised[0].Point()}
		}, Done: done})
	rec, err := record.Read(&out, "out")
	if err != nil {
		t.Fatal(err)
	}
	if f := rec.Facts; f.Run == "" || f.Seed != 7 || f.Budget != budget.Seconds() || f.Builds.Base != "main" || f.Builds.Head != "worktree" ||
		!slices.Equal(f.Promised, promised) || len(f.Warnings) != 1 || !rec.IsComparison() || rec.Key("goos") == "" {
		t.Errorf("%+v", f)
	}
	return rec, failure
}

func TestCompare(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var done []record.Block
		rec, err := compared(t, t.Context(), played{}, time.Hour, 4, func(b record.Block) { done = append(done, b) })
		if err != nil || len(done) != 4 {
			t.Fatal(err, done)
		}
		for i, b := range slices.Collect(rec.Blocks()) {
			if b.Number != i+1 || len(b.Results) != 2 || b.Host.Links != b.Number%3 || done[i].Host.Links != b.Number%3 || len(done[i].Results) != 2 {
				t.Errorf("%+v, told %+v", b, done[i])
			}
			for _, r := range b.Results {
				if want := map[string][]float64{"base": {1e9, 1e9}, "head": {2e9, 2e9}}[r.Point.Side]; r.Point.Pkg != "p/q" || r.Point.Name() != "A-2" || !slices.Equal(r.Turns, want) {
					t.Errorf("%+v", r)
				}
			}
		}
	})
}

// A block takes 6 s. The first one is measured to its end, a later one is cut short, and
// so is its preparation.
func TestCompareBudget(t *testing.T) {
	for _, test := range []struct {
		budget time.Duration
		link   func(context.Context, int) error
		blocks int           // with results
		took   time.Duration // of virtual time
	}{
		{time.Second, nil, 1, 6 * time.Second},
		{14 * time.Second, nil, 2, 14 * time.Second},
		{14 * time.Second, func(ctx context.Context, number int) error {
			if number == 1 {
				return nil
			}
			<-ctx.Done()
			return context.Cause(ctx)
		}, 1, 14 * time.Second},
	} {
		synctest.Test(t, func(t *testing.T) {
			begin := time.Now()
			rec, err := compared(t, t.Context(), played{test.link}, test.budget, 100, func(record.Block) {})
			blocks := 0
			for b := range rec.Blocks() {
				if len(b.Results) == 2 {
					blocks++
				} else if len(b.Results)+len(b.Failures) > 0 {
					t.Errorf("half of a contest: %+v", b)
				}
			}
			took := time.Since(begin)
			if err != nil || blocks != test.blocks || took < test.took || took > test.took+2*time.Second { // a slice under way goes on
				t.Errorf("budget %v: %d blocks in %v, %v; want %d in %v", test.budget, blocks, took, err, test.blocks, test.took)
			}
		})
	}
}

func TestCompareEnds(t *testing.T) {
	broken := errors.New("cannot be linked")
	for _, test := range []struct {
		name string
		link func(context.Context, int) error
		stop error // after the second block
		want error
	}{
		{"linker", func(_ context.Context, number int) error {
			if number == 3 {
				return broken
			}
			return nil
		}, nil, broken},
		{"interrupt", nil, errors.New("enough"), nil},
	} {
		synctest.Test(t, func(t *testing.T) {
			ctx, cancel := context.WithCancelCause(t.Context())
			defer cancel(nil)
			rec, err := compared(t, ctx, played{test.link}, time.Hour, 100, func(b record.Block) {
				if b.Number == 2 && test.stop != nil {
					cancel(test.stop)
				}
			})
			if want := errors.Join(test.want, test.stop); err == nil || err.Error() != want.Error() || len(rec.Results) != 4 {
				t.Errorf("%s: %v with %d results", test.name, err, len(rec.Results))
			}
		})
	}
}
