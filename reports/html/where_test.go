package html

import (
	"bytes"
	"strings"
	"testing"

	"poolbench/reports"
	"poolbench/reports/estimate"
)

// The fourth question is asked where there is an answer, and only there.
func TestWhereIsShown(t *testing.T) {
	about := func(v float64) estimate.Estimate { return estimate.Estimate{Value: v, Low: v, High: v, N: 12} }
	d := &reports.Data{Scalings: []reports.Scaling{{Workload: "<spin>", Series: []reports.ScalingSeries{{
		Executor: "pool",
		Points: []reports.ScalingPoint{{Workers: 4, Speedup: about(3), SerialFraction: about(0.11),
			Ledger: reports.Ledger{Ideal: 0.75, Inflation: 0.05, Scheduling: 0.15, Idle: 0.05, Split: true, N: 12}}},
		Law: reports.Law{Kind: reports.USL, PerWorker: about(0.97), Contention: about(0.04), Crosstalk: about(0.002), Peak: about(22)},
	}}}}}
	d.Answers.Where = []reports.Sentence{{Subject: "<spin>", Text: "pool: text of the answer"}}
	page := func() string {
		var b bytes.Buffer
		if err := Write(&b, d, nil); err != nil {
			t.Fatal(err)
		}
		return b.String()
	}
	text := page()
	for _, want := range []string{`<section id="where">`, "&lt;spin&gt;", "text of the answer", "4 % [4, 4] of contention",
		"22 [22, 22]", "0.11 [0.11, 0.11]", "75 %", "15 %"} {
		if !strings.Contains(text, want) {
			t.Errorf("the page has no %q", want)
		}
	}
	d.Answers.Where = nil
	if text := page(); strings.Contains(text, `id="where"`) || strings.Contains(text, `href="#where"`) {
		t.Error("a question without an answer is shown")
	}
}
