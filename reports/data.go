// Package reports turns records into judgements: speedups, efficiencies,
// crossovers, verdicts, and the sentences that state them. Everything in it is a
// pure function of records, so the same records give the same bytes.
//
//  1. Analyse pairs the results of a block and estimates ratios (package estimate).
//  2. The ratios of one workload along the worker axis are a Scaling, along the
//     grain axis a Sweep. A Law says how the first goes on, a Ledger where the
//     workers' time went, a Master what a task and a job cost, and what that
//     predicts.
//  3. Answers are the sentences; tables, Markdown, HTML (package html) and charts
//     (package charts) are views of the same Data, in the words of package words.
package reports

import (
	"time"

	"poolbench/bench/record"
	"poolbench/reports/estimate"
	"poolbench/reports/words"
)

// Practical is the smallest difference that matters to a choice: arms within 5 %
// of each other are equally good, and a pool must gain more than 5 % to be worth
// having.
const Practical = 0.05

// Data is the whole analysis of one record. Slices are sorted by workload, then
// grain, then payload, then worker count, then executor name.
type Data struct {
	Record   *record.Record
	Machine  Machine
	Blocks   int                       // complete or not; 0 when the record has no block lines
	Capacity map[int]estimate.Estimate // measured capacity C(P) by worker count P, as a multiple of one process; empty when not measured
	Scalings []Scaling
	Sweeps   []Sweep
	Duels    []Duel   // by workload, then workers
	Costs    []Cost   // by Scaling
	Masters  []Master // one for every executor of the sweeps that stand for their workloads
	Basis    Basis
	Failures []record.Failure
	Warnings []Warning
}

// Machine is what the record says about where it was measured; empty strings and
// zeros are unknown.
type Machine struct {
	CPU, OS, Arch, GoVersion string
	Cores                    int    // CPUs the run could use
	Start                    string // as recorded
	Seed                     string
}

// A Scaling is one workload at one grain and payload along the worker axis.
type Scaling struct {
	Workload string
	Resource string            // "cpu", "wait", "mixed" or "" when the record does not say
	Grain    time.Duration     // nominal
	Payload  int               // bytes
	Tasks    int               // tasks in the job; 0 when not recorded
	Serial   estimate.Estimate // makespan of the serial arm, seconds
	Series   []ScalingSeries
	Best     Choice

	// Partial is a grain that refinement added with fewer executors than the workload
	// has at others. Best chooses nothing then: it would choose among those few.
	Partial bool
}

// A ScalingSeries is one executor of a Scaling; points ascend in Workers.
type ScalingSeries struct {
	Executor string
	Tax      estimate.Estimate // executor tax: time with one worker / serial time, within blocks; N is 0 without an arm of one worker
	Points   []ScalingPoint
	Law      Law // how speedup goes with workers
}

// A ScalingPoint is one pool size.
type ScalingPoint struct {
	Workers            int
	Time               estimate.Estimate // makespan, seconds
	Speedup            estimate.Estimate // serial time / time, within blocks
	Efficiency         float64           // Speedup.Value / Workers
	CapacityEfficiency float64           // Speedup.Value / C(Workers) for cpu workloads with measured capacity, else 0
	Relative           estimate.Estimate // time of the same executor with one worker / time, within blocks; N is 0 without
	SerialFraction     estimate.Estimate // Karp-Flatt, see SerialFraction; N is 0 with one worker, or more than the cores on work that computes
	Modelled           float64           // speedup by the law of the series; 0 when it has none
	Ledger             Ledger            // where the workers' time went; N is 0 when tasks were not timed from inside
	Overlap            estimate.Estimate // overlap score of a part that waits and one that computes; N is 0 when they were not measured
}

// A Choice is the answer to "which executor and how many workers".
type Choice struct {
	Executor string // "serial" when no pool beats the plain loop
	Workers  int
	Speedup  estimate.Estimate // 1 for serial
	Ties     []Tie             // other arms that are not surely slower than the fastest by more than 5 %; the chosen one is the cheapest of all
	Decided  bool              // false when blocks are too few or too noisy to tell
	Sentence string            // states the choice; for people
	Stated   []Tie             // arms whose speedups Sentence states

	// Lead is how many times as fast the choice is as the best arm of another executor,
	// which is Next; N is 0 when there is none, or one is as good.
	Lead estimate.Estimate
	Next Tie
}

// A Tie is an arm as good as the choice.
type Tie struct {
	Executor string
	Workers  int
	Speedup  estimate.Estimate
}

// String is "goroutines with 2 workers".
func (t Tie) String() string { return words.Arm(t.Executor, t.Workers) }

// A Sweep is one workload along the grain axis at one worker count.
type Sweep struct {
	Workload string
	Resource string
	Workers  int
	Ideal    float64      // what Workers workers can deliver at best: C(Workers) when measured, else Workers
	Measured bool         // Ideal is the measured capacity
	Serial   []SweepPoint // time per task of the plain loop; ascending in grain
	Series   []SweepSeries
}

// A SweepSeries is one executor of a Sweep.
type SweepSeries struct {
	Executor  string
	Points    []SweepPoint       // ascending in grain
	Crossover estimate.Crossing  // where the pool begins to beat the plain loop; At is useful work per task in seconds
	Threshold estimate.Threshold // the plain loop below, the pool from here on
	Levels    []Level            // what 50, 70, 80, 90 and 95 % of the ideal need, ascending
	Overhead  Overhead           // of what kind it is
}

// A SweepPoint is one grain.
type SweepPoint struct {
	Grain      time.Duration     // nominal
	Work       float64           // useful work per task, seconds: the serial time per task of the same blocks
	Time       estimate.Estimate // wall time per task, seconds
	Speedup    estimate.Estimate // against serial, within blocks; 1 in the serial series
	Efficiency estimate.Estimate // Speedup / Ideal
}
