package process

import (
	"os"
	"sync/atomic"
	"unsafe"

	"golang.org/x/sys/unix"
)

// A page is memory that a worker and its parent share. It survives a crash of the
// worker, so the parent knows what had been started, and what was answered but
// not sent. The worker writes; the parent reads when the worker is dead.
//
//	0     uint64  low half: task that was claimed last; high half: the tasks after
//	              that one and before this are taken back
//	8     uint64  bytes sent on the data channel
//	16    uint32  bytes held in the area
//	24    int64   resident memory before the first task, in bytes
//	32    int64   resident memory after some later task
//	40    uint32  task at whose start nothing was left in the pipe of stdout
//	44    uint32  likewise, of stderr
//	48    uint32  not 0 once the parent has read something from either
//	4096          the area: replies that follow the bytes sent
//
// The two halves of the first word are one decision of two: a task is claimed by
// the worker or taken back by the parent, never both. (With the halves in two
// words, or a start of the range that can be the same twice, a worker that looked
// before a take-back could claim after it.)
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
func (pg *page) long(offset int) *uint64 { return (*uint64)(unsafe.Pointer(&pg.mem[offset])) }

// claim notes that the task seq is about to run; false if it was taken back.
func (pg *page) claim(seq uint32) bool {
	for {
		old := atomic.LoadUint64(pg.long(0))
		claimed, end := uint32(old), uint32(old>>32)
		if seq-claimed < end-claimed {
			return false
		}
		if atomic.CompareAndSwapUint64(pg.long(0), old, uint64(seq+1)<<32|uint64(seq)) {
			return true
		}
	}
}

// takeBack takes back all tasks before end that have not been claimed and returns
// the one that was claimed last. end is the task after the last one sent, so that
// the worker cannot have passed it.
func (pg *page) takeBack(end uint32) (claimed uint32) {
	for {
		old := atomic.LoadUint64(pg.long(0))
		claimed := uint32(old)
		if atomic.CompareAndSwapUint64(pg.long(0), old, uint64(end)<<32|uint64(claimed)) {
			return claimed
		}
	}
}

// claimed is the task that was claimed last, 0 if none was.
func (pg *page) claimed() uint32 {
	if pg == nil {
		return 0
	}
	return uint32(atomic.LoadUint64(pg.long(0)))
}

func (pg *page) area() []byte { return pg.mem[pageArea:] }

func (pg *page) setHeld(n int) { atomic.StoreUint32(pg.word(16), uint32(n)) }

func (pg *page) setBaseline(n int64) { atomic.StoreUint64(pg.long(24), uint64(n)) }
func (pg *page) setResident(n int64) { atomic.StoreUint64(pg.long(32), uint64(n)) }

// growth is by how much the memory had grown when it was measured last.
func (pg *page) growth() int64 {
	now := int64(atomic.LoadUint64(pg.long(32)))
	if now == 0 {
		return 0
	}
	return now - int64(atomic.LoadUint64(pg.long(24)))
}

// clean is the last task at whose start the pipe of a stream was seen empty.
func (pg *page) clean(stream int) uint32 {
	if pg == nil {
		return 0
	}
	return atomic.LoadUint32(pg.word(40 + 4*stream))
}

func (pg *page) setClean(stream int, seq uint32) { atomic.StoreUint32(pg.word(40+4*stream), seq) }

// prints reports whether the worker has ever printed anything.
func (pg *page) prints() bool { return atomic.LoadUint32(pg.word(48)) != 0 }

func (pg *page) setPrints() {
	if pg != nil && !pg.prints() {
		atomic.StoreUint32(pg.word(48), 1)
	}
}

func (pg *page) addSent(n int) { atomic.AddUint64(pg.long(8), uint64(n)) }

// unsent is a copy of the bytes that follow the first received bytes of the data
// channel, nil if there are none. The worker is not believed: a task may have
// written over the page.
func (pg *page) unsent(received uint64) []byte {
	held := uint64(atomic.LoadUint32(pg.word(16)))
	skip := received - atomic.LoadUint64(pg.long(8))
	if held > uint64(len(pg.area())) || skip >= held {
		return nil
	}
	return append([]byte(nil), pg.area()[skip:held]...)
}

func (pg *page) close() { unix.Munmap(pg.mem) }
