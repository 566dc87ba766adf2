package reports

import (
	"fmt"
	"math"
	"strings"
	"testing"
	"time"

	"poolbench/bench/record"
	"poolbench/reports/estimate"
)

// With a fixed cost h on the workers, granularity is w+h: METG(x) = h/(1-x), the least
// useful work h·x/(1-x), the floor h, R50 = 2 and R90 = 5.
func TestInlineLevels(t *testing.T) {
	for _, h := range []time.Duration{5 * time.Microsecond, 7777 * time.Nanosecond} {
		w := exact()
		w.grains = append([]time.Duration{0}, w.grains...)
		w.inline[goroutines], w.inline[processes] = h, h
		s := seriesOf(t, NewSet(w.write(t)), goroutines)
		if len(s.Levels) != 5 {
			t.Fatalf("%+v", s.Levels)
		}
		for i, x := range []float64{0.5, 0.7, 0.8, 0.9, 0.95} {
			l := s.Levels[i]
			if l.Efficiency != x || l.Work.Outcome != estimate.Crosses || l.METG.Outcome != estimate.Crosses {
				t.Fatalf("%+v", l)
			}
			near(t, fmt.Sprintf("METG(%v)", x), l.METG.At.Value, h.Seconds()/(1-x), 0.01)
			near(t, fmt.Sprintf("least useful work at %v", x), l.Work.At.Value, h.Seconds()*x/(1-x), 0.01)
		}
		o := s.Overhead
		near(t, "floor", o.Floor.Value, h.Seconds(), 0.01)
		near(t, "R50", o.R50.Value, 2, 0.01)
		near(t, "R90", o.R90.Value, 5, 0.01)
		if o.Shape != ShapeInline || !strings.Contains(o.Shape.Remedy(), "several tasks into one") {
			t.Errorf("%+v", o)
		}
	}
}

// With a cost d in one place, METG is P·d and so is the floor.
func TestDispatcherLevels(t *testing.T) {
	for _, p := range []int{2, 4, 8} {
		for _, noise := range []float64{0, 0.02} {
			w := exact()
			d := 3 * time.Microsecond
			w.workers, w.noise, w.blocks = []int{p}, noise, 30
			w.dispatch[goroutines] = d
			s := seriesOf(t, NewSet(w.write(t)), goroutines)
			near(t, fmt.Sprintf("METG of %d workers", p), s.Half().METG.At.Value, float64(p)*d.Seconds(), 0.01+noise)
			if o := s.Overhead; !(o.R50.Value >= 0.95 && o.R50.Value <= 1.05) || o.Shape != ShapeSerial {
				t.Errorf("%d workers, noise %v: %+v", p, noise, o)
			}
		}
	}
}

// A sweep that does not reach down to the floor says nothing of the shape.
func TestFloorOutOfReach(t *testing.T) {
	w := exact()
	w.grains = ratio2(2*time.Microsecond, 8)
	w.inline[goroutines] = 5 * time.Microsecond // 29 % at the smallest grain
	o := seriesOf(t, NewSet(w.write(t)), goroutines).Overhead
	if o.Shape != ShapeUnknown || !o.Above || o.R50.N == 0 || o.Shape.Remedy() != "" || o.String() != "unknown: no task is small enough" {
		t.Errorf("%+v", o)
	}
}

