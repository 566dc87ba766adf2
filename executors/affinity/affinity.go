// Package affinity tells which CPUs may be used and ties threads to them. Only Linux
// does that; elsewhere every function says so, or does nothing.
package affinity

import "errors"

// ErrUnsupported is the error of Allowed and Pin on systems other than Linux.
var ErrUnsupported = errors.New("threads can be pinned to CPUs on Linux only")

// A Stint is what a thread did since it was started, in ns.
type Stint struct {
	Ran    float64 // on a CPU
	Waited float64 // ready to run, behind others or stopped by a quota
}

// PinNth ties the calling thread to the index-th of the CPUs that it may use, counted
// from 0, round and round. The caller locks its goroutine to the thread.
func PinNth(index int) error {
	cpus, err := Allowed()
	if err != nil {
		return err
	}
	return Pin(cpus[index%len(cpus)])
}
