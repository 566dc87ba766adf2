package workloads

import (
	"context"
	"fmt"
	"math"
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

const (
	mandelbrotLimit = 256
	viewLeft        = -2.0
	viewWidth       = 2.5
	viewHeight      = 1.2
	mandelbrotArea  = 1.5066 // of the whole set (Hill, Förstemann, by counting points)
)

// longestStrip is how long the longest of n tasks, the lowest strip, takes in units of the
// mean one, as counted.
func longestStrip(n int) float64 { return 1 + 1.55*(1-1/float64(n)) }

// A strip is a task: the index-th of so many strips from the bottom.
type strip struct {
	Seed   uint64
	Index  int
	Of     int
	Points int64
}

// What came of a strip: iterations times odd numbers, and how many points are in the set.
type escapes struct {
	Seed       uint64 // strips of few points may be alike
	Iterations uint64
	Inside     int64
}

//go:noinline
func (s strip) iterate() escapes {
	e := escapes{Seed: s.Seed}
	low, height := viewHeight*float64(s.Index)/float64(s.Of), viewHeight/float64(s.Of)/float64(s.Points)
	for k := range s.Points {
		// The golden ratio, in 64 bits, spreads the columns of successive rows.
		x := viewLeft + viewWidth/(1<<53)*float64(uint64(k)*golden>>11)
		n := escape(x, low+height*(float64(k)+0.5))
		e.Iterations += uint64(n) * uint64(2*k+1)
		if n == mandelbrotLimit {
			e.Inside++
		}
	}
	return e
}

// escape is the number of iterations after which x + iy has left, or the limit.
func escape(x, y float64) (n int) {
	var re, im, re2, im2 float64
	for ; n < mandelbrotLimit && re2+im2 <= 4; n++ {
		re, im = re2-im2+x, 2*re*im+y
		re2, im2 = re*re, im*im
	}
	return n
}

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

// checkArea refuses an area that is further off than what independent points would be
// in 6 standard errors, and 3 % for those that leave later than after 256 iterations.
func checkArea(inside int64, points float64) error {
	const view = 2 * viewWidth * viewHeight // the lower half is as large
	area, share := view*float64(inside)/points, mandelbrotArea/view
	if off := math.Abs(area - mandelbrotArea); off > 0.03*mandelbrotArea+view*(6*math.Sqrt(share*(1-share)/points)+1/points) {
		return fmt.Errorf("mandelbrot: %.0f points give %v for the area of the set: the iterations are wrong", points, area)
	}
	return nil
}
