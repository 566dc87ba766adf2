package process_test

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"runtime"
	"sync"
	"testing"
	"time"
	"unsafe"

	"golang.org/x/sys/unix"

	"poolbench/executors"
	"poolbench/executors/process"
)

// envHostile is how long TestHostileWorkers attacks, such as 60s; 2 s without it.
const envHostile = "PROCESS_HOSTILE"

// lengthOf is the duration in a variable of the environment.
func lengthOf(name string, otherwise time.Duration) time.Duration {
	if d, err := time.ParseDuration(os.Getenv(name)); err == nil {
		return d
	}
	return otherwise
}

// A malice is what a hostile worker does beside its tasks.
type malice struct {
	Journal string
	Mode    string
	For     time.Duration
}

// malices are the modes. Memory is all that the worker shares with its parent.
var malices = map[string]func(shared []byte, rnd *rand.Rand){
	"words": func(b []byte, rnd *rand.Rand) { // anything, anywhere
		for range 64 {
			*wordAt[uint64](b, 8*rnd.IntN(len(b)/8)) = rnd.Uint64()
		}
	},
	"forge": func(b []byte, rnd *rand.Rand) { // numbers that are nearly right
		at := 4 * rnd.IntN(len(b)/4)
		if rnd.IntN(2) == 0 {
			at %= min(8192, len(b)) // where indices are
		}
		*wordAt[uint32](b, at) += uint32(rnd.IntN(5) - 2)
	},
	"repeat": func(b []byte, rnd *rand.Rand) { // what was true a moment ago
		n := 64 << rnd.IntN(7)
		from, to := rnd.IntN(len(b)-n), rnd.IntN(len(b)-n)
		copy(b[to&^63:to&^63+n], b[from&^63:from&^63+n])
	},
	"wake": func(b []byte, rnd *rand.Rand) { // endless wakes of whatever waits
		for at := 0; at < min(len(b), 16<<10); at += 4 {
			unix.Syscall(unix.SYS_FUTEX, uintptr(unsafe.Pointer(&b[at])), futexWake, 1<<30)
		}
	},
	"full": func(b []byte, rnd *rand.Rand) { // as much as there can be
		at := 64 * rnd.IntN(len(b)/64)
		for i := range 16 {
			*wordAt[uint32](b, at+4*i) = [...]uint32{1<<32 - 1, 1<<31 - 1, 1 << 31, 256, 0}[rnd.IntN(5)]
		}
	},
	"noise": func(_ []byte, rnd *rand.Rand) { // on whatever is a socket
		junk := make([]byte, 1+rnd.IntN(4096))
		for fd := 3; fd < 9; fd++ {
			unix.Sendto(fd, junk, unix.MSG_DONTWAIT|unix.MSG_NOSIGNAL, nil)
		}
	},
}

func wordAt[T uint32 | uint64](b []byte, at int) *T { return (*T)(unsafe.Pointer(&b[at])) }

// turnHostile returns, and leaves its worker hostile.
var turnHostile = executors.Define("test.turnHostile", func(_ context.Context, m malice) (int, error) {
	if err := note(m.Journal, evil); err != nil {
		return 0, err
	}
	shared, err := sharedMemory()
	if err != nil {
		return 0, err
	}
	go func() {
		rnd := rand.New(rand.NewPCG(uint64(os.Getpid()), 1))
		for end := time.Now().Add(m.For); time.Now().Before(end); runtime.Gosched() {
			mode := m.Mode
			if mode == "all" {
				for mode = range malices {
					break // a random one
				}
			}
			malices[mode](shared[rnd.IntN(len(shared))], rnd)
		}
	}()
	return evil, nil
})

// Workers that were taken over write all over the memory that they share, forge numbers,
// wake their parent without end and fill everything, while innocent tasks are executed
// beside them and in them. The parent neither crashes nor hangs nor grows; no task runs
// twice; what an innocent worker executes has its value. PROCESS_HOSTILE=60s does it for
// so long.
func TestHostileWorkers(t *testing.T) {
	length := lengthOf(envHostile, 2*time.Second)
	for _, mode := range []string{"words", "forge", "repeat", "wake", "full", "noise", "all"} {
		t.Run(mode, func(t *testing.T) {
			isolatedFrom(t, os.Args[0], 2*time.Minute+2*length, func(t *testing.T) {
				sufferHostility(t, mode, length)
			})
		})
	}
}

