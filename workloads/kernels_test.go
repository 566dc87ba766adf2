package workloads

import (
	"math"
	"testing"
)

// The stream is SplitMix64: first values for seed 0 from the reference
// implementation (Vigna, splitmix64.c).
func TestStream(t *testing.T) {
	s := stream(0)
	for i, want := range []uint64{0xe220a8397b1dcdaf, 0x6e789e6aa1b965f4, 0x06c45d188009454f} {
		if got := s.next(); got != want {
			t.Errorf("value %d: %#x, want %#x", i, got, want)
		}
	}
}

func TestTaskSeedsAreDistinct(t *testing.T) {
	seen := map[uint64]bool{}
	for i := range 4096 {
		seen[taskSeed(1, i)] = true
	}
	if len(seen) != 4096 || seen[0] {
		t.Errorf("%d distinct seeds of 4096, 0 among them: %v", len(seen), seen[0])
	}
}

func TestHitsEstimatePi(t *testing.T) {
	const points = 1 << 20
	pi := 4 * float64(hits(3, points)) / points
	if off := math.Abs(pi - math.Pi); off > 4*1.642/1024 {
		t.Errorf("pi from %d points: %v", points, pi)
	}
	if checkPi(points/2, points) == nil {
		t.Error("2 passes for pi")
	}
}

func TestCrunchDependsOnEveryDocument(t *testing.T) {
	documents := func() [][]byte {
		d := make([][]byte, documentsPerQuery)
		for i := range d {
			d[i] = make([]byte, documentSize)
		}
		return d
	}
	const all = documentsPerQuery * documentSize / 8
	want := crunch(documents(), all)
	for i := range documentsPerQuery {
		for _, at := range []int{0, documentSize - 1} {
			changed := documents()
			changed[i][at] ^= 1
			if crunch(changed, all) == want {
				t.Errorf("a change in byte %d of document %d goes unseen", at, i)
			}
		}
	}
	if crunch(documents()[1:], all) == want {
		t.Error("a lost document goes unseen")
	}
	if crunch(nil, 10) == want || crunch([][]byte{nil}, 10) == want {
		t.Error("no documents give the digest of some")
	}
}

func BenchmarkKernel(b *testing.B) {
	for _, w := range All() {
		if w.Kernel == nil {
			continue
		}
		b.Run(w.Name, func(b *testing.B) {
			var sum uint64
			for b.Loop() {
				sum += w.Kernel(100)
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/100, "ns/unit")
			_ = sum
		})
	}
}