// The values of published systems, from the SC20 data of Task Bench (1 node, stencil).
func TestShapes(t *testing.T) {
	for _, test := range []struct {
		system   string
		r50, r90 float64
		want     Shape
	}{
		{"MPI", 1.97, 5.7, ShapeInline}, {"MPI bulk-synchronous", 2.01, 5.7, ShapeInline}, {"X10", 2.07, 5.6, ShapeInline},
		{"StarPU 1.2", 1.02, 1.3, ShapeSerial}, {"PaRSEC", 1, 2.6, ShapeSerial}, {"Regent", 1.1, math.NaN(), ShapeSerial},
		{"Chapel", 1.27, 5.6, ShapeMixed}, {"Charm++", 1.4, 7.1, ShapeMixed}, {"StarPU 1.3", 1.33, 4.3, ShapeMixed},
		{"TensorFlow", 4, math.NaN(), ShapeGrows}, {"Dask", 7.6, math.NaN(), ShapeGrows}, {"OpenMP tasks", 14.9, 38, ShapeGrows},
		{"a late peak", 2, 9, ShapeGrows}, {"nothing", math.NaN(), math.NaN(), ShapeUnknown},
	} {
		if got := shape(test.r50, test.r90); got != test.want {
			t.Errorf("%s: %v, want %v", test.system, got, test.want)
		}
	}
	for s := ShapeUnknown; s <= ShapeGrows; s++ {
		if s.String() == "" || (s.Remedy() == "") != (s == ShapeUnknown) {
			t.Errorf("%d: %q, %q", s, s, s.Remedy())
		}
	}
}

// taskBenchMPI are the elapsed seconds of MPI (nonblocking) on 1 node of Cori with 32
// cores, 32,000 tasks with 3 dependencies each, by FLOP of the whole run. Task Bench
// (Slaughter et al., SC20), StanfordLegion/task-bench-results at 087716da,
// radix/mpi/mpi_nonblock_ngraphs_1_type_nearest_radix_3_nodes_1.log.
var taskBenchMPI = []struct {
	flop    float64
	elapsed []float64
}{
	{133120000, []float64{2.357006e-03, 2.341032e-03, 2.332926e-03, 2.366066e-03, 2.349854e-03}},
	{264192000, []float64{2.454996e-03, 2.554893e-03, 2.552032e-03, 2.469063e-03, 2.423048e-03}},
	{526336000, []float64{2.649784e-03, 2.954006e-03, 2.660990e-03, 2.814054e-03, 2.695084e-03}},
	{1050624000, []float64{3.082991e-03, 3.003120e-03, 3.204107e-03, 2.992153e-03, 3.147840e-03}},
	{2099200000, []float64{3.879070e-03, 3.912210e-03, 3.918886e-03, 3.840923e-03, 3.870010e-03}},
	{4196352000, []float64{5.640984e-03, 5.575180e-03, 5.507946e-03, 5.553007e-03, 5.530119e-03}},
	{8390656000, []float64{8.944035e-03, 8.876801e-03, 8.880138e-03, 8.821964e-03, 8.800030e-03}},
	{16779264000, []float64{1.559997e-02, 1.555514e-02, 1.557493e-02, 1.549506e-02, 1.551914e-02}},
	{33556480000, []float64{2.884197e-02, 2.874613e-02, 2.882290e-02, 2.879405e-02, 2.885890e-02}},
	{67110912000, []float64{5.542493e-02, 5.533695e-02, 5.534601e-02, 5.541682e-02, 5.540895e-02}},
	{134219776000, []float64{1.085570e-01, 1.085391e-01, 1.083651e-01, 1.084750e-01, 1.085570e-01}},
	{268437504000, []float64{2.147810e-01, 2.146809e-01, 2.166631e-01, 2.148018e-01, 2.147791e-01}},
}

// mpi is a record of one plain loop of given work per task, in seconds, and of times
// of 32 MPI ranks per task and repetition.
func mpi(t *testing.T, repetitions int, work []float64, elapsed func(row, repetition int) float64) SweepSeries {
	t.Helper()
	var b strings.Builder
	for r := range repetitions {
		fmt.Fprintf(&b, "# block %d\n", r+1)
		for i, w := range work {
			grain := time.Duration(w * 1e9)
			fmt.Fprintf(&b, "Benchmark%s 1 %v sec/op 32000 tasks/op\n", record.GridPoint(record.Serial, "stencil", 1, grain).Name(), w*32000)
			fmt.Fprintf(&b, "Benchmark%s 1 %v sec/op 32000 tasks/op\n", record.GridPoint("mpi", "stencil", 32, grain).Name(), elapsed(i, r))
		}
	}
	return seriesOf(t, NewSet(parse(t, b.String())), "mpi")
}

