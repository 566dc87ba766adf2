//go:build unix

package process_test

import (
	"fmt"
	"io"
	"os"
	"runtime"
	"slices"
	"strconv"
	"syscall"
	"testing"
	"time"

	"poolbench/executors"
	"poolbench/executors/process"
)

// helperEcho is the bare peer of the benchmarks: it writes back what it reads, at
// once or when size bytes have come, with blocking system calls, as a worker does.
func helperEcho(size int) {
	buf := make([]byte, max(size, 64<<10))
	for {
		n := 0
		for {
			m, err := syscall.Read(3, buf[n:])
			if err != nil || m <= 0 {
				os.Exit(0)
			}
			if n += m; n >= size {
				break
			}
		}
		for b := buf[:n]; len(b) > 0; {
			m, err := syscall.Write(3, b)
			if err != nil {
				os.Exit(0)
			}
			b = b[m:]
		}
	}
}

// bareEcho is startEcho until the end of the benchmark.
func bareEcho(b *testing.B, size int) *os.File {
	f, p := startEcho(b, size)
	b.Cleanup(func() {
		f.Close()
		p.Wait()
	})
	return f
}

// startEcho starts an echo of messages of that size, or of whatever comes.
func startEcho(b *testing.B, size int) (*os.File, *os.Process) {
	return startPeer(b, envEcho+"="+strconv.Itoa(size))
}

// startPeer starts this binary, which env tells what to be, at the other end of a
// socketpair: its descriptor 3. More files follow from 4 on.
func startPeer(b *testing.B, env string, files ...*os.File) (*os.File, *os.Process) {
	fds, err := syscall.Socketpair(syscall.AF_UNIX, syscall.SOCK_STREAM, 0)
	if err != nil {
		b.Fatal(err)
	}
	syscall.CloseOnExec(fds[0])
	syscall.CloseOnExec(fds[1])
	syscall.SetNonblock(fds[0], true)
	mine, its := os.NewFile(uintptr(fds[0]), "peer"), os.NewFile(uintptr(fds[1]), "peer")
	defer its.Close()
	null, err := os.Open(os.DevNull)
	if err != nil {
		b.Fatal(err)
	}
	defer null.Close()
	p, err := os.StartProcess(os.Args[0], []string{os.Args[0], "-test.run=^$"}, &os.ProcAttr{
		Files: append([]*os.File{null, os.Stderr, os.Stderr, its}, files...),
		Env:   append(os.Environ(), env, "GOMAXPROCS=1"),
	})
	if err != nil {
		b.Fatal(err)
	}
	return mine, p
}

// peer is startPeer until the end of the benchmark.
func peer(b *testing.B, name string, files ...*os.File) *os.File {
	f, p := startPeer(b, envPeer+"="+name, files...)
	b.Cleanup(func() {
		f.Close()
		p.Wait()
	})
	return f
}

// blockingEnd is the descriptor of a peer for blocking system calls.
func blockingEnd(b *testing.B, f *os.File) int {
	fd := int(f.Fd())
	if err := syscall.SetNonblock(fd, false); err != nil {
		b.Fatal(err)
	}
	return fd
}

// BenchmarkPingPong is the time of one task at a time with 8 bytes each way, when the
// parent asks again at once, and when it computes for 300 µs between, which is not
// counted. The yardsticks are echoes of 8 bytes between two Go processes without a pool:
// through the poller of the runtime, as files and sockets of a Go program are read, and
// with blocking system calls, which hold a thread. The pool is compared with the faster.
func BenchmarkPingPong(b *testing.B) {
	for _, between := range []time.Duration{0, 300 * time.Microsecond} {
		b.Run("between="+between.String(), func(b *testing.B) { pingPong(b, between) })
	}
}

func pingPong(b *testing.B, between time.Duration) {
	const trips = 50
	var msg [8]byte
	polled, unpolled := bareEcho(b, 8), bareEcho(b, 8)
	blocking := blockingEnd(b, unpolled)
	p := newPool(b, process.Options{Workers: 2})
	if err := p.Start(limit(b)); err != nil {
		b.Fatal(err)
	}
	steps := stepsOf(between)
	side := func(name string, trip func() error) arm {
		return arm{name: name, timed: func() (took time.Duration) {
			for range trips {
				grind(steps)
				begin := time.Now()
				if err := trip(); err != nil {
					b.Fatal(err)
				}
				took += time.Since(begin)
			}
			return took
		}}
	}
	arms := []arm{
		side("pool", func() error {
			f, err := executors.Submit(background, p, echo, 1)
			if err != nil {
				return err
			}
			return f.Err(background)
		}),
		side("polled", func() error {
			if _, err := polled.Write(msg[:]); err != nil {
				return err
			}
			_, err := io.ReadFull(polled, msg[:])
			return err
		}),
		side("blocking", func() error {
			if _, err := syscall.Write(blocking, msg[:]); err != nil {
				return err
			}
			_, err := syscall.Read(blocking, msg[:])
			return err
		}),
	}
	times := interleave(b, trips, arms...)
	compareWithFastest(b, arms, times, 1, "echo")
	runtime.KeepAlive(unpolled)
}

