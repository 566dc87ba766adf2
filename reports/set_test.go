package reports

import (
	"bytes"
	"encoding/json"
	"flag"
	"fmt"
	"math"
	"reflect"
	"strings"
	"sync"
	"testing"
	"time"

	"poolbench/bench/record"
	"poolbench/reports/estimate"
)

var update = flag.Bool("update", false, "rewrite the golden files in testdata")

func near(t *testing.T, what string, got, want, relative float64) {
	t.Helper()
	if !(math.Abs(got-want) <= relative*math.Abs(want)) {
		t.Errorf("%s is %v, want %v within %v", what, got, want, relative)
	}
}

// exact is a world without noise: workers of 4, no capacity probe, and as many
// blocks as its 17 grains need.
func exact() world {
	return world{seed: 1, blocks: 10, tasks: 64, workloads: []string{"spin"}, resource: "wait",
		workers: []int{4}, grains: ratio2(100*time.Nanosecond, 16), inline: map[string]time.Duration{}, dispatch: map[string]time.Duration{}}
}

func seriesOf(t *testing.T, d *Set, executor string) SweepSeries {
	t.Helper()
	for _, s := range Sweeps(d) {
		for _, series := range s.Series {
			if series.Executor == executor {
				return series
			}
		}
	}
	t.Fatalf("no sweep of %s in %+v", executor, Sweeps(d))
	return SweepSeries{}
}

// With a fixed inline overhead h the least useful work at 50 % is h and METG is 2h;
// speedup is 4w/(w+h), which is 1 at h/3.
func TestInlineOverheadIsRecovered(t *testing.T) {
	for _, h := range []time.Duration{5 * time.Microsecond, 7777 * time.Nanosecond, 60 * time.Microsecond} {
		w := exact()
		w.inline[goroutines], w.inline[processes] = h, h
		s := seriesOf(t, NewSet(w.write(t)), goroutines)
		if s.Half().Work.Outcome != estimate.Crosses || s.Half().METG.Outcome != estimate.Crosses || s.Crossover.Outcome != estimate.Crosses {
			t.Fatalf("%+v", s)
		}
		near(t, "least useful work", s.Half().Work.At.Value, h.Seconds(), 0.01)
		near(t, "METG", s.Half().METG.At.Value, 2*h.Seconds(), 0.01)
		near(t, "crossover", s.Crossover.At.Value, h.Seconds()/3, 0.01)
		near(t, "its lower bound", s.Crossover.At.Low, h.Seconds()/3, 0.01)
	}
}

// With a serial dispatcher that takes d per task, T is d per task until w = P·d:
// METG is P·d, the least useful work half of it, and the crossover d.
func TestDispatcherIsRecovered(t *testing.T) {
	w := exact()
	d := 3 * time.Microsecond
	w.dispatch[goroutines] = d
	s := seriesOf(t, NewSet(w.write(t)), goroutines)
	near(t, "METG", s.Half().METG.At.Value, 4*d.Seconds(), 0.01)
	near(t, "least useful work", s.Half().Work.At.Value, 2*d.Seconds(), 0.01)
	near(t, "crossover", s.Crossover.At.Value, d.Seconds(), 0.01)
}

// Noise and drift: the intervals cover the truth, here 18 of 20 times or more.
func TestNoisyTruthIsCovered(t *testing.T) {
	covered := 0
	const trials = 20
	for seed := range uint64(trials) {
		w := usual()
		w.seed, w.blocks, w.noise, w.capacity, w.workloads = seed, 15, 0.1, 0, []string{"spin"}
		w.workers, w.grains = []int{2}, ratio2(100*time.Nanosecond, 8)
		s := seriesOf(t, NewSet(w.write(t)), goroutines)
		truth := w.inline[goroutines].Seconds() // at 2 workers both lines are crossed at h
		if c := s.Crossover; c.Outcome == estimate.Crosses && c.At.Low <= truth && truth <= c.At.High {
			covered++
		}
	}
	if covered < 17 {
		t.Errorf("%d of %d intervals cover the truth", covered, trials)
	}
}

