package reports_test

import (
	"bytes"
	"fmt"
	"strings"
	"testing"
	"time"

	"poolbench/bench/record"
	"poolbench/reports"
	"poolbench/reports/estimate"
	"poolbench/reports/planted"
	"poolbench/reports/view"
)

// One count of blocks and arms, wherever it stands.
func TestOneCount(t *testing.T) {
	full, part := around(1.5, 0.01, 140), around(1.5, 0.01, 140)
	for b := 47; b < 140; b++ {
		part[b] = 0
	}
	arms := []arm{{"goroutines", 2, full}}
	for i := range 9 {
		arms = append(arms, arm{fmt.Sprintf("pool%c", 'a'+i), 2, part})
	}
	s := paired(t, waits, arms...)
	const want = "47 rounds over all 11 arms, and 93 over those that needed more"
	has(t, said(s, reports.Trust), want)
	has(t, screen(t, s), want)
	has(t, reports.Answer(s, reports.Trust)[0].Reading, want, "not: 140")
}

// An ideal that is surely beaten is said to be, and efficiencies are against workers then.
func TestBeatenIdealIsSaid(t *testing.T) {
	w := planted.World{Seed: 2, Blocks: 20, Noise: 0.02, Resource: "cpu", Grains: []time.Duration{time.Millisecond}, Gave: func(int) float64 { return 1.6 },
		Pools: []planted.Pool{{Executor: "goroutines", Workers: 2, Speedup: planted.Gain(1.85)}}}
	s := world(t, w)
	has(t, said(s, reports.Trust), "The measured capacity is not the ideal of spin: goroutines with 2 workers on spin at 1 ms reaches 11")
	if p := reports.Scalings(s)[0].Points()[0]; p.CapacityEfficiency != 0 {
		t.Errorf("%+v", p)
	}
	w.Pools[0].Speedup = planted.Gain(1.55)
	has(t, said(world(t, w), reports.Trust), "not: is not the ideal")
}

// Shares of the workers' time are within 0 and 100 %, or the split is said not to fit.
func TestSharesAreShares(t *testing.T) {
	for _, inside := range []float64{0.9, 0.99, 1.06} { // seconds within a task, of one alone
		var text strings.Builder
		text.WriteString("# fact cores 2\n" + computes)
		for b := range 9 {
			fmt.Fprintf(&text, "# block %d\nBenchmarkGrid/executor=serial/workload=w/workers=1/grain=1000000 1 0.064 sec/op 64 tasks/op\n", b+1)
			for _, n := range []int{1, 2} {
				fmt.Fprintf(&text, "BenchmarkGrid/executor=goroutines/workload=w/workers=%d/grain=1000000 1 %g sec/op 64 tasks/op %g task-sec/op 1 task-share\n", n, 0.064*inside/float64(n)*(1+0.001*float64(b)), inside*1e-3)
			}
		}
		rec, err := record.Read(strings.NewReader(text.String()), "shares.txt")
		if err != nil {
			t.Fatal(err)
		}
		where := said(holds(t, rec), reports.Where)
		if inside < 0.95 {
			has(t, where, "tasks take less time than in the plain loop", "cannot be split", "not: % of the workers")
		} else {
			has(t, where, "of the workers' time is useful work", "not: -", "not: 106 %")
		}
	}
}

// A law is told only where it passes near the points that matter.
func TestLawsPassNearThePoints(t *testing.T) {
	var arms []arm
	for n, speedup := range map[int]float64{1: 0.98, 2: 1.84, 4: 1.75, 8: 1.7} {
		arms = append(arms, arm{"goroutines", n, around(speedup, 0.005, 12)})
	}
	s := paired(t, computes, arms...)
	for _, x := range reports.Scalings(s) {
		for _, series := range x.Series {
			if series.Law.Kind == reports.NoLaw {
				continue
			}
			for _, p := range series.Points {
				if p.Workers <= 2 && !(p.Modelled > 0.94*p.Speedup.Value && p.Modelled < 1.06*p.Speedup.Value) {
					t.Errorf("%s says %v of %v", series.Law.Text(), p.Modelled, p.Speedup)
				}
			}
		}
	}
}

// A sentence that claims nothing is printed nowhere, nor is a section of nothing else.
func TestSentenceWithoutClaim(t *testing.T) {
	s := paired(t, waits, arm{"goroutines", 2, around(1.8, 0.01, 6)})
	claim := []reports.Claim{{Subject: "it", Relation: reports.CountOf, Object: "things", Value: estimate.Exactly(1, 1)}}
	ask := func(sentences ...reports.Sentence) reports.Question {
		return reports.Question{Name: "q", Title: "Q?", Doc: "Is it?", Answer: func(*reports.Set) reports.Section { return reports.Section{Sentences: sentences} }}
	}
	unfounded := reports.Sentence{Subject: "it", Text: "UNFOUNDED", Brief: "UNFOUNDED", Verdict: &reports.Verdict{Kind: reports.Win, Word: "UNFOUNDED"}}
	if all := reports.Answer(s, ask(unfounded)); len(all) != 0 {
		t.Errorf("%+v", all)
	}
	r := view.New(s, []reports.Question{ask(unfounded, reports.Sentence{Text: "FOUNDED", Brief: "FOUNDED", Claims: claim})}, nil)
	for name, write := range map[string]func(*bytes.Buffer) error{
		"text":     func(b *bytes.Buffer) error { return view.Text(b, r, view.Options{}) },
		"verbose":  func(b *bytes.Buffer) error { return view.Text(b, r, view.Options{Verbose: true}) },
		"markdown": func(b *bytes.Buffer) error { return view.Markdown(b, r) },
		"html":     func(b *bytes.Buffer) error { return view.HTML(b, r) },
		"json":     func(b *bytes.Buffer) error { return view.JSON(b, r) },
	} {
		var out bytes.Buffer
		if err := write(&out); err != nil {
			t.Fatal(err)
		}
		if strings.Contains(out.String(), "UNFOUNDED") || !strings.Contains(out.String(), "FOUNDED") {
			t.Errorf("%s:\n%s", name, out.String())
		}
	}
}
