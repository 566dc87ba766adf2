package gate

import (
	"bytes"
	"fmt"
	"math"
	"math/rand/v2"
	"strings"
	"testing"

	"poolbench/bench/record"
	"poolbench/reports/view"
)

// scaledCopy is rec with every time of one cell multiplied by factor.
func scaledCopy(rec *record.Record, name string, factor float64) *record.Record {
	out := *rec
	out.Path = "head.txt"
	out.Results = nil
	for _, r := range rec.Results {
		values := map[string]float64{}
		for unit, v := range r.Values {
			if r.Name == name && unit == record.UnitTime {
				v *= factor
			}
			values[unit] = v
		}
		r.Values = values
		out.Results = append(out.Results, r)
	}
	return &out
}

// ofRun is rec as one of a run.
func ofRun(rec *record.Record, run string) *record.Record {
	out := *rec
	out.Facts.Run = run
	return &out
}

func text(t testing.TB, r *Report) string {
	t.Helper()
	var out bytes.Buffer
	if err := WriteText(&out, r, view.Options{}); err != nil {
		t.Fatal(err)
	}
	return out.String()
}

func markdown(t testing.TB, r *Report) string {
	t.Helper()
	var out bytes.Buffer
	if err := WriteMarkdown(&out, r); err != nil {
		t.Fatal(err)
	}
	return out.String()
}

// A world writes records of a grid with known times.
type world struct {
	names  []string
	blocks int
	noise  float64 // standard deviation of the logarithm of one value
	drift  float64 // and of a whole block
	seed   uint64
}

func grid() world {
	w := world{blocks: 20, noise: 0.02, drift: 0.3, seed: 1}
	for _, executor := range []string{"serial", "goroutines", "processes"} {
		for _, workload := range []string{"spin", "matmul"} {
			for workers := 1; workers <= 8; workers *= 2 {
				if executor == "serial" && workers > 1 {
					continue
				}
				for _, grain := range []int{100, 1000, 10_000} {
					w.names = append(w.names, fmt.Sprintf("Grid/executor=%s/workload=%s/workers=%d/grain=%d", executor, workload, workers, grain))
				}
			}
		}
	}
	return w
}

func (w world) write(t testing.TB) *record.Record {
	t.Helper()
	rng := rand.New(rand.NewPCG(w.seed, 7))
	var b strings.Builder
	fmt.Fprintf(&b, "goos: linux\n# note run: %d\n", w.seed)
	for block := range w.blocks {
		fmt.Fprintf(&b, "# block %d\n", block+1)
		drift := w.drift * rng.NormFloat64()
		for i, name := range w.names {
			fmt.Fprintf(&b, "Benchmark%s-2 1 %g sec/op\n", name, 1e-3*float64(i+1)*math.Exp(drift+w.noise*rng.NormFloat64()))
		}
	}
	rec := parse(t, b.String())
	rec.Path = "base.txt"
	return rec
}

// Whatever the number of blocks and the noise, a file is no regression of itself,
// and one cell raised by 30 % is the only regression.
func TestFilesFindsExactlyWhatWasRaised(t *testing.T) {
	for _, blocks := range []int{6, 7, 11, 12, 30} {
		for _, noise := range []float64{0, 0.02, 0.2} {
			w := grid()
			w.blocks, w.noise = blocks, noise
			rec := w.write(t)
			if g := Files(rec, rec, Options{}); g.Count(Regressed) > 0 || g.Count(NoChange) != len(g.Cases) || g.Method != OneRun {
				t.Errorf("%d blocks, noise %v: against itself: %s", blocks, noise, g.Headline())
			}
			name := w.names[17]
			g := Files(rec, scaledCopy(rec, name, 1.3), Options{})
			if g.Count(Regressed) != 1 || g.Cases[0].Name != name || g.Count(Improved) != 0 {
				t.Errorf("%d blocks, noise %v: %s", blocks, noise, text(t, g))
			}
			if !strings.Contains(text(t, g), display(name)) {
				t.Errorf("the text does not name %s:\n%s", display(name), text(t, g))
			}
			g = Files(rec, scaledCopy(rec, name, 1/1.3), Options{})
			if g.Count(Regressed) != 0 || g.Count(Improved) != 1 {
				t.Errorf("%d blocks, noise %v, lowered: %s", blocks, noise, g.Headline())
			}
		}
	}
}