// Equal arms never cross, and no pool is chosen for them (more than by chance).
func TestEqualArms(t *testing.T) {
	chosen := 0
	for seed := range uint64(10) {
		w := exact()
		w.seed, w.blocks, w.noise, w.workers, w.grains = seed, 12, 0.1, []int{1}, ratio2(time.Microsecond, 6)
		d := NewSet(w.write(t))
		for _, ex := range []string{goroutines, processes} {
			if c := seriesOf(t, d, ex).Crossover; c.Outcome == estimate.Crosses {
				t.Errorf("seed %d: %s cross: %+v", seed, ex, c)
			}
		}
		for _, s := range Scalings(d) {
			if s.Best.Executor != record.Serial {
				chosen++
			}
		}
	}
	if chosen > 7 { // of 70; 5 % of them may
		t.Errorf("%d of 70 times a pool was chosen over its equal", chosen)
	}
}

func TestChoice(t *testing.T) {
	at := func(w world) (Choice, string) {
		d := NewSet(w.write(t))
		return Headline(d)[0].Best, Chosen(d, Headline(d)[0]).Text
	}
	w := exact()
	w.workers, w.grains, w.noise = []int{1, 2, 4, 8}, []time.Duration{time.Millisecond}, 0.01

	// The cores end at 2: more workers are no better, so the smallest pool wins.
	w.capacity = 2
	w.blocks = 10
	c, text := at(w)
	if c.Executor != goroutines || c.Workers != 2 || c.Decision != ChosenPool ||
		!strings.HasPrefix(text, "goroutines with 2 workers") || !strings.Contains(text, ": 2.0") ||
		!strings.Contains(text, "; equal, within 5 %: 4 or 8 workers and processes with 2, 4 or 8") || !strings.Contains(text, "faster than processes with 1 worker") && !strings.Contains(text, "as fast as") {
		t.Errorf("%+v: %s", c, text)
	}
	// Processes that cost more are no tie.
	w.inline = map[string]time.Duration{processes: time.Millisecond}
	if _, text := at(w); !strings.Contains(text, "; equal, within 5 %: 4 or 8 workers; ") || strings.Contains(text, "and processes") {
		t.Errorf("%s", text)
	}
	// Overhead above the work: no pool.
	w.inline = map[string]time.Duration{goroutines: 5 * time.Millisecond, processes: 5 * time.Millisecond}
	if c, text := at(w); c.Executor != record.Serial || c.Decision != NoPool || !strings.HasPrefix(text, "do not use a pool: nothing beats") {
		t.Errorf("%+v: %s", c, text)
	}
	// A gain that does not matter: no pool.
	w.inline = map[string]time.Duration{goroutines: 980 * time.Microsecond, processes: 5 * time.Millisecond}
	w.workers = []int{2}
	if c, text := at(w); c.Executor != record.Serial || !strings.Contains(text, "none gains more than 5 %") {
		t.Errorf("%+v: %s", c, text)
	}
	w.blocks = 2
	if c, text := at(w); c.Executor != record.Serial || c.Decision != Undecided || !strings.HasPrefix(text, "cannot tell: 2 blocks of the 6") {
		t.Errorf("%+v: %s", c, text)
	}
}

func TestCapacityIsTheIdeal(t *testing.T) {
	w := usual()
	w.noise, w.capacity, w.blocks = 0, 1.3, 6
	d := NewSet(w.write(t))
	near(t, "C(2)", CapacityOf(d)[2].Estimate().Value, 1.3, 1e-9)
	for _, s := range Sweeps(d) {
		want := map[int]float64{1: 1, 2: 1.3, 4: 1.3, 8: 1.3}[s.Workers] // cores are 2, so C(4) is C(2)
		if !s.Measured || math.Abs(s.Ideal-want) > 1e-9 {
			t.Errorf("ideal of %d workers is %v (measured %v), want %v", s.Workers, s.Ideal, s.Measured, want)
		}
	}
	if text := said(d, Trust)[1]; !strings.HasPrefix(text, "These 2 CPUs do the work of 1.30 [1.30, 1.30]") {
		t.Errorf("%s", text)
	}
	w.resource = "wait"
	if s := Sweeps(NewSet(w.write(t)))[1]; s.Measured || s.Ideal != 2 {
		t.Errorf("waiting has the ideal %v", s.Ideal)
	}
}

