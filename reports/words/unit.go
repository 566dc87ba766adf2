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
	Plain    = "number"
)

// IntervalOf is how the functions of this package print the interval of e, a number of
// this unit: "[1.8, 2.0]"; empty when it has none.
func IntervalOf(e estimate.Estimate, unit string) string {
	print := PlainEstimate
	switch unit {
	case Seconds:
		print = DurationEstimate
	case Times:
		print = RatioEstimate
	case Fraction:
		print = PercentEstimate
	}
	_, interval, ok := strings.Cut(print(e), " [")
	if !ok {
		return ""
	}
	return "[" + interval
}
