package process

import (
	"bytes"
	"fmt"
	"runtime"
	"runtime/pprof"
	"runtime/trace"
	"sync"
)

// A ProfileKind is what a process can record of itself.
type ProfileKind string

const (
	ProfileCPU   ProfileKind = "cpu"
	ProfileHeap  ProfileKind = "heap"
	ProfileMutex ProfileKind = "mutex"
	ProfileBlock ProfileKind = "block"
	ProfileTrace ProfileKind = "trace" // an execution trace
)

// blockRate is from which time on waiting is in the profile for sure, in ns: that of
// shorter waits is counted by chance, and right in the mean.
const blockRate = 1000

// self is the profile of this process that is under way. The runtime has one of a kind.
var self struct {
	sync.Mutex
	text     bytes.Buffer
	under    ProfileKind // "" for none
	fraction int         // of mutex events, before
}

// BeginProfile begins to record this process. Of kinds that the runtime only counts up
// (heap, mutex, block) it gives what they are now, to be subtracted from what EndProfile
// gives, all in the format of pprof. One is recorded at a time.
func BeginProfile(kind ProfileKind) (before []byte, err error) {
	self.Lock()
	defer self.Unlock()
	if self.under != "" {
		return nil, fmt.Errorf("process: a profile of %s is recorded already, and only one is at a time", self.under)
	}
	self.text.Reset()
	switch kind {
	case ProfileCPU:
		err = pprof.StartCPUProfile(&self.text)
	case ProfileTrace:
		err = trace.Start(&self.text)
	case ProfileHeap:
	case ProfileMutex:
		self.fraction = runtime.SetMutexProfileFraction(1)
	case ProfileBlock:
		runtime.SetBlockProfileRate(blockRate)
	default:
		err = fmt.Errorf("process: there is no profile %q", kind)
	}
	if err != nil {
		return nil, err
	}
	self.under = kind
	return totals(kind)
}

// EndProfile gives what was recorded of this process since BeginProfile, or is counted up.
func EndProfile(kind ProfileKind) ([]byte, error) {
	self.Lock()
	defer self.Unlock()
	if self.under != kind || kind == "" {
		return nil, fmt.Errorf("process: no profile of %q was begun", kind)
	}
	self.under = ""
	switch kind {
	case ProfileCPU:
		pprof.StopCPUProfile()
		return bytes.Clone(self.text.Bytes()), nil
	case ProfileTrace:
		trace.Stop()
		return bytes.Clone(self.text.Bytes()), nil
	case ProfileMutex:
		runtime.SetMutexProfileFraction(self.fraction)
	case ProfileBlock:
		runtime.SetBlockProfileRate(0)
	}
	return totals(kind)
}

// totals are the counts of a kind so far; nil of one that the runtime does not count up.
func totals(kind ProfileKind) ([]byte, error) {
	name := string(kind)
	switch kind {
	case ProfileCPU, ProfileTrace:
		return nil, nil
	case ProfileHeap:
		name = "allocs"
		runtime.GC() // the profile is as of the collection before the last
		runtime.GC()
	}
	var text bytes.Buffer
	err := pprof.Lookup(name).WriteTo(&text, 0)
	return text.Bytes(), err
}