func cellLine(executor string, seconds string) string {
	return "BenchmarkGrid/executor=" + executor + "/workload=w/workers=1/grain=1000 1 " + seconds + " sec/op 1 tasks/op\n"
}

func TestPairing(t *testing.T) {
	// No block lines: the i-th results pair. Ratios 2, 4, 6.
	d := NewSet(parse(t, cellLine("serial", "2")+cellLine("serial", "4")+cellLine("serial", "6")+
		cellLine("x", "1")+cellLine("x", "1")+cellLine("x", "1")+cellLine("x", "1")))
	if s := Scalings(d)[0].Series[0].Points[0].Speedup; math.Abs(s.Value-4) > 1e-9 || s.N != 3 || s.Known() || d.Numbered() {
		t.Errorf("%+v, %d blocks", s, d.Blocks())
	}
	// Blocks pair by number; a failure drops its cell in its block only; the last of
	// two results in a block counts.
	d = NewSet(parse(t, "# block 1\n"+cellLine("serial", "2")+cellLine("x", "1")+
		"# block 2\n"+cellLine("x", "1")+cellLine("serial", "6")+cellLine("serial", "8")+
		"# block 3\n"+cellLine("serial", "100")+cellLine("x", "1")+"# failed Grid/executor=x/workload=w/workers=1/grain=1000: lost\n"+
		"# block 4\n"+cellLine("serial", "100")))
	if s := Scalings(d)[0].Series[0].Points[0].Speedup; math.Abs(s.Value-4) > 1e-9 || s.N != 2 || d.Blocks() != 4 {
		t.Errorf("%+v, %d blocks", s, d.Blocks()) // sqrt(2·8)
	}
	if len(Warnings(d)) == 0 || !strings.Contains(Warnings(d)[0].What, "came again") {
		t.Errorf("%v", Warnings(d))
	}
	// Tasks may differ: time is per task.
	d = NewSet(parse(t, cellLine("serial", "2")+"BenchmarkGrid/executor=x/workload=w/workers=1/grain=1000 1 4 sec/op 4 tasks/op\n"))
	if s := Scalings(d)[0].Series[0].Points[0]; s.Speedup.Value != 2 || s.Time.Value != 4 {
		t.Errorf("%+v", s)
	}
}

func TestDegenerateRecords(t *testing.T) {
	for _, test := range []struct{ name, text, trust string }{
		{"one value", cellLine("serial", "1"), "intervals need 6, so there are none: a larger -count gives more."},
		{"no serial", cellLine("x", "1"), "No serial arm, hence no speedup, for w at 1 µs."},
		{"zero time", cellLine("serial", "0") + cellLine("x", "1"), "1 result was ignored: it is without a usable sec/op (the first at file.txt:1)."},
		{"no time", "BenchmarkGrid/executor=serial/workload=w/workers=1/grain=1 1 5 B/op\n", "without a usable sec/op"},
		{"other names", "BenchmarkFoo 1 5 ns/op\n", "No result is named after our keys"},
		{"only failures", "# block 1\n# failed Grid/executor=x/workload=w/workers=1/grain=1: no\n", "1 slice failed: x × 1, w, 1 ns 1 time (no)."},
		{"all failed", "# block 1\n# failed Grid/executor=x/workload=w/workers=1/grain=1: no\n", "Every arm failed, so there is nothing to analyse."},
		{"outside of blocks", cellLine("x", "1") + "# block 1\n" + cellLine("serial", "1"), "before the first block line"},
		{"interrupted", "# note partial: 3 of 9 blocks\n# note elapsed: 1s\n" + cellLine("serial", "1"), "The run was interrupted (3 of 9 blocks)."},
		{"killed", "# note run: x\n# block 1\n" + cellLine("serial", "1"), "The run did not end. Go on with -resume"},
		{"killed after a resume", "# note run: x\n# note elapsed: 1s\n# note resumed: now\n" + cellLine("serial", "1"), "The run did not end."},
		{"host warning", "# note warning.governor: The governor is powersave. | Use performance.\n" + cellLine("serial", "1"), "The governor is powersave. Use performance."},
		{"huge and tiny", cellLine("serial", "1e300") + cellLine("x", "1e-300"), "2 results were ignored"},
		{"too fast", strings.Repeat(cellLine("serial", "9")+cellLine("x", "1"), 6), "1 speedup is above 1.5× of what the machine can deliver: the most is 9.0× of it, x with 1 worker on w at 1 µs."},
	} {
		t.Run(test.name, func(t *testing.T) {
			d := NewSet(parse(t, test.text))
			if all := strings.Join(said(d, Trust), "\n"); !strings.Contains(all, test.trust) {
				t.Errorf("%q is not in:\n%s", test.trust, all)
			}
			render(t, d)
		})
	}
}

