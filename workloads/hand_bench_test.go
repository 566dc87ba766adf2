package workloads

import (
	"crypto/sha256"
	"encoding/binary"
	"math"
	"slices"
	"testing"
	"time"

	"golang.org/x/perf/benchmath"
	"gonum.org/v1/gonum/blas"
	"gonum.org/v1/gonum/blas/gonum"
	"gonum.org/v1/gonum/dsp/fourier"
	"gonum.org/v1/gonum/floats"

	"poolbench/executors"
)

// handTasks is the number of tasks of a job that is compared with a loop by hand.
const handTasks = 8

// byHand are the kernels written down once more, as one would who wants nothing but the
// answer of task i: no executor, no job, no memory that is taken in turns.
var byHand = []struct {
	workload Workload
	ours     func(i int, seed uint64, units int64) uint64
	hand     func(i int, seed uint64, units int64) uint64
}{
	{Spin, func(_ int, seed uint64, units int64) uint64 { return xorshift(seed, units) }, handSpin},
	{FMA, func(_ int, seed uint64, units int64) uint64 { return fma(seed, units) }, handFMA},
	{MonteCarlo, func(_ int, seed uint64, units int64) uint64 { return uint64(hits(seed, units)) }, handMonteCarlo},
	{EP, func(i int, _ uint64, units int64) uint64 { return math.Float64bits(ep(uint64(i)<<20, units).X) }, handEP},
	{NBody, func(_ int, seed uint64, units int64) uint64 { return math.Float64bits(orbit(seed, units)) }, handNBody},
	{Mandelbrot, func(i int, seed uint64, units int64) uint64 {
		return strip{seed, i, handTasks, units}.iterate().Iterations
	}, handMandelbrot},
	{Hash, func(_ int, seed uint64, units int64) uint64 { return digest(seed, units) }, handHash},
	{Sort, func(_ int, seed uint64, units int64) uint64 { return sortArrays(seed, "random", units).Sum }, handSort},
	{Matmul, func(_ int, seed uint64, units int64) uint64 { return multiply(product{seed, 64, units}) }, handMatmul},
	{FFT, func(_ int, seed uint64, units int64) uint64 { return transform(signal{seed, 1024, units}) }, handFFT()},
	{Triad, func(_ int, seed uint64, units int64) uint64 { return runTriad(stretch{seed, 1 << 20, units}) }, handTriad()},
	{Chase, func(_ int, seed uint64, units int64) uint64 {
		return chase(circles.get(1<<18), seed%(1<<18), units)
	}, handChase},
	{SpMV, func(_ int, seed uint64, units int64) uint64 {
		return laplacians.get(512).multiply(rows{seed, 512, units}.first(), units)
	}, handSpMV},
	{Queens, func(i int, _ uint64, _ int64) uint64 {
		if i > 0 {
			return 0
		}
		return waysFrom(12, position{})
	}, func(i int, _ uint64, _ int64) uint64 {
		if i > 0 {
			return 0
		}
		return handQueens(0, 0, 0, 0)
	}},
}

func handSpin(_ int, x uint64, units int64) uint64 {
	for range units {
		x ^= x << 13
		x ^= x >> 7
		x ^= x << 17
	}
	return x
}

func handFMA(_ int, seed uint64, units int64) uint64 {
	x, c := fmaStart(seed)
	a0, a1, a2, a3, a4, a5, a6, a7, one := x[0], x[1], x[2], x[3], x[4], x[5], x[6], x[7], 1.0
	for range units {
		a0, a1, a2, a3 = math.FMA(a0, one, c), math.FMA(a1, one, c), math.FMA(a2, one, c), math.FMA(a3, one, c)
		a4, a5, a6, a7 = math.FMA(a4, one, c), math.FMA(a5, one, c), math.FMA(a6, one, c), math.FMA(a7, one, c)
	}
	return fmaFold([8]float64{a0, a1, a2, a3, a4, a5, a6, a7})
}

func handMonteCarlo(_ int, seed uint64, units int64) (inside uint64) {
	for range units {
		seed += golden
		r := mix(seed)
		x, y := float64(r>>32)/(1<<32), float64(r&(1<<32-1))/(1<<32)
		if x*x+y*y < 1 {
			inside++
		}
	}
	return inside
}

func handEP(i int, _ uint64, units int64) uint64 {
	s, sx, sy, q := epState(uint64(i)<<21), 0.0, 0.0, [10]int{}
	for range units {
		s = s * epMultiplier % (1 << 46)
		x := 2*(float64(s)/(1<<46)) - 1
		s = s * epMultiplier % (1 << 46)
		y := 2*(float64(s)/(1<<46)) - 1
		if t := x*x + y*y; t <= 1 {
			f := math.Sqrt(-2 * math.Log(t) / t)
			sx += x * f
			sy += y * f
			q[int(math.Max(math.Abs(x*f), math.Abs(y*f)))]++
		}
	}
	if q[9] > 0 {
		return uint64(sy)
	}
	return math.Float64bits(sx)
}

