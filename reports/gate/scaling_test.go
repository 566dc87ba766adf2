package gate

import (
	"fmt"
	"math"
	"reflect"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"poolbench/bench/record"
)

// at is a benchmark with so many CPUs.
func at(name string, procs int) record.Promise {
	p := record.Promise{Pkg: "example.com/p", Name: name, Role: record.Judged, InBase: true, InHead: true, Procs: procs}
	if procs > 1 {
		p.Name += "-" + strconv.Itoa(procs)
	}
	return p
}

// scalings have one benchmark for everything that may become of a speedup.
func scalings() []planted {
	return []planted{
		{promise: at("Serve/size=1k", 1), sigma: 0.01}, {promise: at("Serve/size=1k", 2), sigma: 0.02, takes: 1 / 1.93, change: math.Log(1.9)},
		{promise: at("Both", 1), sigma: 0.01, change: math.Log(1.3)}, {promise: at("Both", 2), sigma: 0.02, takes: 1 / 1.9, change: math.Log(1.3)},
		{promise: at("Alone", 1), sigma: 0.01, change: math.Log(0.7)}, {promise: at("Alone", 2), sigma: 0.02, takes: 1 / 1.9},
		{promise: at("Slow", 1), sigma: 0.01, change: math.Log(1.5)}, {promise: at("Slow", 2), sigma: 0.02, takes: 1 / 1.9, change: math.Log(2.5)},
		{promise: at("Freed", 1), sigma: 0.01}, {promise: at("Freed", 2), sigma: 0.02, takes: 1 / 1.02, change: math.Log(1 / 1.8)},
		{promise: at("Free", 1), sigma: 0.01}, {promise: at("Free", 2), sigma: 0.02, takes: 1 / 1.98},
		{promise: at("Noisy", 1), sigma: 0.01}, {promise: at("Noisy", 2), sigma: 1.5},
		{promise: at("Four", 1), sigma: 0.01}, {promise: at("Four", 4), sigma: 0.02, takes: 1 / 1.9, change: math.Log(1.5)},
		{promise: at("Many", 2), sigma: 0.02, change: math.Log(1.5)},
		{promise: control("same", record.Same), sigma: 0.02},
		{promise: control("canary", record.Canary), sigma: 0.02, change: math.Log(1.05)},
	}
}

func TestScaling(t *testing.T) {
	j, c := measure(t, Options{CPUs: 2}, 150, quiet, scalings()...)
	r := j.Report()
	for _, test := range []struct {
		name    string
		verdict Verdict
		remark  string // begins so
	}{
		{"Serve/size=1k", Regressed, "serial time unchanged, efficiency 8"},
		{"Both", NoChange, ""},
		{"Alone", NoChange, "serial time -30 %, efficiency 10"},
		{"Slow", Regressed, "serial time +50 %, efficiency 8"},
		{"Freed", Improved, "serial time unchanged, efficiency 4"},
		{"Free", NoChange, ""},
		{"Noisy", Inconclusive, "varies too much to tell"},
	} {
		c := find(t, r, test.name, record.Speedup(2))
		if c.Verdict != test.verdict || !strings.HasPrefix(c.remark(), test.remark) || !(c.Ratio.Low < c.Ratio.Value && c.Ratio.Value < c.Ratio.High) || math.Abs(c.Limit-0.1) > 1e-9 {
			t.Errorf("%s: %v, %q: %+v", test.name, c.Verdict, c.remark(), c)
		}
	}
	if n := r.Benchmarks(Regressed); n != 7 { // Serve, both of Both and of Slow, and two that have no speedup
		t.Errorf("%d regressed: %s", n, r.Headline())
	}
	for _, c := range r.Cases {
		if n := record.SpeedupAt(c.Unit); n > 2 || n > 0 && (c.bareName() == "Many" || c.bareName() == "Four") {
			t.Errorf("%+v", c)
		}
	}
	if !slices.ContainsFunc(r.Warnings, func(w record.Warning) bool {
		return w.What == "Scaling is not judged at 4, since the machine has 2 CPUs."
	}) {
		t.Errorf("%v", r.Warnings)
	}
	rec := c.write(t)
	rec.Facts.Cores = 2
	if again := Replay(rec, Options{}).Report(); !reflect.DeepEqual(again, r) {
		t.Errorf("judged again:\n%s\nat first:\n%s", text(t, again), text(t, r))
	}
}

