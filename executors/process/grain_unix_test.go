//go:build unix

package process_test

import (
	"context"
	"encoding/binary"
	"fmt"
	"math"
	"os"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"poolbench/executors"
	"poolbench/executors/process"
)

// peers are what this binary is for a benchmark, by the value of envPeer: each talks to
// its parent over descriptor 3, and returns when that is gone.
var peers = map[string]func(){"grind": peerGrind}

// grind computes so many steps, each of which needs the one before.
func grind(steps int) int {
	x := uint64(steps)
	for range steps {
		x = x*6364136223846793005 + 1442695040888963407
	}
	return int(x)
}

// ground keeps what was computed from being optimised away.
var ground int

// stepsOf is how many steps of grind take that long on a CPU of its own.
func stepsOf(d time.Duration) int {
	return int(float64(d.Nanoseconds()) / stepTime())
}

// stepTime is how long a step of grind takes, in ns: in the fastest of many runs.
var stepTime = sync.OnceValue(func() float64 {
	const steps = 100_000
	best := time.Hour
	for range 100 {
		begin := time.Now()
		ground += grind(steps)
		best = min(best, time.Since(begin))
	}
	return float64(best.Nanoseconds()) / steps
})

var grinding = executors.Define("test.grind", func(_ context.Context, steps int) (int, error) { return grind(steps), nil })

// Messages of peerGrind: the number of steps; the result, and when it was there.
const (
	grindTask  = 8
	grindReply = 16
)

// monotonic is a clock that all processes share, in ns.
func monotonic() int64 {
	var ts unix.Timespec
	unix.ClockGettime(unix.CLOCK_MONOTONIC, &ts)
	return ts.Nano()
}

// peerGrind executes tasks as they come and answers each with a write of its own, all
// with blocking system calls.
func peerGrind() {
	in := make([]byte, 0, 4096)
	for {
		n, err := syscall.Read(3, in[len(in):cap(in)])
		if err != nil || n <= 0 {
			return
		}
		in = in[:len(in)+n]
		for len(in) >= grindTask {
			var out [grindReply]byte
			binary.LittleEndian.PutUint64(out[:], uint64(grind(int(binary.LittleEndian.Uint64(in)))))
			binary.LittleEndian.PutUint64(out[8:], uint64(monotonic()))
			if _, err := syscall.Write(3, out[:]); err != nil {
				return
			}
			in = in[:copy(in[:cap(in)], in[grindTask:])]
		}
	}
}

// bareAhead is how many tasks a bare child has at a time.
const bareAhead = 16

// bareBurst has a child execute n tasks, bareAhead of which it has at a time. late, if it
// is not nil, is told how long after it was ready each reply had been read.
func bareBurst(child *os.File, n, steps int, late func(time.Duration)) error {
	task := binary.LittleEndian.AppendUint64(nil, uint64(steps))
	tasks := slices.Repeat(task, bareAhead)
	replies := make([]byte, bareAhead*grindReply)
	given := min(n, bareAhead)
	if _, err := child.Write(tasks[:given*grindTask]); err != nil {
		return err
	}
	held := 0
	for done := 0; done < n; {
		m, err := child.Read(replies[held:])
		if err != nil {
			return err
		}
		now := monotonic()
		held += m
		came := held / grindReply
		if more := min(came, n-given); more > 0 {
			if _, err := child.Write(tasks[:more*grindTask]); err != nil {
				return err
			}
			given += more
		}
		for i := range came {
			if late != nil {
				late(time.Duration(now - int64(binary.LittleEndian.Uint64(replies[i*grindReply+8:]))))
			}
		}
		held = copy(replies, replies[came*grindReply:held])
		done += came
	}
	return nil
}

// A mill are the arms of the benchmarks of bursts: so many workers, so many tasks each at
// a time.
type mill struct {
	b              *testing.B
	workers, burst int
	pool           *process.Pool
	children       []*os.File
	futures        []*executors.Future[int]
}

func newMill(b *testing.B, workers, burst int, o process.Options) *mill {
	o.Workers = workers
	m := &mill{b: b, workers: workers, burst: burst, pool: newPool(b, o), futures: make([]*executors.Future[int], workers*burst)}
	if err := m.pool.Start(limit(b)); err != nil {
		b.Fatal(err)
	}
	for range workers {
		m.children = append(m.children, peer(b, "grind"))
	}
	return m
}

