package words

import (
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"

	"poolbench/reports/estimate"
)

// This file is the only place that rounds numbers for people: terminal, Markdown,
// HTML and charts print what these functions return, so they always agree.

// Duration prints seconds with two significant digits in the unit a person would
// choose and never with an exponent: "47 ns", "0.47 µs", "290 µs", "1.2 ms",
// "3.5 s". Times above 100 ns are in µs, since tasks are compared there. What is
// not finite is "unknown".
func Duration(seconds float64) string {
	number, unit := scaled(seconds, seconds)
	if unit == "" {
		return number
	}
	return number + " " + unit
}

// DurationInterval prints an interval of times in the unit that Duration chooses
// for value: "[0.43, 0.52]". The unit is not repeated.
func DurationInterval(value, low, high float64) string {
	a, _ := scaled(low, value)
	b, _ := scaled(high, value)
	return "[" + a + ", " + b + "]"
}

// DurationEstimate prints a time with its interval when it has one: "0.47 µs
// [0.43, 0.52]".
func DurationEstimate(e estimate.Estimate) string {
	if !e.Known() {
		return Duration(e.Value)
	}
	return Duration(e.Value) + " " + DurationInterval(e.Value, e.Low, e.High)
}

// scaled prints seconds in the unit that suits like; unit is empty when there is
// no number.
func scaled(seconds, like float64) (number, unit string) {
	if math.IsNaN(seconds) || math.IsInf(seconds, 0) {
		return "unknown", ""
	}
	if seconds == 0 {
		return "0", "s"
	}
	// Choose after rounding, so that 999.6 µs is 1.0 ms.
	size := math.Abs(round2(like))
	factor, unit := 1.0, "s"
	switch {
	case size < 101e-9:
		factor, unit = 1e9, "ns"
	case size < 0.9999e-3:
		factor, unit = 1e6, "µs"
	case size < 0.9999:
		factor, unit = 1e3, "ms"
	}
	return Significant(seconds * factor), unit
}

// round2 rounds to two significant digits.
func round2(x float64) float64 {
	y, err := strconv.ParseFloat(strconv.FormatFloat(x, 'e', 1, 64), 64)
	if err != nil {
		return x
	}
	return y
}

// Significant prints two significant digits; integers from 10 up.
func Significant(x float64) string {
	y := round2(x)
	size := math.Abs(y)
	if size >= 10 || y == 0 {
		return strconv.FormatFloat(y, 'f', 0, 64)
	}
	decimals := 1 - int(math.Floor(math.Log10(size)*(1+1e-15)+1e-12))
	return strconv.FormatFloat(y, 'f', decimals, 64)
}

// DurationChange is "9.62 → 10.1 µs": three digits, since two do not show 5 %, in the
// unit that suits base.
func DurationChange(base, head float64) string {
	factor, unit := 1e9, "ns"
	switch {
	case base >= 0.9995:
		factor, unit = 1, "s"
	case base*1e3 >= 0.9995:
		factor, unit = 1e3, "ms"
	case base*1e6 >= 0.9995:
		factor, unit = 1e6, "µs"
	}
	return threeDigits(base*factor) + " → " + threeDigits(head*factor) + " " + unit
}

// threeDigits prints three significant digits without an exponent, integers from 100 up.
func threeDigits(x float64) string {
	decimals := 2 - int(math.Floor(math.Log10(math.Abs(x)*(1+0.0005))))
	if !(x != 0) || math.IsInf(x, 0) || decimals < 0 {
		decimals = 0
	}
	return strconv.FormatFloat(x, 'f', min(decimals, 6), 64)
}

// Grain prints a nominal grain exactly, for labels: "200 ns", "10 µs", "1.5 ms".
func Grain(d time.Duration) string {
	switch {
	case d == 0:
		return "0"
	case d < time.Microsecond:
		return strconv.FormatInt(d.Nanoseconds(), 10) + " ns"
	case d < time.Millisecond:
		return trimmed(d, time.Microsecond) + " µs"
	case d < time.Second:
		return trimmed(d, time.Millisecond) + " ms"
	}
	return trimmed(d, time.Second) + " s"
}

func trimmed(d, unit time.Duration) string {
	return strconv.FormatFloat(float64(d)/float64(unit), 'f', -1, 64)
}

