package reports

import (
	"bytes"
	"fmt"
	"maps"
	"math"
	"math/rand/v2"
	"os"
	"runtime"
	"slices"
	"strconv"
	"testing"

	"poolbench/bench/record"
	"poolbench/reports/estimate"
)

// Units of the wide record.
const (
	unitFaults = "faults/op" // 0 in half of the points
	unitMoved  = "moved-B/op"
)

// wide is a record of what a program may come to know: 12 executors of two sources, each
// with a baseline of its own, axes that nobody here knows, zeros, and values of 1e12. It
// is stored in testdata/wide.txt for the tests of sentences and drawings.
//
// Processes are started in two ways (start=…), the work has a dial of 2 and 10, and
// python has 3 executors beside its plain loop. Everything takes grain·dial useful work,
// and an overhead that grows with the place of the executor.
func wide(t testing.TB) []byte {
	t.Helper()
	var out bytes.Buffer
	w := record.NewWriter(&out, []record.Field{{Key: "goos", Value: "linux"}}, record.Unit{Name: unitFaults, Means: "page faults", Better: -1, Scale: record.Difference})
	must := func(err error) {
		if err != nil {
			t.Helper()
			t.Fatal(err)
		}
	}
	must(w.Fact("run", "wide"))
	must(w.Fact("cores", 2))
	must(w.Fact("workload", record.Workload{Name: "spin", Resource: "cpu"}))
	names := []string{"goroutines", "spawn", "threads", "processes", "ants", "conc", "pond", "tunny"}
	python := []string{"py-threads", "py-processes", "py-free", "python-serial"}
	must(w.Fact("source", record.Source{Name: "inproc", Baseline: record.Serial, Executors: append([]string{record.Serial}, names...),
		Axes: []record.Axis{{Name: "dial", Doc: "how hard it is"}}}))
	must(w.Fact("source", record.Source{Name: "python", Baseline: "python-serial", Executors: python,
		Axes: []record.Axis{{Name: "build", Doc: "of the interpreter", How: true}}}))
	rng := rand.New(rand.NewPCG(12, 12))
	for b := range 8 {
		must(w.Block(b + 1))
		for _, p := range []int{1, 2} {
			must(w.Result(record.Result{Point: record.NewPoint(record.CapacityBenchmark, record.AxisWorkers, strconv.Itoa(p)),
				Values: map[string]float64{record.UnitTime: 0.01 * (1 + 0.001*rng.NormFloat64())}}))
		}
		put := func(p record.Point, overhead float64) {
			dial, _ := strconv.Atoi(p.Get("dial"))
			work := p.Grain().Seconds() * float64(dial)
			seconds := 100 * (work + overhead) / float64(min(2, p.Workers())) * math.Exp(0.02*rng.NormFloat64())
			faults := float64((p.Workers() - 1) * (100 + b))
			must(w.Result(record.Result{Point: p, Values: map[string]float64{record.UnitTime: round(seconds), record.UnitTasks: 100,
				unitFaults: faults, unitMoved: 1e12 + float64(b)}}))
		}
		for _, dial := range []string{"2", "10"} {
			for _, grain := range []string{"1000", "20000", "400000"} {
				at := func(executor string, workers int, more ...string) record.Point {
					return record.NewPoint(record.GridBenchmark, append([]string{record.AxisExecutor, executor, record.AxisWorkload, "spin",
						record.AxisWorkers, strconv.Itoa(workers), record.AxisGrain, grain, "dial", dial}, more...)...)
				}
				put(at(record.Serial, 1), 0)
				put(at("python-serial", 1), 50e-6)
				for _, workers := range []int{1, 2} {
					for i, name := range names {
						overhead := 1e-6 * float64(i+1)
						if name == "processes" {
							put(at(name, workers, "start", "fork"), overhead)
							put(at(name, workers, "start", "spawn"), 4*overhead)
							continue
						}
						put(at(name, workers), overhead)
					}
					for i, name := range python[:3] {
						put(at(name, workers, "build", []string{"3.9", "3.14"}[i%2]), 60e-6)
					}
				}
			}
		}
	}
	must(w.Fact("end", record.End{Blocks: 8, Elapsed: 1}))
	return out.Bytes()
}

// round leaves six digits, so that the record is the same on every machine.
func round(x float64) float64 {
	y, _ := strconv.ParseFloat(strconv.FormatFloat(x, 'g', 6, 64), 64)
	return y
}

