package bench

import (
	"fmt"
	"io"
	"math/bits"
	"math/rand/v2"

	"poolbench/bench/record"
)

// A Trial is one timed execution within a block: of a cell, or of the capacity
// probe.
type Trial struct {
	Cell     record.Cell // only Workers when Capacity is set
	Capacity bool
}

// Name is the name of its result in the record.
func (t Trial) Name() string {
	if t.Capacity {
		return fmt.Sprintf("%s/workers=%d", record.CapacityBenchmark, t.Cell.Workers)
	}
	return t.Cell.Name()
}

// String is Name for people.
func (t Trial) String() string {
	if t.Capacity {
		return fmt.Sprintf("capacity × %d", t.Cell.Workers)
	}
	return t.Cell.String()
}

// A Plan is what is run in which order. The order of a block depends on the seed
// and the number of the block only: it is a promise, kept across versions and
// machines.
type Plan struct {
	Seed uint64
	Arms []Trial // in the order of the grid, the capacity probe last
}

// NewPlan makes the plan of a grid, whose Check must have been passed.
func NewPlan(g Grid, seed uint64) Plan {
	p := Plan{Seed: seed}
	for _, c := range g.Cells() {
		p.Arms = append(p.Arms, Trial{Cell: c})
	}
	for _, n := range g.Capacity {
		p.Arms = append(p.Arms, Trial{Cell: record.Cell{Workers: n}, Capacity: true})
	}
	return p
}

// Block is the order of block n, from 1: every arm once.
func (p Plan) Block(n int) []Trial {
	trials := append([]Trial(nil), p.Arms...)
	random := rand.NewPCG(p.Seed, uint64(n))
	// Fisher–Yates written out: rand.Shuffle promises no order across versions.
	for i := len(trials) - 1; i > 0; i-- {
		high, _ := bits.Mul64(random.Uint64(), uint64(i+1))
		trials[i], trials[high] = trials[high], trials[i]
	}
	return trials
}

// Print writes the plan for people: the first block in its order, and how the
// others follow.
func (p Plan) Print(w io.Writer) error {
	if _, err := fmt.Fprintf(w, "seed %d, %d trials a block; block 1 in order:\n", p.Seed, len(p.Arms)); err != nil {
		return err
	}
	for _, t := range p.Block(1) {
		if _, err := fmt.Fprintf(w, "  %s\n", t); err != nil {
			return err
		}
	}
	_, err := fmt.Fprintln(w, "Every further block has the same trials in another order, until the time budget is used up.")
	return err
}
