package workloads

import (
	"crypto/sha256"
	"encoding/hex"
	"math"
	"math/cmplx"
	"slices"
	"strings"
	"testing"

	"gonum.org/v1/gonum/dsp/fourier"

	"poolbench/executors"
)

// What is published of the kernels, or follows from what they are to compute by other
// means than theirs.

func TestFMAChains(t *testing.T) {
	for _, seed := range []uint64{1, golden, math.MaxUint64} {
		for _, steps := range []int64{1, 2, 1000} {
			x, c := fmaStart(seed)
			for range steps {
				for k := range x {
					x[k] += c
				}
			}
			if got, want := fma(seed, steps), fmaFold(x); got != want || expectFMA(seed, steps) != want {
				t.Errorf("seed %#x, %d steps: %#x, expected %#x, want %#x", seed, steps, got, expectFMA(seed, steps), want)
			}
		}
	}
}

// The sums of class S (NPB 3.0, EP/ep.c), and how many pairs give deviates, from many
// tasks in a pool.
func TestEPClassS(t *testing.T) {
	const tasks, all = 61, 1 << 24
	ex, err := executors.Goroutines.New(executors.Options{Workers: 2})
	if err != nil {
		t.Fatal(err)
	}
	defer ex.Shutdown(t.Context())
	var futures []*executors.Future[deviates]
	for i := range uint64(tasks) {
		first := i * all / tasks
		f, err := executors.Submit(t.Context(), ex, epTask.plain, pairs{first, int64((i+1)*all/tasks - first)})
		if err != nil {
			t.Fatal(err)
		}
		futures = append(futures, f)
	}
	var x, y float64
	var counted int64
	for _, f := range futures {
		d, err := f.Result(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		x, y = x+d.X, y+d.Y
		for _, n := range d.Counts {
			counted += n
		}
	}
	const wantX, wantY, wantCount = -3247.834652034740, -6958.407078382297, 13176389
	if math.Abs(x/wantX-1) > 1e-8 || math.Abs(y/wantY-1) > 1e-8 || counted != wantCount {
		t.Errorf("sums %.12f and %.12f of %d pairs, want %.12f and %.12f of %d", x, y, counted, wantX, wantY, wantCount)
	}
}

// Parts of the stream are those of the whole.
func TestEPParts(t *testing.T) {
	whole, sum := ep(5, 1000), deviates{First: 5}
	for first := uint64(5); first < 1005; {
		n := min(int64(337), 1005-int64(first))
		d := ep(first, n)
		sum.X, sum.Y = sum.X+d.X, sum.Y+d.Y
		for k := range d.Counts {
			sum.Counts[k] += d.Counts[k]
		}
		first += uint64(n)
	}
	if sum.Counts != whole.Counts || math.Abs(sum.X-whole.X) > 1e-9 || math.Abs(sum.Y-whole.Y) > 1e-9 {
		t.Errorf("parts give %v, the whole %v", sum, whole)
	}
}

// The energies that the Benchmarks Game publishes, to nine places.
func TestNBodyEnergies(t *testing.T) {
	s := solarSystem(0)
	for _, want := range []struct {
		steps  int64
		energy float64
	}{{0, -0.169075164}, {1000, -0.169087605}, {50_000, -0.169078071}} {
		s = move(s, want.steps)
		if got := energy(&s); math.Abs(got-want.energy) > 5e-10 {
			t.Errorf("energy after %d more steps: %.9f, want %.9f", want.steps, got, want.energy)
		}
		s = solarSystem(0)
	}
	if a, b := orbit(taskSeed(1, 0), 1), orbit(taskSeed(1, 1), 1); a == b {
		t.Errorf("tasks of neighbouring seeds have the same energy %v", a)
	}
}

// The number of ways is the known one, however it is cut into tasks: New compares.
func TestQueensWays(t *testing.T) {
	if queensWays[8] != 92 || queensWays[10] != 724 || queensWays[12] != 14200 || queensWays[13] != 73712 {
		t.Errorf("the known numbers are %v", queensWays)
	}
	for board := 1; board <= 12; board++ {
		if got := waysFrom(board, position{}); got != queensWays[board] {
			t.Errorf("%d ways on a board of %d rows, want %d", got, board, queensWays[board])
		}
	}
	for _, board := range []string{"1", "2", "3", "4", "8", "11"} {
		for _, tasks := range []int{1, 3, 16, 256} {
			if _, err := newQueens(Params{Tasks: tasks, Axes: map[string]string{"board": board}}); err != nil {
				t.Errorf("board %s, %d tasks: %v", board, tasks, err)
			}
		}
	}
}

// The vectors of FIPS 180-4 and of its examples.
func TestSHA256Vectors(t *testing.T) {
	for text, want := range map[string]string{
		"":    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
		"abc": "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad",
		"abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq": "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1",
		strings.Repeat("a", 1_000_000):                             "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0",
	} {
		if sum := sha256.Sum256([]byte(text)); hex.EncodeToString(sum[:]) != want {
			t.Errorf("%d bytes: %x, want %s", len(text), sum, want)
		}
	}
}

// Every element is 1 + 2s, also where tasks go on in the middle and go round.
func TestTriadClosedForm(t *testing.T) {
	const length = 1000
	arrays := triads.make(length)
	covered := 0
	for i, elements := range []int64{1, 2, 3, 300, 999, 1000, 1001, 2500, 1} {
		s := uint64(i + 3)
		before := append([]float64(nil), arrays.a...)
		first := arrays.next
		if got, want := arrays.run(float64(s), elements), 4*(1+2*s); got != want {
			t.Errorf("%d elements times %d: %d, want %d", elements, s, got, want)
		}
		covered += int(elements)
		if want := covered % length; arrays.next != want {
			t.Errorf("after %d elements it goes on at %d, want %d", covered, arrays.next, want)
		}
		for k, x := range arrays.a {
			want := before[k]
			if int64((k-first+length)%length) < elements {
				want = float64(1 + 2*s)
			}
			if x != want {
				t.Fatalf("after %d elements element %d is %v, want %v", elements, k, x, want)
			}
		}
	}
	arrays.a[0] = 7
	arrays.next = 0
	if arrays.b[0] = 9; arrays.run(3, 1) == 4*7 {
		t.Error("a wrong element goes unseen")
	}
}

// The lines make one circle, into which the jump leads where the chase does.
func TestChaseIsOneCircle(t *testing.T) {
	for _, n := range []int{16, 512, 4096} {
		lines, seen := circles.get(n), map[uint64]bool{}
		for at := uint64(0); !seen[at]; at = lines[at].next {
			seen[at] = true
		}
		if len(seen) != n {
			t.Errorf("a circle of %d lines, want %d", len(seen), n)
		}
		for _, steps := range []int64{0, 1, 2, 3, 1000, int64(n), 12345} {
			for _, at := range []uint64{0, 7, uint64(n) - 1} {
				if got, want := chase(lines, at, steps), chaseJump(at, steps, n); got != want {
					t.Errorf("%d steps from %d of %d: %d, the jump leads to %d", steps, at, n, got, want)
				}
			}
		}
	}
}

// A constant vector is zero but at the boundary, where each neighbour that is not there
// adds one; and the products of the workload are those of its formula.
func TestSpMV(t *testing.T) {
	for _, side := range []int{2, 3, 17} {
		m := newLaplacian(side)
		constant, n := make([]float64, side*side), int64(side*side)
		for i := range constant {
			constant[i] = 1
		}
		for row := range side * side {
			i, j := row/side, row%side
			want := uint64(0)
			for _, edge := range []bool{i == 0, j == 0, i == side-1, j == side-1} {
				if edge {
					want++
				}
			}
			if got := multiplyRows(m.starts[row:row+2], m.columns, m.values, constant, 0, 1); got != want {
				t.Errorf("row %d of a grid of side %d times a constant: %d, want %d", row, side, got, want)
			}
			if got, want := m.multiply(row, 1), expectProducts(side, row, 1); got != want {
				t.Errorf("row %d of a grid of side %d: %d, want %d", row, side, got, want)
			}
		}
		for _, rows := range []int64{n - 1, n, n + 1, 3*n + 2} {
			if got, want := m.multiply(1, rows), expectProducts(side, 1, rows); got != want {
				t.Errorf("%d rows of a grid of side %d: %d, want %d", rows, side, got, want)
			}
		}
	}
}

func TestSorting(t *testing.T) {
	for _, input := range sortInput.Values {
		if got, want := sortArrays(7, input, 5), expectSorting(7, input, 5); got != want {
			t.Errorf("%s keys: %+v, want %+v", input, got, want)
		}
		distinct := map[uint64]bool{}
		var k keys
		k.fill(input, 3)
		descents, lost := k.look()
		for _, key := range k {
			distinct[key] = true
		}
		if (descents == 0) != (input == "sorted") || (len(distinct) == 8) != (input == "few") || (len(distinct) == 256) != (input != "few") {
			t.Errorf("%s keys: %d descents, %d different ones", input, descents, len(distinct))
		}
		k[5]++
		if _, sum := k.look(); sum == lost {
			t.Errorf("%s keys: another key goes unseen", input)
		}
	}
}

// Points of which it is known, the area of the set, and how unequal strips are.
func TestMandelbrot(t *testing.T) {
	for _, test := range []struct {
		x, y float64
		want int
	}{{0, 0, mandelbrotLimit}, {-1, 0, mandelbrotLimit}, {-2, 0, mandelbrotLimit}, {0, 1, mandelbrotLimit}, {1, 0, 3}, {2, 2, 1}, {0.5, 0, 5}} {
		if got := escape(test.x, test.y); got != test.want {
			t.Errorf("%v + %vi leaves after %d iterations, want %d", test.x, test.y, got, test.want)
		}
	}
	const strips, points = 16, 4000
	inside, cost := int64(0), [strips]float64{}
	total := 0.0
	for i := range strips {
		s := strip{0, i, strips, points}
		inside += s.iterate().Inside
		low, height := viewHeight*float64(i)/strips, viewHeight/strips/points
		for k := range points {
			_, x := math.Modf(float64(k) * (math.Sqrt(5) - 1) / 2)
			cost[i] += float64(escape(viewLeft+viewWidth*x, low+height*(float64(k)+0.5)))
		}
		total += cost[i]
	}
	if err := checkArea(inside, strips*points); err != nil {
		t.Error(err)
	}
	if checkArea(inside*11/10, strips*points) == nil {
		t.Error("an area that is a tenth too large passes")
	}
	if got, want := cost[0]/(total/strips), longestStrip(strips); math.Abs(got/want-1) > 0.02 {
		t.Errorf("the longest strip of %d takes %.2f times the mean one, want %.2f", strips, got, want)
	}
	for i := 1; i < strips; i++ {
		if cost[i] > 1.1*cost[i-1] {
			t.Errorf("strip %d takes longer than the one below: %v", i, cost)
		}
	}
}

func TestStripOrder(t *testing.T) {
	p := Params{Tasks: 5, Seed: 1}
	for order, want := range map[string][]int{"falling": {0, 1, 2, 3, 4}, "rising": {4, 3, 2, 1, 0}} {
		if got := stripOrder(order, p); !slices.Equal(got, want) {
			t.Errorf("%s: tasks are strips %v, want %v", order, got, want)
		}
	}
	p.Tasks = 20
	seen, other := map[int]bool{}, 0
	for i, s := range stripOrder("shuffled", p) {
		seen[s] = true
		if s != i {
			other++
		}
	}
	if len(seen) != 20 || other == 0 {
		t.Errorf("shuffled strips are %v", stripOrder("shuffled", p))
	}
}

// The transform is the sum by which it is defined, keeps the energy (Parseval), and two of
// them give the input backwards.
func TestFFT(t *testing.T) {
	s := signal{Seed: 5, Points: 64, Pairs: 1}
	in, energies := make([]complex128, s.Points), [2]float64{}
	for k := range in {
		in[k] = s.point(k)
	}
	out := fourier.NewCmplxFFT(s.Points).Coefficients(nil, in)
	for f := range out {
		var want complex128
		for k, x := range in {
			want += x * cmplx.Rect(1, -2*math.Pi*float64(f*k)/float64(s.Points))
		}
		if cmplx.Abs(out[f]-want) > 1e-9 {
			t.Fatalf("frequency %d: %v, want %v", f, out[f], want)
		}
		energies[0] += real(in[f])*real(in[f]) + imag(in[f])*imag(in[f])
		energies[1] += (real(out[f])*real(out[f]) + imag(out[f])*imag(out[f])) / float64(s.Points)
	}
	if math.Abs(energies[0]/energies[1]-1) > 1e-12 {
		t.Errorf("energies %v", energies)
	}
	for _, n := range []int{16, 1024, 4096} {
		for _, units := range []int64{1, 2, 5} {
			s := signal{Seed: 5, Points: n, Pairs: units}
			if got, want := transform(s), expectTransforms(s); got != want {
				t.Errorf("%d units of %d points: %#x, want %#x", units, n, got, want)
			}
		}
	}
}

// The blocked product against the definition, and its digest against Freivalds' check.
func TestMultiply(t *testing.T) {
	const n, rows = 128, 5
	random := stream(5)
	a, b, c := make([]float64, rows*n), make([]float64, n*n), make([]float64, rows*n)
	fillSmall(a, &random)
	fillSmall(b, &random)
	multiplyBlocks(a, b, c, rows, n)
	for i := range rows {
		for j := range n {
			want := 0.0
			for k := range n {
				want += a[i*n+k] * b[k*n+j]
			}
			if c[i*n+j] != want {
				t.Fatalf("element %d, %d: %v, want %v", i, j, c[i*n+j], want)
			}
		}
	}
	for _, p := range []product{{1, 64, 1}, {2, 64, 200}, {3, 128, 300}, {4, 192, 40}} {
		if got, want := multiply(p), expectProduct(p); got != want {
			t.Errorf("%+v: %#x, want %#x", p, got, want)
		}
	}
}

func TestFillIsSmallIntegers(t *testing.T) {
	random, b, seen := stream(9), make([]float64, 256), map[float64]bool{}
	for range 10 {
		fillSmall(b, &random)
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

// A shelf makes as many as are taken at once, and forgets them when it is told.
func TestShelf(t *testing.T) {
	made := 0
	s := shelf[int, int]{make: func(kind int) int { made++; return kind*10 + made }}
	a, b := s.take(1), s.take(1)
	s.put(1, a)
	s.put(1, b)
	if c, d := s.take(1), s.take(2); c != b || d != 23 || made != 3 {
		t.Errorf("it gave %d and %d, %d made", c, d, made)
	}
	if s.clear(1); s.take(1) != 14 {
		t.Error("it gave one that it was to forget")
	}
}

func TestTableMakesOnce(t *testing.T) {
	made := 0
	s := table[int, int]{make: func(kind int) int { made++; return kind }}
	done := make(chan int)
	for range 8 {
		go func() { done <- s.get(3) }()
	}
	for range 8 {
		if got := <-done; got != 3 {
			t.Errorf("got %d", got)
		}
	}
	if made != 1 || s.get(4) != 4 {
		t.Errorf("made %d times", made)
	}
}

// Values that an axis cannot have are refused before anything is made, with what it takes.
func TestBadAxisValues(t *testing.T) {
	for _, w := range All() {
		for _, a := range w.Axes {
			for _, value := range []string{"", "-1", "NaN", "1e3", "many", "99999999999999999999", "-9223372036854775808", " 64"} {
				p := Params{Tasks: 1, Units: 1, Axes: map[string]string{a.Name: value}, Dir: t.TempDir()}
				if _, err := w.New(p); err == nil || !strings.Contains(err.Error(), a.Name) || strings.Contains(err.Error(), "\n") {
					t.Errorf("%s: New with %s=%q: error %v, want one that names the axis", w.Name, a.Name, value, err)
				}
				if w.KernelOf == nil {
					continue
				}
				if _, err := w.KernelOf(p); err == nil {
					t.Errorf("%s: KernelOf accepts %s=%q", w.Name, a.Name, value)
				}
			}
			for _, value := range a.Values {
				if w.KernelOf == nil {
					continue
				}
				kernel, err := w.KernelOf(Params{Axes: map[string]string{a.Name: value}})
				if err != nil {
					t.Errorf("%s: %s=%q: %v", w.Name, a.Name, value, err)
					continue
				}
				kernel(1)
			}
		}
	}
	for _, p := range []struct{ workload, axis, value string }{
		{"triad", "footprint", "2"}, {"triad", "footprint", "1048577"}, {"chase", "footprint", "3"}, {"chase", "footprint", "2097152"}, {"fft", "length", "8"},
		{"fft", "length", "1000"}, {"fft", "length", "33554432"}, {"matmul", "order", "65"}, {"matmul", "order", "0"}, {"matmul", "order", "4160"}, {"queens", "board", "0"},
		{"queens", "board", "17"}, {"spmv", "side", "1"}, {"spmv", "side", "2049"}, {"sort", "input", "reversed"}, {"mandelbrot", "order", "up"},
	} {
		w, _ := ByName(p.workload)
		if _, err := w.New(Params{Tasks: 1, Units: 1, Axes: map[string]string{p.axis: p.value}}); err == nil {
			t.Errorf("%s accepts %s=%s", p.workload, p.axis, p.value)
		} else if !strings.Contains(err.Error(), "give ") {
			t.Errorf("%s: error %q does not say what to give", p.workload, err)
		}
	}
}

// A jump of the generator of EP is as many steps.
func TestEPState(t *testing.T) {
	x := uint64(epFirst)
	for n := range uint64(300) {
		if got := epState(n); got != x {
			t.Fatalf("after %d numbers: %d, want %d", n, got, x)
		}
		x = x * epMultiplier & epMask
	}
}