func TestFilesUnpaired(t *testing.T) {
	w := grid()
	w.blocks, w.noise, w.drift = 20, 0.02, 0
	base := w.write(t)
	w.seed++
	head := w.write(t) // another run of the same code
	g := Files(base, head, Options{})
	if g.Method == OneRun || g.Count(Regressed) > 0 || g.Count(Improved) > 0 {
		t.Errorf("two runs of the same code: %s", text(t, g))
	}
	name := w.names[3]
	g = Files(base, scaledCopy(head, name, 1.3), Options{})
	if g.Count(Regressed) != 1 || g.Cases[0].Name != name {
		t.Errorf("%s", text(t, g))
	}
	if len(g.Warnings) == 0 || !strings.Contains(g.Warnings[0].What, "different runs") {
		t.Errorf("no warning of different runs: %v", g.Warnings)
	}
	// Noise that hides the limit is inconclusive, and says what would have shown.
	w.noise = 0.3
	noisy := w.write(t)
	g = Files(noisy, ofRun(noisy, ""), Options{})
	if g.Count(Regressed) > 0 || g.Count(Inconclusive) == 0 || !strings.Contains(text(t, g), "would have seen +") {
		t.Errorf("%s", text(t, g))
	}
}

// Of equal files at most 1 in 20 may raise an alarm; each has 18 cells here.
func TestFilesFalseAlarms(t *testing.T) {
	if testing.Short() {
		t.Skip("simulation")
	}
	for _, paired := range []bool{true, false} {
		for _, blocks := range []int{6, 8, 12, 20} {
			alarms := 0
			const trials = 40
			for i := range trials {
				w := grid()
				w.names = w.names[:18]
				w.seed, w.blocks, w.noise, w.drift = uint64(100+i), blocks, 0.15, 0
				base := w.write(t)
				w.seed += 1000
				head := w.write(t)
				if paired {
					base, head = ofRun(base, "x"), ofRun(head, "x")
				}
				if g := Files(base, head, Options{Slowdown: 1e-9}); g.Count(Regressed)+g.Count(Improved) > 0 {
					alarms++
				}
			}
			if alarms > 6 { // 2 are expected; more than 6 has probability 0.3 %
				t.Errorf("paired %v, %d blocks: %d of %d comparisons of equal things raised an alarm", paired, blocks, alarms, trials)
			}
		}
	}
}

func parse(t testing.TB, text string) *record.Record {
	t.Helper()
	rec, err := record.Read(strings.NewReader(text), "file.txt")
	if err != nil {
		t.Fatal(err)
	}
	return rec
}

// lines is a file of one benchmark's values.
func lines(unit, name string, values ...string) string {
	var b strings.Builder
	for _, v := range values {
		b.WriteString("Benchmark" + name + "-2 1 " + v + " " + unit + "\n")
	}
	return b.String()
}