// A resumed run replaces what its first part said.
func TestResumedRecord(t *testing.T) {
	text := "# note run: x\n# note warning.load: Load 3. | Wait.\n# note warning.calibration: A is off. | Rest.\n# note warning.calibration: B is off. | Rest.\n" +
		"# block 1\n" + cellLine("serial", "1") + "# note warning.blocks: The budget was enough for 1 blocks; intervals need 6. | More.\n" +
		"# note partial: 1 of 2 blocks\n# note elapsed: 1s\n# note resumed: now\n# note warning.load: Load 9. | Wait.\n" +
		"# block 2\n" + cellLine("serial", "1")
	trust := func(text string) string { return strings.Join(said(NewSet(parse(t, text)), Trust), "\n") }
	if got, want := trust(text+"# note partial:\n# note elapsed: 2s\n"), "2 rounds over 1 arm; intervals need 6, so there are none: a larger -budget, or fewer workloads, executors or worker counts, gives more.\n"+
		"A is off. Rest.\nB is off. Rest.\nLoad 9. Wait."; got != want {
		t.Errorf("%s\nwant\n%s", got, want)
	}
	if got := trust(text + "# note partial: 2 of 3 blocks\n# note elapsed: 2s\n"); !strings.Contains(got, "interrupted (2 of 3 blocks)") || strings.Contains(got, "did not end") {
		t.Error(got)
	}
	if got := trust(text); !strings.Contains(got, "did not end") || strings.Contains(got, "interrupted") {
		t.Error(got)
	}
}

// Blocks that look closer at a few arms are no blocks of all of them.
func TestNarrowBlocks(t *testing.T) {
	var text strings.Builder
	for b := range 7 {
		fmt.Fprintf(&text, "# block %d\n%s%s%s", b+1, cellLine("serial", "1"), cellLine("a", "1"), cellLine("b", "1"))
	}
	for b := range 3 {
		fmt.Fprintf(&text, "# block %d\n%s", b+8, cellLine("serial", "1"))
	}
	trust := said(NewSet(parse(t, text.String())), Trust)[0]
	if want := "7 rounds over all 3 arms, and 3 over those that needed more; intervals are 95 %, where they say nothing else. Nothing that lowers trust was seen."; !strings.HasPrefix(trust, want) {
		t.Errorf("%q, want %q", trust, want)
	}
}

// Spawn runs no more tasks at once than it has workers, so nothing exempts it.
func TestSpawnIsBounded(t *testing.T) {
	text := "# note workload.w: wait\n" + strings.Repeat(cellLine("serial", "9")+cellLine("spawn", "1"), 6)
	if all := strings.Join(said(NewSet(parse(t, text)), Trust), "\n"); !strings.Contains(all, "9.0× of it, spawn with 1 worker") {
		t.Error(all)
	}
}

// said is what a question answers in sentences, warnings included.
func said(s *Set, q Question) (out []string) {
	section := q.Answer(s)
	for _, sentence := range section.Sentences {
		out = append(out, sentence.Text)
	}
	for _, w := range section.Warnings {
		out = append(out, w.String())
	}
	return out
}

// render is everything that is answered, in one text. Sentences are lines, and rows as long
// as their header.
func render(t testing.TB, s *Set) string {
	t.Helper()
	sections := Answer(s, Questions()...)
	for _, section := range sections {
		for _, sentence := range section.Sentences {
			if sentence.Text == "" || strings.Contains(sentence.Text, "\n") {
				t.Errorf("%s: %q is no sentence", section.Name, sentence.Text)
			}
		}
		for _, table := range section.Tables {
			for _, row := range table.Rows {
				if len(row) != len(table.Header) {
					t.Errorf("%s: %s: %v has not the columns %v", section.Name, table.Title, row, table.Header)
				}
			}
		}
	}
	text, err := json.Marshal(sections)
	if err != nil {
		t.Error(err)
	}
	return string(text)
}

