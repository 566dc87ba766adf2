package gate

import "poolbench/bench/record"

// A Judge decides, block by block, what changed between two builds, and which
// subjects need another block. It is not safe for concurrent use.
type Judge struct{ subjects []record.Declared }

// Options are the limits of a judgement; zero values mean the defaults.
type Options struct {
	Alpha     float64 // chance of a false regression in the whole suite; 0.01
	Slowdown  float64 // smallest slowdown of interest, as a fraction; 0.05
	Tolerance float64 // slowdown that is not held against head, as a fraction; 0.01
}

// NewJudge starts a judgement of the declared subjects.
func NewJudge(o Options, subjects []record.Declared) *Judge { return &Judge{subjects: subjects} }

// Add takes the next block. The judge keeps its slices.
func (j *Judge) Add(b record.PairBlock) {}

// Next returns the subjects that the next block has to measure, controls included;
// empty when everything is settled.
func (j *Judge) Next() []record.Subject { return nil }
