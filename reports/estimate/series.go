package estimate

import (
	"math"
	"slices"
)

// A Scale says how values of a quantity are compared.
type Scale int

const (
	// Ratio compares by division. Values are above 0 and kept as natural logarithms, so
	// that the median of a ratio and of its inverse agree also between the two middle
	// values of an even number of blocks.
	Ratio Scale = iota
	// Difference compares by subtraction: zero and values below it are values.
	Difference
)

// place is where a value lies on the scale; ok is false when it has no place there.
func (s Scale) place(value float64) (place float64, ok bool) {
	if s == Ratio {
		value = math.Log(value)
	}
	return value, !math.IsNaN(value) && !math.IsInf(value, 0)
}

// Value is what lies at a place of the scale.
func (s Scale) Value(place float64) float64 {
	if s == Ratio {
		return math.Exp(place)
	}
	return place
}

// A Series is one quantity measured once a block. The zero value is an empty one on the
// scale Ratio.
type Series struct {
	Scale  Scale
	blocks []int     // indices, ascending, no duplicates
	places []float64 // on the scale, parallel to blocks
}

// Add takes the value of a block; of several in one block the last counts. It reports
// whether the value has a place on the scale, and leaves it out if not. Blocks that come
// in ascending order are added without moving others.
func (s *Series) Add(block int, value float64) (ok bool) {
	place, ok := s.Scale.place(value)
	if !ok {
		return false
	}
	i, found := slices.BinarySearch(s.blocks, block)
	if found {
		s.places[i] = place
		return true
	}
	s.blocks, s.places = slices.Insert(s.blocks, i, block), slices.Insert(s.places, i, place)
	return true
}

// Len is the number of blocks that have a value.
func (s Series) Len() int { return len(s.blocks) }

// Blocks are the indices of the blocks that have a value, ascending. They belong to the
// series.
func (s Series) Blocks() []int { return s.blocks }

// Places are the values on the scale, parallel to Blocks: on Ratio their logarithms.
// They belong to the series.
func (s Series) Places() []float64 { return s.places }

// Point is the median on the scale; NaN for an empty series.
func (s Series) Point() float64 { return Median(s.places) }

// Over is s divided by o, on Difference s minus o, in the blocks that have both. Series
// of different scales have nothing to compare: it is empty.
func (s Series) Over(o Series) Series {
	if s.Scale != o.Scale {
		return Series{Scale: s.Scale}
	}
	return s.combine(o, func(a, b float64) float64 { return a - b })
}

// Within is s in the blocks that o has too.
func (s Series) Within(o Series) Series { return s.combine(o, func(a, _ float64) float64 { return a }) }

func (s Series) combine(o Series, f func(a, b float64) float64) Series {
	out := Series{Scale: s.Scale}
	for i, block := range s.blocks {
		if j, both := slices.BinarySearch(o.blocks, block); both {
			out.blocks, out.places = append(out.blocks, block), append(out.places, f(s.places[i], o.places[j]))
		}
	}
	return out
}

// Scaled are the values multiplied by factor, which must be above 0.
func (s Series) Scaled(factor float64) Series {
	return s.combine(s, func(place, _ float64) float64 {
		if s.Scale == Ratio {
			return place + math.Log(factor)
		}
		return place * factor
	})
}