// A speedup in doubt has the benchmark with one CPU measured, too, and nothing that is settled.
func TestScalingIsMeasured(t *testing.T) {
	j, c := measure(t, Options{CPUs: 2}, 500, quiet, slices.Concat(scalings()[:2], scalings()[10:12])...)
	if n := len(c.blocks); n != screenBlocks+scalingLooks[0] || len(j.Next()) != 0 {
		t.Errorf("%d blocks: %s", n, text(t, j.Report()))
	}
	var names []string
	for _, r := range c.blocks[len(c.blocks)-1].Results {
		names = append(names, r.Point.Name()+" "+r.Point.Side)
	}
	if want := []string{"Serve/size=1k base", "Serve/size=1k head", "Serve/size=1k-2 base", "Serve/size=1k-2 head"}; !slices.Equal(names, want) {
		t.Errorf("the last block has %q", names)
	}
	// Too noisy to be told in any time: it does not go on for ever.
	_, c = measure(t, Options{CPUs: 2}, 500, quiet, planted{promise: at("Noisy", 1), sigma: 0.001}, planted{promise: at("Noisy", 2), sigma: 0.12, change: -0.01})
	last := c.blocks[len(c.blocks)-1].Number
	for _, b := range c.blocks {
		if b.Number > screenBlocks+scalingLooks[1] && slices.ContainsFunc(b.Results, func(r record.Result) bool { return r.Point.Name() == "Noisy" }) {
			t.Fatalf("block %d of %d", b.Number, last)
		}
	}
}

// A failure with one CPU takes the speedup away, and nothing else.
func TestScalingWithoutOne(t *testing.T) {
	all := scalings()[10:12]
	all[0].failsAt, all[0].reason = 3, "panic"
	j, _ := measure(t, Options{CPUs: 2}, 100, quiet, all...)
	r := j.Report()
	if c := find(t, r, "Free", record.UnitTime); c.Verdict != NoChange || len(r.Cases) != 2 {
		t.Errorf("%+v", r.Cases)
	}
}

// Few blocks decide nothing, and what they say is shown.
func TestScalingOfFewBlocks(t *testing.T) {
	j, _ := measure(t, Options{CPUs: 2}, 5, quiet, scalings()[:2]...)
	r := j.Report()
	if c := find(t, r, "Serve/size=1k", record.Speedup(2)); c.Verdict != Inconclusive || c.Reason != "5 blocks were measured, 12 are needed" {
		t.Errorf("%+v", c)
	}
}

func TestScalingRules(t *testing.T) {
	for _, test := range []struct {
		rule    string
		verdict Verdict
		limit   float64
	}{
		{"limit Serve/* efficiency@2 5%", Regressed, 0.05},
		{"limit Serve/* efficiency 100%", NoChange, 1},
		{"limit Serve/size=1k-2 speedup@2 100%", NoChange, 1},
		{"limit example.com/p.Serve* speedup 100%", NoChange, 1},
		{"limit Serve/* efficiency@4 100%", Regressed, 0.1},
		{"limit Serve/* sec/op 100%", Regressed, 0.1},
		{"accept Serve/size=1k efficiency@2 +95% 2027-01-31 locks now", Accepted, 0.1},
		{"accept Serve/size=1k speedup@2 +50% 2027-01-31 locks now", Regressed, 0.1},
	} {
		rules, err := ReadRules(strings.NewReader(test.rule+"\n"), RulesFile, time.Date(2026, 11, 22, 0, 0, 0, 0, time.UTC))
		if err != nil {
			t.Fatal(err)
		}
		j, _ := measure(t, Options{Rules: rules}, 60, quiet, scalings()[:2]...)
		r := j.Report()
		if c := find(t, r, "Serve/size=1k", record.Speedup(2)); c.Verdict != test.verdict || math.Abs(c.Limit-test.limit) > 1e-9 {
			t.Errorf("%s: %v, limit %v", test.rule, c.Verdict, c.Limit)
		}
		if idle := slices.ContainsFunc(r.Warnings, func(w record.Warning) bool { return strings.Contains(w.What, "is meant by") }); idle != strings.Contains(test.rule, "@4") {
			t.Errorf("%s: %v", test.rule, r.Warnings)
		}
	}
}

