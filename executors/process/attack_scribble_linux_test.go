package process_test

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"strings"
	"syscall"
	"testing"
	"time"
	"unsafe"

	"golang.org/x/sys/unix"

	"poolbench/executors"
	"poolbench/executors/process"
)

// sharedMemory is the memory that this worker shares with its parent and may write.
func sharedMemory() ([][]byte, error) {
	maps, err := os.ReadFile("/proc/self/maps")
	if err != nil {
		return nil, err
	}
	var shared [][]byte
	for line := range strings.Lines(string(maps)) {
		var from, to uintptr
		var mode string
		if n, _ := fmt.Sscanf(line, "%x-%x %s", &from, &to, &mode); n != 3 || mode != "rw-s" || !strings.Contains(line, "/memfd:poolbench") {
			continue
		}
		start := *(*unsafe.Pointer)(unsafe.Pointer(&from))
		shared = append(shared, unsafe.Slice((*byte)(start), to-from))
	}
	if len(shared) == 0 {
		return nil, errors.New("this worker shares no memory with its parent")
	}
	return shared, nil
}

// scribbles are ways to write over memory.
var scribbles = map[string]func(b []byte){
	"ones":  func(b []byte) { fill(b, 0xff) },
	"zeros": func(b []byte) { fill(b, 0) },
	"random": func(b []byte) {
		for i := range b {
			b[i] = byte(rand.Uint32())
		}
	},
	"more": func(b []byte) { eachWord(b, func(w uint32) uint32 { return w + 1 }) },
	"less": func(b []byte) { eachWord(b, func(w uint32) uint32 { return w - 1 }) },
	"huge": func(b []byte) { eachWord(b, func(uint32) uint32 { return 1<<31 - 1 }) },
	"half": func(b []byte) { copy(b, b[len(b)/2:]) },
	"head": func(b []byte) { fill(b[:min(4096, len(b))], 0xff) },
}

func fill(b []byte, with byte) {
	for i := range b {
		b[i] = with
	}
}

func eachWord(b []byte, change func(uint32) uint32) {
	for i := 0; i+4 <= len(b); i += 4 {
		binary.LittleEndian.PutUint32(b[i:], change(binary.LittleEndian.Uint32(b[i:])))
	}
}

// A scribbler writes over the memory that its worker shares, and then does something.
type scribbler struct {
	Journal   string
	How, Then string
}

