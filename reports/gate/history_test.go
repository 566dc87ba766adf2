package gate

import (
	"bytes"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"poolbench/bench/record"
	"poolbench/reports"
)

// noisy is a series of n values around level(i).
func noisy(rng *rand.Rand, n int, sd float64, level func(i int) float64) []float64 {
	out := make([]float64, n)
	for i := range out {
		out[i] = level(i) + sd*rng.NormFloat64()
	}
	return out
}

func TestChangePoints(t *testing.T) {
	rng := rand.New(rand.NewPCG(21, 22))
	step := func(at int, size float64) func(int) float64 {
		return func(i int) float64 {
			if i >= at {
				return size
			}
			return 0
		}
	}
	near := func(got []int, want ...int) bool {
		return slices.EqualFunc(got, want, func(a, b int) bool { return a-b <= 1 && b-a <= 1 })
	}
	right, wrong, twice := 0, 0, 0
	const trials = 40
	for range trials {
		if near(changePoints(noisy(rng, 40, 0.01, step(25, 0.03))), 25) {
			right++
		}
		if len(changePoints(noisy(rng, 40, 0.01, step(0, 0)))) > 0 {
			wrong++
		}
		two := func(i int) float64 { return step(15, 0.05)(i) - step(30, 0.05)(i) }
		if near(changePoints(noisy(rng, 45, 0.01, two)), 15, 30) {
			twice++
		}
	}
	if right < trials*9/10 || wrong > 1 || twice < trials*9/10 {
		t.Errorf("a step found in %d, two in %d, none where there is none but in %d, of %d", right, twice, wrong, trials)
	}
	spike := noisy(rng, 40, 0.01, step(0, 0))
	spike[20] = 5
	if p := changePoints(spike); len(p) > 0 {
		t.Errorf("one value far out makes levels at %v", p)
	}
	for n := range 2*leastPart + 1 {
		if p := changePoints(make([]float64, n)); len(p) > 0 {
			t.Errorf("%d equal values change at %v", n, p)
		}
	}
}

// Of {1…5} and {6…11} in that order the ranks are separated: the left sum is 15 where
// 5·6 is expected, with the variance 11·5·6/11.
func TestBestSplit(t *testing.T) {
	scores := ranks([]float64{1, 2, 4, 3, 2.5, 9, 8, 11, 10, 9.5, 12})
	split, z := bestSplit(scores, [][2]int{{0, 11}})
	if want := 15 / math.Sqrt(11*5*6/11.0); split != 5 || math.Abs(z-want) > 1e-9 {
		t.Errorf("split %d with %v, want 5 with %v", split, z, want)
	}
	if got := ranks([]float64{3, 1, 3, 2}); !slices.Equal(got, []float64{3.5, 1, 3.5, 2}) {
		t.Errorf("ranks %v", got)
	}
	for n := range 100 {
		for i, w := range stretches(n) {
			if w[0] < 0 || w[1] > n || w[1]-w[0] < 2*leastPart || i == 0 && w != [2]int{0, n} {
				t.Errorf("%d values: stretch %v", n, w)
			}
		}
	}
}

func TestCreep(t *testing.T) {
	rng := rand.New(rand.NewPCG(23, 24))
	found, wrong := 0, 0
	const trials = 40
	for range trials {
		steps := noisy(rng, 60, 0.004, func(i int) float64 {
			if i >= 20 && i < 50 {
				return 0.005
			}
			return 0
		})
		if from, to, ok := creep(steps); ok && from >= 10 && from <= 30 && to >= 40 {
			found++
		}
		if _, _, ok := creep(noisy(rng, 60, 0.005, func(int) float64 { return 0 })); ok {
			wrong++
		}
	}
	if found < trials*8/10 || wrong > 1 {
		t.Errorf("found %d, false %d of %d", found, wrong, trials)
	}
}

// snapshot is a history's part as it is stored and read back.
func snapshot(t *testing.T, day int, base, head string, ratios map[string]float64) *Snapshot {
	t.Helper()
	r := &Report{}
	for _, name := range sortedKeys(ratios) {
		v := ratios[name]
		r.Cells = append(r.Cells, Cell{Pkg: "example.com/p", Name: name, Unit: "sec/op", Verdict: NoChange, Base: 1e-5, Head: 1e-5 * v,
			Ratio: reports.Estimate{Value: v, Low: v * 0.99, High: v * 1.01, N: 30}})
	}
	var text bytes.Buffer
	if err := WriteSnapshot(&text, []record.Field{{Key: "cpu", Value: "X"}}, r, base, head, t0.AddDate(0, 0, day)); err != nil {
		t.Fatal(err)
	}
	s, err := ReadSnapshot(parse(t, text.String()))
	if err != nil {
		t.Fatal(err)
	}
	return s
}

var t0 = time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)

func commit(i int) string { return fmt.Sprintf("%012x%028d", 0xabc000+i, 0) }

func TestHistory(t *testing.T) {
	rng := rand.New(rand.NewPCG(25, 26))
	var against, along []*Snapshot
	for i := range 40 {
		stepped, quiet := math.Exp(0.005*rng.NormFloat64()), math.Exp(0.005*rng.NormFloat64())
		if i >= 25 {
			stepped *= 1.04
		}
		against = append(against, snapshot(t, i, commit(1000), commit(i), map[string]float64{"A/x=1-2": stepped, "B-2": quiet}))
		along = append(along, snapshot(t, i, commit(i), commit(i+1), map[string]float64{"A-2": math.Exp(0.004 + 0.004*rng.NormFloat64()), "B-2": quiet}))
	}
	rng.Shuffle(len(against), func(i, j int) { against[i], against[j] = against[j], against[i] })
	h := Changes(against, Options{})
	if len(h.Changes) != 1 || h.Subjects != 2 {
		t.Fatalf("%+v", h)
	}
	if c := h.Changes[0]; c.Name != "A/x=1-2" || c.Before != commit(24) || c.After != commit(25) || math.Abs(c.Ratio-1.04) > 0.01 || c.Established != 15 {
		t.Errorf("%+v", c)
	}
	var out bytes.Buffer
	if err := WriteHistoryText(&out, h, reports.TextOptions{}); err != nil {
		t.Fatal(err)
	}
	golden(t, "history.txt", out.Bytes())
	h = Changes(along, Options{})
	if len(h.Changes) != 1 || !h.Changes[0].Creep || h.Changes[0].Name != "A-2" || h.Changes[0].Ratio < 1.1 {
		t.Errorf("%+v", h)
	}
	out.Reset()
	if err := WriteHistoryText(&out, h, reports.TextOptions{}); err != nil {
		t.Fatal(err)
	}
	golden(t, "creep.txt", out.Bytes())
	if h := Changes(against[:5], Options{}); len(h.Changes) != 0 || len(h.Warnings) != 1 {
		t.Errorf("%+v", h)
	}
}

func TestSnapshotErrors(t *testing.T) {
	if err := WriteSnapshot(&bytes.Buffer{}, nil, &Report{Cells: []Cell{{Name: "A", Unit: "sec/op"}}}, "a", "b", t0); err == nil {
		t.Error("an empty snapshot was written")
	}
	if _, err := ReadSnapshot(parse(t, "BenchmarkA 1 5 ns/op\n")); err == nil {
		t.Error("any record was read as a snapshot")
	}
}
