package process

import (
	"fmt"
	"hash/fnv"
	"os"
	"runtime"
	"runtime/debug"
	"strconv"
	"strings"
	"sync"
)

const (
	// envWorker marks a worker; its value is a ticket. The worker removes it, so
	// that what a task starts is no worker.
	envWorker = "POOLBENCH_PROCESS_WORKER"
	// envDepth stays: pools are refused in a worker and in all it starts.
	envDepth = "POOLBENCH_PROCESS_DEPTH"

	protocolVersion = 5

	// maxHello bounds the first frame of a worker, which may not be one.
	maxHello = 4 << 10
)

// A ticket is what the parent tells a worker through the environment.
type ticket struct {
	version    int
	parent     int // process id
	nonce      string
	gomaxprocs int
	maxMessage int
	page       bool   // a shared page is behind descriptor 5
	memory     int64  // limit in bytes, 0 if none
	rlimit     bool   // the worker enforces it itself
	shared     int    // descriptor of the shared objects, 0 if none
	watch      bool   // memory is to be measured after tasks
	trace      bool   // replies carry the times of the task
	init       string // name of the initialiser, "" if none
}

func (t ticket) String() string {
	return fmt.Sprintf("%d:%d:%s:%d:%d:%t:%d:%t:%d:%t:%t:%q", t.version, t.parent, t.nonce, t.gomaxprocs, t.maxMessage,
		t.page, t.memory, t.rlimit, t.shared, t.watch, t.trace, t.init)
}

func parseTicket(s string) (t ticket, err error) {
	parts := strings.SplitN(s, ":", 12)
	if len(parts) != 12 {
		return t, fmt.Errorf("process: %s=%q is not a ticket", envWorker, s)
	}
	t.memory, err = strconv.ParseInt(parts[6], 10, 64)
	if err == nil {
		t.init, err = strconv.Unquote(parts[11])
	}
	if err != nil {
		return t, fmt.Errorf("process: %s=%q is not a ticket: %w", envWorker, s, err)
	}
	t.nonce = parts[2]
	for i, v := range map[int]*bool{5: &t.page, 7: &t.rlimit, 9: &t.watch, 10: &t.trace} {
		*v = parts[i] == "true"
	}
	for i, v := range map[int]*int{0: &t.version, 1: &t.parent, 3: &t.gomaxprocs, 4: &t.maxMessage, 8: &t.shared} {
		if *v, err = strconv.Atoi(parts[i]); err != nil {
			return t, fmt.Errorf("process: %s=%q is not a ticket: %w", envWorker, s, err)
		}
	}
	return t, nil
}

// hello is the payload of a worker's first frame, and what the parent expects.
func hello(nonce string) string {
	return fmt.Sprintf("poolbench worker %d %s %s", protocolVersion, nonce, buildID())
}

// buildID tells two builds of a program apart.
var buildID = sync.OnceValue(func() string {
	h := fnv.New64a()
	fmt.Fprintln(h, runtime.Version(), runtime.GOARCH)
	if info, ok := debug.ReadBuildInfo(); ok {
		fmt.Fprintln(h, info)
	}
	if path, err := executable(); err == nil {
		if st, err := os.Stat(path); err == nil {
			fmt.Fprintln(h, st.Size(), st.ModTime().UnixNano())
		}
	}
	return strconv.FormatUint(h.Sum64(), 16)
})

// nested reports whether this process is a worker or was started by one.
func nested() bool {
	_, depth := os.LookupEnv(envDepth)
	return depth
}
