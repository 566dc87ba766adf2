package reports_test

import (
	"fmt"
	"math"
	"strings"
	"testing"

	"poolbench/bench/record"
	"poolbench/reports"
	"poolbench/reports/planted"
)

// What would help stands first; what gains nothing is named, with what was too short to be
// tried; what cannot be told is said to be so.
func TestHelp(t *testing.T) {
	text := func(blocks int, run, rest float64) *record.Record {
		var text strings.Builder
		for b := range blocks {
			noise := float64(b%5-2) / 100
			fmt.Fprintf(&text, "# block %d\nBenchmarkGrid/executor=goroutines/workload=spin/workers=2/grain=20000/pass=delays-2 1 0.01 sec/op 256 tasks/op", b+1)
			for unit, v := range map[string]float64{"submit-gain": 0.11 + noise, "run-gain": run + noise, "start-gain": noise / 10, "encode-gain": 0.02 + 4*noise, "rest-gain": rest + noise} {
				fmt.Fprintf(&text, " %.4f %s", v, unit)
			}
			fmt.Fprintf(&text, " 5e-6 submit-mean-sec/op 3e-7 send-mean-sec/op 2e-5 run-mean-sec/op 1e-6 start-mean-sec/op 1e-3 queue-mean-sec/op 1e-3 reply-mean-sec/op 1e-6 encode-mean-sec/op\n")
		}
		rec, err := record.Read(strings.NewReader(text.String()), "help.txt")
		if err != nil {
			t.Fatal(err)
		}
		return rec
	}
	s := holds(t, text(20, 0.3, 0.01))
	has(t, said(s, reports.Help), "run twice as fast: 30 % [", "; submit twice as fast: 11 % [", "less time; not told: encode 2 % [", "; send, start, all the rest: nothing")
	section := reports.Answer(s, reports.Help)[0]
	if subject := section.Sentences[0].Subject; subject != "spin, 20 µs, goroutines × 2" {
		t.Errorf("subject %q", subject)
	}
	if brief := section.Sentences[0].Brief; !strings.HasPrefix(brief, "run twice as fast: 30 %") {
		t.Errorf("brief %q", brief)
	}
	if rows := section.Tables[0].Rows; len(rows) != 6 || rows[0][2].Text != "run" || rows[5][2].Text != "all the rest" {
		t.Errorf("rows %v", rows)
	}
	for _, impossible := range []*record.Record{text(20, 0.85, 0.01), text(20, 0.4, -0.41)} {
		has(t, said(holds(t, impossible), reports.Help), "cannot tell: the delays slowed it by more than they should have")
	}
	has(t, said(holds(t, text(3, 0.3, 0.01)), reports.Help), "too few comparisons for an interval so far")
	if none := reports.Answer(world(t, planted.Worlds(1, 8, 0.03)["all equal"]), reports.Help); len(none) != 0 {
		t.Errorf("of a record without delays: %v", none)
	}
}

// The interval of a gain covers that the rest stays as it is, and that it shrinks along; where
// there is no rest both are the same, and what gains nothing gains nothing.
func TestGains(t *testing.T) {
	for _, c := range []struct{ gain, rest, low, high float64 }{
		{0.4, 0, 0.4, 0.4},
		{0.4, 0.2, 0.4, 0.5},
		{0.4, -0.25, 0.32, 0.4}, // all slowed took more than twice the time
		{0, 0.2, 0, 0},
		{-0.1, 0.2, -0.125, -0.1},
	} {
		var g reports.Gains
		for b := range 9 {
			g.Add(b, c.gain, c.rest)
		}
		if e := g.Estimate(); e.N != 9 || e.Value != c.gain || math.Abs(e.Low-c.low) > 1e-9 || math.Abs(e.High-c.high) > 1e-9 {
			t.Errorf("gain %v, rest %v: %+v, want [%v, %v]", c.gain, c.rest, e, c.low, c.high)
		}
	}
	if e := new(reports.Gains).Estimate(); e.N != 0 || e.Known() {
		t.Errorf("of nothing: %+v", e)
	}
}
