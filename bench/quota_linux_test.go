package bench

import "testing"

func TestParseQuota(t *testing.T) {
	for text, want := range map[string]float64{"50000 100000\n": 0.5, "400000 100000\n": 4, "max 100000\n": 0, "": 0, "0 0": 0, "x y": 0} {
		got, ok := parseQuota(text)
		if got != want || ok != (want > 0) {
			t.Errorf("%q: %v, %v; want %v", text, got, ok, want)
		}
	}
}
