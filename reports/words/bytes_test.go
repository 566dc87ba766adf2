package words

import (
	"math"
	"testing"

	"poolbench/reports/estimate"
)

func TestBytes(t *testing.T) {
	for x, want := range map[float64]string{0: "0 B", 1: "1 B", 300: "300 B", 300.4: "300 B", 1024: "1 KiB", 1500: "1.5 KiB", 4096: "4 KiB", 65536: "64 KiB", 209_999: "210 KiB", 1 << 20: "1 MiB", 1.3e6: "1.2 MiB", 3e9: "2.8 GiB", math.Inf(1): "unknown"} {
		if got := Value(x, Bytes); got != want {
			t.Errorf("%v: %q, want %q", x, got, want)
		}
	}
	e := estimate.Estimate{Value: 200_000, Low: 150_000, High: 2_100_000, N: 9}
	if got := Estimate(e, Bytes); got != "200 KiB [150, 2100]" {
		t.Errorf("%q", got)
	}
}
