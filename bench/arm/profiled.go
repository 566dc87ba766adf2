package arm

import "poolbench/bench/record"

// Profiled is what came of profiling both sides of a benchmark in turns, in one block.
type Profiled struct {
	Spent []record.Profile // one of each unit that the profile has
	Files [2][]byte        // of base and head, as pprof reads them
}
