package checker

import (
	"math"
	"slices"
	"strconv"

	"poolbench/bench/record"
)

// data is a record paired by point and block. A block is a number of the record, or the
// place among the results of its point where the record has none.
type data struct {
	rec    *record.Record
	blocks map[record.Point]map[int]record.Result
	failed map[record.Point]int // failures by point
}

func pair(rec *record.Record) *data {
	d := &data{rec: rec, blocks: map[record.Point]map[int]record.Result{}, failed: map[record.Point]int{}}
	type slot struct {
		point record.Point
		block int
	}
	failed, numbered, seen := map[slot]bool{}, false, map[record.Point]int{}
	for _, f := range rec.Failures {
		failed[slot{f.Point, f.Block}] = f.Block > 0
		d.failed[f.Point]++
	}
	for _, r := range rec.Results {
		numbered = numbered || r.Block > 0
	}
	for _, r := range rec.Results {
		if seen[r.Point]++; !numbered {
			r.Block = seen[r.Point]
		}
		t, ok := r.Time()
		timed := r.Point.IsGrid() || r.Point.IsProbe()
		if timed && (!ok || t < 1e-15 || t > 1e15) || r.Block == 0 || failed[slot{r.Point, r.Block}] {
			continue
		}
		if d.blocks[r.Point] == nil {
			d.blocks[r.Point] = map[int]record.Result{}
		}
		d.blocks[r.Point][r.Block] = r // the last one counts
	}
	return d
}

// values are those of a unit by block, as logarithms.
func (d *data) values(p record.Point, unit string) map[int]float64 {
	out := map[int]float64{}
	for b, r := range d.blocks[p] {
		if v := r.Values[unit]; v > 0 && v <= 1e100 {
			out[b] = math.Log(v)
		}
	}
	return out
}

// tasks is the time per task by block, as a logarithm.
func (d *data) tasks(p record.Point) map[int]float64 {
	out := d.values(p, record.UnitTime)
	for b, r := range d.blocks[p] {
		if n := r.Values[record.UnitTasks]; n >= 1 && n <= 1e15 {
			out[b] -= math.Log(n)
		}
	}
	return out
}

// over is x / y in the blocks that have both.
func over(x, y map[int]float64) map[int]float64 {
	out := map[int]float64{}
	for b := range x {
		if v, ok := y[b]; ok {
			out[b] = x[b] - v
		}
	}
	return out
}

// speedups are how many times as fast a point is as another, by block.
func (d *data) speedups(of, against record.Point) map[int]float64 {
	return over(d.tasks(against), d.tasks(of))
}

func sorted(by map[int]float64) (out []float64) {
	for _, v := range by {
		out = append(out, v)
	}
	slices.Sort(out)
	return out
}

// median of logarithms, as a number; NaN of none.
func median(by map[int]float64) float64 {
	s := sorted(by)
	if len(s) == 0 {
		return math.NaN()
	}
	return math.Exp((s[(len(s)-1)/2] + s[len(s)/2]) / 2)
}

type interval struct{ low, high float64 }

// fewest is how many values an interval needs.
const fewest = 6

// How a claim's interval may differ from the plain one. The bootstrap of a median ends near
// the exact order statistics of 95 %, but not on them: some ranks away, see ranks.
const (
	innermost = +2 // where an end may lie at all, halfway between two values
	inner     = +1 // surely within a 95 % interval by any method
	plain     = 0
	outer     = -1 // surely around it
)

// ranks are how far a bootstrap of n values may end from the exact interval.
func ranks(n int) int {
	if n < 10 {
		return 1
	}
	return 2 + n/50
}

// rank is the k of the k-th smallest and largest values, between which the median is but for
// a share alpha of samples of n: 0 where so few cannot tell.
func rank(n int, alpha float64) (k int) {
	if n > 1000 {
		return int(float64(n)/2 - math.Sqrt(-math.Log(alpha/2)*float64(n)/2))
	}
	p, below := math.Pow(0.5, float64(n)), 0.0 // p is that of k of n heads
	for 2*(below+p) <= alpha && 2*k < n {
		below += p
		p *= float64(n-k) / float64(k+1)
		k++
	}
	return k
}

// clear is the exact interval of a level of 99 % that a number of questions share.
func clear(by map[int]float64, questions int) interval {
	s := sorted(by)
	if k := rank(len(s), 0.01/float64(questions)); k > 0 {
		return interval{math.Exp(s[k-1]), math.Exp(s[len(s)-k])}
	}
	return interval{0, math.Inf(1)}
}

