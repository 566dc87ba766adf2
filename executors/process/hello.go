package process

import (
	"fmt"
	"hash/fnv"
	"os"
	"runtime"
	"runtime/debug"
	"strconv"
	"sync"
)

const (
	// envWorker marks a worker; its value is a ticket. The worker removes it, so
	// that what a task starts is no worker.
	envWorker = "POOLBENCH_PROCESS_WORKER"
	// envDepth stays: pools are refused in a worker and in all it starts.
	envDepth = "POOLBENCH_PROCESS_DEPTH"

	protocolVersion = 6

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

const ticketFormat = "%d %d %q %d %d %t %d %t %d %t %t %q"

func (t ticket) String() string {
	return fmt.Sprintf(ticketFormat, t.version, t.parent, t.nonce, t.gomaxprocs, t.maxMessage,
		t.page, t.memory, t.rlimit, t.shared, t.watch, t.trace, t.init)
}

func parseTicket(s string) (t ticket, err error) {
	_, err = fmt.Sscanf(s, ticketFormat, &t.version, &t.parent, &t.nonce, &t.gomaxprocs, &t.maxMessage,
		&t.page, &t.memory, &t.rlimit, &t.shared, &t.watch, &t.trace, &t.init)
	if err != nil {
		err = fmt.Errorf("process: %s=%q is not a ticket: %w", envWorker, s, err)
	}
	return t, err
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
