package process_test

import (
	"errors"
	"fmt"
	"io"
	"os"
	"sync/atomic"
	"syscall"
	"testing"
	"unsafe"

	"golang.org/x/sys/unix"

	"poolbench/executors"
	"poolbench/executors/process"
)

func init() {
	peers["copy"] = peerCopy
	peers["arena-futex"] = func() { peerArena(futexBell{}) }
	peers["arena-socket"] = func() { peerArena(socketBell{fd: 3}) }
}

// envPayload is the size of a message, for the peers of BenchmarkPayload.
const envPayload = "PROCESS_TEST_PAYLOAD"

func payloadSize() (size int) {
	fmt.Sscan(os.Getenv(envPayload), &size)
	return size
}

// wideSocket gives a socket a buffer of 4 MiB, or as much of it as the system allows.
func wideSocket(fd int) {
	const size = 4 << 20
	for _, option := range [][2]int{{unix.SO_SNDBUFFORCE, unix.SO_SNDBUF}, {unix.SO_RCVBUFFORCE, unix.SO_RCVBUF}} {
		if unix.SetsockoptInt(fd, unix.SOL_SOCKET, option[0], size) != nil {
			unix.SetsockoptInt(fd, unix.SOL_SOCKET, option[1], size)
		}
	}
}

// peerCopy reads messages, each into memory of its own, and writes them back.
func peerCopy() {
	wideSocket(3)
	size := payloadSize()
	for {
		b := make([]byte, size)
		for n := 0; n < size; {
			m, err := syscall.Read(3, b[n:])
			if err != nil || m <= 0 {
				return
			}
			n += m
		}
		for len(b) > 0 {
			m, err := syscall.Write(3, b)
			if err != nil {
				return
			}
			b = b[m:]
		}
	}
}

// An arena is memory that two processes share: a page of words, and room for a message
// in each direction.
type arena struct {
	mem  []byte
	size int
}

const arenaHead = 4096

func mapArena(fd, size int) (*arena, error) {
	mem, err := unix.Mmap(fd, 0, arenaHead+2*size, unix.PROT_READ|unix.PROT_WRITE, unix.MAP_SHARED)
	if err != nil {
		return nil, os.NewSyscallError("mmap", err)
	}
	return &arena{mem, size}, nil
}

func (a *arena) there() []byte { return a.mem[arenaHead : arenaHead+a.size] }
func (a *arena) back() []byte  { return a.mem[arenaHead+a.size:] }

// word 0 is rung by the parent, word 1 by the peer.
func (a *arena) word(i int) *uint32 { return (*uint32)(unsafe.Pointer(&a.mem[64*i])) }

// A bell wakes the other side. wait returns false when that is gone.
type bell interface {
	ring(a *arena, word int)
	wait(a *arena, word int, seen uint32) bool
}

type futexBell struct{}

const (
	futexWait = 0
	futexWake = 1
)

func (futexBell) ring(a *arena, word int) {
	atomic.AddUint32(a.word(word), 1)
	unix.Syscall6(unix.SYS_FUTEX, uintptr(unsafe.Pointer(a.word(word))), futexWake, 1, 0, 0, 0)
}

func (futexBell) wait(a *arena, word int, seen uint32) bool {
	timeout := unix.Timespec{Sec: 1}
	for atomic.LoadUint32(a.word(word)) == seen {
		_, _, err := unix.Syscall6(unix.SYS_FUTEX, uintptr(unsafe.Pointer(a.word(word))), futexWait, uintptr(seen), uintptr(unsafe.Pointer(&timeout)), 0, 0)
		if err == unix.ETIMEDOUT && word == 0 && gone(3) {
			return false
		}
	}
	return true
}

// gone reports whether the other end of a socket has been closed.
func gone(fd int) bool {
	var b [1]byte
	n, _, err := unix.Recvfrom(fd, b[:], unix.MSG_PEEK|unix.MSG_DONTWAIT)
	return n == 0 && err == nil
}

type socketBell struct{ fd int }

func (s socketBell) ring(*arena, int) { syscall.Write(s.fd, []byte{1}) }

func (s socketBell) wait(*arena, int, uint32) bool {
	var b [1]byte
	n, err := syscall.Read(s.fd, b[:])
	return err == nil && n == 1
}