// compareWithFastest reports the median times of all arms, and those of the first n as
// ratios to the fastest of the others, which together are called peer.
func compareWithFastest(b *testing.B, arms []arm, times [][]float64, n int, peer string) {
	fastest := n
	for i := n; i < len(arms); i++ {
		if median(times[i]) < median(times[fastest]) {
			fastest = i
		}
	}
	for i, a := range arms {
		if i < n {
			e := estimated(paired(times[i], times[fastest], ratio))
			b.ReportMetric(e.median, a.name+"/"+peer)
			b.Logf("%s against the fastest %s (%s): %.2f (%.2f–%.2f)", a.name, peer, arms[fastest].name, e.median, e.low, e.high)
		}
		b.ReportMetric(median(times[i]), a.name+"-ns")
	}
}

// BenchmarkBurst is the time per empty task when 100,000 are submitted and then
// waited for. The yardstick is as many messages of 8 bytes pipelined through a
// bare echo.
func BenchmarkBurst(b *testing.B) {
	const tasks = 100_000
	perTask := func(b *testing.B) {
		b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N*tasks), "ns/task")
	}
	b.Run("bare", func(b *testing.B) {
		f := bareEcho(b, 0)
		out, in := make([]byte, 64<<10), make([]byte, 64<<10)
		for b.Loop() {
			go func() {
				for left := 8 * tasks; left > 0; {
					n, err := f.Write(out[:min(left, len(out))])
					if err != nil {
						return
					}
					left -= n
				}
			}()
			for left := 8 * tasks; left > 0; {
				n, err := f.Read(in[:min(left, len(in))])
				if err != nil {
					b.Fatal(err)
				}
				left -= n
			}
		}
		perTask(b)
	})
	b.Run("pool", func(b *testing.B) {
		p := newPool(b, process.Options{Workers: 2})
		if err := p.Start(limit(b)); err != nil {
			b.Fatal(err)
		}
		futures := make([]*executors.Future[struct{}], tasks)
		b.ReportAllocs()
		for b.Loop() {
			burst(b, p, futures)
		}
		perTask(b)
	})
}

// burst submits an empty task for each future, and then waits for all.
func burst(b *testing.B, p *process.Pool, futures []*executors.Future[struct{}]) {
	for i := range futures {
		f, err := executors.Submit(background, p, empty, struct{}{})
		if err != nil {
			b.Fatal(err)
		}
		futures[i] = f
	}
	for _, f := range futures {
		if err := f.Err(background); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkMap is the time per item of Map over a million integers in automatic
// chunks. The yardstick is a plain loop that calls the function.
func BenchmarkMap(b *testing.B) {
	const items = 1_000_000
	p := newPool(b, process.Options{Workers: 2})
	if err := p.Start(limit(b)); err != nil {
		b.Fatal(err)
	}
	inputs := make([]int, items)
	for i := range inputs {
		inputs[i] = i
	}
	check := func(sum int) {
		if sum != items*(items-1)/2 {
			b.Fatal(sum)
		}
	}
	compare(b, items,
		arm{name: "pool", slice: func() {
			sum := 0
			for v, err := range executors.MapSlice(background, p, echo, inputs, executors.AutoChunk()) {
				if err != nil {
					b.Fatal(err)
				}
				sum += v
			}
			check(sum)
		}},
		arm{name: "loop", slice: func() {
			sum := 0
			for _, in := range inputs {
				v, err := echo.Call(background, in)
				if err != nil {
					b.Fatal(err)
				}
				sum += v
			}
			check(sum)
		}})
}

// BenchmarkKilled is the time from the SIGKILL of a worker to the error on the
// future of its task; p99 is the figure that matters.
func BenchmarkKilled(b *testing.B) {
	p := newPool(b, process.Options{Workers: 2})
	if err := p.Start(limit(b)); err != nil {
		b.Fatal(err)
	}
	var times []time.Duration
	dir := b.TempDir()
	for i := range b.N {
		gate := fmt.Sprintf("%s/%d", dir, i)
		f, err := executors.Submit(background, p, deaf, gate)
		if err != nil {
			b.Fatal(err)
		}
		var pid []byte
		for len(pid) == 0 {
			time.Sleep(100 * time.Microsecond)
			pid, _ = os.ReadFile(gate + ".started")
		}
		n, err := strconv.Atoi(string(pid))
		if err != nil {
			b.Fatal(err)
		}
		begin := time.Now()
		syscall.Kill(n, syscall.SIGKILL)
		if err := f.Err(background); err == nil {
			b.Fatal("it lived on")
		}
		times = append(times, time.Since(begin))
		if f, err := executors.Submit(background, p, echo, 1); err != nil || f.Err(background) != nil {
			b.Fatal("the next task was not served")
		}
	}
	slices.Sort(times)
	b.ReportMetric(float64(times[len(times)/2].Nanoseconds()), "p50-ns")
	b.ReportMetric(float64(times[len(times)*99/100].Nanoseconds()), "p99-ns")
}
