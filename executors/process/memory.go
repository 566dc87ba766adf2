package process

import (
	"fmt"
	"strconv"
	"strings"

	"poolbench/executors"
)

// A MemoryLimitError is the error of a task whose worker ended because it needed
// more memory than Options.MemoryLimit allows.
type MemoryLimitError struct {
	Limit int64 // bytes
	Lost  *executors.WorkerLostError
}

func (e *MemoryLimitError) Error() string {
	return fmt.Sprintf("process: memory limit of %d bytes exceeded: %v", e.Limit, e.Lost)
}

// Unwrap gives the *executors.WorkerLostError.
func (e *MemoryLimitError) Unwrap() error { return e.Lost }

// exceededMemory reports whether a worker with a memory limit has ended because of
// it: the cgroup counted a kill, or its last words are those of a Go runtime that
// was refused memory.
func (w *member) exceededMemory(e *executors.WorkerLostError) bool {
	if w.group != nil {
		return w.group.exceeded()
	}
	return e.ExitCode == 2 && (ranOutOfMemory(e.Stderr) || crashedWithoutMemory(e.Stderr))
}

// ranOutOfMemory recognises the last words of a Go runtime that was refused memory.
func ranOutOfMemory(stderr string) bool {
	for line := range strings.Lines(stderr) {
		if strings.HasPrefix(line, "fatal error: ") && (strings.Contains(line, "out of memory") || strings.Contains(line, "cannot allocate memory")) {
			return true
		}
	}
	return false
}

// nearNull is where a runtime reads that takes the null it got for memory.
const nearNull = 1 << 20

// crashedWithoutMemory recognises a Go runtime that was refused memory and did not
// notice: it crashes near address 0, on a system stack, in code of its own. (In Go
// 1.26 newSpanSPMC of the garbage collector does not look at what sysAlloc returns.)
// Nothing else is known to do that, short of a task that writes over memory of the
// runtime.
func crashedWithoutMemory(stderr string) bool {
	_, report, ok := strings.Cut("\n"+stderr, "\nSIGSEGV: segmentation violation\n")
	if !ok {
		return false
	}
	where, rest, _ := strings.Cut(report, "\n")
	_, addr, _ := strings.Cut(where, " addr=0x")
	at, err := strconv.ParseUint(strings.TrimSpace(addr), 16, 64)
	if err != nil || at > nearNull {
		return false
	}
	stack, ok := strings.CutPrefix(strings.TrimLeft(rest, "\n"), "goroutine 0 ")
	_, frame, _ := strings.Cut(stack, "\n")
	return ok && strings.HasPrefix(frame, "runtime.")
}