func TestFilesVerdicts(t *testing.T) {
	six := []string{"100", "101", "102", "103", "104", "105"}
	slow := []string{"200", "201", "202", "203", "204", "205"}
	for _, test := range []struct {
		name       string
		base, head string
		want       Verdict
		reason     string
	}{
		{"slower", lines("ns/op", "A", six...), lines("ns/op", "A", slow...), Regressed, ""},
		{"faster", lines("ns/op", "A", slow...), lines("ns/op", "A", six...), Improved, ""},
		{"higher is better", lines("MB/s", "A", six...), lines("MB/s", "A", slow...), Improved, ""},
		{"less throughput", lines("MB/s", "A", slow...), lines("MB/s", "A", six...), Regressed, ""},
		{"equal values", lines("ns/op", "A", "5", "5", "5", "5", "5", "5"), lines("ns/op", "A", "5", "5", "5", "5", "5", "5"), NoChange, ""},
		{"one value", lines("ns/op", "A", "5"), lines("ns/op", "A", "9"), Inconclusive, "1 value on a side: at least 6"},
		{"five values", lines("ns/op", "A", six[:5]...), lines("ns/op", "A", slow...), Inconclusive, "5 values on a side"},
		{"both zero", lines("B/op", "A", "0", "0", "0", "0", "0", "0"), lines("B/op", "A", "0", "0", "0", "0", "0", "0"), NoChange, ""},
		{"from zero", lines("B/op", "A", "0", "0", "0", "0", "0", "0"), lines("B/op", "A", six...), Regressed, ""},
		{"to zero", lines("B/op", "A", six...), lines("B/op", "A", "0", "0", "0", "0", "0", "0"), Improved, ""},
		{"zero among others", lines("B/op", "A", "0", "5", "5", "5", "5", "5"), lines("B/op", "A", six...), Regressed, ""},
		{"overlapping zeros", lines("B/op", "A", "0", "5", "5", "5", "5", "5"), lines("B/op", "A", "0", "5", "5", "5", "5", "6"), Inconclusive, "no ratio"},
		{"exact, one value", "Unit allocs/op assume=exact\n" + lines("allocs/op", "A", "7"), lines("allocs/op", "A", "8"), Regressed, ""},
		{"exact, equal", "Unit allocs/op assume=exact\n" + lines("allocs/op", "A", "7"), lines("allocs/op", "A", "7"), NoChange, ""},
		{"declared direction", "Unit hits better=higher\n" + lines("hits", "A", six...), lines("hits", "A", slow...), Improved, ""},
		{"other work", lines("ns/op 10 tasks/op", "A", six...), lines("ns/op 20 tasks/op", "A", six...), Inconclusive, "not the same work"},
		{"missing", lines("ns/op", "A", six...) + lines("ns/op", "B", six...), lines("ns/op", "B", six...), Missing, ""},
		{"new", lines("ns/op", "B", six...), lines("ns/op", "A", six...) + lines("ns/op", "B", six...), New, ""},
	} {
		t.Run(test.name, func(t *testing.T) {
			g := Files(parse(t, test.base), parse(t, test.head), Options{})
			for _, c := range g.Cases {
				if c.Name == "A" {
					if c.Verdict != test.want || !strings.Contains(c.Reason, test.reason) {
						t.Errorf("%v (%s), want %v (%s)\n%s", c.Verdict, c.Reason, test.want, test.reason, text(t, g))
					}
					return
				}
			}
			t.Errorf("A is not among %+v", g.Cases)
		})
	}
}

// What only fails in head must not pass as missing.
func TestFilesFailed(t *testing.T) {
	six := []string{"100", "101", "102", "101", "100", "101"}
	a, b := lines("ns/op", "A", six...), lines("ns/op", "B", six...)
	base := parse(t, a+b)
	g := Files(base, parse(t, b+"# block 1\n# failed A: it\x1b[31m broke\n"), Options{})
	if g.Count(Failed) == 0 || g.Cases[0].Verdict != Failed || g.Count(Missing) != 0 || g.Cases[0].Name != "A" || g.Headline() != "1 failed, 1 without change." {
		t.Errorf("%s: %+v", g.Headline(), g.Cases)
	}
	if text := text(t, g); !strings.Contains(text, "Failed    A      every slice failed: it[31m broke") {
		t.Error(text)
	}
	if text := markdown(t, g); !strings.Contains(text, "| Failed | A | every slice failed") {
		t.Error(text)
	}
	if g := Files(base, parse(t, "# failed A: no\n# failed B: no\n"), Options{}); g.Count(Failed) != 2 || g.NotComparable != "" || g.Headline() != "2 failed." {
		t.Errorf("%s: %+v", g.Headline(), g)
	}
	if g := Files(parse(t, b+"# failed A: no\n"), parse(t, a+b), Options{}); g.Count(Failed) > 0 || g.Count(New) != 1 {
		t.Errorf("repaired in head: %+v", g)
	}
	if g := Files(base, parse(t, a+b+"# failed A: once\n"), Options{}); g.Count(Failed) > 0 {
		t.Errorf("failed once: %+v", g)
	}
}

