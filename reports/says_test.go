package reports_test

import (
	"bytes"
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"

	"poolbench/bench/record"
	"poolbench/reports"
	"poolbench/reports/checker"
	"poolbench/reports/planted"
	"poolbench/reports/view"
)

// said is the sentences of a question, warnings behind them.
func said(s *reports.Set, q reports.Question) string {
	var out []string
	for _, section := range reports.Answer(s, q) {
		for _, sentence := range section.Sentences {
			out = append(out, sentence.Text)
		}
		for _, w := range section.Warnings {
			out = append(out, w.String())
		}
	}
	return strings.Join(out, "\n")
}

// screen is the last one of a terminal.
func screen(t *testing.T, s *reports.Set) string {
	t.Helper()
	var out bytes.Buffer
	if err := view.Text(&out, view.New(s, reports.Questions(), nil), view.Options{}); err != nil {
		t.Fatal(err)
	}
	return strings.Join(strings.Fields(out.String()), " ") // however it is wrapped
}

// holds asks of a record that every sentence is true of it.
func holds(t *testing.T, rec *record.Record) *reports.Set {
	t.Helper()
	s := reports.NewSet(rec)
	for _, err := range checker.Check(rec, reports.Answer(s, reports.Questions()...)) {
		t.Error(err)
	}
	return s
}

func world(t *testing.T, w planted.World) *reports.Set {
	t.Helper()
	rec, err := w.Record()
	if err != nil {
		t.Fatal(err)
	}
	return holds(t, rec)
}

// has fails where a text lacks one thing, or has one that begins with "not: ".
func has(t *testing.T, text string, things ...string) {
	t.Helper()
	for _, thing := range things {
		absent, not := strings.CutPrefix(thing, "not: ")
		if not && strings.Contains(text, absent) || !not && !strings.Contains(text, thing) {
			t.Errorf("%q in\n%s", thing, text)
		}
	}
}

// An arm is its speedups over the plain loop, by block; 0 is a block without it.
type arm struct {
	executor string
	workers  int
	speedups []float64
}

// paired is the record of one grain, 1 ms, with just these speedups, of 2 s a block.
func paired(t *testing.T, facts string, arms ...arm) *reports.Set {
	t.Helper()
	var text strings.Builder
	text.WriteString("# fact cores 2\n" + facts)
	for b := range arms[0].speedups {
		fmt.Fprintf(&text, "# block %d\nBenchmarkGrid/executor=serial/workload=w/workers=1/grain=1000000 1 0.064 sec/op 64 tasks/op\n", b+1)
		for _, a := range arms {
			if x := a.speedups[b]; x > 0 {
				fmt.Fprintf(&text, "BenchmarkGrid/executor=%s/workload=w/workers=%d/grain=1000000 1 %g sec/op 64 tasks/op\n", a.executor, a.workers, 0.064/x)
			}
		}
	}
	fmt.Fprintf(&text, "# fact end {\"blocks\":%d,\"elapsed\":%d}\n", len(arms[0].speedups), 2*len(arms[0].speedups))
	rec, err := record.Read(strings.NewReader(text.String()), "paired.txt")
	if err != nil {
		t.Fatal(err)
	}
	return holds(t, rec)
}

const (
	waits    = "# fact workload {\"name\":\"w\",\"resource\":\"wait\"}\n"
	computes = "# fact workload {\"name\":\"w\",\"resource\":\"cpu\"}\n"
)

// times are values multiplied, one by one.
func times(x []float64, by ...float64) []float64 {
	out := slices.Clone(x)
	for i := range out {
		out[i] *= by[i%len(by)]
	}
	return out
}

// around are n values around one, evenly apart in logarithms up to a share on either side.
func around(x, share float64, n int) []float64 {
	out := make([]float64, n)
	for i := range out {
		out[i] = x * math.Exp(share*(2*float64(i)/float64(max(n-1, 1))-1))
	}
	return out
}