// note leaves a number and the process in a journal.
func note(name string, n int) error {
	f, err := os.OpenFile(name, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	defer f.Close()
	_, err = fmt.Fprintf(f, "%d %d\n", n, os.Getpid())
	return err
}

// evil is the number of the task that attacks.
const evil = -1

var scribble = executors.Define("test.scribble", func(_ context.Context, s scribbler) (int, error) {
	if err := note(s.Journal, evil); err != nil {
		return 0, err
	}
	shared, err := sharedMemory()
	if err != nil {
		return 0, err
	}
	once := func() {
		for _, b := range shared {
			switch s.How {
			case "unmap":
				unix.MunmapPtr(unsafe.Pointer(unsafe.SliceData(b)), uintptr(len(b)))
			case "protect":
				unix.Mprotect(b, unix.PROT_NONE)
			case "shrink":
				shrinkShared()
			default:
				scribbles[s.How](b)
			}
		}
	}
	once()
	switch s.Then {
	case "die":
		syscall.Kill(os.Getpid(), syscall.SIGKILL)
		select {}
	case "exit":
		os.Exit(0)
	case "panic":
		panic("after the scribbling")
	case "hang":
		select {}
	case "go on":
		go func() {
			for end := time.Now().Add(500 * time.Millisecond); time.Now().Before(end); {
				once()
			}
		}()
	}
	return evil, nil
})

// shrinkShared cuts the shared memory off, if the kernel lets it.
func shrinkShared() {
	fds, err := os.ReadDir("/proc/self/fd")
	if err != nil {
		return
	}
	for _, e := range fds {
		var fd int
		to, err := os.Readlink("/proc/self/fd/" + e.Name())
		if n, _ := fmt.Sscan(e.Name(), &fd); err == nil && n == 1 && strings.HasPrefix(to, "/memfd:") {
			unix.Ftruncate(fd, 0)
			unix.Fallocate(fd, unix.FALLOC_FL_PUNCH_HOLE|unix.FALLOC_FL_KEEP_SIZE, 0, 1<<20)
			unix.Ftruncate(fd, 1<<40)
		}
	}
}

// innocent leaves its number and its process.
type innocence struct {
	Journal string
	N       int
	Work    time.Duration
}

var innocent = executors.Define("test.innocent", func(_ context.Context, in innocence) (int, error) {
	if err := note(in.Journal, in.N); err != nil {
		return 0, err
	}
	for end := time.Now().Add(in.Work); time.Now().Before(end); {
	}
	return in.N, nil
})

// A record is what a journal says: which processes ran which task.
type record map[int][]int

func readJournal(t *testing.T, name string) record {
	t.Helper()
	b, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	r := record{}
	for line := range bytes.Lines(b) {
		var n, pid int
		if _, err := fmt.Sscan(string(line), &n, &pid); err != nil {
			t.Fatalf("journal: %q: %v", line, err)
		}
		r[n] = append(r[n], pid)
	}
	return r
}

// A sentence is what the parent was told of an innocent task.
type sentence struct {
	value int
	err   error
}

// check judges what became of innocent tasks beside the workers that the evil task ran
// in. What a hostile worker says of its own tasks cannot be checked; all others are
// executed once and have their value. It returns how many suffered.
func (r record) check(t *testing.T, sentences map[int]sentence) (suffered int) {
	t.Helper()
	wrong := 0
	report := func(format string, args ...any) {
		t.Helper()
		if wrong++; wrong <= 5 {
			t.Errorf(format, args...)
		}
	}
	defer func() {
		if wrong > 5 {
			t.Errorf("and so on: wrong with %d of %d tasks", wrong, len(sentences))
		}
	}()
	hostile := map[int]bool{}
	for _, pid := range r[evil] {
		hostile[pid] = true
	}
	for n, s := range sentences {
		ran := r[n]
		var gone *executors.WorkerLostError
		var late *process.TimeLimitError
		switch {
		case len(ran) > 1:
			report("task %d ran %d times, in processes %v, of which %d were hostile", n, len(ran), ran, count(ran, hostile))
		case len(ran) == 1 && hostile[ran[0]]:
			if s.err != nil || s.value != n {
				suffered++
			}
		case len(ran) == 1:
			if s.err != nil || s.value != n {
				report("task %d, which ran in innocent process %d: %d, %v", n, ran[0], s.value, s.err)
			}
		case errors.As(s.err, &gone) && hostile[gone.Pid], errors.As(s.err, &late) && hostile[late.Pid]:
			suffered++
		case s.err == nil, errors.Is(s.err, executors.ErrUnknownFunc), errors.As(s.err, new(*executors.RemoteError)),
			strings.HasPrefix(s.err.Error(), "executors: decoding the output of "):
			suffered++ // an answer that only a hostile worker can have made up
		default:
			report("task %d never ran: %d, %v", n, s.value, s.err)
		}
	}
	return suffered
}

func count(pids []int, among map[int]bool) (n int) {
	for _, pid := range pids {
		if among[pid] {
			n++
		}
	}
	return n
}

// A task that writes over all memory that it shares with its parent, and then dies or
// lives, runs once; the tasks of other workers are executed, once each; the pool goes on.
func TestScribbledMemory(t *testing.T) {
	hows := []string{"unmap", "protect", "shrink"}
	for how := range scribbles {
		hows = append(hows, how)
	}
	for _, how := range hows {
		for _, then := range []string{"die", "exit", "panic", "hang", "return", "go on"} {
			t.Run(how+"/"+strings.ReplaceAll(then, " ", "-"), func(t *testing.T) {
				isolated(t, func(t *testing.T) { attackWithScribbles(t, how, then, 1); attackWithScribbles(t, how, then, 2) })
			})
		}
	}
}

func attackWithScribbles(t *testing.T, how, then string, workers int) {
	p := started(t, process.Options{Workers: workers, TimeLimit: 2 * time.Second})
	name := t.TempDir() + "/journal"
	futures := map[int]*executors.Future[int]{}
	add := func(n int) {
		for range n {
			futures[len(futures)] = submit(t, p, innocent, innocence{Journal: name, N: len(futures)})
		}
	}
	add(200)
	f := submit(t, p, scribble, scribbler{name, how, then})
	add(200)
	err := settles(t, "the task that attacks", f)
	if then == "die" || then == "exit" {
		checkLost(t, err)
	}
	sentences := map[int]sentence{}
	for n, f := range futures {
		err := settles(t, fmt.Sprint("innocent task ", n), f)
		v, _ := f.Result(background)
		sentences[n] = sentence{v, err}
	}
	if _, e := os.Stat(name); e != nil {
		t.Logf("nothing ran: %v; task 0: %v", err, sentences[0].err)
	}
	r := readJournal(t, name)
	if len(r[evil]) != 1 {
		t.Errorf("the task that attacks ran %d times: %v", len(r[evil]), err)
	}
	t.Logf("%d workers: the attack ended in %v; %d of %d innocent tasks suffered", workers, err, r.check(t, sentences), len(sentences))
	works(t, p)
	closes(t, p)
}
