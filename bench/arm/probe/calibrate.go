package probe

import (
	"errors"
	"math"
	"slices"
	"time"

	"poolbench/bench/record"
)

// MaxSpread is the deviation from a straight line above which a calibration is
// not trusted.
const MaxSpread = 0.1

// Units is the number of kernel units that take grain, at least 1.
func Units(c record.Calibration, grain time.Duration) int64 {
	return max(1, int64(math.Round(grain.Seconds()/c.PerUnit)))
}

// calibrationSink keeps kernel results alive, or the compiler could drop the work.
var calibrationSink uint64

var errKernelCost = errors.New("the kernel's time does not grow with its units")

// Calibrate measures a kernel in about 50 ms, by a function that tells the seconds that
// units of it took: it looks for the count that takes half a millisecond, which a time that
// was late can hide for a while, and times an eighth of it, twice, four and eight times as much
// (n, 2n, 4n, 8n), each many times in turn, of which the least counts (noise only
// adds, and a bad moment hits all counts alike), and takes the Theil–Sen slope (the
// median of the slopes between all pairs), so that a constant cost of the call does
// not count. How far the counts are off the line is Spread. Only counts are given
// to the kernel, never a time.
func Calibrate(timed func(units int64) (seconds float64)) (record.Calibration, error) {
	var counts, times []float64
	for top := int64(8); len(times) == 0 || times[0] < calibrationTop/2; top *= 2 {
		for min(timed(top), timed(top), timed(top)) < calibrationTop { // more than once: a single time may be an interruption
			if top *= 2; top > 1<<40 {
				return record.Calibration{}, errKernelCost
			}
		}
		counts, times = timesOf(timed, top)
	}
	slope, intercept := theilSen(counts, times)
	if !(slope > 0) {
		return record.Calibration{}, errKernelCost
	}
	c := record.Calibration{PerUnit: slope}
	for i := range counts {
		fit := intercept + slope*counts[i]
		c.Spread = max(c.Spread, math.Abs(times[i]-fit)/fit)
	}
	return c, nil
}

// Timed is the function for Calibrate of a kernel that runs in this process.
func Timed(kernel func(units int64) uint64) func(units int64) float64 {
	return func(units int64) float64 {
		begin := time.Now()
		calibrationSink += kernel(units)
		return time.Since(begin).Seconds()
	}
}

const (
	calibrationTop    = 0.5e-3 // seconds that the largest count takes
	calibrationRounds = 40
)

// timesOf are the least times of top units and of parts of them, the greatest first.
func timesOf(timed func(units int64) float64, top int64) (counts, times []float64) {
	for _, share := range []int64{1, 2, 4, 8} {
		counts, times = append(counts, float64(top/share)), append(times, math.Inf(1))
	}
	for range calibrationRounds {
		for i, n := range counts {
			times[i] = min(times[i], timed(int64(n)))
		}
	}
	return counts, times
}

// theilSen fits y = intercept + slope·x through points with distinct x: the
// median of all pairwise slopes, then the median of what is left (Sen,
// "Estimates of the regression coefficient based on Kendall's tau", 1968).
func theilSen(x, y []float64) (slope, intercept float64) {
	var slopes, rest []float64
	for i := range x {
		for j := range i {
			if x[i] != x[j] {
				slopes = append(slopes, (y[i]-y[j])/(x[i]-x[j]))
			}
		}
	}
	slope = median(slopes)
	for i := range x {
		rest = append(rest, y[i]-slope*x[i])
	}
	return slope, median(rest)
}

// median of a sample that is not empty; it sorts it.
func median(sample []float64) float64 {
	slices.Sort(sample)
	n := len(sample)
	return (sample[(n-1)/2] + sample[n/2]) / 2
}
