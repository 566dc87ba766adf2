package gate

import (
	"compress/gzip"
	"flag"
	"fmt"
	"maps"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"

	"gonum.org/v1/gonum/stat/distuv"

	"poolbench/bench/record"
	"poolbench/reports/estimate"
)

var suites = flag.Int("suites", 0, "simulate this many suites of each kind, as 2000 for the published rates; 0 is a few")

// A suite is a simulated comparison with planted truth. Its noise is that of 763
// blocks of real comparisons of equal builds on a virtual machine with 2 CPUs: per
// kind of work the standard deviation of the log ratio of a block (process exchange
// 15 %, two threads of arithmetic, allocation 12 %, ping-pong 9 %, pools and memory
// 8 %, …, one thread of arithmetic 1.1 %), made of a part that both turns of a pair
// share and that cancels, a part of each process with heavy tails, the code layout
// of each link, and turns of which some are held up.
type suite struct {
	benchmarks int
	scale      float64         // of all noise; 1 is the machine as measured
	layout     float64         // standard deviation of the layout of one link in every third benchmark, as a log ratio
	links      int             // pairs of links
	changes    map[int]float64 // log ratio by benchmark
	budget     float64         // seconds
	canaries   int
	seed       uint64
	host       record.Host
	options    Options
	recorded   bool // noise is that of testdata/noise.txt.gz instead, whatever scale says
	scaled     bool // benchmarks come in twos: one with one CPU and the same with two, of the same links
}

// recording is 46 blocks of 11 benchmarks against themselves on a virtual machine with
// 2 CPUs that other processes kept busy (load 5 to 10), times cut to 4 digits:
//
//	poolbench gate -base HEAD -limit 0.1% -budget 100s     in github.com/rivo/uniseg v0.4.7
//
// by benchmark, in the order of the blocks.
var recording = sync.OnceValue(func() (out [][]pair) {
	file, err := os.Open(filepath.Join("testdata", "noise.txt.gz"))
	if err != nil {
		panic(err)
	}
	defer file.Close()
	text, err := gzip.NewReader(file)
	if err != nil {
		panic(err)
	}
	rec, err := record.Read(text, "noise.txt")
	if err != nil {
		panic(err)
	}
	out = make([][]pair, len(rec.Facts.Promised))
	for b := range rec.Blocks() {
		pairs := pairsOf(b)
		for i, promise := range rec.Facts.Promised {
			if p := pairs[promise.Point()]; p != nil {
				out[i] = append(out[i], *p)
			}
		}
	}
	return out
})

// replayed is a recorded pair with a change planted. Which build was called head was
// chance, so it is again.
func replayed(rng *rand.Rand, p pair, shift float64) pair {
	if rng.IntN(2) == 0 {
		p.base, p.head = p.head, p.base
	}
	p.head.turns = slices.Clone(p.head.turns)
	for i := range p.head.turns {
		p.head.turns[i] *= math.Exp(shift)
	}
	return p
}

// noises are the standard deviations of the log ratio of a block by kind of work.
var noises = []float64{0.15, 0.12, 0.12, 0.09, 0.08, 0.08, 0.08, 0.06, 0.06, 0.018, 0.011, 0.010}

// benchmarkSeconds is what a block of one benchmark takes: 21 turns of 1.25 ms on two sides
// and what stands between them.
const benchmarkSeconds = 0.057

const simulatedTurns = 20

func (s suite) promised() []record.Promise {
	var out []record.Promise
	for i := range s.benchmarks {
		p := record.Promise{Pkg: "p", Name: fmt.Sprintf("C%03d-2", i), Role: record.Judged, InBase: true, InHead: true, Procs: 2}
		if s.scaled {
			if p.Name = fmt.Sprintf("C%03d-2", i/2); i%2 == 0 {
				p.Name, p.Procs = strings.TrimSuffix(p.Name, "-2"), 1
			}
		}
		out = append(out, p)
	}
	for i := range s.canaries {
		out = append(out, record.Promise{Name: fmt.Sprintf("Canary%d-2", i), Role: record.Canary, InBase: true, InHead: true},
			record.Promise{Name: fmt.Sprintf("Same%d-2", i), Role: record.Same, InBase: true, InHead: true})
	}
	return out
}

