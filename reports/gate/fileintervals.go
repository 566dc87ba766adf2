package gate

import (
	"fmt"
	"math"
	"slices"

	"gonum.org/v1/gonum/stat"
	"gonum.org/v1/gonum/stat/distuv"

	"poolbench/reports"
)

// judge compares the values of one cell at level 1-alpha.
func (c *Cell) judge(base, head fileValues, r *Report, alpha float64) {
	if least := min(len(base.values), len(head.values)); least < reports.MinBlocks {
		c.Verdict = Inconclusive
		c.Reason = fmt.Sprintf("%s on a side: at least %d are needed", reports.Count(least, "value"), reports.MinBlocks)
		c.roughRatio(least)
		return
	}
	if slices.Min(base.values) <= 0 || slices.Min(head.values) <= 0 {
		c.judgeWithoutRatio(base.values, head.values)
		return
	}
	var mid, low, high float64
	var n int
	if r.Paired {
		d := pairedLogs(base, head)
		if n = len(d); n < reports.MinBlocks {
			c.Verdict = Inconclusive
			c.Reason = fmt.Sprintf("%s in common: at least %d are needed", reports.Count(n, "block"), reports.MinBlocks)
			c.roughRatio(n)
			return
		}
		mid, low, high = pairedInterval(d, alpha)
	} else {
		n = min(len(base.values), len(head.values))
		mid, low, high = shiftInterval(logs(base.values), logs(head.values), alpha)
	}
	c.Ratio = reports.Estimate{Value: math.Exp(mid), Low: math.Exp(low), High: math.Exp(high), N: n}
	if c.Higher {
		mid, low, high = -mid, -high, -low // now worse is up
	}
	limit := math.Log1p(c.Limit)
	c.Detectable = math.Expm1(limit + mid - low)
	switch {
	case low > limit:
		c.Verdict = Regressed
	case high < -limit:
		c.Verdict = Improved
	case low >= -limit && high <= limit:
		c.Verdict = NoChange
	default:
		c.Verdict = Inconclusive
		c.More = moreNeeded(mid, low, high, limit)
	}
}

func (c *Cell) roughRatio(n int) {
	if c.Base > 0 && c.Head > 0 {
		c.Ratio = reports.Estimate{Value: c.Head / c.Base, N: n}
	}
}

// moreNeeded is how many times the blocks would bring the nearer limit out of the
// interval: its width shrinks with the square root. 0 when that is out of reach.
func moreNeeded(mid, low, high, limit float64) float64 {
	half := math.Max(mid-low, high-mid)
	distance := math.Min(math.Abs(mid-limit), math.Abs(mid+limit))
	more := math.Pow(half/distance, 2)
	if !(more <= 100) {
		return 0
	}
	return math.Max(more, 1.5)
}

// judgeWithoutRatio handles values at or below zero, such as allocs/op: only
// ranges that do not touch are a change.
func (c *Cell) judgeWithoutRatio(base, head []float64) {
	up := slices.Min(head) > slices.Max(base)
	down := slices.Max(head) < slices.Min(base)
	if c.Higher {
		up, down = down, up
	}
	switch {
	case up:
		c.Verdict = Regressed
	case down:
		c.Verdict = Improved
	case oneValue(base) && oneValue(head):
		c.Verdict = NoChange // one cannot be above the other, so they are equal
	default:
		c.Verdict = Inconclusive
		c.Reason = "values at or below zero have no ratio"
	}
}

func logs(values []float64) []float64 {
	out := make([]float64, len(values))
	for i, v := range values {
		out[i] = math.Log(v)
	}
	return out
}

// pairedLogs is ln head - ln base in every block that has both; of several values
// in a block, the last counts.
func pairedLogs(base, head fileValues) []float64 {
	of := map[int]float64{}
	for i, b := range base.blocks {
		of[b] = base.values[i]
	}
	last := map[int]float64{}
	for i, b := range head.blocks {
		last[b] = head.values[i]
	}
	var blocks []int
	for b := range last {
		if _, ok := of[b]; ok {
			blocks = append(blocks, b)
		}
	}
	slices.Sort(blocks)
	out := make([]float64, len(blocks))
	for i, b := range blocks {
		out[i] = math.Log(last[b]) - math.Log(of[b])
	}
	return out
}