// Every view tells how a benchmark scales in its one line.
func TestScalingViews(t *testing.T) {
	j, _ := measure(t, Options{CPUs: 2}, 60, quiet, scalings()...)
	r := j.Report()
	r.Base, r.Head = "main (1a2b3c4d5e6f)", "worktree"
	r.Then = Then{Data: "poolbench-gate/comparison.txt", Until: time.Date(2027, 2, 25, 0, 0, 0, 0, time.UTC)}
	for name, text := range everyView(t, r) {
		golden(t, "scaling-"+name+".txt", []byte(text))
	}
	for _, line := range r.acceptLines() {
		if !strings.Contains(line, "@") { // of a name that stands for one with more CPUs, too
			continue
		}
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

var (
	printedScaling    = regexp.MustCompile(`([\d.]+) → ([\d.]+) at (\d+)(?: *\|)? *\\?\[([\d.]+), ([\d.]+)\\?\]`)
	printedEfficiency = regexp.MustCompile(`efficiency ([\d.]+) % → ([\d.]+) %`)
)

// scalesOneStory wants head's speedup within its interval, and the efficiencies of a line to be
// its speedups by the CPUs.
func scalesOneStory(t *testing.T, name, text string) {
	t.Helper()
	number := func(s string) float64 {
		v, err := strconv.ParseFloat(s, 64)
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
	for line := range strings.Lines(text) {
		scaling, efficiency := printedScaling.FindStringSubmatch(line), printedEfficiency.FindStringSubmatch(line)
		if scaling == nil {
			if efficiency != nil {
				t.Errorf("%s: an efficiency without its speedup: %s", name, line)
			}
			continue
		}
		if head := number(scaling[2]); number(scaling[4]) > head || number(scaling[5]) < head {
			t.Errorf("%s: %q: head is not in its interval", name, scaling[0])
		}
		for i := 1; efficiency != nil && i <= 2; i++ {
			if want := 100 * number(scaling[i]) / number(scaling[3]); math.Abs(number(efficiency[i])-want) > 1 {
				t.Errorf("%s: %s: the efficiency of %s is %.1f %%", name, strings.TrimSpace(line), scaling[i], want)
			}
		}
	}
}

// What go test -cpu 1,2 measured has speedups, too; names that only look so have none.
func TestFilesScale(t *testing.T) {
	file := func(parallel float64, names ...string) *record.Record {
		var lines strings.Builder
		lines.WriteString("pkg: example.com/p\n")
		for i := range 20 {
			drift := 1 + 0.005*math.Sin(float64(i))
			for k, name := range names {
				ns := 100 * drift * (1 + 0.01*math.Sin(float64(7*i)))
				if k%2 == 1 {
					ns = parallel * drift * (1 + 0.01*math.Cos(float64(5*i)))
				}
				fmt.Fprintf(&lines, "Benchmark%s \t 1000 \t %.4g ns/op\n", name, ns)
			}
		}
		return parse(t, lines.String())
	}
	r := Files(file(52, "Serve", "Serve-2"), file(99, "Serve", "Serve-2"), Options{})
	if c := find(t, r, "Serve", record.Speedup(2)); c.Verdict != Regressed || c.scales() != "1.92 → 1.01 at 2" || !strings.HasPrefix(c.Beside, "serial time unchanged") {
		t.Errorf("%+v", c)
	}
	for _, names := range [][]string{{"Copy/size", "Copy/size-2"}, {"Copy-2", "Copy-4"}, {"Copy"}} {
		for _, c := range Files(file(52, names...), file(99, names...), Options{}).Cases {
			if c.Unit != record.UnitTime {
				t.Errorf("%q: %+v", names, c)
			}
		}
	}
}