// run measures until the judge is satisfied or the budget is spent.
func (s suite) run() (report *Report, usual Usual, seconds float64) {
	rng := rand.New(rand.NewPCG(s.seed, 0x676174))
	promised := s.promised()
	index := map[record.Point]int{}
	layouts := make([][2][]float64, len(promised))
	sigma := make([]float64, len(promised))
	replay, at := make([][]pair, len(promised)), make([]int, len(promised))
	for i, d := range promised {
		index[d.Point()] = i
		sigma[i] = s.scale * noises[rng.IntN(len(noises))]
		if d.Role != record.Judged {
			sigma[i] = s.scale * 0.018
		}
		if s.recorded {
			replay[i] = recording()[rng.IntN(len(recording()))]
			at[i] = rng.IntN(len(replay[i]))
		}
		if s.scaled && i%2 == 1 && i < s.benchmarks { // of the same binary, and half as much of its own
			for side := range 2 {
				for _, shared := range layouts[i-1][side] {
					layouts[i][side] = append(layouts[i][side], shared+0.5*shared*rng.NormFloat64())
				}
			}
			continue
		}
		for side := range 2 {
			layouts[i][side] = make([]float64, s.links)
			for k := range layouts[i][side] {
				if i%3 == 0 && d.Role == record.Judged {
					layouts[i][side][k] = s.layout * rng.NormFloat64()
				}
			}
		}
	}
	judge := NewJudge(s.options, promised)
	for number := 1; ; number++ {
		next := judge.Next()
		cost := float64(len(next)) * benchmarkSeconds
		if len(next) == 0 || seconds+cost > s.budget {
			return judge.Report(), judge.Usual(), seconds
		}
		seconds += cost
		host := s.host
		host.Links = (number - 1) % s.links
		block := record.Block{Number: number, Host: &host}
		for _, point := range next {
			i := index[point]
			change := s.changes[i]
			if promised[i].Role == record.Canary {
				change = math.Log(1.05)
			}
			shift := change + layouts[i][1][host.Links] - layouts[i][0][host.Links]
			if s.recorded {
				put(&block, point, replayed(rng, replay[i][at[i]%len(replay[i])], shift))
				at[i]++
			} else {
				put(&block, point, simulatePair(rng, sigma[i], shift))
			}
		}
		judge.Add(block)
	}
}

// put adds a pair to a block, as a record has it.
func put(b *record.Block, point record.Point, p pair) {
	for i, s := range []side{p.base, p.head} {
		point.Side = [2]string{"base", "head"}[i]
		if s.failure != "" {
			b.Failures = append(b.Failures, record.Failure{Point: point, Block: b.Number, Reason: s.failure})
			continue
		}
		values := map[string]float64{}
		if len(s.turns) > 0 {
			values[record.UnitTime] = estimate.Median(s.turns) / 1e9
		}
		maps.Copy(values, s.values)
		b.Results = append(b.Results, record.Result{Point: point, Block: b.Number, Iterations: 100, Values: values, Turns: s.turns})
	}
}

// simulatePair is one benchmark in one block; shift is the true log ratio.
func simulatePair(rng *rand.Rand, sigma, shift float64) pair {
	heavy := func() float64 { // one in ten processes is ten times as far off
		x := rng.NormFloat64()
		if rng.IntN(10) == 0 {
			x *= 10
		}
		return x / math.Sqrt(10.9)
	}
	base, head := 0.65*sigma*heavy(), 0.65*sigma*heavy()+shift
	p := pair{base: side{turns: make([]float64, simulatedTurns)}, head: side{turns: make([]float64, simulatedTurns)}}
	chunk := func() float64 {
		x := 0.8 * sigma * rng.NormFloat64()
		if rng.IntN(8) == 0 { // held up
			x += 6 * sigma * rng.ExpFloat64()
		}
		return x
	}
	drift := 0.3 * rng.NormFloat64()
	for i := range p.base.turns {
		drift += 0.02 * rng.NormFloat64()
		p.base.turns[i] = 1e4 * math.Exp(drift+base+chunk())
		p.head.turns[i] = 1e4 * math.Exp(drift+head+chunk())
	}
	return p
}

// A tally is what came of many suites.
type tally struct {
	suites, alarms, improvedFalsely, detected, missedPass, improvedRight, void, blind int
	seconds                                                                           float64
	usualAlarms                                                                       int
	scalingDetected, scalingUndecided                                                 int
}

// simulate runs n suites of one kind on all CPUs and counts.
func simulate(n int, make func(i int) suite) tally {
	var mu sync.Mutex
	var total tally
	var wg sync.WaitGroup
	next := 0
	for range runtime.GOMAXPROCS(0) {
		wg.Go(func() {
			for {
				mu.Lock()
				i := next
				next++
				mu.Unlock()
				if i >= n {
					return
				}
				s := make(i)
				report, usual, seconds := s.run()
				mu.Lock()
				total.count(s, report, usual, seconds)
				mu.Unlock()
			}
		})
	}
	wg.Wait()
	return total
}

