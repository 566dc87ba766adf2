package pass

import (
	"slices"
	"testing"

	"poolbench/bench/arm"
)

// Kept are the half that waited least, and what hardly waited.
func TestCalm(t *testing.T) {
	for _, test := range []struct {
		waited []float64 // of a second that each ran
		want   []int
	}{
		{nil, []int{}},
		{[]float64{3}, []int{0}},
		{[]float64{0, 0, 0}, []int{0, 1, 2}}, // or nothing is told
		{[]float64{0.5, 0.1, 0.9, 0.2}, []int{1, 3}},
		{[]float64{0.5, 0.1, 0.9}, []int{0, 1}},
		{[]float64{0.01, 0.5, 0.015, 0.005, 0.001}, []int{0, 2, 3, 4}},
		{[]float64{0.3, 0.3, 0.3}, []int{0, 1}},
	} {
		var all []arm.Slice
		for _, w := range test.waited {
			all = append(all, arm.Slice{Ran: 1, Waited: w})
		}
		if got := calm(all); !slices.Equal(got, test.want) {
			t.Errorf("of %v kept are %v, not %v", test.waited, got, test.want)
		}
	}
}
