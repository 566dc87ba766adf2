package words

import (
	"math"
	"testing"
)

func TestQuantityChange(t *testing.T) {
	for _, test := range []struct {
		base, head float64
		unit, want string
	}{
		{9.62e-6, 10.14e-6, "sec/op", "9.62 → 10.14 µs"},
		{10.4e-6, 9.5e-6, "sec/op", "10.4 → 9.50 µs"},
		{0.9996, 2, "sec/op", "1.00 → 2.00 s"},
		{1e-6, 120e-6, "sec/op", "1.00 → 120 µs"},
		{0.31e-9, 0.33e-9, "sec/op", "0.310 → 0.330 ns"},
		{1.2e-3, 1.26e-3, "p99-sec/op", "1.20 → 1.26 ms"},
		{12e-9, 13e-9, "sec/key", "12.0 → 13.0 ns/key"},
		{0, 2e-6, "gc-pause-sec/op", "0 → 2.00 µs"},
		{1001, 1202, "B/op", "1001 → 1202 B/op"},
		{3, 4, "allocs/op", "3 → 4 allocs/op"},
		{3, 3.3, "allocs/op", "3.00 → 3.30 allocs/op"},
		{0, 0.5, "allocs/op", "0 → 0.500 allocs/op"},
		{1.25e6, 1.31e6, "B/op", "1.25M → 1.31M B/op"},
		{999.7e6, 1.1e9, "B/op", "1.00G → 1.10G B/op"},
		{5 << 20, 6 << 20, "peak-rss-bytes", "5.00 → 6.00 MiB"},
		{1.2e-12, 1.3e-12, "x", "1.2e-12 → 1.3e-12 x"},
		{-3, -2, "x", "-3 → -2 x"},
		{0, 0, "B/op", "0 → 0 B/op"},
		{math.NaN(), math.Inf(1), "B/op", "NaN → +Inf B/op"},
	} {
		if got := QuantityChange(test.base, test.head, test.unit); got != test.want {
			t.Errorf("%v, %v %s: %q, want %q", test.base, test.head, test.unit, got, test.want)
		}
	}
}
