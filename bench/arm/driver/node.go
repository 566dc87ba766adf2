package driver

import (
	_ "embed"
	"path/filepath"
	"time"

	"poolbench/workloads"
)

//go:embed node.js
var nodeText string

// Node is Node.js, with its worker threads. The standard library has no pool of them: the
// driver gives each thread that is free the next tasks.
var Node = &Language{
	Name:     "node",
	Doc:      "worker threads of Node.js",
	Programs: []string{"node", "nodejs"},
	Executors: []Executor{
		{Name: "node-serial", Doc: "a plain loop in Node.js: the baseline of the others"},
		{Name: "node-threads", Doc: "worker_threads, each given the next tasks when it is free", Chunks: true},
	},
	Workloads: []Workload{
		{Name: "spin", Doc: "a chain of integer operations", Resource: workloads.CPU, Kernel: true, Units: 10_000, Grains: []time.Duration{
			time.Microsecond, 4 * time.Microsecond, 16 * time.Microsecond, 64 * time.Microsecond, 256 * time.Microsecond, 1024 * time.Microsecond}},
		{Name: "montecarlo", Doc: "pi from random points", Resource: workloads.CPU, Kernel: true, Units: 4000, Grains: []time.Duration{time.Millisecond}},
		{Name: "sleep", Doc: "waits for the grain in each task", Resource: workloads.Wait, Grains: []time.Duration{10 * time.Millisecond}},
		{Name: "tiny", Doc: "nothing but the payload there and back", Resource: workloads.CPU, Grains: []time.Duration{0}, Payloads: []int{0, 4096}},
		{Name: "hash", Doc: "SHA-256 of large buffers", Resource: workloads.CPU, Kernel: true, Units: 256, Grains: []time.Duration{time.Millisecond}},
		{Name: "file", Doc: "small reads of a file", Resource: workloads.Mixed, Grains: []time.Duration{0}},
	},
	File:    "poolbench_node.js",
	Text:    nodeText,
	Command: func(dir string) (args, env []string) { return []string{filepath.Join(dir, "poolbench_node.js")}, nil },
}