func handNBody(_ int, seed uint64, units int64) uint64 {
	s := solarSystem(shiftOf(seed))
	for range units {
		for i := range s {
			for j := i + 1; j < len(s); j++ {
				dx, dy, dz := s[i].x-s[j].x, s[i].y-s[j].y, s[i].z-s[j].z
				d2 := dx*dx + dy*dy + dz*dz
				mag := nbodyStep / (d2 * math.Sqrt(d2))
				mi, mj := s[i].mass, s[j].mass
				s[i].vx -= dx * mj * mag
				s[i].vy -= dy * mj * mag
				s[i].vz -= dz * mj * mag
				s[j].vx += dx * mi * mag
				s[j].vy += dy * mi * mag
				s[j].vz += dz * mi * mag
			}
		}
		for i := range s {
			s[i].x += nbodyStep * s[i].vx
			s[i].y += nbodyStep * s[i].vy
			s[i].z += nbodyStep * s[i].vz
		}
	}
	return math.Float64bits(energy(&s))
}

func handMandelbrot(i int, _ uint64, units int64) (sum uint64) {
	height := viewHeight / handTasks / float64(units)
	for k := range units {
		x, y := viewLeft+viewWidth/(1<<53)*float64(uint64(k)*golden>>11), viewHeight*float64(i)/handTasks+height*(float64(k)+0.5)
		re, im, n := 0.0, 0.0, uint64(0)
		for re*re+im*im <= 4 && n < mandelbrotLimit {
			re, im = re*re-im*im+x, 2*re*im+y
			n++
		}
		sum += n * uint64(2*k+1)
	}
	return sum
}

func handHash(_ int, seed uint64, units int64) uint64 {
	h, b := sha256.New(), hashBuffer()
	h.Write(binary.BigEndian.AppendUint64(nil, seed))
	for ; units > 1024; units -= 1024 {
		h.Write(b)
	}
	h.Write(b[:units<<10])
	return binary.BigEndian.Uint64(h.Sum(nil))
}

func handSort(_ int, seed uint64, units int64) (sum uint64) {
	var a [256]uint64
	for range units {
		for i := range a {
			seed += golden
			a[i] = mix(seed)
		}
		slices.Sort(a[:])
		last := uint64(0)
		for _, key := range a {
			if key < last {
				return 0
			}
			last = key
			sum += (key ^ key>>32) * golden
		}
	}
	return sum
}

func handMatmul(_ int, seed uint64, units int64) (digest uint64) {
	const n = 64
	s, random, a, c := squares.get(n), stream(seed), make([]float64, n*n), make([]float64, n*n)
	for ; units > 0; units -= n {
		rows := int(min(units, n))
		fillSmall(a[:rows*n], &random)
		gonum.Implementation{}.Dgemm(blas.NoTrans, blas.NoTrans, rows, n, n, 1, a, n, s.b, n, 0, c, n)
		for i := range rows {
			digest = mix(digest ^ uint64(int64(inner(c[i*n:][:n], s.r))))
		}
	}
	return digest
}

func handFFT() func(int, uint64, int64) uint64 {
	plan, x := fourier.NewCmplxFFT(1024), make([]complex128, 1024)
	return func(_ int, seed uint64, units int64) (digest uint64) {
		for k := range x {
			x[k] = signal{Seed: seed}.point(k)
		}
		for range units {
			plan.Coefficients(x, x)
			plan.Coefficients(x, x)
			sum := uint64(0)
			for k := range x {
				re, im := math.RoundToEven(real(x[k])/1024), math.RoundToEven(imag(x[k])/1024)
				sum += uint64(int64(re)*2+int64(im)) * uint64(2*k+1)
				x[k] = complex(re, im)
			}
			digest = mix(digest ^ sum)
		}
		return digest
	}
}

func handTriad() func(int, uint64, int64) uint64 {
	t, at := triads.make(1<<20), 0
	a, b, c := t.a, t.b, t.c
	t.prepare(len(a))
	return func(_ int, seed uint64, units int64) uint64 {
		for s := float64(triadScale(seed)); units > 0; {
			n := int(min(units, int64(len(a)-at)))
			floats.AddScaledTo(a[at:at+n], b[at:at+n], s, c[at:at+n])
			units -= int64(n)
			at = (at + n) % len(a)
		}
		return 4 * uint64(a[(at+len(a)-1)%len(a)])
	}
}