// Benchmarks of one name in several packages are not one.
func TestFilesPackages(t *testing.T) {
	six := []string{"100", "101", "102", "101", "100", "101"}
	slow := []string{"200", "201", "202", "201", "200", "201"}
	base := parse(t, "pkg: p\n"+lines("ns/op", "A", six...)+"pkg: q\n"+lines("ns/op", "A", slow...))
	head := parse(t, "pkg: q\n"+lines("ns/op", "A", slow...)+"pkg: p\n"+lines("ns/op", "A", slow...))
	g := Files(base, head, Options{})
	if len(g.Cases) != 2 || g.Cases[0].Name != "p.A" || g.Cases[0].Verdict != Regressed || g.Cases[1].Name != "q.A" || g.Cases[1].Verdict != NoChange {
		t.Errorf("%+v", g.Cases)
	}
	if g := Files(base, parse(t, "pkg: q\n"+lines("ns/op", "A", slow...)+"# failed A: no\n"), Options{}); g.Cases[0].Name != "p.A" || g.Count(Failed) == 0 {
		t.Errorf("%+v", g.Cases)
	}
	if got := display("p.Grid/executor=x/workload=w/workers=1"); got != "p.Grid/executor=x/workload=w/workers=1" {
		t.Error(got)
	}
	one := parse(t, "pkg: p\n"+lines("ns/op", "A", six...))
	if g := Files(one, parse(t, lines("ns/op", "A", slow...)), Options{}); len(g.Cases) != 1 || g.Cases[0].Name != "A" {
		t.Errorf("a file without package: %+v", g.Cases)
	}
}

func TestFilesNotComparable(t *testing.T) {
	six := lines("ns/op", "A", "1", "2", "3", "4", "5", "6")
	base, head := parse(t, "cpu: X\n"+six), parse(t, "cpu: Y\n"+six)
	g := Files(base, head, Options{})
	if !strings.Contains(g.NotComparable, `cpu is "X" in base and "Y" in head`) || g.Count(Regressed) > 0 || !g.Inconclusive() {
		t.Errorf("%+v", g)
	}
	if !strings.Contains(text(t, g), "No verdict") {
		t.Errorf("%s", text(t, g))
	}
	if g := Files(base, head, Options{AcrossMachines: true}); g.NotComparable != "" || len(g.Cases) != 1 || len(g.Warnings) != 2 {
		t.Errorf("across machines: %+v", g)
	}
	if g := Files(base, parse(t, six), Options{}); g.NotComparable != "" {
		t.Errorf("a key that one file lacks: %s", g.NotComparable)
	}
	if g := Files(base, parse(t, lines("ns/op", "B", "1")), Options{}); g.NotComparable == "" || g.Count(New) != 1 || g.Count(Missing) != 1 {
		t.Errorf("nothing in common: %+v", g)
	}
}

// GOMAXPROCS tells benchmarks apart only when a file has several.
func TestFilesProcs(t *testing.T) {
	a := "BenchmarkA 1 5 ns/op\nBenchmarkA-2 1 5 ns/op\n"
	g := Files(parse(t, a), parse(t, a), Options{})
	if len(g.Cases) != 2 || g.Cases[0].Name != "A-1" || g.Cases[1].Name != "A-2" {
		t.Errorf("%+v", g.Cases)
	}
}

// The rules of a repository hold for files, too.
func TestFilesRules(t *testing.T) {
	six := []string{"100", "101", "102", "101", "100", "101"}
	slow := []string{"120", "121", "122", "121", "120", "121"}
	base := parse(t, lines("ns/op", "A", six...)+lines("ns/op", "B", six...)+lines("hits", "C", slow...))
	head := parse(t, lines("ns/op", "A", slow...)+lines("ns/op", "B", slow...)+lines("hits", "C", six...))
	g := Files(base, head, Options{Rules: rulesOf(t, "limit A sec/op 50%\naccept B sec/op 25% 2027-01-31 known\nbetter * hits higher\n")})
	want := map[string]Verdict{"A": NoChange, "B": Accepted, "C": Regressed}
	for _, c := range g.Cases {
		if c.Verdict != want[c.Name] {
			t.Errorf("%s: %v\n%s", c.Name, c.Verdict, text(t, g))
		}
	}
	if len(g.Cases) != 3 {
		t.Errorf("%+v", g.Cases)
	}
}
