package words

import (
	"math"
	"strings"

	"poolbench/reports/estimate"
)

// The units of what is derived, beside those that benchmarks report.
const (
	Seconds  = "sec"
	Times    = "ratio"    // 2 is "2.0×"
	Fraction = "fraction" // 0.5 is "50 %"
	Plain    = "number"   // 0.917 is "0.92"
	Bytes    = "bytes"    // 65536 is "64 KiB"
)

// Value prints a number of any unit: see Duration, Ratio, Percent and Quantity.
func Value(x float64, unit string) string {
	switch unit {
	case Seconds:
		return Duration(x)
	case Times:
		return Ratio(x)
	case Fraction:
		return Percent(x)
	case Plain:
		return plainNumber(x)
	case Bytes:
		return byteSize(x, x, 2, true)
	}
	return Quantity(x, unit)
}

// narrow is how far apart the ends of an interval are, as a share of the value, below
// which two digits do not show it.
const narrow = 0.1

// digits are how many significant ones an estimate is printed with: 3 where its interval is
// narrow.
func digits(e estimate.Estimate) int {
	if e.Known() && e.High-e.Low < narrow*math.Abs(e.Value) {
		return 3
	}
	return 2
}

// ValueOf prints the value of an estimate as precisely as IntervalOf its interval.
func ValueOf(e estimate.Estimate, unit string) string {
	switch n := digits(e); {
	case n == 2:
	case unit == Seconds:
		return duration(e.Value, n)
	case unit == Times:
		return ratioNumber(e.Value, n) + "×"
	case unit == Fraction:
		return percentDigits(e.Value, n) + " %"
	case unit == Bytes:
		return byteSize(e.Value, e.Value, n, true)
	}
	return Value(e.Value, unit)
}

// Estimate prints a number of a unit, with its interval when it has one: "0.47 µs [0.43,
// 0.52]", "1.87× [1.84, 1.90]".
func Estimate(e estimate.Estimate, unit string) string {
	if !e.Known() {
		return Value(e.Value, unit)
	}
	return ValueOf(e, unit) + " " + IntervalOf(e, unit)
}

// IntervalOf is the interval of e, a number of a unit, which it does not repeat: "[1.8,
// 2.1]"; empty when it has none.
func IntervalOf(e estimate.Estimate, unit string) string {
	if !e.Known() {
		return ""
	}
	n := digits(e)
	number := func(x float64) string {
		switch unit {
		case Seconds:
			text, _ := scaled(x, e.Value, n)
			return text
		case Times:
			return ratioNumber(x, n)
		case Fraction:
			return percentDigits(x, n)
		case Bytes:
			return byteSize(x, e.Value, n, false)
		}
		return strings.TrimSuffix(Value(x, unit), " "+unit)
	}
	return "[" + number(e.Low) + ", " + number(e.High) + "]"
}

// OutcomeText is what there is to say of a crossing that has no place, in a word or two.
func OutcomeText(o estimate.Outcome) string {
	return [...]string{estimate.Unknown: "cannot tell", estimate.Crosses: "", estimate.Always: "always", estimate.Never: "never", estimate.Several: "several"}[o]
}
