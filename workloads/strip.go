package workloads

import (
	"fmt"
	"math"
)

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
