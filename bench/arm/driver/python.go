package driver

import (
	_ "embed"
	"os"
	"time"

	"poolbench/workloads"
)

//go:embed python.py
var pythonText string

// Python is CPython, and what else runs its programs, with its own pools.
var Python = &Language{
	Name:     "python",
	Doc:      "pools of Python's concurrent.futures",
	Programs: []string{"python3", "python"},
	Beside:   []string{"python3t", "python3.15t", "python3.14t", "python3.13t"}, // built to go without the lock
	Executors: []Executor{
		{Name: "python-serial", Doc: "a plain loop in Python: the baseline of the others"},
		{Name: "python-threads", Doc: "ThreadPoolExecutor", Chunks: true},
		{Name: "python-processes", Doc: "ProcessPoolExecutor", Chunks: true, Starts: []string{"forkserver", "fork", "spawn"}},
		{Name: "python-interpreters", Doc: "InterpreterPoolExecutor", Chunks: true},
		{Name: "python-asyncio", Doc: "coroutines of one event loop, for work that waits"},
	},
	Workloads: []Workload{
		{Name: "spin", Doc: "a chain of integer operations, which holds the lock", Resource: workloads.CPU, Kernel: true, Units: 10_000, Grains: []time.Duration{
			time.Microsecond, 4 * time.Microsecond, 16 * time.Microsecond, 64 * time.Microsecond, 256 * time.Microsecond, 1024 * time.Microsecond, 4096 * time.Microsecond}},
		{Name: "montecarlo", Doc: "pi from random points, which holds the lock", Resource: workloads.CPU, Kernel: true, Units: 4000, Grains: []time.Duration{time.Millisecond}},
		{Name: "sleep", Doc: "waits for the grain in each task", Resource: workloads.Wait, Grains: []time.Duration{10 * time.Millisecond}},
		{Name: "tiny", Doc: "nothing but the payload there and back", Resource: workloads.CPU, Grains: []time.Duration{0}, Payloads: []int{0, 4096}},
		{Name: "hash", Doc: "SHA-256 of large buffers, which gives up the lock", Resource: workloads.CPU, Kernel: true, Units: 256, Grains: []time.Duration{time.Millisecond}},
		{Name: "file", Doc: "small reads of a file", Resource: workloads.Mixed, Grains: []time.Duration{0}},
		{Name: "sqlquery", Doc: "sqlite3 while crunching what it found before; Python's own", Resource: workloads.Mixed, Kernel: true, Grains: []time.Duration{time.Millisecond}},
	},
	File: "poolbench_python.py",
	Text: pythonText,
	Command: func(dir string) (args, env []string) {
		path := dir
		if theirs := os.Getenv("PYTHONPATH"); theirs != "" {
			path += string(os.PathListSeparator) + theirs
		}
		return []string{"-c", "import poolbench_python; poolbench_python.main()"}, []string{"PYTHONPATH=" + path}
	},
	Functions: true,
}
