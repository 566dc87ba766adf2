package process

import (
	"os"
	"sync/atomic"
	"syscall"
	"unsafe"

	"golang.org/x/sys/unix"
)

// selfExe stays the running program when its file is replaced or deleted.
const selfExe = "/proc/self/exe"

func cloexecSocketpair() ([2]int, error) {
	return syscall.Socketpair(syscall.AF_UNIX, syscall.SOCK_STREAM|syscall.SOCK_CLOEXEC, 0)
}

// waitReadable waits until the process has ended, without reaping it and without
// holding a thread, which Process.Wait does. It returns false at once where the
// kernel has no process handles.
func waitReadable(proc *os.Process) bool {
	fd := -1
	err := proc.WithHandle(func(h uintptr) {
		if dup, err := unix.FcntlInt(h, unix.F_DUPFD_CLOEXEC, 0); err == nil {
			fd = dup
		}
	})
	if err != nil || fd < 0 {
		return false
	}
	if err := unix.SetNonblock(fd, true); err != nil {
		unix.Close(fd)
		return false
	}
	f := os.NewFile(uintptr(fd), "pidfd")
	defer f.Close()
	raw, err := f.SyscallConn()
	if err == nil {
		err = raw.Read(func(fd uintptr) bool {
			ready, err := unix.Poll([]unix.PollFd{{Fd: int32(fd), Events: unix.POLLIN}}, 0)
			return err == nil && ready > 0
		})
	}
	if err != nil {
		unix.SetNonblock(fd, false) // for Wait, which uses the same description
	}
	return err == nil
}

// A page is memory that a worker and its parent share. It survives a crash of the
// worker, so the parent knows what had been started, and what was answered but
// not sent. The worker writes; the parent reads when the worker is dead.
//
//	0     uint32  task that was started last
//	4     uint32  bytes held in the area
//	8     uint64  bytes sent on the data channel
//	4096          the area: replies that follow the bytes sent
type page struct{ mem []byte }

const (
	pageArea = 4096
	pageSize = pageArea + 32<<10
)

// newPage returns nil if memory cannot be shared; the file is for the worker.
func newPage() (*page, *os.File) {
	fd, err := unix.MemfdCreate("poolbench", unix.MFD_CLOEXEC|unix.MFD_ALLOW_SEALING)
	if err != nil {
		return nil, nil
	}
	f := os.NewFile(uintptr(fd), "page")
	if f.Truncate(pageSize) == nil {
		// Sealed, so that no task can shrink it under the parent's feet.
		_, err = unix.FcntlInt(uintptr(fd), unix.F_ADD_SEALS, unix.F_SEAL_SHRINK|unix.F_SEAL_GROW|unix.F_SEAL_SEAL)
		if pg, mapErr := openPage(fd); err == nil && mapErr == nil {
			return pg, f
		}
	}
	f.Close()
	return nil, nil
}

func openPage(fd int) (*page, error) {
	mem, err := unix.Mmap(fd, 0, pageSize, unix.PROT_READ|unix.PROT_WRITE, unix.MAP_SHARED)
	if err != nil {
		return nil, os.NewSyscallError("mmap", err)
	}
	return &page{mem}, nil
}

func (pg *page) word(offset int) *uint32 { return (*uint32)(unsafe.Pointer(&pg.mem[offset])) }

func (pg *page) sent() *uint64 { return (*uint64)(unsafe.Pointer(&pg.mem[8])) }

// start notes that the task seq is about to run.
func (pg *page) start(seq uint32) { atomic.StoreUint32(pg.word(0), seq) }

// started is the task that was started last, 0 if none was.
func (pg *page) started() uint32 { return atomic.LoadUint32(pg.word(0)) }

func (pg *page) area() []byte { return pg.mem[pageArea:] }

func (pg *page) setHeld(n int) { atomic.StoreUint32(pg.word(4), uint32(n)) }

func (pg *page) addSent(n int) { atomic.AddUint64(pg.sent(), uint64(n)) }

// unsent is a copy of the bytes that follow the first received bytes of the data
// channel, nil if there are none. The worker is not believed: a task may have
// written over the page.
func (pg *page) unsent(received uint64) []byte {
	held := uint64(atomic.LoadUint32(pg.word(4)))
	skip := received - atomic.LoadUint64(pg.sent())
	if held > uint64(len(pg.area())) || skip >= held {
		return nil
	}
	return append([]byte(nil), pg.area()[skip:held]...)
}

func (pg *page) close() { unix.Munmap(pg.mem) }
