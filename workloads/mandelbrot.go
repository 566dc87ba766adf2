package workloads

import (
	"context"
	"math/rand/v2"
	"slices"
	"time"
)

var mandelbrotOrder = Axis{"order", "of the strips: falling, which is the longest ones first, rising or shuffled", []string{"falling", "rising", "shuffled"}}

// Mandelbrot tells how soon points of the plane leave the Mandelbrot set: floating point
// in tasks that are not equally long. The picture is the upper half, from -2 to 0.5 and
// up to 1.2i, in as many strips as there are tasks; the lowest one takes
// two and a half times as long as the mean and the highest one next to nothing. So equal shares of the
// tasks are not equal shares of the work, and a long task that begins last is waited
// for. One kernel unit is one point, up to 256 iterations; a grain is that of the mean task.
//
// The points of a strip are those of a lattice with as many points for any number of them.
var Mandelbrot = register(Workload{
	Name:     "mandelbrot",
	Doc:      "iterates the points of the Mandelbrot set: floating point, in unequal parts",
	Resource: CPU,
	Unit:     "1 point",
	Grains:   []time.Duration{100 * time.Microsecond},
	Axes:     []Axis{mandelbrotOrder},
	Kernel:   func(units int64) uint64 { return strip{golden, 0, 1, units}.iterate().Iterations },
	New:      newMandelbrot,
	Truth:    "the iterations of each strip by the plain loop; the area of the set, 1.5066, within what so many points can tell",
	Source:   "the capacity C(P), up to the work of all tasks in units of the longest one",
	Expected: func(p Params) Curve { return Curve{Slots: float64(p.Tasks) / longestStrip(p.Tasks)} },
})

var mandelbrotTask = Define("workloads.mandelbrot", func(_ context.Context, in strip) (escapes, error) {
	return in.iterate(), nil
})

// stripOrder is the strip of each task.
func stripOrder(order string, p Params) []int {
	strips := rand.New(rand.NewPCG(p.Seed, golden)).Perm(p.Tasks)
	if order != "shuffled" {
		slices.Sort(strips)
	}
	if order == "rising" {
		slices.Reverse(strips)
	}
	return strips
}

func newMandelbrot(p Params) (Job, error) {
	order, err := p.OneOf(mandelbrotOrder)
	if err != nil {
		return nil, err
	}
	inside, strips := int64(0), []int(nil)
	job, err := Batch[strip, escapes]{
		Task: mandelbrotTask,
		Input: func(i int, seed uint64) (strip, escapes) {
			if i == 0 {
				strips = stripOrder(order, p)
			}
			in := strip{seed, strips[i], p.Tasks, p.Units}
			want := in.iterate()
			inside += want.Inside
			return in, want
		},
		Check: Equal[escapes],
	}.Job(p)
	if err != nil {
		return nil, err
	}
	return job, checkArea(inside, float64(p.Units)*float64(p.Tasks))
}