// of95 is the interval of the median of 95 %: the exact one of order statistics, moved
// inwards or outwards by some ranks; of three to five values that of Student's t around the
// mean, twice as wide to be surely around one of the median.
func of95(by map[int]float64, move int) interval {
	s := sorted(by)
	n := len(s)
	switch {
	case n < 3:
		return interval{0, math.Inf(1)}
	case n < fewest:
		mean, squares := 0.0, 0.0
		for _, v := range s {
			mean += v / float64(n)
		}
		for _, v := range s {
			squares += (v - mean) * (v - mean) / float64(n-1)
		}
		half := []float64{3: 4.303, 4: 3.182, 5: 2.776}[n] * math.Sqrt(squares/float64(n))
		if move == outer {
			half *= 2
		}
		return interval{math.Exp(mean - half), math.Exp(mean + half)}
	}
	k := rank(n, 0.05)
	moved := move * ranks(n)
	if move == innermost {
		moved = ranks(n) + 1
	}
	k = min(max(k+moved, 1), (n+1)/2)
	return interval{math.Exp(s[k-1]), math.Exp(s[n-k])}
}

// capacity is what some workers that share nothing deliver together, by block.
func (d *data) capacity(workers int) map[int]float64 {
	return d.delivered(record.CapacityBenchmark, workers)
}

// delivered is what some workers of a probe deliver together, as a multiple of one, by block.
func (d *data) delivered(benchmark string, workers int) map[int]float64 {
	of := func(n int) map[int]float64 {
		return d.values(record.NewPoint(benchmark, record.AxisWorkers, strconv.Itoa(n)), record.UnitTime)
	}
	out := over(of(1), of(workers))
	for b := range out {
		out[b] += math.Log(float64(workers))
	}
	return out
}

// cpus are those that were probed together, at most the cores.
func (d *data) cpus() (n int) {
	for p := range d.blocks {
		cores := d.rec.Facts.Cores
		if p.IsProbe() && p.Benchmark() == record.CapacityBenchmark && (cores == 0 || p.Workers() <= cores) && len(d.capacity(p.Workers())) > 0 {
			n = max(n, p.Workers())
		}
	}
	return n
}

// there are speedups by block as they would be, had the machine given all that it has: its
// CPUs, or its own capacity where that is nearly the same in nearly all blocks.
func (d *data) there(of record.Point, speedups map[int]float64) map[int]float64 {
	all := d.cpus()
	workers := min(of.Workers(), all)
	for workers > 1 && len(d.capacity(workers)) == 0 {
		workers--
	}
	if workers < 2 || d.rec.Facts.Resource(of.Workload()) == "wait" {
		return speedups
	}
	gave, has := d.capacity(workers), math.Log(float64(workers))
	if d.own() {
		has = math.Log(median(gave))
	}
	out := map[int]float64{}
	for b, v := range speedups {
		lost, ok := gave[b]
		if !ok {
			lost = math.Log(median(gave))
		}
		out[b] = v + max(0, has-lost)
	}
	return out
}

// own reports whether 9 of 10 blocks had a capacity within 10 % of its median.
func (d *data) own() bool {
	s := sorted(d.capacity(d.cpus()))
	n, mid := len(s), math.Log(median(d.capacity(d.cpus())))
	return n > 0 && mid-s[n/20] <= math.Log1p(0.1) && s[n-1-n/20]-mid <= math.Log1p(0.1)
}

// ideal is what the workers of a point can deliver: their capacity if the work computes and
// it was measured, or their number. Which one a claim is about, it says itself.
func (d *data) ideals(of record.Point) []float64 {
	out := []float64{float64(of.Workers())}
	for _, workers := range []int{of.Workers(), d.cpus()} {
		if c := d.capacity(workers); len(c) > 0 {
			out = append(out, median(c))
		}
	}
	if cores := d.rec.Facts.Cores; cores > 0 {
		out = append(out, float64(min(cores, of.Workers())))
	}
	return out
}

// grid are the points of the benchmark that is analysed: Grid, else the one with the most
// results, the first by name of several.
func (d *data) grid() (out []record.Point) {
	type benchmark struct{ pkg, name string }
	of := func(p record.Point) benchmark { return benchmark{p.Pkg, p.Benchmark()} }
	results := map[benchmark]int{}
	for _, r := range d.rec.Results {
		if r.Point.IsGrid() {
			results[of(r.Point)]++
		}
	}
	var chosen benchmark
	better := func(a, b benchmark) bool {
		if (a.name == record.GridBenchmark) != (b.name == record.GridBenchmark) {
			return a.name == record.GridBenchmark
		}
		if results[a] != results[b] {
			return results[a] > results[b]
		}
		return full(a.pkg, a.name) < full(b.pkg, b.name)
	}
	for b := range results {
		if results[chosen] == 0 || better(b, chosen) {
			chosen = b
		}
	}
	for p := range d.blocks {
		if p.IsGrid() && of(p) == chosen {
			out = append(out, p)
		}
	}
	return out
}

func full(pkg, name string) string {
	if pkg == "" {
		return name
	}
	return pkg + "." + name
}