// published are METG(x) of taskBenchMPI as published, in seconds, and the floor.
var published = []struct{ efficiency, metg float64 }{{0.01, 2.32e-6}, {0.5, 4.6e-6}, {0.7, 7.7e-6}, {0.8, 12.0e-6}, {0.9, 26.2e-6}, {0.95, 49.8e-6}, {0.99, 250e-6}}

// The published figures, fed as records, come out again: METG(50 %) of 4.5 to 4.7 µs
// for three dependencies.
func TestTaskBenchFigures(t *testing.T) {
	var work []float64
	for _, p := range published {
		work = append(work, p.efficiency*p.metg)
	}
	s := mpi(t, 12, work, func(i, _ int) float64 { return published[i].metg * 1000 })
	for i, l := range s.Levels {
		near(t, fmt.Sprintf("METG(%v)", l.Efficiency), l.METG.At.Value, published[i+1].metg, 0.005)
	}
	if at := s.Half().METG.At; !(at.Low >= 4.5e-6 && at.High <= 4.7e-6) {
		t.Errorf("METG(50 %%) is %+v, want 4.5 to 4.7 µs", at)
	}
	near(t, "R50", s.Overhead.R50.Value, 1.98, 0.01)
	near(t, "R90", s.Overhead.R90.Value, 5.7, 0.01)
	if s.Overhead.Shape != ShapeInline {
		t.Errorf("%+v", s.Overhead)
	}
}

// The raw rows give the published figures by the rule of Task Bench, which
// interpolates linearly between efficiency and granularity. On a grid of ratio 2 that
// is 3 % too much at 50 %: the rows have an overhead of 2.22 µs a task on both sides of
// the crossing, so half of the time is work at 4.45 µs, which is what comes out here.
func TestTaskBenchRows(t *testing.T) {
	const peak = 1.263e12 // FLOP/s of the node, the most in the file
	var work []float64
	for _, row := range taskBenchMPI {
		work = append(work, row.flop/peak*32/32000)
	}
	theirs := func(efficiency float64) float64 {
		var before struct{ e, g float64 }
		for i, row := range taskBenchMPI {
			g := 0.0
			for _, s := range row.elapsed {
				g += s / 1000 / float64(len(row.elapsed))
			}
			e := work[i] / g
			if e >= efficiency {
				return before.g + (g-before.g)*(efficiency-before.e)/(e-before.e)
			}
			before.e, before.g = e, g
		}
		return math.NaN()
	}
	elapsed := func(i, r int) float64 { return taskBenchMPI[i].elapsed[r%5] }
	s := mpi(t, 10, work, elapsed) // each repetition twice, since 5 have no interval
	for i, l := range s.Levels {
		if l.Efficiency <= 0.8 { // above, the published figures are of another run of the same
			near(t, fmt.Sprintf("their METG(%v)", l.Efficiency), theirs(l.Efficiency), published[i+1].metg, 0.02)
		}
		if l.METG.Outcome != estimate.Crosses || l.METG.At.Value > theirs(l.Efficiency) {
			t.Errorf("%+v is above %v", l.METG, theirs(l.Efficiency))
		}
	}
	if at := s.Half().METG.At; !(at.Low <= 4.45e-6 && 4.45e-6 <= at.High && at.High < 1.03*at.Low) {
		t.Errorf("METG(50 %%) is %+v, want 4.45 µs", at)
	}
	if o := s.Overhead; o.Shape != ShapeInline || math.Abs(o.R50.Value-1.9) > 0.05 || math.Abs(o.R90.Value-5.1) > 0.2 {
		t.Errorf("%+v", o)
	}
	if few := mpi(t, 5, work, elapsed).Half().METG; few.Outcome != estimate.Unknown || math.Abs(few.At.Value-4.45e-6) > 0.02e-6 {
		t.Errorf("5 repetitions decide nothing, but say about where: %+v", few)
	}
}

