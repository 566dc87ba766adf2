package block

import (
	"errors"
	"maps"
	"math"
	"slices"

	"poolbench/bench/arm"
	"poolbench/bench/record"
)

// A taking is what one arm gave in a contest.
type taking struct {
	kept       int       // slices
	times      []float64 // seconds, of the slices that are kept and have a time
	iterations int
	values     map[string][]float64 // by unit, of all slices
	last       map[string]float64
}

func (t *taking) add(s arm.Slice) {
	if t.values == nil {
		t.values = map[string][]float64{}
	}
	for unit, v := range s.Values {
		t.values[unit] = append(t.values[unit], v)
	}
	if s.Warm {
		return
	}
	t.kept++
	t.iterations = max(1, s.Iterations)
	if !s.Untimed {
		t.times = append(t.times, s.Time)
	}
}

// check tells why there is no result.
func (t *taking) check() error {
	switch {
	case t.kept == 0:
		return errors.New("all its slices were for warming up")
	case len(t.times) > 0 && len(t.times) < t.kept:
		return errors.New("it has a time in some slices and none in others")
	}
	return nil
}

// result is the one slice, or the medians of several with the time of each. Of an even
// number of values that are no times the lower of the middle two counts: allocations
// stay whole numbers.
func (t *taking) result(p record.Point, block int) record.Result {
	r := record.Result{Point: p, Name: p.Name(), Block: block, Iterations: t.iterations, Values: map[string]float64{}}
	maps.Copy(r.Values, t.last)
	for unit, v := range t.values {
		slices.Sort(v)
		r.Values[unit] = v[(len(v)-1)/2]
	}
	switch len(t.times) {
	case 0:
		return r
	case 1:
		r.Values[record.UnitTime] = t.times[0]
		return r
	}
	for _, s := range t.times {
		r.Turns = append(r.Turns, round(s*1e9))
	}
	sorted := slices.Sorted(slices.Values(r.Turns))
	n := len(sorted)
	r.Values[record.UnitTime] = (sorted[(n-1)/2] + sorted[n/2]) / 2 / 1e9
	return r
}

// round keeps six significant digits: more is not in a time, and makes a long file.
func round(v float64) float64 {
	if v == 0 || math.IsInf(v, 0) || math.IsNaN(v) {
		return v
	}
	scale := math.Pow(10, 5-math.Floor(math.Log10(math.Abs(v))))
	return math.Round(v*scale) / scale
}
