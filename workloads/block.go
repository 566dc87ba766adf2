package workloads

import (
	"math"
	"slices"
)

// blockOrder is the order of a block: three blocks of 16·16 float64 are 6 KiB,
// and one term takes a few microseconds.
const blockOrder = 16

type block [blockOrder * blockOrder]float64 // row-major

// fill sets b to integers in [-8, 7], so that sums of products are exact: a term
// adds at most 16·64 to an element, far from 2^53.
func (b *block) fill(random *stream) {
	for i := 0; i < len(b); i += 16 {
		r := random.next()
		for k := range 16 {
			b[i+k] = float64(int64(r>>(4*k)&15) - 8)
		}
	}
}

// addProduct adds x·y to c.
func (c *block) addProduct(x, y *block) {
	for i := range blockOrder {
		row := c[i*blockOrder:][:blockOrder]
		for k := range blockOrder {
			factor := x[i*blockOrder+k]
			other := y[k*blockOrder:][:blockOrder]
			for j := range row {
				row[j] += factor * other[j]
			}
		}
	}
}

func (b *block) timesVector(v *[blockOrder]float64) (out [blockOrder]float64) {
	for i := range out {
		for k, x := range v {
			out[i] += b[i*blockOrder+k] * x
		}
	}
	return out
}

func (b *block) isInteger() bool {
	return !slices.ContainsFunc(b[:], func(x float64) bool { return x != math.Trunc(x) })
}