// Ratio prints a speedup or another ratio: "0.047×", "0.95×", "1.03×", "1.9×",
// "63×". Near 1 it has two decimals, because there the second one decides.
func Ratio(x float64) string {
	if s := RatioNumber(x); s != "unknown" {
		return s + "×"
	}
	return "unknown"
}

// RatioNumber is Ratio without the sign.
func RatioNumber(x float64) string {
	switch {
	case math.IsNaN(x) || math.IsInf(x, 0):
		return "unknown"
	case x >= 9.95 || x <= -9.95:
		return strconv.FormatFloat(x, 'f', 0, 64)
	case x >= 0.945 && x < 1.095:
		return strconv.FormatFloat(x, 'f', 2, 64)
	}
	return Significant(x)
}

// Interval prints an interval of ratios: "[1.8, 2.0]".
func Interval(low, high float64) string {
	return "[" + RatioNumber(low) + ", " + RatioNumber(high) + "]"
}

// RatioEstimate prints a ratio with its interval when it has one: "1.9× [1.8,
// 2.0]".
func RatioEstimate(e estimate.Estimate) string {
	if !e.Known() {
		return Ratio(e.Value)
	}
	return Ratio(e.Value) + " " + Interval(e.Low, e.High)
}

// Percent prints a fraction: 0.5 is "50 %", 0.042 is "4.2 %".
func Percent(x float64) string { return percentNumber(x) + " %" }

func percentNumber(x float64) string {
	if math.IsNaN(x) || math.IsInf(x, 0) {
		return "unknown"
	}
	p := x * 100
	if math.Abs(p) >= 9.95 {
		return strconv.FormatFloat(p, 'f', 0, 64)
	}
	s := strings.TrimSuffix(strconv.FormatFloat(p, 'f', 1, 64), ".0")
	if s == "-0" {
		return "0"
	}
	return s
}

// PercentEstimate prints a fraction with its interval when it has one: "4.1 % [3.2, 5]".
func PercentEstimate(e estimate.Estimate) string {
	if !e.Known() {
		return Percent(e.Value)
	}
	return fmt.Sprintf("%s [%s, %s]", Percent(e.Value), percentNumber(e.Low), percentNumber(e.High))
}

// PlainEstimate prints a number without a unit, to two decimals, with its interval when it
// has one: "0.92 [0.88, 0.95]".
func PlainEstimate(e estimate.Estimate) string {
	number := func(x float64) string {
		if text := strconv.FormatFloat(x, 'f', 2, 64); text != "-0.00" {
			return text
		}
		return "0.00"
	}
	if !e.Known() {
		return number(e.Value)
	}
	return fmt.Sprintf("%s [%s, %s]", number(e.Value), number(e.Low), number(e.High))
}

// Change prints how much a ratio differs from 1, with its sign: 1.14 is "+14 %".
func Change(ratio float64) string { return changeNumber(ratio) + " %" }

// ChangeInterval prints an interval of ratios as changes: "[+9, +19]".
func ChangeInterval(low, high float64) string {
	return "[" + changeNumber(low) + ", " + changeNumber(high) + "]"
}

func changeNumber(ratio float64) string {
	s := percentNumber(ratio - 1)
	if s == "0" || strings.HasPrefix(s, "-") || s == "unknown" {
		return s
	}
	return "+" + s
}

// Quantity prints a value of any benchmark unit: times as Duration, other units
// with three significant digits and the unit behind: "1.25M B/op".
func Quantity(value float64, unit string) string {
	if per, ok := strings.CutPrefix(unit, "sec/"); ok {
		if per == "op" {
			return Duration(value)
		}
		return Duration(value) + "/" + per
	}
	switch size := math.Abs(value); {
	case size >= 1e12:
		return fmt.Sprintf("%.3gT %s", value/1e12, unit)
	case size >= 1e9:
		return fmt.Sprintf("%.3gG %s", value/1e9, unit)
	case size >= 1e6:
		return fmt.Sprintf("%.3gM %s", value/1e6, unit)
	case size >= 100 || value == math.Trunc(value):
		return strconv.FormatFloat(value, 'f', 0, 64) + " " + unit
	}
	return Significant(value) + " " + unit
}
