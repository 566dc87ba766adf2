package pass

import (
	"encoding/binary"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"unsafe"

	"golang.org/x/sys/unix"

	"poolbench/bench/record"
)

// A perf counts hardware events of all threads of this process and of worker processes,
// outside of the kernel, from open on. Threads that are started later count with the thread
// that started them.
type perf struct {
	events []hardwareEvent
}

type hardwareEvent struct {
	unit string
	fds  []int
}

var hardware = []struct {
	unit   string
	config uint64
}{
	{record.UnitInstructions, unix.PERF_COUNT_HW_INSTRUCTIONS},
	{record.UnitCycles, unix.PERF_COUNT_HW_CPU_CYCLES},
	{record.UnitCacheMisses, unix.PERF_COUNT_HW_CACHE_MISSES},
}

// open begins to count. An error says why nothing is counted.
func (p *perf) open(pids []int) error {
	for _, h := range hardware {
		e := hardwareEvent{unit: h.unit}
		p.events = append(p.events, e)
		for _, pid := range append([]int{os.Getpid()}, pids...) {
			tasks, _ := filepath.Glob(fmt.Sprintf("/proc/%d/task/*", pid))
			for _, task := range tasks {
				tid, _ := strconv.Atoi(filepath.Base(task))
				attr := unix.PerfEventAttr{Type: unix.PERF_TYPE_HARDWARE, Config: h.config, Size: uint32(unsafe.Sizeof(unix.PerfEventAttr{})),
					Bits: unix.PerfBitExcludeKernel | unix.PerfBitExcludeHv | unix.PerfBitInherit}
				fd, err := unix.PerfEventOpen(&attr, tid, -1, -1, unix.PERF_FLAG_FD_CLOEXEC)
				switch {
				case errors.Is(err, unix.ESRCH): // the thread has ended
					continue
				case err != nil:
					p.close()
					return why(err)
				}
				last := &p.events[len(p.events)-1]
				last.fds = append(last.fds, fd)
			}
		}
	}
	return nil
}

// why says what an error of perf_event_open means.
func why(err error) error {
	switch {
	case errors.Is(err, unix.EACCES), errors.Is(err, unix.EPERM):
		return fmt.Errorf("the kernel does not allow it (%v; kernel.perf_event_paranoid, or the rules of a container)", err)
	case errors.Is(err, unix.ENOENT), errors.Is(err, unix.EOPNOTSUPP), errors.Is(err, unix.ENODEV):
		return fmt.Errorf("this machine shows no hardware counters (%v), as most virtual ones", err)
	case errors.Is(err, unix.ENOSYS):
		return fmt.Errorf("this kernel has no perf events (%v)", err)
	}
	return err
}

// read adds what was counted for each of n slices.
func (p *perf) read(values map[string]float64, n int) {
	for _, e := range p.events {
		total := 0.0
		for _, fd := range e.fds {
			var b [8]byte
			if k, err := unix.Read(fd, b[:]); err == nil && k == len(b) {
				total += float64(binary.NativeEndian.Uint64(b[:]))
			}
		}
		if total > 0 {
			values[e.unit] = total / float64(n)
		}
	}
}

func (p *perf) close() {
	for _, e := range p.events {
		for _, fd := range e.fds {
			unix.Close(fd)
		}
	}
	p.events = nil
}
