package selftest

import (
	"os"
	"strings"
	"testing"

	"poolbench/bench"
	"poolbench/reports/estimate"
)

// Some tests start worker processes from this test binary.
func TestMain(m *testing.M) {
	bench.Main()
	os.Exit(m.Run())
}

func TestJudge(t *testing.T) {
	for _, test := range []struct {
		planted, low, value, high float64
		n                         int
		want                      Verdict
	}{
		{100, 95, 100, 105, 10, Covered},
		{100, 100, 105, 110, 10, Covered},
		{100, 100.01, 105, 110, 10, Missed}, // nothing is granted
		{100, 103, 105, 110, 10, Wrong},
		{100, 84, 90, 95, 10, Missed},
		{100, 110, 112, 114, 10, Wrong},
		{100, 80, 82, 84, 10, Wrong},
		{100, 95, 100, 105, 5, Open},
	} {
		r := Row{Planted: test.planted, Estimate: estimate.Estimate{Value: test.value, Low: test.low, High: test.high, N: test.n}}
		if r.judge(); r.Verdict != test.want {
			t.Errorf("%+v: %v, want %v", test, r.Verdict, test.want)
		}
	}
	r := Row{Verdict: Wrong, Estimate: estimate.Estimate{Value: 1, Low: 1, High: 1, N: 9}, Planted: 1}
	if r.judge(); r.Verdict != Wrong {
		t.Error("a verdict that was given is judged again")
	}
}

// Of 7 rows 0.35 are missed by chance; 3 or more in 0.4 % of all runs, 2 or more
// in 4.4 %.
func TestFailed(t *testing.T) {
	for n, want := range map[int]int{1: 1, 2: 1, 7: 2, 20: 4, 100: 11} {
		if got := allowedMisses(n); got != want {
			t.Errorf("of %d rows %d misses are allowed, want %d", n, got, want)
		}
	}
	for verdicts, failed := range map[string]bool{"ccccccc": false, "cccccmm": false, "ccccmmm": true, "ccccccw": true, "ccccooo": false, "cccoooo": true, "": false} {
		var r Result
		for _, v := range verdicts {
			r.Rows = append(r.Rows, Row{Verdict: map[rune]Verdict{'c': Covered, 'm': Missed, 'w': Wrong, 'o': Open}[v]})
		}
		if text, got := r.Failed(); got != failed || !strings.Contains(text, "planted values") {
			t.Errorf("%q: %q, failed %v", verdicts, text, got)
		}
	}
}