// pairedInterval is the Hodges-Lehmann centre of the values with its exact interval, or
// the median with a t interval when there are too few values for the level.
func pairedInterval(values []float64, alpha float64) (mid, low, high float64) {
	var ranks rankTables
	if mid, low, high = ranks.interval(values, alpha); !math.IsInf(high-low, 0) {
		return mid, low, high
	}
	mid = median(values)
	half := tMedian(values, len(values), alpha)
	return mid, mid - half, mid + half
}

// tMedian is the half width of an interval of a median from its normal standard
// error, sqrt(π/2)·s/sqrt(n), and Student's t: for samples too small for the exact
// one. Heavy tails, the usual noise of times, make it wider than necessary.
func tMedian(values []float64, n int, alpha float64) float64 {
	t := distuv.StudentsT{Mu: 0, Sigma: 1, Nu: float64(n - 1)}.Quantile(1 - alpha/2)
	return t * medianError(values)
}

func medianError(values []float64) float64 {
	return math.Sqrt(math.Pi/2) * stat.StdDev(values, nil) / math.Sqrt(float64(len(values)))
}

// maxPairs bounds the differences that shiftInterval keeps, in number.
const maxPairs = 4_000_000

// shiftInterval is how far y lies above x: the Hodges-Lehmann median of all
// differences, with the interval of the Mann-Whitney test: the k-th smallest and
// largest difference, where k is the largest with 2·P(U < k) <= alpha.
// Distribution-free when x and y have the same shape.
func shiftInterval(x, y []float64, alpha float64) (mid, low, high float64) {
	if len(x)*len(y) > maxPairs {
		mid = median(y) - median(x)
		half := distuv.UnitNormal.Quantile(1-alpha/2) * math.Hypot(medianError(x), medianError(y))
		return mid, mid - half, mid + half
	}
	differences := make([]float64, 0, len(x)*len(y))
	for _, a := range x {
		for _, b := range y {
			differences = append(differences, b-a)
		}
	}
	slices.Sort(differences)
	mid = median(differences)
	k := rankSumRank(len(x), len(y), alpha)
	if k == 0 {
		sx, sy := medianError(x), medianError(y)
		// Welch would say how many degrees of freedom; the smaller side's are safe.
		nu := float64(min(len(x), len(y)) - 1)
		half := distuv.StudentsT{Mu: 0, Sigma: 1, Nu: nu}.Quantile(1-alpha/2) * math.Hypot(sx, sy)
		return mid, mid - half, mid + half
	}
	return mid, differences[k-1], differences[len(differences)-k]
}

// exactRanks is the sample size up to which the distribution of U is counted;
// beyond, it is normal to within the third digit of a level.
const exactRanks = 25

// rankSumRank is the largest k with 2·P(U < k) <= alpha for the Mann-Whitney U of
// m and n values without ties; 0 when there is none.
func rankSumRank(m, n int, alpha float64) int {
	if m > exactRanks || n > exactRanks {
		mean := float64(m) * float64(n) / 2
		sd := math.Sqrt(float64(m) * float64(n) * float64(m+n+1) / 12)
		k := mean - distuv.UnitNormal.Quantile(1-alpha/2)*sd
		return max(0, int(math.Floor(k)))
	}
	counts := rankSumCounts(m, n)
	total := 0.0
	for _, c := range counts {
		total += c
	}
	k, below := 0, 0.0
	for k < len(counts)/2 {
		below += counts[k]
		if 2*below/total > alpha {
			break
		}
		k++
	}
	return k
}

// rankSumCounts is the number of orders of m and n values for every U from 0 to
// m·n: the coefficients of the Gaussian binomial, computed as the product over i
// of (1-q^(n+i))/(1-q^i).
func rankSumCounts(m, n int) []float64 {
	size := m*n + 1
	counts := make([]float64, size)
	counts[0] = 1
	for i := 1; i <= m; i++ {
		for u := size - 1; u >= n+i; u-- {
			counts[u] -= counts[u-n-i]
		}
		for u := i; u < size; u++ {
			counts[u] += counts[u-i]
		}
	}
	return counts
}
