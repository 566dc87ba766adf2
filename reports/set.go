package reports

import (
	"poolbench/bench/record"
	"poolbench/reports/estimate"
	"poolbench/reports/words"
)

// A Set is the measurements of one record, ready to be asked.
type Set = Data

// What is analysed of a Set, each found once.

func Scalings(s *Set) []Scaling { return s.Scalings }
func Sweeps(s *Set) []Sweep     { return s.Sweeps }
func Duels(s *Set) []Duel       { return s.Duels }
func Costs(s *Set) []Cost       { return s.Costs }
func Masters(s *Set) []Master   { return s.Masters }

// What is known of the run.

func Warnings(s *Set) []Warning                 { return s.Warnings }
func Failures(s *Set) []record.Failure          { return s.Failures }
func Capacity(s *Set) map[int]estimate.Estimate { return s.Capacity }
func Cores(s *Set) int                          { return s.Machine.Cores }
func Evidence(s *Set) Basis                     { return s.Basis }

// A Basis is how much there is to make estimates from.
type Basis struct {
	Arms     int  // with results
	Blocks   int  // with any of them
	Whole    int  // that hold more than half of the arms; others look closer at a few
	Numbered bool // false when results are paired by their order
}

// Title names the work of s: "spin at 10 µs and 64 B".
func (s Scaling) Title() string { return words.Task(s.Workload, s.Grain, s.Payload) }

// Label names the executor of the series, with whatever else says how it runs.
func (s ScalingSeries) Label() string { return s.Executor }
func (s SweepSeries) Label() string   { return s.Executor }
