package workloads

import (
	"context"
	"time"

	"gonum.org/v1/gonum/blas"
	"gonum.org/v1/gonum/blas/gonum"

	"poolbench/workloads/offheap"
)

var matmulOrder = Axis{"order", "of the square matrix, a multiple of 64 from 64 to 4096", []string{"64"}}

// Matmul multiplies a tall matrix with a square one, C = A·B, in blocks of order 64 with
// the product of the gonum library: floating point on data in the caches. A task makes
// rows of C from rows of A that it fills from its seed. One kernel unit is a row of C, 2n² FLOP at
// order n. B takes 32 KiB at order 64, which a first-level cache holds, and 512 KiB at 256; a
// task of few rows reads all of it for them. All workers of a process
// read the same B; a worker process has its own.
var Matmul = register(Workload{
	Name:     "matmul",
	Doc:      "multiplies blocked matrices: floating point in the cache",
	Resource: CPU,
	Unit:     "8192 FLOP, a row times a matrix of order 64; 2n² of order n",
	Grains:   []time.Duration{100 * time.Microsecond},
	Axes:     []Axis{matmulOrder},
	KernelOf: func(p Params) (func(units int64) uint64, error) {
		order, err := matmulOrderOf(p)
		return func(units int64) uint64 { return multiply(product{golden, order, units}) }, err
	},
	New:      newMatmul,
	Truth:    "Freivalds' check of each row, exact in integers: A·(B·r), which never makes the product",
	Source:   shareCPUs,
	Expected: EqualWork,
})

// matmulBlock is the order of the blocks: gonum computes a product of one block in the
// calling goroutine, and larger ones in several.
const matmulBlock = 64

func matmulOrderOf(p Params) (int, error) { return p.Multiple(matmulOrder, matmulBlock, 4096) }

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

type product struct {
	Seed  uint64
	Order int
	Rows  int64
}

// multiply is the answer of a task: a digest of C·r.
//
//go:noinline
func multiply(p product) (digest uint64) {
	s, slab, random, n := squares.get(p.Order), slabs.take(p.Order), stream(p.Seed), p.Order
	defer slabs.put(p.Order, slab)
	for left := p.Rows; left > 0; left -= matmulBlock {
		rows := int(min(left, matmulBlock))
		a, c := slab[0][:rows*n], slab[1][:rows*n]
		fillSmall(a, &random)
		multiplyBlocks(a, s.b, c, rows, n)
		for i := range rows {
			digest = mix(digest ^ uint64(int64(inner(c[i*n:][:n], s.r))))
		}
	}
	return digest
}

// multiplyBlocks sets c to a·b, for up to 64 rows and a b of order n.
func multiplyBlocks(a, b, c []float64, rows, n int) {
	for j := 0; j < n; j += matmulBlock {
		for k, keep := 0, 0.0; k < n; k, keep = k+matmulBlock, 1 {
			gonum.Implementation{}.Dgemm(blas.NoTrans, blas.NoTrans, rows, matmulBlock, matmulBlock, 1, a[k:], n, b[k*n+j:], n, keep, c[j:], n)
		}
	}
}

// expectProduct is multiply without the product.
func expectProduct(p product) (digest uint64) {
	s, random, a := squares.get(p.Order), stream(p.Seed), make([]float64, p.Order)
	for range p.Rows {
		fillSmall(a, &random)
		digest = mix(digest ^ uint64(int64(inner(a, s.image))))
	}
	return digest
}

var matmulTask = Define("workloads.matmul", func(_ context.Context, in product) (uint64, error) {
	return multiply(in), nil
})

func newMatmul(p Params) (Job, error) {
	order, err := matmulOrderOf(p)
	if err != nil {
		return nil, err
	}
	return Batch[product, uint64]{
		Task: matmulTask,
		Input: func(_ int, seed uint64) (product, uint64) {
			in := product{seed, order, p.Units}
			return in, expectProduct(in)
		},
		Check: Equal[uint64],
		Close: func() error { return slabs.clear(order) },
	}.Job(p)
}