// peerArena copies each message, which it reads in place, into the room for the way back.
func peerArena(bell bell) {
	a, err := mapArena(4, payloadSize())
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return
	}
	for seen := uint32(0); bell.wait(a, 0, seen); seen++ {
		copy(a.back(), a.there())
		bell.ring(a, 1)
	}
}

// arenaTrip is a round trip with one copy each way: the parent's message into the arena,
// and the peer's.
func arenaTrip(b *testing.B, name string, size int, in []byte) func() error {
	fd, err := unix.MemfdCreate("arena", unix.MFD_CLOEXEC)
	if err != nil {
		b.Fatal(err)
	}
	file := os.NewFile(uintptr(fd), "arena")
	b.Cleanup(func() { file.Close() })
	if err := file.Truncate(int64(arenaHead + 2*size)); err != nil {
		b.Fatal(err)
	}
	a, err := mapArena(fd, size)
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { unix.Munmap(a.mem) })
	f := peer(b, name, file)
	var bell bell = futexBell{}
	if name == "arena-socket" {
		bell = socketBell{blockingEnd(b, f)}
	}
	seen := uint32(0)
	return func() error {
		copy(a.there(), in)
		bell.ring(a, 0)
		if !bell.wait(a, 1, seen) {
			return io.ErrUnexpectedEOF
		}
		seen++
		if got := a.back(); got[0] != in[0] || got[size-1] != in[size-1] {
			return errors.New("another message came back")
		}
		return nil
	}
}

// BenchmarkPayload is the time of one task with a byte slice each way, which the task and
// the caller keep. The yardstick is a socketpair with buffers of 4 MiB, both ends of which
// read each message into memory of its own. What is only read in place has another:
// memory that is shared and kept, one copy into it each way, woken by a futex or by a
// byte on a socket, whichever is faster.
func BenchmarkPayload(b *testing.B) {
	for _, c := range []struct {
		name string
		size int
	}{{"64KiB", 64 << 10}, {"1MiB", 1 << 20}, {"16MiB", 16 << 20}} {
		b.Run(c.name, func(b *testing.B) {
			b.Setenv(envPayload, fmt.Sprint(c.size))
			in := make([]byte, c.size)
			for i := range in {
				in[i] = byte(i * 7)
			}
			p := newPool(b, process.Options{Workers: 1})
			if err := p.Start(limit(b)); err != nil {
				b.Fatal(err)
			}
			socket := peer(b, "copy")
			raw, err := socket.SyscallConn()
			if err != nil {
				b.Fatal(err)
			}
			raw.Control(func(fd uintptr) { wideSocket(int(fd)) })
			trips := max(1, 4<<20/c.size)
			side := func(name string, trip func() error) arm {
				return arm{name: name, slice: func() {
					for range trips {
						if err := trip(); err != nil {
							b.Fatal(err)
						}
					}
				}}
			}
			kept := []arm{side("pool", func() error {
				f, err := executors.Submit(background, p, bytez, in)
				if err != nil {
					return err
				}
				out, err := f.Result(background)
				if err == nil && len(out) != c.size {
					err = fmt.Errorf("%d bytes came back", len(out))
				}
				return err
			})}
			inPlace := []arm{side("loan", func() error { // read in place on both sides
				f, err := executors.Submit(background, p, loanBack, executors.Lend(in))
				if err != nil {
					return err
				}
				out, err := f.Result(background)
				if err == nil && len(out.Bytes()) != c.size {
					err = fmt.Errorf("%d bytes came back", len(out.Bytes()))
				}
				out.Release()
				return err
			})}
			sockets := []arm{side("socket", func() error {
				if _, err := socket.Write(in); err != nil {
					return err
				}
				_, err := io.ReadFull(socket, make([]byte, c.size))
				return err
			})}
			arenas := []arm{
				side("arena-futex", arenaTrip(b, "arena-futex", c.size, in)),
				side("arena-socket", arenaTrip(b, "arena-socket", c.size, in)),
			}
			groups := [][]arm{kept, sockets, inPlace, arenas}
			var arms []arm
			for _, g := range groups {
				arms = append(arms, g...)
			}
			times := interleave(b, trips, arms...)
			split := len(kept) + len(sockets)
			compareWithFastest(b, arms[:split], times[:split], len(kept), "socket")
			compareWithFastest(b, arms[split:], times[split:], len(inPlace), "arena")
			for i, a := range kept { // what it would be worth to read in place
				b.ReportMetric(median(paired(times[i], times[len(arms)-1], ratio)), a.name+"/arena")
			}
		})
	}
}