// Curves from which little or nothing can be told.
func TestDegenerateSweeps(t *testing.T) {
	for name, change := range map[string]func(*world){
		"one grain":       func(w *world) { w.grains = w.grains[:1] },
		"two grains":      func(w *world) { w.grains = w.grains[:2] },
		"only empty":      func(w *world) { w.grains = []time.Duration{0} },
		"three and empty": func(w *world) { w.grains = append([]time.Duration{0}, w.grains[:3]...) },
		"one block":       func(w *world) { w.blocks = 1 },
		"five blocks":     func(w *world) { w.blocks = 5 },
		"all equal": func(w *world) {
			w.workers = []int{1}
			w.inline, w.grains = nil, []time.Duration{1000, 1001, 1002, 1003}
		},
		"nothing but overhead": func(w *world) { w.inline[goroutines], w.inline[processes] = time.Hour, time.Hour },
		"no overhead":          func(w *world) { w.inline = nil },
		"one pool size":        func(w *world) { w.workers = []int{8} },
		"same time throughout": func(w *world) { w.dispatch[goroutines], w.dispatch[processes] = time.Second, time.Second },
	} {
		t.Run(name, func(t *testing.T) {
			w := exact()
			w.blocks = 12
			w.inline[goroutines], w.inline[processes] = 3*time.Microsecond, 50*time.Microsecond
			change(&w)
			d := NewSet(w.write(t))
			render(t, d)
			Refine(d)
			checkFinite(t, d)
		})
	}
	// Values that are missing: an arm at some grains, a block of another arm.
	w := exact()
	w.inline[goroutines] = 3 * time.Microsecond
	var kept []string
	for i, line := range strings.Split(string(w.write(t).Text), "\n") {
		if strings.Contains(line, "goroutines") && (i%7 == 0 || strings.Contains(line, "grain=3200-") || strings.Contains(line, "grain=3200 ")) {
			continue
		}
		kept = append(kept, line)
	}
	d := NewSet(parse(t, strings.Join(kept, "\n")))
	checkFinite(t, d)
	if s := seriesOf(t, d, goroutines); len(s.Points) != 16 || s.Half().Work.Outcome == estimate.Never {
		t.Errorf("%d points, %+v", len(s.Points), s.Half())
	}
}

// checkFinite looks at everything that a report may print.
func checkFinite(t *testing.T, d *Set) {
	t.Helper()
	number := func(what string, e estimate.Estimate) {
		if bad(e.Value) || bad(e.Low) || bad(e.High) || e.Known() && !(e.Low <= e.Value && e.Value <= e.High) {
			t.Errorf("%s: %+v", what, e)
		}
	}
	crossing := func(what string, c estimate.Crossing) {
		if bad(c.From) || bad(c.To) || c.From > c.To {
			t.Errorf("%s: %+v", what, c)
		}
		if c.Outcome == estimate.Crosses || c.Outcome == estimate.Several {
			number(what, c.At)
		}
	}
	for _, s := range Sweeps(d) {
		for _, series := range s.Series {
			crossing("crossover", series.Crossover)
			for _, l := range series.Levels {
				crossing(fmt.Sprint("work at ", l.Efficiency), l.Work)
				crossing(fmt.Sprint("METG at ", l.Efficiency), l.METG)
			}
			number("floor", series.Overhead.Floor)
			number("R50", series.Overhead.R50)
			number("R90", series.Overhead.R90)
			number("regret", series.Threshold.Regret)
			if bad(series.Threshold.At) {
				t.Errorf("%+v", series.Threshold)
			}
		}
	}
	for _, x := range Duels(d) {
		crossing("duel", x.Crossover)
		number("regret", x.Threshold.Regret)
	}
	for _, c := range Costs(d) {
		crossing("COST", c.Crossover)
	}
}

func bad(x float64) bool { return math.IsNaN(x) || math.IsInf(x, 0) }