func (m *mill) tasks() int { return m.workers * m.burst }

// alone is the work of all tasks, in a plain loop.
func (m *mill) alone(steps int) {
	for range m.tasks() {
		ground += grind(steps)
	}
}

// bare has children execute them.
func (m *mill) bare(steps int, late func(time.Duration)) {
	var wg sync.WaitGroup
	for _, child := range m.children {
		wg.Go(func() {
			if err := bareBurst(child, m.burst, steps, late); err != nil {
				m.b.Error(err)
			}
		})
	}
	wg.Wait()
}

// pooled submits all tasks to the pool and waits for each in order.
func (m *mill) pooled(steps int) {
	for i := range m.futures {
		f, err := executors.Submit(background, m.pool, grinding, steps)
		if err != nil {
			m.b.Fatal(err)
		}
		m.futures[i] = f
	}
	for _, f := range m.futures {
		if err := f.Err(background); err != nil {
			m.b.Fatal(err)
		}
	}
}

// arms are alone, bare and pool, with a pause after each in which who still works for it
// comes to rest.
func (m *mill) arms(steps int) []arm {
	rest := func() { time.Sleep(time.Millisecond) }
	return []arm{
		{name: "alone", slice: func() { m.alone(steps) }, after: rest},
		{name: "bare", slice: func() { m.bare(steps, nil) }, after: rest},
		{name: "pool", slice: func() { m.pooled(steps) }, after: rest},
	}
}

// scaled are times per task of one worker: wall × workers / tasks.
func (m *mill) scaled(wall []float64) []float64 {
	scaled := slices.Clone(wall)
	for i := range scaled {
		scaled[i] *= float64(m.workers)
	}
	return scaled
}

// BenchmarkGrain is the overhead of the pool per task: the time of a worker beyond that
// of the same work in a plain loop, in bursts of 64 tasks a worker that are submitted at
// once and waited for in order. The yardstick is the overhead of bare children, each at
// the other end of a socketpair with 16 tasks ahead, in the same round. The table has
// medians of differences within rounds and intervals that hold the true median in 95 % of
// runs. Say how many rounds with -benchtime: 61x takes about two minutes.
func BenchmarkGrain(b *testing.B) {
	var table strings.Builder
	for _, workers := range []int{1, 2} {
		fmt.Fprintf(&table, "\n%d workers, µs per task, bursts of 64 a worker\n%8s %10s %26s %26s %10s %22s\n",
			workers, "grain", "alone", "overhead bare", "overhead pool", "pool/bare", "speedup of pool")
		var all []float64
		for _, grain := range []int{10, 30, 100, 300, 1000} {
			b.Run(fmt.Sprintf("workers=%d/grain=%dus", workers, grain), func(b *testing.B) {
				m := newMill(b, workers, 64, process.Options{})
				times := interleave(b, m.tasks(), m.arms(stepsOf(time.Duration(grain)*time.Microsecond))...)
				alone, bare, pool := times[0], m.scaled(times[1]), m.scaled(times[2])
				overBare, overPool := estimated(paired(bare, alone, minus)), estimated(paired(pool, alone, minus))
				speedup := estimated(paired(alone, times[2], ratio))
				over := overPool.median / overBare.median
				if all = append(all, over); grain == 1000 {
					all = all[:len(all)-1] // the bar is over 10 to 300 µs
				}
				fmt.Fprintf(&table, "%8d %10.1f %26v %26v %10.2f %22s\n", grain, median(alone)/1e3, overBare, overPool, over,
					fmt.Sprintf("%.3f (%.3f–%.3f)", speedup.median, speedup.low, speedup.high))
				b.ReportMetric(overBare.median, "bare-overhead-ns")
				b.ReportMetric(overPool.median, "pool-overhead-ns")
				b.ReportMetric(over, "pool/bare")
				b.ReportMetric(speedup.median, "speedup")
			})
		}
		if len(all) > 0 {
			fmt.Fprintf(&table, "pool / bare, median over the grains from 10 to 300: %.2f\n", middle(all))
		}
	}
	fmt.Print(table.String(), "\n") // a log of a benchmark that has others is not shown
}

// middle is the median, of an even number of values too.
func middle(v []float64) float64 {
	v = slices.Clone(v)
	slices.Sort(v)
	return (v[(len(v)-1)/2] + v[len(v)/2]) / 2
}

