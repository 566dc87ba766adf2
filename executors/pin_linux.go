package executors

import (
	"fmt"

	"golang.org/x/sys/unix"
)

// canPin reports whether threads of this process may run on all of cpus.
func canPin(cpus []int) error {
	var allowed unix.CPUSet
	if err := unix.SchedGetaffinity(0, &allowed); err != nil {
		return fmt.Errorf("executors: reading the CPU affinity: %w", err)
	}
	for _, cpu := range cpus {
		if cpu < 0 || !allowed.IsSet(cpu) {
			return fmt.Errorf("executors: this process may not use CPU %d", cpu)
		}
	}
	return nil
}

// pinThread ties the calling thread to one CPU.
func pinThread(cpu int) error {
	var set unix.CPUSet
	set.Set(cpu)
	if err := unix.SchedSetaffinity(0, &set); err != nil {
		return fmt.Errorf("executors: pinning a worker to CPU %d: %w", cpu, err)
	}
	return nil
}