func (t *tally) count(s suite, r *Report, usual Usual, seconds float64) {
	t.suites++
	t.seconds += seconds
	if r.Void != "" {
		t.void++
	}
	if r.Blind != "" {
		t.blind++
	}
	truth := map[string]float64{}
	for i, d := range s.promised()[:s.benchmarks] {
		truth[d.Name] = s.changes[i]
	}
	alarm, improvement := false, false
	for _, c := range r.Cases {
		change := truth[c.Name]
		if record.SpeedupAt(c.Unit) > 0 {
			switch change -= truth[c.bareName()]; {
			case c.Verdict == Regressed && change > 0:
				t.scalingDetected++
				continue
			case c.Verdict == Inconclusive:
				t.scalingUndecided++
			case c.Verdict == NoChange:
				continue // its limit is another one
			}
		}
		switch {
		case c.Verdict == Regressed && change > 0 && c.Unit == record.UnitTime:
			t.detected++
		case c.Verdict == Regressed:
			alarm = true
		case c.Verdict == Improved && change < 0:
			t.improvedRight++
		case c.Verdict == Improved:
			improvement = true
		case c.Verdict == NoChange && change != 0 && (c.Ratio.Low > math.Exp(change) || c.Ratio.High < math.Exp(change)):
			t.missedPass++
		}
	}
	if alarm {
		t.alarms++
	}
	if improvement {
		t.improvedFalsely++
	}
	if len(usual.Slower) > 0 {
		t.usualAlarms++
	}
}

// rate is "3 of 100 (3 %, 95 % interval 0.6 to 8.5 %)": Clopper and Pearson's exact
// interval of a proportion.
func rate(k, n int) string {
	low, high := binomialInterval(k, n)
	return fmt.Sprintf("%d of %d (%.2f %%, 95 %% interval %.2f to %.2f %%)", k, n, 100*float64(k)/float64(n), 100*low, 100*high)
}

func binomialInterval(k, n int) (low, high float64) {
	high = 1
	if k > 0 {
		low = distuv.Beta{Alpha: float64(k), Beta: float64(n - k + 1)}.Quantile(0.025)
	}
	if k < n {
		high = distuv.Beta{Alpha: float64(k + 1), Beta: float64(n - k)}.Quantile(0.975)
	}
	return low, high
}

func hundred(i int) suite {
	return suite{benchmarks: 100, scale: 1, layout: 0.02, links: 16, budget: 240, canaries: 2, seed: uint64(i)}
}

// ten is a small package on a quieter machine with a minute.
func ten(i int) suite {
	return suite{benchmarks: 10, scale: 0.5, layout: 0.01, links: 16, budget: 60, canaries: 2, seed: uint64(i)}
}

// single is a package with one benchmark, so with one canary.
func single(i int) suite {
	return suite{benchmarks: 1, scale: 0.5, layout: 0.01, links: 16, budget: 60, canaries: 1, seed: uint64(i)}
}

// recordedHundred is a hundred benchmarks with the noise of a busy machine.
func recordedHundred(i int) suite {
	s := hundred(2_000_000 + i)
	s.recorded = true
	return s
}

// scaled are twenty benchmarks with one CPU and with two.
func scaled(i int) suite {
	return suite{benchmarks: 40, scaled: true, scale: 0.5, layout: 0.01, links: 16, budget: 120, canaries: 2, seed: uint64(3_000_000 + i)}
}

// scaledBy changes one of them, with one CPU and with two.
func scaledBy(one, two float64) func(int) suite {
	return func(i int) suite {
		s := scaled(10_000_000 + i)
		at := 2 * (i % (s.benchmarks / 2))
		s.changes = map[int]float64{at: math.Log1p(one), at + 1: math.Log1p(two)}
		return s
	}
}

// slowed changes one benchmark of the suite.
func slowed(of func(int) suite, change float64) func(int) suite {
	return func(i int) suite {
		s := of(10_000_000 + i)
		s.changes = map[int]float64{i % s.benchmarks: math.Log1p(change)}
		return s
	}
}

// atMost fails if k of n is significantly (97.5 %) above a rate, and atLeast if below.
func atMost(t *testing.T, what string, k, n int, most float64) {
	t.Helper()
	t.Logf("%s: %s", what, rate(k, n))
	if low, _ := binomialInterval(k, n); low > most {
		t.Errorf("%s: %s, which is above %v", what, rate(k, n), most)
	}
}

