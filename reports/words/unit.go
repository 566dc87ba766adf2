package words

import (
	"fmt"
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
	if !e.Known() {
		return ""
	}
	text := ""
	switch unit {
	case Seconds:
		return DurationInterval(e.Value, e.Low, e.High)
	case Times:
		return Interval(e.Low, e.High)
	case Fraction:
		text = PercentEstimate(e)
	case Plain:
		text = PlainEstimate(e)
	default:
		number := func(x float64) string { return strings.TrimSuffix(Quantity(x, unit), " "+unit) }
		return fmt.Sprintf("[%s, %s]", number(e.Low), number(e.High))
	}
	return text[strings.Index(text, "["):]
}
