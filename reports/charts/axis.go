package charts

import (
	"math"
	"strconv"
	"time"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/vg"

	"poolbench/reports/words"
)

// An Axis of a Panel. It spans what the series have on it, with some air. Values
// that it cannot show are left out of the picture: those that are no number, beyond
// 1e18 and, on a logarithmic axis, at 1e-18 and below.
type Axis struct {
	Title string
	Base  float64              // of a logarithmic axis, which has its ticks at the powers; 0 is linear
	Holds []float64            // values that are on the axis whatever the series have
	Ticks []float64            // where the ticks are, ascending; nil chooses
	Label func(float64) string // of a tick; nil prints the number

	lo, hi float64
}

// shows keeps tick searches short, whatever a record holds.
func (a Axis) shows(v float64) bool {
	if a.Base == 0 {
		return math.Abs(v) < 1e18
	}
	return v > 1e-18 && v < 1e18
}

// over is the axis with a range for the values.
func (a Axis) over(values []float64) Axis {
	a.lo, a.hi = math.Inf(1), math.Inf(-1)
	for _, v := range append(values, a.Holds...) {
		if a.shows(v) {
			a.lo, a.hi = min(a.lo, v), max(a.hi, v)
		}
	}
	if a.lo > a.hi {
		a.lo, a.hi = 1, 1
	}
	if a.Base > 0 {
		// One value alone has an axis too.
		grow := max(math.Pow(a.hi/a.lo, 0.04), math.Sqrt(a.Base*a.lo/a.hi))
		a.lo, a.hi = a.lo/grow, a.hi*grow
		return a
	}
	air := (a.hi - a.lo) * 0.06
	if most := max(math.Abs(a.lo), math.Abs(a.hi)); air <= most*1e-6 {
		air = max(most/2, 0.5)
	}
	if a.lo != 0 {
		a.lo -= air
	}
	a.hi += air
	return a
}

// shifted is the value that is a share of the axis away from v.
func (a Axis) shifted(v, share float64) float64 {
	if a.Base > 0 {
		return v * math.Pow(a.hi/a.lo, share)
	}
	return v + share*(a.hi-a.lo)
}

// ticks are ascending; those without a label are minor.
func (a Axis) ticks() []plot.Tick {
	label := a.Label
	if label == nil {
		label = func(v float64) string { return strconv.FormatFloat(v, 'g', 6, 64) }
	}
	var ticks []plot.Tick
	switch {
	case a.Ticks != nil:
		for _, v := range a.Ticks {
			ticks = append(ticks, plot.Tick{Value: v, Label: label(v)})
		}
	case a.Base == 0:
		ticks = plot.DefaultTicks{}.Ticks(a.lo, a.hi)
		for i, t := range ticks {
			if !t.IsMinor() {
				ticks[i].Label = label(t.Value)
			}
		}
	default:
		ticks = a.powers(label)
	}
	return ticks
}

// powers labels the powers of the base, every n-th when they are many, and when
// there are fewer than two of them 2 and 5 times them as well; the digits between
// are minor while there is room. plot.LogTicks knows the base 10 only, and labels
// all of them or none.
func (a Axis) powers(label func(float64) string) []plot.Tick {
	first, last := int(math.Floor(math.Log(a.lo)/math.Log(a.Base))), int(math.Ceil(math.Log(a.hi)/math.Log(a.Base)))
	step := 1 + (last-first)/9
	var ticks []plot.Tick
	for k := first; k <= last; k++ {
		for digit := 1.0; digit < a.Base && (digit == 1 || last-first <= 9); digit++ {
			v := digit * math.Pow(a.Base, float64(k))
			if v < a.lo || v > a.hi {
				continue
			}
			t := plot.Tick{Value: v}
			if digit == 1 && k%step == 0 || last-first <= 2 && (digit == 2 || digit == 5) {
				t.Label = label(v)
			}
			ticks = append(ticks, t)
		}
	}
	return ticks
}

// onto sets an axis of a plot.
func (a Axis) onto(axis *plot.Axis) {
	axis.Min, axis.Max, axis.Padding = a.lo, a.hi, 0
	if a.Base > 0 {
		axis.Scale = logScale{}
	}
	axis.LineStyle, axis.Tick.LineStyle, axis.Tick.Length = guide.stroke(0.75), guide.stroke(0.75), 4
	labels := tickFace.style(muted)
	labels.XAlign, labels.YAlign = axis.Tick.Label.XAlign, axis.Tick.Label.YAlign
	axis.Tick.Label = labels
	axis.Tick.Marker = plot.ConstantTicks(a.ticks())
}

// logScale is plot.LogScale for values that may be 0, as the lower end of an
// interval may, at which that panics: they are below every axis.
type logScale struct{}

func (logScale) Normalize(lo, hi, v float64) float64 {
	if v <= 0 {
		return -1
	}
	return plot.LogScale{}.Normalize(lo, hi, v)
}

// thinned takes the labels from ticks that would touch the one before: gonum draws
// all. half is what a label takes on either side.
func thinned(ticks []plot.Tick, at func(float64) vg.Length, half func(string) vg.Length) plot.ConstantTicks {
	end := vg.Length(math.Inf(-1))
	for i, t := range ticks {
		if t.IsMinor() {
			continue
		}
		if x := at(t.Value); x-half(t.Label) > end {
			end = x + half(t.Label)
		} else {
			ticks[i].Label = ""
		}
	}
	return ticks
}

// TickDuration labels a power of ten (or 2 or 5 times one) of seconds: "100 ns",
// "1 µs", "50 ms", "1000 s".
func TickDuration(seconds float64) string {
	if !(seconds >= 1e-9 && seconds < 1e9) {
		return words.Duration(seconds)
	}
	return words.Grain(time.Duration(math.Round(seconds * 1e9)))
}

// TickRatio labels a power of two: "2×", "0.5×", "1/64×".
func TickRatio(v float64) string {
	if v < 0.2 {
		return "1/" + strconv.FormatFloat(math.Round(1/v), 'g', 6, 64) + "×"
	}
	return strconv.FormatFloat(v, 'g', 6, 64) + "×"
}
