package affinity

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"golang.org/x/sys/unix"
)

// Allowed are the CPUs that the calling thread may use, at least one, in ascending
// order.
func Allowed() ([]int, error) {
	var set unix.CPUSet
	if err := unix.SchedGetaffinity(0, &set); err != nil {
		return nil, fmt.Errorf("reading the CPU affinity: %w", err)
	}
	var cpus []int
	for cpu := 0; len(cpus) < set.Count(); cpu++ {
		if set.IsSet(cpu) {
			cpus = append(cpus, cpu)
		}
	}
	if len(cpus) == 0 {
		return nil, errors.New("reading the CPU affinity: the system names no CPU")
	}
	return cpus, nil
}

// Pin ties the calling thread to one CPU. The caller locks its goroutine to the
// thread.
func Pin(cpu int) error {
	if err := setThread(0, []int{cpu}); err != nil {
		return fmt.Errorf("pinning a thread to CPU %d: %w", cpu, err)
	}
	return nil
}

// SetProcess lets all threads of a process, and those to come, run on these CPUs
// only. What cannot be moved stays where it is.
func SetProcess(pid int, cpus []int) {
	for range 2 { // for threads that are started meanwhile
		for _, id := range threads(pid) {
			_ = setThread(id, cpus)
		}
	}
}

func setThread(id int, cpus []int) error {
	var set unix.CPUSet
	for _, cpu := range cpus {
		if cpu < 0 {
			return unix.EINVAL
		}
		set.Set(cpu)
	}
	return unix.SchedSetaffinity(id, &set)
}

// Stints are those of the threads of a process that live, by thread id; nil when the system
// does not tell.
func Stints(pid int) map[int]Stint {
	var stints map[int]Stint
	for _, id := range threads(pid) {
		text, err := os.ReadFile(fmt.Sprintf("/proc/%d/task/%d/schedstat", pid, id))
		if err != nil {
			continue
		}
		var s Stint
		if s, err = parseStint(string(text)); err == nil {
			if stints == nil {
				stints = map[int]Stint{}
			}
			stints[id] = s
		}
	}
	return stints
}

// parseStint reads /proc/PID/schedstat: the time on a CPU, the time in its queue, and the
// number of turns.
func parseStint(text string) (s Stint, err error) {
	fields := strings.Fields(text)
	if len(fields) < 2 {
		return s, fmt.Errorf("two times are expected, not %q", text)
	}
	for i, to := range []*float64{&s.Ran, &s.Waited} {
		if *to, err = strconv.ParseFloat(fields[i], 64); err != nil {
			return s, err
		}
	}
	return s, nil
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
