package gate

import (
	"bytes"
	"compress/gzip"
	"encoding/xml"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"poolbench/bench/record"
	"poolbench/reports/view"
)

// printedChange is two figures and the change beside them, in any view.
var printedChange = regexp.MustCompile(`(-?[\d.e-]+)([TGM]?) → (-?[\d.e-]+)([TGM]?)(?: [^\s|]+)? *\|? *([+-]?[\d.]+) %`)

// around are the values that a printed number may stand for.
func around(t *testing.T, number, sign string) (low, high float64) {
	t.Helper()
	v, err := strconv.ParseFloat(number, 64)
	if err != nil {
		t.Fatal(err)
	}
	_, decimals, _ := strings.Cut(number, ".")
	half := 0.5
	for range decimals {
		half /= 10
	}
	factor := map[string]float64{"": 1, "M": 1e6, "G": 1e9, "T": 1e12}[sign]
	return (v - half) * factor, (v + half) * factor
}

// tellsOneStory wants each change that a text has beside two figures to be their ratio,
// within the last digit printed, and returns how many there are.
func tellsOneStory(t *testing.T, name, text string) int {
	t.Helper()
	found := printedChange.FindAllStringSubmatch(text, -1)
	for _, row := range found {
		baseLow, baseHigh := around(t, row[1], row[2])
		headLow, headHigh := around(t, row[3], row[4])
		low, high := around(t, strings.TrimPrefix(row[5], "+"), "")
		if low, high = 1+low/100, 1+high/100; baseLow <= 0 || headHigh/baseLow < low-1e-9 || headLow/baseHigh > high+1e-9 {
			t.Errorf("%s: %q: the ratio of the figures is not the change", name, row[0])
		}
	}
	return len(found)
}

// everyView is a report in all views for people.
func everyView(t *testing.T, r *Report) map[string]string {
	t.Helper()
	out := map[string]string{}
	for name, write := range map[string]func(*bytes.Buffer) error{
		"text":        func(b *bytes.Buffer) error { return WriteText(b, r, view.Options{}) },
		"markdown":    func(b *bytes.Buffer) error { return WriteMarkdown(b, r) },
		"annotations": func(b *bytes.Buffer) error { return WriteAnnotations(b, r) },
	} {
		var text bytes.Buffer
		if err := write(&text); err != nil {
			t.Fatal(err)
		}
		out[name] = strings.ReplaceAll(text.String(), "%25", "%")
	}
	var text bytes.Buffer
	if err := WriteJUnit(&text, r); err != nil {
		t.Fatal(err)
	}
	var suites struct {
		Cases []struct {
			Failure string `xml:"failure"`
			Skipped string `xml:"skipped"`
			Error   string `xml:"error"`
			Output  string `xml:"system-out"`
		} `xml:"testsuite>testcase"`
	}
	if err := xml.Unmarshal(text.Bytes(), &suites); err != nil {
		t.Fatal(err)
	}
	for _, c := range suites.Cases {
		out["junit"] += c.Failure + "\n" + c.Skipped + "\n" + c.Error + "\n" + c.Output + "\n"
	}
	return out
}

// Every row of every view of every comparison that is stored here: the change is the ratio
// of the figures beside it.
func TestOneStory(t *testing.T) {
	stored, err := record.ReadFile(filepath.Join("..", "..", "bench", "cmd", "poolbench", "testdata", "stored", "comparison.txt"))
	if err != nil {
		t.Fatal(err)
	}
	file, err := os.Open(filepath.Join("testdata", "noise.txt.gz"))
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	zipped, err := gzip.NewReader(file)
	if err != nil {
		t.Fatal(err)
	}
	noise, err := record.Read(zipped, "noise.txt")
	if err != nil {
		t.Fatal(err)
	}
	planted, _ := measure(t, Options{Rules: someRules(t)}, 150, quiet, everything()...)
	busy, _ := measure(t, Options{}, 60, record.Host{Others: 0.6, Waited: 0.4, Load: 3}, everything()...)
	few, _ := measure(t, Options{}, 5, quiet, everything()...)
	scaling, _ := measure(t, Options{}, 60, quiet, scalings()...)
	w := grid()
	rec := w.write(t)
	w.noise, w.seed = 0.3, w.seed+1
	noisy := w.write(t)
	for name, test := range map[string]struct {
		report *Report
		least  int // changes printed in all views together
	}{
		"stored":         {Stored(stored, Options{}), 60},
		"noise":          {Stored(noise, Options{}), 20},
		"strict noise":   {Stored(noise, Options{Slowdown: 0.001}), 20},
		"planted":        {planted.Report(), 38},
		"busy":           {busy.Report(), 20},
		"scaling":        {scaling.Report(), 12},
		"few blocks":     {few.Report(), 10},
		"files":          {Files(rec, scaledCopy(rec, w.names[17], 1.3), Options{}), 50},
		"other runs":     {Files(noisy, rec, Options{}), 30},
		"other machines": {Files(noisy, scaledCopy(rec, w.names[3], 30), Options{AcrossMachines: true}), 30},
	} {
		n := 0
		for view, text := range everyView(t, test.report) {
			n += tellsOneStory(t, name+", "+view, text)
			scalesOneStory(t, name+", "+view, text)
		}
		if n < test.least {
			t.Errorf("%s: %d changes printed, at least %d were expected", name, n, test.least)
		}
	}
}

