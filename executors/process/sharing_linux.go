package process

import (
	"os"
	"sync/atomic"
	"time"
	"unsafe"

	"golang.org/x/sys/unix"
)

const (
	futexWait = 0 // FUTEX_WAIT, not private: the word is in memory that processes share
	futexWake = 1 // FUTEX_WAKE
)

// sleepOn waits until the word is no longer 1, a wake comes or the time is over; 0 is no
// time limit. It may return early. woken tells that somebody ended the sleep.
func sleepOn(word *uint32, most time.Duration) (woken bool) {
	var limit *unix.Timespec
	if most > 0 {
		ts := unix.NsecToTimespec(most.Nanoseconds())
		limit = &ts
	}
	_, _, errno := unix.Syscall6(unix.SYS_FUTEX, uintptr(unsafe.Pointer(word)), futexWait, 1, uintptr(unsafe.Pointer(limit)), 0, 0)
	return errno == 0
}

// wakeOne wakes who has announced in the word that it sleeps, once, and reports whether
// somebody had.
func wakeOne(word *uint32) bool {
	if atomic.LoadUint32(word) != 1 || !atomic.CompareAndSwapUint32(word, 1, 0) {
		return false
	}
	wakeAny(word)
	return true
}

// wakeAny wakes one who sleeps on the word, if somebody does.
func wakeAny(word *uint32) {
	unix.Syscall6(unix.SYS_FUTEX, uintptr(unsafe.Pointer(word)), futexWake, 1, 0, 0, 0)
}

// sealedFile is memory of so many bytes.
func sealedFile(size int64) (*os.File, error) {
	fd, err := unix.MemfdCreate("poolbench", unix.MFD_CLOEXEC|unix.MFD_ALLOW_SEALING)
	if err != nil {
		return nil, os.NewSyscallError("memfd_create", err)
	}
	f := os.NewFile(uintptr(fd), "memory")
	if err = f.Truncate(size); err == nil {
		_, err = unix.FcntlInt(uintptr(fd), unix.F_ADD_SEALS, unix.F_SEAL_SHRINK|unix.F_SEAL_GROW|unix.F_SEAL_SEAL)
	}
	if err != nil {
		f.Close()
		return nil, os.NewSyscallError("memfd", err)
	}
	return f, nil
}
