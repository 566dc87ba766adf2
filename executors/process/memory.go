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

// Ways to enforce Options.MemoryLimit, see Pool.MemoryLimiter.
const (
	byCgroup  = "cgroup"
	byRlimit  = "rlimit"
	byNothing = "none"
)

// MemoryLimiter is what enforces Options.MemoryLimit on this machine: "cgroup" (the
// kernel ends a worker that exceeds it, with all it has started), "rlimit" (the
// kernel refuses memory to a process that exceeds it, and the Go runtime ends it),
// or "none" (garbage collectors work against it). Without a limit it is "none".
func (p *Pool) MemoryLimiter() string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.limiter
}

// limitMemory makes the group of a worker that is about to be started, if that is
// how its memory is limited, and reports whether it has to set a limit itself.
func (p *Pool) limitMemory(w *worker) (rlimit bool) {
	limiter := p.MemoryLimiter()
	if limiter == byCgroup {
		w.group = newMemoryGroup(groupBase(), p.opts.MemoryLimit)
	}
	return w.group == nil && limiter != byNothing
}

// giveUpCgroups is called when a process could not be started in its cgroup.
func (p *Pool) giveUpCgroups() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.limiter = byRlimit
}

// chooseLimiter finds out how MemoryLimit is enforced, and complains if it is not.
func (p *Pool) chooseLimiter() {
	p.limiter = byNothing
	if p.opts.MemoryLimit == 0 {
		return
	}
	if p.limiter = memoryLimiter(); p.limiter == byNothing {
		p.log().Warn("process: the memory limit of worker processes is not enforced on this machine; their garbage collectors work against it", "limit", p.opts.MemoryLimit)
	}
}

// exceededMemory reports whether a worker with a memory limit has ended because of
// it: the cgroup counted a kill, or its last words are those of a Go runtime that
// was refused memory.
func (w *worker) exceededMemory(e *executors.WorkerLostError) bool {
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