func atLeast(t *testing.T, what string, k, n int, least float64) {
	t.Helper()
	t.Logf("%s: %s", what, rate(k, n))
	if _, high := binomialInterval(k, n); high < least {
		t.Errorf("%s: %s, which is below %v", what, rate(k, n), least)
	}
}

// Whole suites with planted truth. A few of each kind show that nothing is far off;
// the published rates come from
//
//	go test ./reports/gate -run TestSuites -v -suites 2000 -timeout 3h
func TestSuites(t *testing.T) {
	n := max(8, *suites)
	t.Run("hundred benchmarks", func(t *testing.T) {
		same := simulate(n, hundred)
		t.Logf("%.0f s of measuring on average", same.seconds/float64(n))
		atMost(t, "no change: an alarm", same.alarms, n, 0.01)
		atMost(t, "no change: a false improvement", same.improvedFalsely, n, 0.01)
		atMost(t, "no change: void", same.void, n, 0.01)
		atLeast(t, "no change: the usual method alarms", same.usualAlarms, n, 0.5)
		five := simulate(n, slowed(hundred, 0.05))
		atLeast(t, "one benchmark 5 % slower: found", five.detected, n, 0.9)
		atMost(t, "one benchmark 5 % slower: another flagged", five.alarms, n, 0.01)
		atMost(t, "one benchmark 5 % slower: pass without the truth", five.missedPass, n, 0.05)
	})
	t.Run("hundred benchmarks, recorded noise", func(t *testing.T) {
		same := simulate(n, recordedHundred)
		t.Logf("%.0f s of measuring on average", same.seconds/float64(n))
		atMost(t, "no change: an alarm", same.alarms, n, 0.01)
		atMost(t, "no change: a false improvement", same.improvedFalsely, n, 0.01)
		five := simulate(n, slowed(recordedHundred, 0.05))
		atLeast(t, "one benchmark 5 % slower: found", five.detected, n, 0.95)
		atMost(t, "one benchmark 5 % slower: another flagged", five.alarms, n, 0.01)
		two := simulate(n, slowed(recordedHundred, 0.02))
		atMost(t, "one benchmark 2 % slower: pass without the truth", two.missedPass, n, 0.05)
	})
	t.Run("one benchmark", func(t *testing.T) {
		same := simulate(n, single)
		t.Logf("%.0f s of measuring on average", same.seconds/float64(n))
		atMost(t, "no change: an alarm", same.alarms, n, 0.01)
		atMost(t, "no change: void, or blind", same.void+same.blind, n, 0.01)
		five := simulate(n, slowed(single, 0.05))
		atLeast(t, "one benchmark 5 % slower: found", five.detected, n, 0.95)
	})
	t.Run("twenty benchmarks with one CPU and with two", func(t *testing.T) {
		same := simulate(n, scaled)
		t.Logf("%.0f s of measuring on average, %.1f speedups of 20 not told", same.seconds/float64(n), float64(same.scalingUndecided)/float64(n))
		atMost(t, "no change: an alarm", same.alarms, n, 0.01)
		atMost(t, "no change: a false improvement", same.improvedFalsely, n, 0.01)
		mutex := simulate(n, scaledBy(0, 0.9))
		atLeast(t, "a mutex in one: its scaling is found", mutex.scalingDetected, n, 0.95)
		atMost(t, "a mutex in one: another flagged", mutex.alarms, n, 0.01)
		both := simulate(n, scaledBy(0.3, 0.3))
		atMost(t, "one 30 % slower with one CPU and with two: its scaling, or another flagged", both.alarms, n, 0.01)
		alone := simulate(n, scaledBy(-0.3, 0))
		atMost(t, "one 30 % faster with one CPU only: an alarm", alone.scalingDetected+alone.alarms, n, 0.01)
	})
	t.Run("ten benchmarks", func(t *testing.T) {
		same := simulate(n, ten)
		t.Logf("%.0f s of measuring on average", same.seconds/float64(n))
		atMost(t, "no change: an alarm", same.alarms, n, 0.01)
		five := simulate(n, slowed(ten, 0.05))
		atLeast(t, "one benchmark 5 % slower: found", five.detected, n, 0.95)
		atMost(t, "one benchmark 5 % slower: another flagged", five.alarms, n, 0.01)
		two := simulate(n, slowed(ten, 0.02))
		atMost(t, "one benchmark 2 % slower: pass without the truth", two.missedPass, n, 0.05)
		faster := simulate(n, slowed(ten, -0.05))
		atLeast(t, "one benchmark 5 % faster: improved", faster.improvedRight, n, 0.8)
		atMost(t, "one benchmark 5 % faster: an alarm", faster.alarms, n, 0.01)
	})
}
