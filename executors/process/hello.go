package process

import (
	"flag"
	"fmt"
	"os"
	"strings"
	"time"

	"poolbench/executors/remote"
)

const (
	// envWorker marks a worker; its value is a ticket. The worker removes it, so
	// that what a task starts is no worker.
	envWorker = "POOLBENCH_PROCESS_WORKER"
	// envDepth stays: pools are refused in a worker and in all it starts.
	envDepth = "POOLBENCH_PROCESS_DEPTH"

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
	memory     bool   // a segment is behind descriptor 5, a bell behind 6, the lifeline behind 7
	key        uint64 // of the segment
	limit      int64  // of memory in bytes, 0 if none
	rlimit     bool   // the worker enforces it itself
	shared     int    // descriptor of the shared objects, 0 if none
	watch      bool   // memory is to be measured after tasks
	lateness   time.Duration
	init       string // name of the initialiser, "" if none
}

const ticketFormat = "%d %d %q %d %d %t %d %d %t %d %t %d %q"

func (t ticket) String() string {
	return fmt.Sprintf(ticketFormat, t.version, t.parent, t.nonce, t.gomaxprocs, t.maxMessage,
		t.memory, t.key, t.limit, t.rlimit, t.shared, t.watch, t.lateness, t.init)
}

func parseTicket(s string) (t ticket, err error) {
	_, err = fmt.Sscanf(s, ticketFormat, &t.version, &t.parent, &t.nonce, &t.gomaxprocs, &t.maxMessage,
		&t.memory, &t.key, &t.limit, &t.rlimit, &t.shared, &t.watch, &t.lateness, &t.init)
	if err != nil {
		err = fmt.Errorf("process: %s=%q is not a ticket: %w", envWorker, s, err)
	}
	return t, err
}

// hello is the payload of a worker's first message, and what the parent expects. On Linux
// a worker is started from the file that this process runs, whatever has become of its name.
func hello(nonce string) string {
	path := ""
	if selfExe == "" {
		path, _ = executable()
	}
	return remote.HelloOf(nonce, remote.BuildID(path))
}

// nested reports whether this process is a worker or was started by one.
func nested() bool {
	_, depth := os.LookupEnv(envDepth)
	return depth
}

// exitNoWorker is the exit code of a process that was told to be a worker and
// cannot be one.
const exitNoWorker = 125

// executable is the file to start workers from.
func executable() (string, error) {
	if selfExe != "" {
		return selfExe, nil
	}
	return os.Executable()
}

// arguments are those of a worker. A worker never looks at them; but a program
// that does not call WorkerMain would, and a test binary that runs its tests in
// each worker is a fork bomb in the making.
func arguments() []string {
	args := []string{os.Args[0]}
	if flag.Lookup("test.run") != nil {
		args = append(args, "-test.run=^$")
	}
	return args
}

// environment is that of a worker. A program built with the race detector sleeps
// for a second before it exits, to let other threads report; a worker that is
// told to exit has none, and every Shutdown would take that second.
func environment(t ticket) []string {
	var race strings.Builder
	race.WriteString("atexit_sleep_ms=0")
	var env []string
	for _, kv := range os.Environ() {
		switch key, value, _ := strings.Cut(kv, "="); key {
		case envWorker, envDepth:
		case "GORACE":
			race.WriteString(" " + value) // the last setting counts
		default:
			env = append(env, kv)
		}
	}
	return append(env, envWorker+"="+t.String(), envDepth+"=1", "GORACE="+race.String())
}
