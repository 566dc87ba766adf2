package workloads

import (
	"gonum.org/v1/gonum/dsp/fourier"

	"poolbench/workloads/offheap"
)

// A transformer is a worker's plan of gonum's with the data that it works on.
type transformer struct {
	plan *fourier.CmplxFFT
	data []complex128
}

var transformers = shelf[int, *transformer]{
	make: func(n int) *transformer { return &transformer{fourier.NewCmplxFFT(n), offheap.Make[complex128](n)} },
	drop: func(t *transformer) { offheap.Free(t.data) },
}

// round divides the data by their number and rounds them to whole numbers, of which it
// returns the sum times their place.
func (t *transformer) round() (sum uint64) {
	const away = 3 << 51 // whatever is added to it loses what is behind the point
	scale := 1 / float64(len(t.data))
	for k, x := range t.data {
		re, im := real(x)*scale+away-away, imag(x)*scale+away-away
		sum += uint64(int64(re)*2+int64(im)) * uint64(2*k+1)
		t.data[k] = complex(re, im)
	}
	return sum
}
