package reports

import (
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

// Title names the work of s: "spin at 10 µs and 64 B".
func (s Scaling) Title() string { return words.Task(s.Workload, s.Grain, s.Payload) }

// Label names the executor of the series, with whatever else says how it runs.
func (s ScalingSeries) Label() string { return s.Executor }
func (s SweepSeries) Label() string   { return s.Executor }
