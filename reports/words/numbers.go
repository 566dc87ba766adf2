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
func Duration(seconds float64) string { return duration(seconds, 2) }

func duration(seconds float64, digits int) string {
	number, unit := scaled(seconds, seconds, digits)
	if unit == "" {
		return number
	}
	return number + " " + unit
}

// scaled prints seconds in the unit that suits like; unit is empty when there is
// no number.
func scaled(seconds, like float64, digits int) (number, unit string) {
	if math.IsNaN(seconds) || math.IsInf(seconds, 0) {
		return "unknown", ""
	}
	if seconds == 0 {
		return "0", "s"
	}
	// Choose after rounding, so that 999.6 µs is 1.0 ms.
	size := math.Abs(round2(like))
	factor, unit := timeUnit(size, 0.9999)
	if unit == "ns" && size >= 101e-9 {
		factor, unit = 1e6, "µs"
	}
	return significant(seconds*factor, digits), unit
}

// timeUnit is the largest unit of which there are at least as many as least says, and how
// many of it a second has.
func timeUnit(seconds, least float64) (factor float64, unit string) {
	factor = 1
	for _, unit := range []string{"s", "ms", "µs"} {
		if seconds*factor >= least {
			return factor, unit
		}
		factor *= 1000
	}
	return factor, "ns"
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
func Significant(x float64) string { return significant(x, 2) }

// significant prints some significant digits, and all of those before the point.
func significant(x float64, digits int) string {
	y, err := strconv.ParseFloat(strconv.FormatFloat(x, 'e', digits-1, 64), 64)
	if err != nil {
		y = x
	}
	size := math.Abs(y)
	if y == 0 {
		return "0"
	}
	decimals := digits - 1 - int(math.Floor(math.Log10(size)*(1+1e-15)+1e-12))
	return strconv.FormatFloat(y, 'f', max(decimals, 0), 64)
}

// Grain prints a nominal grain exactly, for labels: "200 ns", "10 µs", "1.5 ms".
func Grain(d time.Duration) string {
	if d == 0 {
		return "0"
	}
	factor, unit := timeUnit(d.Seconds(), 1-1e-12)
	return strconv.FormatFloat(float64(d)/(1e9/factor), 'f', -1, 64) + " " + unit
}

// byteSize prints bytes with some significant digits, in the unit that suits like, which may be
// said: "300 B", "64 KiB", "1.0 MiB".
func byteSize(x, like float64, digits int, unit bool) string {
	if math.IsNaN(x) || math.IsInf(x, 0) {
		return "unknown"
	}
	name, size := "B", 1.0
	for _, larger := range []string{"KiB", "MiB", "GiB"} {
		if math.Abs(like) >= 1024*size*(1-1e-9) {
			name, size = larger, 1024*size
		}
	}
	text := significant(x/size, digits)
	if whole := x / size; whole == math.Trunc(whole) && math.Abs(whole) < 1e6 {
		text = strconv.FormatFloat(whole, 'f', 0, 64) // sizes that people choose
	}
	if unit {
		text += " " + name
	}
	return text
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
func RatioNumber(x float64) string { return ratioNumber(x, 2) }

func ratioNumber(x float64, digits int) string {
	switch {
	case math.IsNaN(x) || math.IsInf(x, 0):
		return "unknown"
	case digits > 2:
		return significant(x, digits)
	case x >= 9.95 || x <= -9.95:
		return strconv.FormatFloat(x, 'f', 0, 64)
	case x >= 0.945 && x < 1.095:
		return strconv.FormatFloat(x, 'f', 2, 64)
	}
	return Significant(x)
}

// Percent prints a fraction: 0.5 is "50 %", 0.042 is "4.2 %".
func Percent(x float64) string { return percentNumber(x) + " %" }

func percentNumber(x float64) string { return percentDigits(x, 2) }

func percentDigits(x float64, digits int) string {
	if math.IsNaN(x) || math.IsInf(x, 0) {
		return "unknown"
	}
	p := x * 100
	if math.Abs(p) >= 9.95 && digits == 2 {
		return strconv.FormatFloat(p, 'f', 0, 64)
	}
	s := strings.TrimSuffix(strconv.FormatFloat(p, 'f', 1, 64), ".0")
	if s == "-0" {
		return "0"
	}
	return s
}

// plainNumber has two decimals.
func plainNumber(x float64) string {
	if text := strconv.FormatFloat(x, 'f', 2, 64); text != "-0.00" {
		return text
	}
	return "0.00"
}

// Change prints how much a ratio differs from 1, with its sign: 1.14 is "+14 %".
func Change(ratio float64) string { return changeNumber(ratio) + " %" }

// Faster says how much faster something is than another, which may be left out, given the
// ratio of their times: "16 % faster than threads [4, 28]", "2.3× as fast as threads [2.1,
// 2.5]" from 2 on.
func Faster(e estimate.Estimate, than string) string {
	if e.Value >= 2 {
		return strings.TrimSpace(Ratio(e.Value)+" as fast "+prefixed("as ", than)) + spaced(IntervalOf(e, Times))
	}
	text := strings.TrimSpace(Percent(e.Value-1) + " faster " + prefixed("than ", than))
	if e.Known() {
		text += " [" + percentNumber(e.Low-1) + ", " + percentNumber(e.High-1) + "]"
	}
	return text
}

func prefixed(prefix, text string) string {
	if text == "" {
		return ""
	}
	return prefix + text
}

func spaced(text string) string { return prefixed(" ", text) }

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
	size := math.Abs(value)
	for i, sign := range "TGM" {
		factor := []float64{1e12, 1e9, 1e6}[i]
		switch {
		case size >= 999.5*factor && sign == 'T': // there is no larger sign, and no exponent
			return strconv.FormatFloat(value/factor, 'f', 0, 64) + "T " + unit
		case size >= 0.9995*factor:
			return fmt.Sprintf("%.3g%c %s", value/factor, sign, unit)
		}
	}
	if size >= 100 || value == math.Trunc(value) {
		return strconv.FormatFloat(value, 'f', 0, 64) + " " + unit
	}
	return Significant(value) + " " + unit
}
