package pass

import "slices"

// all are the passes in the order in which they run: what disturbs least comes first.
var all = []Pass{
	Counters,
	Stages,
	CPU,
	Heap,
	Mutex,
	Block,
	Trace,
	Timeline,
	Delays,
}

// All are the passes that there are.
func All() []Pass { return slices.Clone(all) }
