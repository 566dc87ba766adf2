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

// The blocked product against the definition.
func TestMultiply(t *testing.T) {
	const terms = 3
	random := stream(5)
	var want [blockOrder][blockOrder]float64
	for range terms {
		var a, b block
		a.fill(&random)
		b.fill(&random)
		for i := range blockOrder {
			for j := range blockOrder {
				for k := range blockOrder {
					want[i][j] += a[i*blockOrder+k] * b[k*blockOrder+j]
				}
			}
		}
	}
	for n, x := range multiply(5, terms) {
		if want := want[n/blockOrder][n%blockOrder]; x != want {
			t.Fatalf("element %d: %v, want %v", n, x, want)
		}
	}
}

func TestBlockFillIsSmallIntegers(t *testing.T) {
	random := stream(9)
	var b block
	seen := map[float64]bool{}
	for range 10 {
		b.fill(&random)
		for _, x := range b {
			if x != math.Trunc(x) || x < -8 || x > 7 {
				t.Fatalf("element %v is not an integer in [-8, 7]", x)
			}
			seen[x] = true
		}
	}
	if len(seen) != 16 {
		t.Errorf("%d distinct values, want 16", len(seen))
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
				sum += w.Kernel(1000)
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/1000, "ns/unit")
			_ = sum
		})
	}
}
