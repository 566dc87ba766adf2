package words

import (
	"math"
	"strings"
	"testing"
	"testing/quick"
	"time"

	"poolbench/reports/estimate"
)

func TestNumbers(t *testing.T) {
	for _, test := range []struct{ got, want string }{
		{Duration(0), "0 s"},
		{Duration(0.3e-9), "0.30 ns"},
		{Duration(4.7e-9), "4.7 ns"},
		{Duration(47e-9), "47 ns"},
		{Duration(100e-9), "100 ns"},
		{Duration(104e-9), "100 ns"},
		{Duration(110e-9), "0.11 µs"},
		{Duration(0.47e-6), "0.47 µs"},
		{Duration(3.84e-6), "3.8 µs"},
		{Duration(9.96e-6), "10 µs"},
		{Duration(290e-6), "290 µs"},
		{Duration(994e-6), "990 µs"},
		{Duration(999.6e-6), "1.0 ms"},
		{Duration(1.2e-3), "1.2 ms"},
		{Duration(0.9996), "1.0 s"},
		{Duration(83), "83 s"},
		{Duration(1234), "1200 s"},
		{Duration(-2e-3), "-2.0 ms"},
		{Duration(math.NaN()), "unknown"},
		{Duration(math.Inf(1)), "unknown"},
		{Estimate(estimate.Estimate{Value: 0.47e-6, Low: 0.43e-6, High: 0.52e-6, N: 30}, Seconds), "0.47 µs [0.43, 0.52]"},
		{Estimate(estimate.Estimate{Value: 0.95e-3, Low: 0.9e-3, High: 1.1e-3, N: 30}, Seconds), "950 µs [900, 1100]"},
		{Estimate(estimate.Estimate{Value: 2, N: 3}, Seconds), "2.0 s"},
		{Ratio(1.94), "1.9×"}, {Ratio(0.0467), "0.047×"}, {Ratio(0.949), "0.95×"}, {Ratio(1.034), "1.03×"},
		{Ratio(0.9996), "1.00×"}, {Ratio(1.096), "1.1×"}, {Ratio(63.14), "63×"}, {Ratio(126), "126×"}, {Ratio(9.97), "10×"},
		{Ratio(0), "0×"}, {Ratio(math.NaN()), "unknown"},
		{IntervalOf(estimate.Estimate{Low: 1.8, High: 2.04, N: 6}, Times), "[1.8, 2.0]"}, {IntervalOf(estimate.Estimate{Low: 0.98, High: 1.2, N: 6}, Times), "[0.98, 1.2]"},
		{Estimate(estimate.Estimate{Value: 1.9, Low: 1.8, High: 2, N: 6}, Times), "1.9× [1.8, 2.0]"},
		{Percent(0.5), "50 %"}, {Percent(0.042), "4.2 %"}, {Percent(0.05), "5 %"}, {Percent(-0.0001), "0 %"},
		{Change(1.14), "+14 %"}, {Change(0.97), "-3 %"}, {Change(1), "0 %"},
		{ChangeInterval(1.09, 1.19), "[+9, +19]"}, {ChangeInterval(0.96, 1.11), "[-4, +11]"},
		{Grain(100), "100 ns"}, {Grain(10 * time.Microsecond), "10 µs"}, {Grain(1500 * time.Microsecond), "1.5 ms"}, {Grain(2 * time.Second), "2 s"}, {Grain(0), "0"},
		{Quantity(3, "allocs/op"), "3 allocs/op"}, {Quantity(1.25e6, "B/op"), "1.25M B/op"}, {Quantity(0.0021, "sec/op"), "2.1 ms"},
		{Quantity(12345, "B/op"), "12345 B/op"}, {Quantity(4.16e15, "p"), "4160T p"}, {Quantity(999.7e6, "B/op"), "1G B/op"}, {Quantity(0.123, "x"), "0.12 x"},
		{ASCII("1.9× ±3 µs → ☃"), "1.9x +-3 us -> ?"},
		{Count(1, "block"), "1 block"}, {Count(0, "block"), "0 blocks"},
	} {
		if test.got != test.want {
			t.Errorf("got %q, want %q", test.got, test.want)
		}
	}
}

// Whatever the value, no exponent and no wrong size.
func TestNumbersNeverHaveExponents(t *testing.T) {
	check := func(mantissa float64, exponent int8) bool {
		x := math.Abs(mantissa)/math.MaxFloat64*9 + 1
		x *= math.Pow(10, float64(exponent%15))
		for _, s := range []string{Duration(x), Ratio(x), Percent(x), Quantity(x, "u"), IntervalOf(estimate.Estimate{Value: 1e-6, Low: x, High: 2 * x, N: 6}, Seconds)} {
			number, _, _ := strings.Cut(strings.Trim(s, "[]"), " ")
			if strings.ContainsAny(number, "eE") && !strings.HasPrefix(number, "un") {
				t.Logf("%v: %s", x, s)
				return false
			}
		}
		return true
	}
	if err := quick.Check(check, nil); err != nil {
		t.Error(err)
	}
}
