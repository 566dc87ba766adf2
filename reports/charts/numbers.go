package charts

import (
	"math"
	"strconv"
)

// Values are printed by package reports, so that a picture says what the tables
// say. Only the labels of axes, which are exact, are made here.

// tickDuration labels a power of ten (or 2 or 5 times one) of seconds: "100 ns",
// "1 µs", "50 ms", "1000 s".
func tickDuration(seconds float64) string {
	unit, name := 1.0, "s"
	switch {
	case seconds < 0.99e-6:
		unit, name = 1e-9, "ns"
	case seconds < 0.99e-3:
		unit, name = 1e-6, "µs"
	case seconds < 0.99:
		unit, name = 1e-3, "ms"
	}
	return strconv.FormatFloat(math.Round(seconds/unit*1e6)/1e6, 'g', 6, 64) + " " + name
}

// tickRatio labels a power of two: "2×", "0.5×", "1/64×".
func tickRatio(v float64) string {
	if v < 0.2 {
		return "1/" + strconv.FormatFloat(math.Round(1/v), 'g', 6, 64) + "×"
	}
	return strconv.FormatFloat(v, 'g', 6, 64) + "×"
}

// tickShare labels an efficiency.
func tickShare(v float64) string { return strconv.FormatFloat(math.Round(100*v), 'f', 0, 64) + " %" }
