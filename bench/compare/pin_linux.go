package compare

import (
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"golang.org/x/sys/unix"
)

// allowedCPUs are the CPUs that this process may use.
func allowedCPUs() []int {
	var set unix.CPUSet
	if unix.SchedGetaffinity(0, &set) != nil {
		return nil
	}
	var cpus []int
	for cpu := 0; len(cpus) < set.Count(); cpu++ {
		if set.IsSet(cpu) {
			cpus = append(cpus, cpu)
		}
	}
	return cpus
}

func (s *stepped) pin(cpu int) {
	if cpu < 0 && !s.pinned {
		return
	}
	s.pinned = cpu >= 0
	var set unix.CPUSet
	if cpu >= 0 {
		set.Set(cpu)
	} else {
		for _, c := range allowedCPUs() {
			set.Set(c)
		}
	}
	// Twice, for threads that are started meanwhile. What cannot be pinned is
	// measured as it is.
	for range 2 {
		for _, id := range threads(s.process.cmd.Process.Pid) {
			_ = unix.SchedSetaffinity(id, &set)
		}
	}
}

func (s *stepped) ran() map[int]float64 {
	ran := map[int]float64{}
	pid := s.process.cmd.Process.Pid
	for _, id := range threads(pid) {
		text, err := os.ReadFile(fmt.Sprintf("/proc/%d/task/%d/schedstat", pid, id))
		ns, _, _ := strings.Cut(string(text), " ")
		if v, bad := strconv.ParseFloat(ns, 64); err == nil && bad == nil {
			ran[id] = v
		}
	}
	return ran
}

// threads are the ids of the threads of a process.
func threads(pid int) []int {
	paths, _ := filepath.Glob(fmt.Sprintf("/proc/%d/task/[0-9]*", pid))
	var ids []int
	for _, path := range paths {
		if id, err := strconv.Atoi(filepath.Base(path)); err == nil {
			ids = append(ids, id)
		}
	}
	return ids
}
