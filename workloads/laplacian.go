package workloads

import (
	"poolbench/workloads/offheap"
)

// A laplacian is the matrix and the vector.
type laplacian struct {
	side           int
	starts         []uint32 // of rows, in the two others; one more than rows
	columns        []uint32
	values, vector []float64
}

var laplacians = table[int, *laplacian]{make: newLaplacian}

func newLaplacian(side int) *laplacian {
	n := side * side
	m := &laplacian{side, offheap.Make[uint32](n + 1), offheap.Make[uint32](5 * n), offheap.Make[float64](5 * n), offheap.Make[float64](n)}
	filled := 0
	for row := range n {
		i, j := row/side, row%side
		m.vector[row] = float64(i*i + j*j)
		for _, e := range [5]struct {
			there bool
			to    int
			value float64
		}{{i > 0, row - side, -1}, {j > 0, row - 1, -1}, {true, row, 4}, {j < side-1, row + 1, -1}, {i < side-1, row + side, -1}} {
			if e.there {
				m.columns[filled], m.values[filled] = uint32(e.to), e.value
				filled++
			}
		}
		m.starts[row+1] = uint32(filled)
	}
	return m
}

// multiply goes over so many rows from the first one on.
func (m *laplacian) multiply(first int, rows int64) (digest uint64) {
	n, weight := m.side*m.side, uint64(1)
	for ; rows > 0; first = 0 {
		end := int(min(int64(first)+rows, int64(n)))
		rows -= int64(end - first)
		digest = multiplyRows(m.starts[first:end+1], m.columns, m.values, m.vector, digest, weight)
		weight += 2 * uint64(end-first)
	}
	return digest
}

// multiplyRows adds to digest the products of the rows that begin at starts, one less than
// there are, the first of them times weight.
//
//go:noinline
func multiplyRows(starts, columns []uint32, values, vector []float64, digest, weight uint64) uint64 {
	from := starts[0]
	for _, end := range starts[1:] {
		sum, row := 0.0, values[from:end]
		for k, column := range columns[from:end][:len(row)] {
			sum += row[k] * vector[column]
		}
		digest += uint64(int64(sum)) * weight
		weight += 2
		from = end
	}
	return digest
}

// expectProducts is multiply by the formula.
func expectProducts(side, first int, rows int64) (digest uint64) {
	for weight, row := uint64(1), first; rows > 0; rows-- {
		i, j := row/side, row%side
		product := -4
		if i == 0 { // the neighbour that is not there would have (-1)² + j²
			product += 1 + j*j
		}
		if j == 0 {
			product += 1 + i*i
		}
		if i == side-1 {
			product += side*side + j*j
		}
		if j == side-1 {
			product += side*side + i*i
		}
		digest += uint64(product) * weight
		weight += 2
		row = (row + 1) % (side * side)
	}
	return digest
}
