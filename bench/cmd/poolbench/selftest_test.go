package main

import (
	"bytes"
	"context"
	"strings"
	"testing"
	"time"

	"poolbench/bench/internal/program"
	"poolbench/bench/selftest"
	"poolbench/reports/estimate"
)

func TestSelftestUsage(t *testing.T) {
	for _, args := range [][]string{{"selftest", "now"}, {"selftest", "-seed", "x"}} {
		if code, _, stderr := poolbench(t, args...); code != program.Usage || strings.Count(stderr, "\n") != 1 {
			t.Errorf("%q: exit %d, %q", args, code, stderr)
		}
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	var out, errs bytes.Buffer
	if code := run(ctx, []string{"selftest", "-quick"}, &out, &errs); code != program.Interrupted || out.Len() > 0 {
		t.Errorf("cancelled: exit %d, %q, %q", code, &out, &errs)
	}
}

func TestWriteSelftest(t *testing.T) {
	var out strings.Builder
	writeSelftest(&out, selftest.Result{Seed: 7, Elapsed: 61 * time.Second, Rows: []selftest.Row{
		{Name: "a cost", Unit: "sec", Planted: 20e-6, Estimate: estimate.Estimate{Value: 21e-6, Low: 19e-6, High: 22e-6, N: 9}, Note: "so found"},
		{Name: "a speedup", Unit: "ratio", Planted: 1, Estimate: estimate.Estimate{Value: 2, Low: 1.9, High: 2.1, N: 9}, Verdict: selftest.Wrong},
		{Name: "nothing", Unit: "ratio", Planted: 1, Verdict: selftest.Open},
	}})
	for _, want := range []string{
		"a cost     20.00 µs  21.00 µs  [19.00 µs, 22.00 µs]  covered  so found",
		"a speedup  1.000     2.000     [1.900, 2.100]        WRONG",
		"nothing    1.000     –                               open",
		"1 of 3 planted values", "wrong", "Seed 7, 1m1s.",
	} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("no %q in\n%s", want, &out)
		}
	}
}
