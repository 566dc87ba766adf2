package faults

import (
	"context"
	"os"
	"slices"
	"testing"
	"time"

	"poolbench/bench/arm"
	"poolbench/bench/arm/driver"
	"poolbench/bench/record"
	"poolbench/executors"
	"poolbench/executors/process"
)

// Tests start worker processes from this test binary.
func TestMain(m *testing.M) {
	process.WorkerMain()
	os.Exit(m.Run())
}

func usual(t *testing.T) Grid {
	t.Helper()
	g := Grid{Executors: append(executors.All(), process.Kind), Workers: []int{2}, Rates: []float64{0.01}}
	if r, err := driver.Python.Find(t.Context(), ""); err == nil {
		g.Runtimes = []*driver.Runtime{r}
	} else {
		t.Logf("without Python: %v", err)
	}
	return g
}

// slice is one slice of a point.
func slice(t *testing.T, s arm.Session, p record.Point) map[string]float64 {
	t.Helper()
	a, err := s.Arm(t.Context(), p)
	if err != nil {
		t.Fatal(err)
	}
	got, err := a.Slice(t.Context())
	if err != nil {
		t.Fatalf("%s: %v", p, err)
	}
	if err := a.Close(); err != nil {
		t.Errorf("%s: %v", p, err)
	}
	return got.Values
}

// What faults cost is what each executor says of itself: who loses what, and who never comes
// back.
func TestFaultsCostWhatTheyShould(t *testing.T) {
	g := usual(t)
	s, err := g.Source().Open(t.Context(), arm.Setup{Dir: t.TempDir()})
	if err != nil {
		t.Fatal(err)
	}
	points, err := g.Source().Points()
	if err != nil {
		t.Fatal(err)
	}
	innocent := float64(tasks - len(faulty(0.01)))
	for _, p := range points {
		pool, fault := p.Get(axisPool), p.Get(axisFault)
		t.Run(pool+"/"+fault, func(t *testing.T) {
			v := slice(t, s, p)
			notice, noticed := v[record.UnitNotice]
			_, recovered := v[record.UnitRecovery]
			lost, told := v[record.UnitLost]
			ours := pool == process.Kind.Name
			isolated := ours || pool == strict || pool == "python-processes"
			breaks := pool == strict || pool == "python-processes"
			switch {
			case !told || notice < 0 || lost < 0 || lost > innocent:
				t.Errorf("%v", v)
			case fault == Error || fault == Panic:
				if lost != 0 || !noticed || !recovered {
					t.Errorf("%v: an error harms somebody else", v)
				}
			case fault == Exit && !isolated:
				if lost != innocent || !noticed || recovered {
					t.Errorf("%v: something survives the end of the program", v)
				}
			case fault == Exit:
				if (lost > 0) != breaks || !noticed || !recovered {
					t.Errorf("%v: lost tasks must be %v", v, breaks)
				}
			case ours: // which kill what never ends
				if lost != 0 || !noticed || !recovered {
					t.Errorf("%v, want a task ended after its time limit and nothing lost", v)
				}
			case pool == strict:
				if !noticed || !recovered {
					t.Errorf("%v", v)
				}
			default: // two tasks that never end hold both workers
				if noticed || recovered || lost == 0 {
					t.Errorf("%v: something is seen of a task that never ends", v)
				}
			}
		})
	}
}

func TestFullAfter(t *testing.T) {
	for _, test := range []struct {
		spans   []span
		at      int64
		workers int
		after   time.Duration
		found   bool
	}{
		{nil, 0, 1, 0, false},
		{[]span{{0, 0, 10}, {1, 5, 15}}, 0, 2, 5, true},
		{[]span{{0, 0, 10}, {1, 5, 15}}, 6, 2, 0, false},                 // the second was running before
		{[]span{{0, 0, 10}, {1, 10, 20}}, 0, 2, 0, false},                // one after the other
		{[]span{{0, 0, 100}, {1, 50, 60}, {2, 20, 40}}, 10, 2, 10, true}, // the first such
		{[]span{{0, 30, 40}}, 10, 1, 20, true},
	} {
		if after, found := fullAfter(test.spans, test.at, test.workers); after != test.after || found != test.found {
			t.Errorf("%+v: %v, %v", test, after, found)
		}
	}
}

func TestFaultyTasksAreSpread(t *testing.T) {
	for rate, want := range map[float64]int{1.0 / tasks: 1, 0.01: 2, 0.05: 10, 0.5: 100} {
		got := faulty(rate)
		if len(got) != want || got[len(got)-1] >= tasks*4/5 || !slices.IsSorted(got) {
			t.Errorf("rate %v: %v", rate, got)
		}
	}
}

func TestBadGrids(t *testing.T) {
	good := Grid{Executors: executors.All(), Workers: []int{2}, Rates: []float64{0.01}}
	if err := good.Check(); err != nil {
		t.Error(err)
	}
	for _, change := range []func(*Grid){
		func(g *Grid) { g.Executors = nil }, func(g *Grid) { g.Workers = nil }, func(g *Grid) { g.Rates = nil },
		func(g *Grid) { g.Workers = []int{0} }, func(g *Grid) { g.Workers = []int{tasks} },
		func(g *Grid) { g.Rates = []float64{0} }, func(g *Grid) { g.Rates = []float64{0.9} }, func(g *Grid) { g.Rates = []float64{-1} },
	} {
		g := good
		change(&g)
		if _, err := g.Source().Points(); err == nil {
			t.Errorf("%+v is taken", g)
		}
	}
}

// A slice ends soon after its context, whatever its tasks do.
func TestFaultsEndWithTheirContext(t *testing.T) {
	g := Grid{Executors: []executors.Kind{executors.Goroutines}, Workers: []int{2}, Rates: []float64{0.01}}
	s, err := g.Source().Open(t.Context(), arm.Setup{Dir: t.TempDir()})
	if err != nil {
		t.Fatal(err)
	}
	a, err := s.Arm(t.Context(), g.points()[slices.Index(Kinds, Hang)])
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := a.Slice(ctx); err == nil {
		t.Error("a slice without time to run in")
	}
	if err := a.Close(); err != nil {
		t.Error(err)
	}
}
