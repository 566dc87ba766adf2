package compare

import "testing"

// Ranks of the sign-test interval at 95 %: n = 6..8 leave out nothing, 9..11 one
// value at each end, 12..14 two, 15..16 three, 17 four (Conover, table of the binomial).
func TestRank(t *testing.T) {
	for n, want := range map[int]int{1: 0, 2: 0, 5: 0, 6: 0, 8: 0, 9: 1, 11: 1, 12: 2, 14: 2, 15: 3, 17: 4, 20: 5} {
		if got := rank(n); got != want {
			t.Errorf("rank(%d) = %d, want %d", n, got, want)
		}
	}
}

func TestMedian(t *testing.T) {
	if got, want := Median([]float64{3, 1, 2}), (Estimate{2, 1, 3, 3}); got != want {
		t.Errorf("got %v, want %v", got, want)
	}
	if got, want := Median([]float64{9, 1, 2, 3, 4, 5, 6, 7, 8, 10}), (Estimate{5.5, 2, 9, 10}); got != want {
		t.Errorf("got %v, want %v", got, want)
	}
	if got, want := Median([]float64{4}), (Estimate{4, 4, 4, 1}); got != want {
		t.Errorf("got %v, want %v", got, want)
	}
}

func TestVerdict(t *testing.T) {
	for _, c := range []struct {
		low, high float64
		want      string
	}{{0.3, 0.5, "met"}, {0.4, 0.6, "open"}, {0.51, 0.6, "not met"}, {0.5, 0.502, "met"}} {
		if got := (Estimate{Low: c.low, High: c.high}).Verdict(0.5); got != c.want {
			t.Errorf("%v..%v against 0.5: %s, want %s", c.low, c.high, got, c.want)
		}
	}
}
