package workloads

import (
	"gonum.org/v1/gonum/blas"
	"gonum.org/v1/gonum/blas/gonum"

	"poolbench/workloads/offheap"
)

// matmulBlock is the order of the blocks: gonum computes a product of one block in the
// calling goroutine, and larger ones in several.
const matmulBlock = 64

// fillSmall sets b, of which the length is a multiple of 16, to integers in [-8, 7], so that
// sums of products are exact: those of order 4096 stay below 2^18.
func fillSmall(b []float64, random *stream) {
	state := uint64(*random)
	for ; len(b) > 0; b = b[16:] {
		state += golden
		r := mix(state)
		for k := range b[:16] {
			b[k] = smallIntegers[r&15]
			r >>= 4
		}
	}
	*random = stream(state)
}

// smallIntegers spare fillSmall the conversions, which took a tenth of the time of a task.
var smallIntegers = [16]float64{-8, -7, -6, -5, -4, -3, -2, -1, 0, 1, 2, 3, 4, 5, 6, 7}

// A square is B, the vector r of Freivalds' check ("Probabilistic machines can use less
// running time", 1977), and B·r. The elements of r are below 2^20, so all values are
// integers below 2^53; a wrong row passes for one r in 2^20.
type square struct{ b, r, image []float64 }

var squares = table[int, square]{make: func(order int) square {
	random := stream(golden)
	s := square{offheap.Make[float64](order * order), make([]float64, order), make([]float64, order)}
	fillSmall(s.b, &random)
	for i := range s.r {
		s.r[i] = float64(random.next() & (1<<20 - 1))
	}
	for i := range s.image {
		s.image[i] = inner(s.b[i*order:][:order], s.r)
	}
	return s
}}

func inner(x, y []float64) float64 { return gonum.Implementation{}.Ddot(len(x), x, 1, y, 1) }

// slabs are blocks of rows of A and of C, of that order.
var slabs = shelf[int, [2][]float64]{
	make: func(order int) [2][]float64 {
		return [2][]float64{offheap.Make[float64](matmulBlock * order), offheap.Make[float64](matmulBlock * order)}
	},
	drop: func(slab [2][]float64) {
		offheap.Free(slab[0])
		offheap.Free(slab[1])
	},
}

// multiplyBlocks sets c to a·b, for up to 64 rows and a b of order n.
func multiplyBlocks(a, b, c []float64, rows, n int) {
	for j := 0; j < n; j += matmulBlock {
		for k, keep := 0, 0.0; k < n; k, keep = k+matmulBlock, 1 {
			gonum.Implementation{}.Dgemm(blas.NoTrans, blas.NoTrans, rows, matmulBlock, matmulBlock, 1, a[k:], n, b[k*n+j:], n, keep, c[j:], n)
		}
	}
}