// The medians of two builds that drift apart say the contrary of what was measured turn by
// turn: people see what was measured, and verdict.json names the medians as such.
func TestDriftTellsNoStory(t *testing.T) {
	c := Case{Name: "A", Unit: record.UnitTime, Verdict: Regressed, Base: 94.2e-9, Head: 87.6e-9}
	c.Ratio.Value, c.Ratio.Low, c.Ratio.High = 1.06, 1.05, 1.07
	r := &Report{Method: Interleaved, Cases: []Case{c}}
	for view, text := range everyView(t, r) {
		if !strings.Contains(text, "94.2 → 99.9 ns") {
			t.Errorf("%s: %s", view, text)
		}
	}
	var out bytes.Buffer
	if err := WriteJSON(&out, r, 1); err != nil || !strings.Contains(out.String(), `"head_median": 8.76e-8`) {
		t.Errorf("%v: %s", err, out.String())
	}
}

// Values that may be 0 have their interval as values.
func TestShownWithZeros(t *testing.T) {
	c := Case{Unit: "allocs/op", Verdict: Regressed, Base: 0, Head: 2, Shift: 1}
	c.Ratio.Value, c.Ratio.Low, c.Ratio.High, c.Ratio.N = 3, 2, 4, 20
	if got, want := []string{c.values(), c.change(), c.brief()}, []string{"0 → 2 allocs/op", "[1, 3]", "allocs 0 → 2"}; !slices.Equal(got, want) {
		t.Errorf("%q, want %q", got, want)
	}
}

// several has a benchmark that is worse in three units, one that is better in one and worse in
// another, and what one may do then.
func several(t *testing.T) *Report {
	t.Helper()
	encode := planted{promise: both("Encode/size=1k"), sigma: 0.01, change: 0.09, extra: map[string][2]float64{"allocs/op": {2, 3}, "B/op": {512, 1024}}}
	traded := planted{promise: both("Trade"), sigma: 0.01, change: 0.06, extra: map[string][2]float64{"allocs/op": {1, 0}}}
	fresh := planted{promise: both("Fresh"), sigma: 0.01, extra: map[string][2]float64{"allocs/op": {0, 2}}}
	j, _ := measure(t, Options{}, 60, quiet, encode, traded, fresh, planted{promise: both("Same"), sigma: 0.01},
		planted{promise: control("c1", record.Canary), sigma: 0.01, change: 0.0488}, planted{promise: control("c2", record.Canary), sigma: 0.01, change: 0.0488},
		planted{promise: control("Trade/control=slower", record.Canary), sigma: 0.9, change: 0.0488})
	r := j.Report()
	r.Base, r.Head = "main (1a2b3c4d5e6f)", "worktree"
	r.Then = Then{Data: "poolbench-gate/comparison.txt", Until: time.Date(2027, 2, 25, 0, 0, 0, 0, time.UTC),
		Again: func(packages, benchmarks []string) string {
			return "poolbench gate -base main -pkg " + strings.Join(packages, ",") + " -bench '" + BenchPattern(benchmarks) + "'"
		},
		Source: func(_, function string) (string, int) {
			return "p_test.go", map[string]int{"BenchmarkEncode": 12}[function]
		}}
	return r
}

// One benchmark is one regression in one line, with what to do next; verdict.json has it
// unit by unit.
func TestAfterRed(t *testing.T) {
	r := several(t)
	for name, text := range everyView(t, r) {
		golden(t, "after-"+name+".txt", []byte(text))
	}
	var out bytes.Buffer
	if err := WriteJSON(&out, r, 1); err != nil {
		t.Fatal(err)
	}
	golden(t, "after.json", out.Bytes())
	for _, line := range r.acceptLines() { // each does what it says
		rules, err := ReadRules(strings.NewReader(line), RulesFile, r.Then.Until)
		if err != nil {
			t.Fatal(err)
		}
		before := r.Count(Accepted)
		if rules.apply(r); r.Count(Accepted) != before+1 {
			t.Errorf("%s accepts %d", line, r.Count(Accepted)-before)
		}
	}
}

// What ended before anything was measured is told in every view.
func TestUnmeasured(t *testing.T) {
	for _, r := range []*Report{
		{Base: "main", Head: "worktree", EndedEarly: "failed", Unmeasured: "head does not build (example.com/m):\n./m.go:3:2: undefined: x\n"},
		{Base: "main", Head: "worktree", EndedEarly: "interrupted", Unmeasured: "interrupted before anything was measured"},
	} {
		first, _, _ := strings.Cut(r.Unmeasured, "\n")
		for name, text := range everyView(t, r) {
			if !strings.Contains(text, strings.TrimSuffix(first, ":")) {
				t.Errorf("%s: %q", name, text)
			}
		}
		if r.Outcome() != r.EndedEarly {
			t.Error(r.Outcome())
		}
	}
}
