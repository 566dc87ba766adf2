package words

import (
	"math"
	"strconv"
	"strings"
)

// A Scale is how two values of a unit, and what is said of them, are printed: in one unit
// that suits both, with three significant digits, and as many decimals for values of one
// size, since two digits do not show 5 %.
type Scale struct {
	factor float64
	like   float64 // the value that the scale was chosen for, in the scale
	whole  bool    // both are counts
	sign   string  // of a thousand thousands: "M"
	Unit   string  // "µs", "B/op"
}

// ScaleOf is the scale for a value of a unit of benchmarks, and another one beside it.
func ScaleOf(base, head float64, unit string) Scale {
	like := base
	if like == 0 {
		like = head
	}
	s := Scale{factor: 1, Unit: unit}
	size := math.Abs(like)
	switch name, per, _ := strings.Cut(unit, "/"); {
	case name == "sec" || strings.HasSuffix(name, "-sec"):
		s.factor, s.Unit = timeUnit(size, 0.9995)
		if name == "sec" && per != "op" && per != "" {
			s.Unit += "/" + per
		}
	case unit == Bytes || strings.HasSuffix(unit, "-bytes"):
		s.Unit = "B"
		for _, larger := range []string{"KiB", "MiB", "GiB"} {
			if size*s.factor >= 1024 {
				s.factor, s.Unit = s.factor/1024, larger
			}
		}
	default:
		for i, sign := range []string{"T", "G", "M"} {
			if factor := []float64{1e-12, 1e-9, 1e-6}[i]; size*factor >= 0.9995 {
				s.factor, s.sign = factor, sign
				break
			}
		}
	}
	count := func(x float64) bool { return x == math.Round(x) }
	s.whole = s.factor == 1 && count(base) && count(head)
	s.like = like * s.factor
	return s
}

// Number prints a value of the unit without its name.
func (s Scale) Number(value float64) string {
	x := value * s.factor
	decimals := threeDigits(x)
	if near := math.Abs(x / s.like); s.like != 0 && near > 0.5 && near < 2 {
		decimals = max(decimals, threeDigits(s.like))
	}
	switch {
	case s.whole:
		decimals = 0
	case decimals > 9:
		return strconv.FormatFloat(x, 'g', 3, 64) + s.sign
	}
	text := strconv.FormatFloat(x, 'f', decimals, 64)
	if strings.Trim(text, "-0.") == "" {
		text = "0"
	}
	return text + s.sign
}

// threeDigits is how many decimals show three significant digits: none from 100 up.
func threeDigits(x float64) int {
	if x == 0 || math.IsInf(x, 0) || math.IsNaN(x) {
		return 0
	}
	return max(0, 2-int(math.Floor(math.Log10(math.Abs(x)*(1+0.0005)))))
}

// QuantityChange is what a value of any unit of benchmarks was and is: "9.62 → 10.14 µs",
// "3 → 4 allocs/op". Their ratio is that of the values as exactly as three digits show it.
func QuantityChange(base, head float64, unit string) string {
	s := ScaleOf(base, head, unit)
	return s.Number(base) + " → " + s.Number(head) + " " + s.Unit
}
