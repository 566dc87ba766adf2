package gate

import (
	"bytes"
	"cmp"
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
			if g.Count(Regressed) != 1 || g.Cases[0].Name != name+"-2" || g.Count(Improved) != 0 {
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
	if g.Count(Regressed) != 1 || g.Cases[0].Name != name+"-2" {
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
				if c.Name == "A-2" {
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
	if g.Count(Failed) == 0 || g.Cases[0].Verdict != Failed || g.Count(Missing) != 0 || g.Cases[0].Name != "A-2" || g.Headline() != "1 failed, 1 without change." {
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
	if len(g.Cases) != 2 || g.Cases[0].Point().Full() != "p.A-2" || g.Cases[0].Verdict != Regressed || g.Cases[1].Point().Full() != "q.A-2" || g.Cases[1].Verdict != NoChange {
		t.Errorf("%+v", g.Cases)
	}
	if g := Files(base, parse(t, "pkg: q\n"+lines("ns/op", "A", slow...)+"# failed A: no\n"), Options{}); g.Cases[0].Point().Full() != "p.A-2" || g.Count(Failed) == 0 {
		t.Errorf("%+v", g.Cases)
	}
	if got := display("p.Grid/executor=x/workload=w/workers=1"); got != "p.Grid/executor=x/workload=w/workers=1" {
		t.Error(got)
	}
	one := parse(t, "pkg: p\n"+lines("ns/op", "A", six...))
	if g := Files(one, parse(t, lines("ns/op", "A", slow...)), Options{}); len(g.Cases) != 1 || g.Cases[0].Point().Full() != "p.A-2" {
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
	if !strings.Contains(text(t, g), "NOT CHECKED") {
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

// Names are compared as they are written, over both files.
func TestFilesNames(t *testing.T) {
	six := func(names ...string) (text string) {
		for _, name := range names {
			name, ns, _ := strings.Cut(name, "=")
			text += strings.Repeat("Benchmark"+name+" 1 "+cmp.Or(ns, "100")+" ns/op\n", 6)
		}
		return text
	}
	const doubt = "Names end in "
	for _, test := range []struct {
		name       string
		base, head string
		across     bool
		want       string // verdicts by name
		warn       string
	}{
		{"one GOMAXPROCS", six("A-8"), six("A-8=130"), false, "A-8 regressed", ""},
		{"another", six("A-4"), six("A-8=60"), false, "A-8 new, A-4 missing", doubt + "-4 in base and in -8 in head"},
		{"another, across machines", six("A-4"), six("A-8=60"), true, "A improved", "another GOMAXPROCS"},
		{"none and one", six("A"), six("A-8"), false, "A-8 new, A missing", doubt + "no number in base and in -8 in head"},
		{"sizes", six("Copy/size-100"), six("Copy/size-200=200"), false, "Copy/size-200 new, Copy/size-100 missing", doubt + "-100 in base and in -200 in head"},
		{"sizes, across machines", six("Copy/size-100"), six("Copy/size-200=200"), true, "Copy/size-200 new, Copy/size-100 missing", doubt},
		{"a size left", six("Copy/size-100", "Copy/size-200"), six("Copy/size-100=130"), false, "Copy/size-100 regressed, Copy/size-200 missing", ""},
		{"-1 is no suffix", six("Store/Add", "Store/Add-1=1000"), six("Store/Add", "Store/Add-1=1300"), false, "Store/Add-1 regressed, Store/Add no change shown", ""},
		{"other -cpu lists", six("A", "A-2", "A-4"), six("A-2=130", "A-4", "A-8"), false, "A-2 regressed, A-4 no change shown, A-8 new, A missing", ""},
		{"lists without a common one", six("A", "A-2"), six("A-4"), false, "A-4 new, A missing, A-2 missing", doubt + "no number and -2 in base and in -4 in head"},
		{"ours at GOMAXPROCS 1", ours + six("A/x-1"), six("A/x=130"), false, "A/x regressed", ""},
		{"packages", "pkg: p\n" + six("A-4", "B-4") + "pkg: q\n" + six("A/x-1"), "pkg: p\n" + six("A-4", "B-4=130") + "pkg: q\n" + six("A/x-1"), false, "B-4 regressed, A-4 no change shown, A/x-1 no change shown", ""},
	} {
		g := Files(parse(t, test.base), parse(t, test.head), Options{AcrossMachines: test.across})
		var got, warnings []string
		for _, c := range g.Cases {
			got = append(got, c.Name+" "+c.Verdict.String())
		}
		for _, w := range g.Warnings {
			warnings = append(warnings, w.What)
		}
		said := strings.Join(warnings, " ")
		if strings.Join(got, ", ") != test.want || !strings.Contains(said, test.warn) || test.warn == "" && strings.Contains(said, doubt) {
			t.Errorf("%s: %q\n%s", test.name, got, said)
		}
	}
}

// What is in both files and is not compared is told.
func TestFilesSayWhatIsNotCompared(t *testing.T) {
	six := func(values string) string { return strings.Repeat("BenchmarkA-2 1 "+values+"\n", 6) }
	for _, test := range []struct{ base, head, want string }{
		{six("5 ns/op 3 hits/op"), six("5 ns/op 9 hits/op"), "whether lower or higher is better: hits/op."},
		{six("5 ns/op 3 lag-ns/op"), six("5 ns/op 9 lag-ns/op"), "better: lag-sec/op."},
		{six("5 ns/op 3 B/op 1 allocs/op"), six("5 ns/op"), "In base only, and not compared: B/op and allocs/op."},
		{six("5 ns/op"), six("5 ns/op 7 req/s"), "In head only, and not compared: req/s."},
		{"cpu: X\n" + six("5 ns/op") + "cpu: Y\n" + six("5 ns/op"), six("5 ns/op"), `file.txt holds results of several machines or Go versions: cpu is "X" and "Y".`},
		{"go: go1.25\n" + six("5 ns/op"), "go: go1.25\n" + six("5 ns/op") + "go: go1.26\n" + six("5 ns/op"), `NOT CHECKED: the files are not of the same machine: go is "go1.25" in base and "go1.25" and "go1.26" in head.`},
		{six("5 ns/op"), lines("ns/op", "A", "5", "6"), "NOT CHECKED: nothing could be compared: 2 values on a side: at least 6 are needed."},
		{six("5 ns/op 8 tasks/op"), six("5 ns/op 9 tasks/op"), "NOT CHECKED: nothing could be compared: not the same work"},
		{ours + six("5 ns/op") + "BenchmarkA", six("5 ns/op"), "file.txt lost its end: line 8 is cut off"},
	} {
		g := Files(parse(t, test.base), parse(t, test.head), Options{})
		if text := text(t, g); !strings.Contains(text, test.want) {
			t.Errorf("%q is not in:\n%s", test.want, text)
		}
		var annotations bytes.Buffer
		if err := WriteAnnotations(&annotations, g); err != nil || strings.HasPrefix(test.want, "NOT CHECKED") != strings.Contains(annotations.String(), "title=poolbench%3A NOT CHECKED") {
			t.Errorf("%s: %s, %v", test.want, &annotations, err)
		}
		var junit bytes.Buffer
		if err := WriteJUnit(&junit, g); err != nil || strings.HasPrefix(test.want, "NOT CHECKED") != strings.Contains(junit.String(), `name="checked"`) {
			t.Errorf("%s: %s, %v", test.want, &junit, err)
		}
		if strings.HasPrefix(test.want, "NOT CHECKED") && (g.ExitCode(FailOn{Inconclusive: true}) != ExitInconclusive || g.ExitCode(FailOn{}) != ExitFine) {
			t.Errorf("%s: exit code %d", test.want, g.ExitCode(FailOn{Inconclusive: true}))
		}
	}
}

const ours = "# fact seed 1\n" // says that the file is a record of ours

// Zeros are values of the unit that they would have otherwise.
func TestFilesZeros(t *testing.T) {
	for _, test := range []struct{ base, head, want string }{
		{"5 ns/op 12.5 MB/s", "5 ns/op 0 MB/s", "B/s"},
		{"5 ns/op 0 user-ns/op", "5 ns/op 7 user-ns/op", "user-sec/op"},
		{"0 ns/op", "5 ns/op", "sec/op"},
		{"5 ns/op 0 allocs/op", "5 ns/op 1 allocs/op", "allocs/op"},
		{"5 ns/op 1000 req/s", "5 ns/op 700 req/s", "req/s"},
	} {
		six := func(values string) string { return strings.Repeat("BenchmarkA-2 1 "+values+"\n", 6) }
		g := Files(parse(t, six(test.base)), parse(t, six(test.head)), Options{})
		if g.Count(Regressed) != 1 || g.Cases[0].Unit != test.want {
			t.Errorf("%s to %s: %s", test.base, test.head, text(t, g))
		}
	}
}

// A file in another order holds no change, paired or not.
func TestFilesAgainstTheirPermutation(t *testing.T) {
	const times = "1 2 4 8 16 32 64 128 256 512 1024 2048"
	write := func(run, times string) string {
		var text strings.Builder
		text.WriteString("# fact run \"" + run + "\"\n")
		for i, ns := range strings.Fields(times) {
			text.WriteString(fmt.Sprintf("# block %d\nBenchmarkA-2 1 %s ns/op\n", i+1, ns))
		}
		return text.String()
	}
	base := write("x", times)
	if g := Files(parse(t, base), parse(t, base), Options{}); g.Method != OneRun || g.Count(NoChange) != 1 {
		t.Errorf("itself: %s", text(t, g))
	}
	_, rotated, _ := strings.Cut(times, " ")
	g := Files(parse(t, base), parse(t, write("x", rotated+" 1")), Options{})
	if g.Count(Inconclusive) != 1 || !strings.Contains(text(t, g), "the same results in another order") {
		t.Errorf("rotated: %s", text(t, g))
	}
	p, q := "pkg: p\n", "pkg: q\n"
	fast, slow := strings.Repeat("BenchmarkA-2 1 5 ns/op\n", 6), strings.Repeat("BenchmarkA-2 1 9 ns/op\n", 6)
	if g := Files(parse(t, p+fast+q+slow), parse(t, q+fast+p+slow), Options{}); g.Count(Regressed)+g.Count(Improved) > 0 {
		t.Errorf("packages exchanged: %s", text(t, g))
	}
}

// The rules of a repository hold for files, too.
func TestFilesRules(t *testing.T) {
	six := []string{"100", "101", "102", "101", "100", "101"}
	slow := []string{"120", "121", "122", "121", "120", "121"}
	base := parse(t, lines("ns/op", "A", six...)+lines("ns/op", "B", six...)+lines("hits", "C", slow...))
	head := parse(t, lines("ns/op", "A", slow...)+lines("ns/op", "B", slow...)+lines("hits", "C", six...))
	g := Files(base, head, Options{Rules: rulesOf(t, "limit A sec/op 50%\naccept B sec/op 25% 2027-01-31 known\nbetter * hits higher\n")})
	want := map[string]Verdict{"A-2": NoChange, "B-2": Accepted, "C-2": Regressed}
	for _, c := range g.Cases {
		if c.Verdict != want[c.Name] {
			t.Errorf("%s: %v\n%s", c.Name, c.Verdict, text(t, g))
		}
	}
	if len(g.Cases) != 3 {
		t.Errorf("%+v", g.Cases)
	}
}