// everything that is analysed of a Set.
func everything(s *Set) []any {
	return []any{Scalings(s), Sweeps(s), Duels(s), Costs(s), Masters(s), CapacityOf(s), BeatenIdeals(s), Values(s), Warnings(s), Refine(s)}
}

func TestSameRecordSameBytes(t *testing.T) {
	rec := usual().write(t)
	x, y := NewSet(rec), NewSet(rec)
	if !reflect.DeepEqual(everything(x), everything(y)) {
		t.Error("two analyses of one record differ")
	}
	if render(t, x) != render(t, y) {
		t.Error("two answers of one record differ")
	}
}

func TestManyResultsAreFast(t *testing.T) {
	w := usual()
	w.blocks = 110 // 10,120 results
	if n := len(NewSet(w.write(t)).Record.Results); n < 10_000 {
		t.Errorf("%d results", n)
	}
}

func FuzzAnalyse(f *testing.F) {
	f.Add([]byte(cellLine("serial", "1") + cellLine("x", "2")))
	f.Add([]byte("# block 3\n" + cellLine("serial", "1e-9") + "# failed Grid/executor=x: y\n# note cores: -1\n# note workload.w: cpu\n"))
	f.Add([]byte("BenchmarkCapacity/workers=1 1 1 sec/op\nBenchmarkCapacity/workers=2 1 1 sec/op\n"))
	w := exact()
	w.grains = w.grains[:3]
	var grid strings.Builder
	for b := range 6 {
		for _, c := range w.points() {
			grid.WriteString("Benchmark" + c.Name() + "-2 1 " + []string{"1", "2", "3e-9"}[(b+c.Workers())%3] + " sec/op\n")
		}
	}
	f.Add([]byte(grid.String()))
	f.Fuzz(func(t *testing.T, text []byte) {
		rec, err := record.Read(bytes.NewReader(text), "fuzz")
		if err != nil {
			return
		}
		d := NewSet(rec)
		render(t, d)
		Refine(d)
		checkFinite(t, d)
		for _, s := range Scalings(d) {
			for _, series := range s.Series {
				for _, pt := range series.Points {
					e := pt.Speedup
					if !(e.Value > 0) || math.IsInf(e.Value, 0) || e.Known() && !(e.Low <= e.Value && e.Value <= e.High) {
						t.Errorf("%s: %+v", series.Executor, pt)
					}
				}
			}
		}
	})
}

// What is no point of the analysed grid is paired too: probes, other benchmarks, and the
// two sides of a comparison.
func TestOthersArePaired(t *testing.T) {
	var text strings.Builder
	for b := range 6 {
		fmt.Fprintf(&text, "# block %d\nside: base\nBenchmarkFoo-2 1 %d ns/op 0 B/op\nside: head\nBenchmarkFoo-2 1 %d ns/op 1e12 B/op\n", b+1, 100+b, 2*(100+b))
	}
	s := NewSet(parse(t, "# fact promise {\"name\":\"Foo-2\",\"role\":\"judged\",\"in_base\":true,\"in_head\":true}\n"+text.String()))
	others := s.Others()
	if len(others) != 2 || len(s.Points()) != 0 || others[0].Side != "base" || others[1].Side != "head" {
		t.Fatalf("%v, %v", others, s.Points())
	}
	ratio := s.Series(others[1], record.UnitTime).Over(s.Series(others[0], record.UnitTime))
	if e := s.Estimate(ratio); math.Abs(e.Value-2) > 1e-9 || e.N != 6 {
		t.Errorf("%+v", e)
	}
	if e := s.Estimate(s.Series(others[1], record.UnitBytes).Over(s.Series(others[0], record.UnitBytes))); e.Value != 1e12 {
		t.Errorf("%+v", e)
	}
}

// A Set may be asked by several goroutines at once.
func TestSetIsAskedAtOnce(t *testing.T) {
	w := usual()
	w.blocks, w.workloads = 6, []string{"spin"}
	s := NewSet(w.write(t))
	var group sync.WaitGroup
	for range 4 {
		group.Go(func() { everything(s) })
	}
	group.Wait()
}