func sufferHostility(t *testing.T, mode string, length time.Duration) {
	o := process.Options{Workers: 3, GOMAXPROCS: 2, TimeLimit: 2 * time.Second}
	if mode == "all" { // more of what a worker tells is used then
		o.MaxGrowth, o.Trace = 1<<30, func(process.Stages) {}
	}
	p := started(t, o)
	name := t.TempDir() + "/journal"
	rnd := rand.New(rand.NewPCG(uint64(time.Now().UnixNano()), 2))
	memory := watchMemory(t)

	type pending struct {
		n     int
		f     *executors.Future[int]
		bytes *executors.Future[[]byte]
		sent  []byte
	}
	const ahead = 300
	load := make(chan pending, ahead)
	sentences := map[int]sentence{}
	var payloads, payloadsLost int
	var wg sync.WaitGroup
	wg.Go(func() {
		for e := range load {
			switch {
			case e.bytes != nil:
				err := settles(t, "an innocent task with a payload", e.bytes)
				if got, _ := e.bytes.Result(background); err != nil || !bytes.Equal(got, e.sent) {
					payloadsLost++
				}
				payloads++
			case e.n == evil:
				settles(t, "the task that turns a worker hostile", e.f)
			default:
				err := settles(t, "an innocent task", e.f)
				v, _ := e.f.Result(background)
				sentences[e.n] = sentence{v, err}
			}
		}
	})
	begin, next := time.Now(), time.Now()
	for n := 0; time.Since(begin) < length; n++ {
		if now := time.Now(); now.After(next) {
			next = now.Add(time.Duration(20+rnd.IntN(100)) * time.Millisecond)
			load <- pending{n: evil, f: submit(t, p, turnHostile, malice{name, mode, time.Duration(rnd.IntN(300)) * time.Millisecond})}
		}
		if n%50 == 0 {
			b := make([]byte, rnd.IntN(256<<10))
			for i := range b {
				b[i] = byte(rnd.Uint32())
			}
			load <- pending{bytes: submit(t, p, bytez, b), sent: b}
		}
		load <- pending{n: n, f: submit(t, p, innocent, innocence{name, n, time.Duration(rnd.IntN(200)) * time.Microsecond})}
	}
	close(load)
	if err := returns(t, "the end of the load", func() error { wg.Wait(); return nil }); err != nil {
		t.Error(err)
	}
	r := readJournal(t, name)
	suffered := r.check(t, sentences)
	t.Logf("%d innocent tasks, of which %d suffered in hostile workers; %d with payloads, %d of them too; %d attacks; %d workers used; %d MiB of memory gained",
		len(sentences), suffered, payloads, payloadsLost, len(r[evil]), p.Stats().Started, memory()>>20)
	if memory() > 256<<20 {
		t.Errorf("the parent has gained %d MiB", memory()>>20)
	}
	if len(r[evil]) == 0 {
		t.Error("no worker was turned hostile")
	}
	time.Sleep(300 * time.Millisecond) // the last attack ends
	recovers(t, p, o.Workers)
	closes(t, p)
}

// recovers checks that a pool comes to full capacity, though its workers may have written
// over what they share with it: each shows that when it has a task next, which suffers, and
// is replaced.
func recovers(t *testing.T, p *process.Pool, workers int) {
	for round := range workers + 1 {
		dir := t.TempDir()
		var failure error
		rallying := make([]*executors.Future[int], workers)
		for i := range rallying {
			rallying[i] = submit(t, p, rally, victim{N: i, File: dir, Others: workers - 1})
		}
		for i, f := range rallying {
			err := settles(t, "a task of a pool that should work", f)
			if got, _ := f.Result(background); err == nil && got != i {
				err = fmt.Errorf("%d answers %d", i, got)
			}
			failure = cmp.Or(failure, err)
		}
		if failure == nil {
			works(t, p)
			return
		}
		t.Logf("round %d after the attacks: %v", round, failure)
	}
	t.Errorf("%d tasks never ran at the same time after %d workers should have been replaced", workers, workers)
}

// watchMemory returns how much memory this process has gained since, at most: resident or
// of its heap, which counts what was asked for and never used.
func watchMemory(t *testing.T) func() int64 {
	held := func() int64 {
		var m runtime.MemStats
		runtime.ReadMemStats(&m)
		return max(residentMemory(t), int64(m.HeapSys))
	}
	first := held()
	var mu sync.Mutex
	most := first
	ctx, stop := context.WithCancel(background)
	t.Cleanup(stop)
	look := func() int64 {
		mu.Lock()
		defer mu.Unlock()
		most = max(most, held())
		return most - first
	}
	go func() {
		for ctx.Err() == nil {
			look()
			time.Sleep(20 * time.Millisecond)
		}
	}()
	return look
}

// One hostile worker that does nothing but wake its parent does not keep others from
// their work, nor the parent from ending.
func TestEndlessWakesAndEnd(t *testing.T) {
	for _, end := range []string{"Shutdown", "Kill"} {
		t.Run(end, func(t *testing.T) {
			isolated(t, func(t *testing.T) {
				p := started(t, process.Options{Workers: 2, GOMAXPROCS: 2})
				name := t.TempDir() + "/journal"
				if err := settles(t, "the attack", submit(t, p, turnHostile, malice{name, "wake", time.Hour})); err != nil {
					t.Error(err)
				}
				for i := range 200 {
					err := settles(t, "a task beside it", submit(t, p, echo, i))
					if e := (*executors.WorkerLostError)(nil); err != nil && !errors.As(err, &e) {
						t.Error(err)
					}
				}
				if end == "Kill" {
					dies(t, p)
				} else {
					closes(t, p)
				}
			})
		})
	}
}