// BenchmarkHalf is the grain at which bare children, and the pool, reach an efficiency of
// 50 %: half of the time of the workers is work. Below it a plain loop with as many
// workers would be more than twice as fast.
func BenchmarkHalf(b *testing.B) {
	grains := []float64{0.5, 1, 2, 4, 8, 16, 32, 64, 128, 256} // µs
	for _, burst := range []int{64, 1024} {
		for _, workers := range []int{1, 2} {
			b.Run(fmt.Sprintf("burst=%d/workers=%d", burst, workers), func(b *testing.B) {
				m := newMill(b, workers, burst, process.Options{})
				var arms []arm
				for _, g := range grains {
					arms = append(arms, m.arms(stepsOf(time.Duration(g*1e3)))...)
				}
				times := interleave(b, m.tasks(), arms...)
				for side, name := range []string{"bare", "pool"} {
					var mid, low, high []float64
					for i := range grains {
						e := estimated(paired(times[3*i], m.scaled(times[3*i+1+side]), ratio))
						mid, low, high = append(mid, e.median), append(low, e.high), append(high, e.low)
					}
					b.Logf("%s reaches 50 %% at %s µs (%s–%s); efficiencies at %v µs: %.2f", name,
						halfway(grains, mid), halfway(grains, low), halfway(grains, high), grains, mid)
				}
			})
		}
	}
}

// halfway is where efficiency comes to 0.5 for good, between grains on a scale of their
// ratios.
func halfway(grains, efficiency []float64) string {
	last := -1
	for i, e := range efficiency {
		if e < 0.5 {
			last = i
		}
	}
	switch {
	case math.IsNaN(efficiency[0]):
		return "?"
	case last < 0:
		return fmt.Sprintf("less than %g", grains[0])
	case last == len(grains)-1:
		return fmt.Sprintf("more than %g", grains[last])
	}
	from, to := efficiency[last], efficiency[last+1]
	return fmt.Sprintf("%.1f", grains[last]*math.Pow(grains[last+1]/grains[last], (0.5-from)/(to-from)))
}

// BenchmarkLateness is how long after it is ready a reply is what its future holds, in
// bursts: what Trace says of reply and decode, with Options.Lateness as it is by default, of
// 200 µs and of nothing, and what those cost: the time of a burst against that of the default.
// Beside it, the lateness of a bare child: from a time stamp in its reply until that has been
// read.
func BenchmarkLateness(b *testing.B) {
	for _, workers := range []int{1, 2} {
		for _, grain := range []int{10, 100, 1000} {
			b.Run(fmt.Sprintf("workers=%d/grain=%dus", workers, grain), func(b *testing.B) {
				steps := stepsOf(time.Duration(grain) * time.Microsecond)
				rest := func() { time.Sleep(time.Millisecond) }
				var bare delays
				pools := []*struct {
					name     string
					lateness time.Duration
					late     delays
				}{{name: "pool"}, {name: "200us", lateness: 200 * time.Microsecond}, {name: "at-once", lateness: 1}}
				var arms []arm
				for _, p := range pools {
					m := newMill(b, workers, 64, process.Options{Lateness: p.lateness, Trace: func(s process.Stages) { p.late.add(s.Reply + s.Decode) }})
					if len(arms) == 0 {
						arms = append(arms, arm{name: "bare", slice: func() { m.bare(steps, bare.add) }, after: rest})
					}
					arms = append(arms, arm{name: p.name, slice: func() { m.pooled(steps) }, after: rest})
				}
				times := interleave(b, workers*64, arms...)
				bare.report(b, "bare")
				for i, p := range pools {
					p.late.report(b, p.name)
					if i > 0 {
						b.ReportMetric(median(paired(times[i+1], times[1], ratio)), p.name+"/pool")
					}
				}
			})
		}
	}
}

// delays are collected by several goroutines.
type delays struct {
	mu  sync.Mutex
	all []time.Duration
}

func (d *delays) add(v time.Duration) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.all = append(d.all, v)
}

func (d *delays) report(b *testing.B, name string) {
	d.mu.Lock()
	defer d.mu.Unlock()
	slices.Sort(d.all)
	for _, q := range []float64{0.5, 0.9, 0.99} {
		b.ReportMetric(float64(d.all[int(q*float64(len(d.all)-1))].Microseconds()), fmt.Sprintf("%s-p%g-us", name, 100*q))
	}
	b.ReportMetric(float64(d.all[len(d.all)-1].Microseconds()), name+"-max-us")
}
