package workloads

import (
	"context"
	"time"
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

func matmulOrderOf(p Params) (int, error) { return p.Multiple(matmulOrder, matmulBlock, 4096) }

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
