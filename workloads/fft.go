package workloads

import (
	"context"
	"time"
)

var fftLength = Axis{"length", "complex points of a transform, a power of two from 16 to 16777216", []string{"1024", "16384"}}

// FFT makes fast Fourier transforms with the gonum library: floating point at growing
// distances, in the caches. One kernel unit is two transforms, 10 n log2 n FLOP: 102,400 at
// 1024 points, and 2.3 million at 16384, so a task makes at least as many. Each worker has
// 48 bytes a point: 48 KiB at 1024 points, 768 KiB at 16384.
//
// A transform of a transform is the input backwards, times n. The input is whole numbers,
// so after every pair it is known exactly, rounding takes away the error, and the next pair
// goes on from there.
var FFT = register(Workload{
	Name:     "fft",
	Doc:      "makes fast Fourier transforms: floating point at growing distances, in the caches",
	Resource: CPU,
	Unit:     "102400 FLOP, 2 transforms of 1024 points; 10 n log2 n of n points",
	Grains:   []time.Duration{time.Millisecond},
	Axes:     []Axis{fftLength},
	KernelOf: func(p Params) (func(units int64) uint64, error) {
		length, err := fftPoints(p)
		return func(units int64) uint64 { return transform(signal{golden, length, units}) }, err
	},
	New:      newFFT,
	Truth:    "after every second transform the input again, backwards, exact in integers",
	Source:   shareCPUs + ", as long as the caches that they share hold the data of all",
	Expected: EqualWork,
})

func fftPoints(p Params) (int, error) { return p.PowerOfTwo(fftLength, 16, 1<<24) }

type signal struct {
	Seed   uint64
	Points int
	Pairs  int64 // of transforms
}

// point is the k-th of the input, whole numbers in [-128, 127].
func (s signal) point(k int) complex128 {
	r := mix(s.Seed + golden*uint64(k))
	return complex(float64(int8(r)), float64(int8(r>>8)))
}

//go:noinline
func transform(s signal) (digest uint64) {
	t := transformers.take(s.Points)
	defer transformers.put(s.Points, t)
	for k := range t.data {
		t.data[k] = s.point(k)
	}
	for range s.Pairs {
		t.plan.Coefficients(t.data, t.data)
		t.plan.Coefficients(t.data, t.data)
		digest = mix(digest ^ t.round())
	}
	return digest
}

// expectTransforms is transform without transforms.
func expectTransforms(s signal) (digest uint64) {
	var sums [2]uint64 // of the input, and backwards
	for k := range s.Points {
		x := s.point(k)
		value := uint64(int64(real(x))*2 + int64(imag(x)))
		sums[0] += value * uint64(2*k+1)
		sums[1] += value * uint64(2*(-k&(s.Points-1))+1)
	}
	for pair := range s.Pairs {
		digest = mix(digest ^ sums[(pair+1)%2])
	}
	return digest
}

var fftTask = Define("workloads.fft", func(_ context.Context, in signal) (uint64, error) {
	return transform(in), nil
})

func newFFT(p Params) (Job, error) {
	points, err := fftPoints(p)
	if err != nil {
		return nil, err
	}
	return Batch[signal, uint64]{
		Task: fftTask,
		Input: func(_ int, seed uint64) (signal, uint64) {
			in := signal{seed, points, p.Units}
			return in, expectTransforms(in)
		},
		Check: Equal[uint64],
		Close: func() error { return transformers.clear(points) },
	}.Job(p)
}
