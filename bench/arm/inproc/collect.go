package inproc

import (
	"runtime"
	"runtime/metrics"
)

// collect collects garbage before a slice if one more slice could set it off, so
// that an arm does not pay for what earlier ones left: when the heap has grown
// past half of the size at which the runtime collects. Collecting before every
// slice makes a standard block take 2.1 s instead of 1.4 s on 2 cores: a third
// fewer blocks in the same budget.
func collect() {
	sample := []metrics.Sample{{Name: "/memory/classes/heap/objects:bytes"}, {Name: "/gc/heap/goal:bytes"}}
	metrics.Read(sample)
	for _, s := range sample {
		if s.Value.Kind() != metrics.KindUint64 {
			runtime.GC() // a Go version that does not tell
			return
		}
	}
	if sample[0].Value.Uint64() > sample[1].Value.Uint64()/2 {
		runtime.GC()
	}
}