func handChase(_ int, seed uint64, units int64) uint64 {
	lines := circles.get(1 << 18)
	at := seed % uint64(len(lines))
	for range units {
		at = lines[at].next
	}
	return at
}

func handSpMV(_ int, seed uint64, units int64) (sum uint64) {
	m := laplacians.get(512)
	starts, columns, values, vector := m.starts, m.columns, m.values, m.vector
	row := rows{seed, 512, units}.first()
	for weight := uint64(1); units > 0; units-- {
		y := 0.0
		for k := starts[row]; k < starts[row+1]; k++ {
			y += values[k] * vector[columns[k]]
		}
		sum += uint64(int64(y)) * weight
		weight += 2
		if row++; row == len(vector) {
			row = 0
		}
	}
	return sum
}

func handQueens(row int, columns, left, right uint32) (ways uint64) {
	if row == 12 {
		return 1
	}
	for free := ^(columns | left | right) & (1<<12 - 1); free != 0; free &= free - 1 {
		queen := free & -free
		ways += handQueens(row+1, columns|queen, (left|queen)<<1, (right|queen)>>1)
	}
	return ways
}

// TestByHand: the loops by hand compute the same.
func TestByHand(t *testing.T) {
	for _, test := range byHand {
		for i, units := range []int64{1, 5, 100} {
			seed := taskSeed(9, i)
			if got, want := test.ours(i, seed, units), test.hand(i, seed, units); got != want {
				t.Errorf("%s, %d units: %#x, by hand %#x", test.workload.Name, units, got, want)
			}
		}
	}
}

// unitsFor are about those that take so long.
func unitsFor(kernel func(int64) uint64, d time.Duration) int64 {
	for n := int64(1); ; n *= 2 {
		took := time.Hour
		for range 5 { // the first one may make its memory
			took = min(took, timed(func() { sink += kernel(n) }))
		}
		if took > d/2 {
			return max(1, int64(float64(n)*float64(d)/float64(took)))
		}
	}
}

var sink uint64

// reportRatio reports how much faster the first of each pair of times is than the second:
// the median with its interval of 95 %.
func reportRatio(b *testing.B, ours, theirs []time.Duration) {
	ratios := make([]float64, len(ours))
	for i := range ours {
		ratios[i] = float64(theirs[i]) / float64(ours[i])
	}
	s := benchmath.AssumeNothing.Summary(benchmath.NewSample(ratios, &benchmath.DefaultThresholds), 0.95)
	b.ReportMetric(0, "ns/op")
	b.ReportMetric(s.Center, "×")
	if !math.IsInf(s.Lo, 0) && !math.IsInf(s.Hi, 0) {
		b.ReportMetric(s.Lo, "×lo")
		b.ReportMetric(s.Hi, "×hi")
	}
}

func timed(f func()) time.Duration {
	begin := time.Now()
	f()
	return time.Since(begin)
}

// takeTurns times both, each once before and once after the other.
func takeTurns(b *testing.B, ours, theirs func()) {
	var our, their []time.Duration
	for b.Loop() {
		first, second := timed(ours), timed(theirs)
		their = append(their, second+timed(theirs))
		our = append(our, first+timed(ours))
	}
	reportRatio(b, our, their)
}

// BenchmarkByHand tells the rate of one worker of a pool, relative to a plain loop of the
// same kernel: at least 0.97 is wanted.
func BenchmarkByHand(b *testing.B) {
	for _, test := range byHand {
		b.Run(test.workload.Name, func(b *testing.B) {
			p := Params{Tasks: handTasks, Seed: 1}
			if test.workload.Kernel != nil {
				p.Grain, p.Units = time.Millisecond, unitsFor(test.workload.Kernel, time.Millisecond)
			}
			if test.workload.Name == Triad.Name {
				p.Axes = map[string]string{"footprint": "24576"}
			}
			job, err := test.workload.New(p)
			if err != nil {
				b.Fatal(err)
			}
			defer job.Close()
			ex, err := executors.Goroutines.New(executors.Options{Workers: 1})
			if err != nil {
				b.Fatal(err)
			}
			defer ex.Shutdown(b.Context())
			ours := func() {
				if err := job.Run(b.Context(), ex); err != nil {
					b.Fatal(err)
				}
			}
			theirs := func() {
				for i := range handTasks {
					sink += test.hand(i, taskSeed(p.Seed, i), p.Units)
				}
			}
			for range 3 {
				ours()
				theirs()
			}
			takeTurns(b, ours, theirs)
			if err := job.Check(); err != nil {
				b.Error(err)
			}
		})
	}
}
