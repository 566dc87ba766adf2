package record

import (
	"cmp"
	"slices"
)

// calmEnough is the share of the time in which threads want a CPU up to which a slice is
// undisturbed: to be woken takes that much.
const calmEnough = 0.02

// Calmest are slices, by index, that tell of the pool rather than of the machine: the least number of
// all whose threads waited for a CPU for the smallest share of the time in which they wanted
// one, and all others that waited for less than 2 % of it. The calmest comes first. demand tells
// how long the threads of a slice ran and waited, in one unit; where the system does not tell it
// is 0, and the slice is calm.
//
// What is seen in the others is not wrong but of something else: a worker without its CPU
// is within its task, holds its lock, or lets tasks wait, and no pool can help that.
func Calmest(all, least int, demand func(i int) (ran, waited float64)) []int {
	order, lacks := make([]int, all), make([]float64, all)
	for i := range order {
		order[i] = i
		if ran, waited := demand(i); waited > 0 {
			lacks[i] = waited / (ran + waited)
		}
	}
	slices.SortStableFunc(order, func(i, j int) int { return cmp.Compare(lacks[i], lacks[j]) })
	n := least
	for n < all && lacks[order[n]] < calmEnough {
		n++
	}
	return order[:n]
}
