// Package compare measures ours beside the peers: rows of work, each done by
// several arms that take turns in one process.
//
// In each round every arm of a row runs once, in shuffled order, and what counts
// is the ratio of two arms within a round: what slows the machine down for a
// while slows both. A row ends in the median of these ratios, with an interval
// that holds the true median with at least 95 % where there are 6 rounds or
// more.
package compare

import (
	"context"
	"fmt"
	"math/rand/v2"
	"runtime"
	"slices"
)

// Workers of every pool that is measured.
const Workers = 2

// An Arm is one way to do the work of a row.
type Arm struct {
	Name string
	// Run does the work for that many tasks and returns what it took, in the unit of
	// the row, for all of them together. Making and stopping a pool is not part of it
	// unless the arm has no other way to wait.
	Run func(tasks int) (float64, error)
}

// A Row is one kind of work.
type Row struct {
	Name   string // a lower-case word
	Doc    string
	Unit   string // per task, of what is reported: ns, B or allocs
	Share  int    // it takes 1/Share of the tasks asked for; at least 1
	Once   bool   // it does not depend on time: one round is enough
	Arms   []Arm
	Checks []Check
}

// A Check is one thing a row must show.
type Check struct {
	Arm     string
	Against string  // the arm it is divided by; empty when the value per task is checked
	Bar     float64 // at most this; 0 for a ratio that is only reported
}

// A Measurement is what came of a row.
type Measurement struct {
	Row    Row
	Tasks  int
	Values map[string][]float64 // per task, in the unit of the row; by arm, then by round
}

// Measure runs the row. rounds and tasks are at least 1.
func Measure(ctx context.Context, row Row, rounds, tasks int, rng *rand.Rand) (*Measurement, error) {
	m := &Measurement{Row: row, Tasks: max(1, tasks/row.Share), Values: map[string][]float64{}}
	if row.Once {
		rounds = 1
	}
	order := slices.Clone(row.Arms)
	for range rounds {
		rng.Shuffle(len(order), func(i, j int) { order[i], order[j] = order[j], order[i] })
		for _, arm := range order {
			if ctx.Err() != nil {
				return nil, context.Cause(ctx)
			}
			runtime.GC() // nobody pays for the garbage of the arm before
			v, err := arm.Run(m.Tasks)
			if err != nil {
				return nil, fmt.Errorf("compare: %s, %s: %w", row.Name, arm.Name, err)
			}
			m.Values[arm.Name] = append(m.Values[arm.Name], v/float64(m.Tasks))
		}
	}
	return m, nil
}

// Sample is what a check is about: a ratio or a value for each round.
func (m *Measurement) Sample(c Check) []float64 {
	of := m.Values[c.Arm]
	if c.Against == "" {
		return of
	}
	sample := make([]float64, len(of))
	for i, v := range of {
		sample[i] = v / m.Values[c.Against][i]
	}
	return sample
}
