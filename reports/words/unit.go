package words

import (
	"strings"

	"poolbench/reports/estimate"
)

// The units of what is derived, beside those that benchmarks report.
const (
	Seconds  = "sec"
	Times    = "ratio"    // 2 is "2.0×"
	Fraction = "fraction" // 0.5 is "50 %"
	Plain    = "number"   // 0.917 is "0.92"
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
	}
	return Quantity(x, unit)
}

// Estimate prints a number of a unit, with its interval when it has one: "0.47 µs [0.43,
// 0.52]", "1.9× [1.8, 2.0]".
func Estimate(e estimate.Estimate, unit string) string {
	if !e.Known() {
		return Value(e.Value, unit)
	}
	return Value(e.Value, unit) + " " + IntervalOf(e, unit)
}

// IntervalOf is the interval of e, a number of a unit, which it does not repeat: "[1.8,
// 2.0]"; empty when it has none.
func IntervalOf(e estimate.Estimate, unit string) string {
	if !e.Known() {
		return ""
	}
	number := func(x float64) string {
		switch unit {
		case Seconds:
			text, _ := scaled(x, e.Value)
			return text
		case Times:
			return RatioNumber(x)
		case Fraction:
			return percentNumber(x)
		}
		return strings.TrimSuffix(Value(x, unit), " "+unit)
	}
	return "[" + number(e.Low) + ", " + number(e.High) + "]"
}

// OutcomeText is what there is to say of a crossing that has no place, in a word or two.
func OutcomeText(o estimate.Outcome) string {
	return [...]string{estimate.Unknown: "cannot tell", estimate.Crosses: "", estimate.Always: "always", estimate.Never: "never", estimate.Several: "several"}[o]
}