func TestWideRecordIsAnalysedWhole(t *testing.T) {
	text := wide(t)
	// The suffix is that of the machine, and means nothing here.
	text = bytes.ReplaceAll(text, fmt.Appendf(nil, "-%d 1 ", runtime.GOMAXPROCS(0)), []byte("-2 1 "))
	const path = "testdata/wide.txt"
	if *update {
		if err := os.WriteFile(path, text, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if stored, err := os.ReadFile(path); err != nil || !bytes.Equal(stored, text) {
		t.Errorf("%s is not as it would be written (rewrite with -update): %v", path, err)
	}
	s := NewSet(parse(t, string(text)))
	checkNumbers(t, s)
	if len(Warnings(s)) != 0 {
		t.Errorf("%v", Warnings(s))
	}

	// Two dials, two baselines, three grains; nine executors against serial, of which
	// one is started in two ways, and three against python-serial.
	var titles []string
	seen := map[record.Point]bool{}
	labels := map[string]bool{}
	for _, x := range Scalings(s) {
		titles = append(titles, x.Title())
		seen[x.Baseline] = true
		for _, series := range x.Series {
			labels[series.Label()] = true
			for _, p := range series.Points {
				seen[p.Point] = true
				near(t, "speedup", p.Speedup.Value, math.Exp(s.Task(x.Baseline).Over(s.Task(p.Point)).Point()), 1e-12)
			}
		}
	}
	if want := []string{"spin at 1 µs, dial=2, against python-serial", "spin at 20 µs, dial=2, against python-serial", "spin at 400 µs, dial=2, against python-serial",
		"spin at 1 µs, dial=2", "spin at 20 µs, dial=2", "spin at 400 µs, dial=2",
		"spin at 1 µs, dial=10, against python-serial", "spin at 20 µs, dial=10, against python-serial", "spin at 400 µs, dial=10, against python-serial",
		"spin at 1 µs, dial=10", "spin at 20 µs, dial=10", "spin at 400 µs, dial=10"}; !slices.Equal(titles, want) {
		t.Errorf("%q, want %q", titles, want)
	}
	if want := []string{"ants", "conc", "goroutines", "pond", "processes (start=fork)", "processes (start=spawn)", "py-free (build=3.9)", "py-processes (build=3.14)",
		"py-threads (build=3.9)", "spawn", "threads", "tunny"}; !slices.Equal(sortedKeys(labels), want) {
		t.Errorf("%q, want %q", sortedKeys(labels), want)
	}
	for _, p := range s.Points() {
		if !seen[p] {
			t.Errorf("%s was left out", p)
		}
	}
	if n := len(Headline(s)); n != 4 {
		t.Errorf("%d headlines, want one of each dial and baseline", n)
	}
	sweeps := Sweeps(s)
	if n := len(sweeps); n != 8 || len(sweeps[0].Series) != 3 || len(sweeps[7].Series) != 9 || sweeps[7].Title() != "spin, dial=10" || len(sweeps[7].Serial) != 3 {
		t.Errorf("%d sweeps, the first of %d, the last %s of %d executors", n, len(sweeps[0].Series), sweeps[7].Title(), len(sweeps[7].Series))
	}
	if n := len(Masters(s)); n != 24 {
		t.Errorf("%d master models, want one an executor, dial and baseline", n)
	}
	forked := false
	for _, d := range Duels(s) {
		forked = forked || d.Above.String() == "processes with 2 workers, start=spawn"
		if d.Below.How == d.Above.How && d.Below.Workers == d.Above.Workers {
			t.Errorf("%s against itself", d.Above)
		}
	}
	if !forked {
		t.Error("no duel of processes that are spawned")
	}
	for _, p := range Refine(s) {
		if err := p.Check(); err != nil || p.Get("dial") == "" || s.Baseline(p).Get("dial") != p.Get("dial") {
			t.Errorf("%s: %v", p, err)
		}
	}
}

// Zeros and values of 1e12 are tabled, each against its baseline.
func TestValues(t *testing.T) {
	s := NewSet(parse(t, string(wide(t))))
	tables := map[string]UnitTable{}
	for _, table := range Values(s) {
		tables[table.Unit.Name] = table
	}
	if got, want := slices.Sorted(maps.Keys(tables)), []string{unitFaults, unitMoved}; !slices.Equal(got, want) {
		t.Fatalf("%q, want %q", got, want)
	}
	faults, moved := tables[unitFaults], tables[unitMoved]
	if faults.Scale != estimate.Difference || faults.Unit.Means != "page faults" || moved.Scale != estimate.Ratio {
		t.Errorf("%v %+v %v", faults.Scale, faults.Unit, moved.Scale)
	}
	for _, table := range tables {
		if len(table.Rows) != len(s.Points()) {
			t.Errorf("%d rows of %s, want %d", len(table.Rows), table.Unit.Name, len(s.Points()))
		}
	}
	for i, r := range faults.Rows {
		base := s.Baseline(r.Point) == r.Point
		if want := 103.5 * float64(r.Point.Workers()-1); r.Value.Value != want || !r.Value.Known() || r.Change.Known() == base || r.Change.Value != want {
			t.Errorf("%s: %+v", r.Point, r)
		}
		m := moved.Rows[i]
		near(t, "moved", m.Value.Value, 1e12, 1e-9)
		if !base {
			near(t, "moved against the baseline", m.Change.Value, 1, 1e-9)
		}
	}

	// A unit that nobody declared is compared by ratios until it has a zero.
	text := "# block 1\n" + cellLine("serial", "1") + cellLine("x", "1")
	line := func(value string) string { return text[:len(text)-1] + " " + value + " gc/op\n" }
	if v := Values(NewSet(parse(t, line("3")))); len(v) != 1 || v[0].Scale != estimate.Ratio || math.Abs(v[0].Rows[0].Value.Value-3) > 1e-9 || v[0].Rows[0].Change.N != 0 {
		t.Errorf("%+v", v)
	}
	if v := Values(NewSet(parse(t, line("0")))); len(v) != 1 || v[0].Scale != estimate.Difference || v[0].Rows[0].Value.N != 1 {
		t.Errorf("%+v", v)
	}
	huge := NewSet(parse(t, line("1e300")))
	if w := Warnings(huge); len(Values(huge)) != 0 || len(w) != 1 || w[0].What != "1 value was left out: it is beyond 1e+100 in size." {
		t.Errorf("%+v, %v", Values(huge), w)
	}
}
