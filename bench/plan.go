package bench

import (
	"fmt"
	"io"
	"math/bits"
	"math/rand/v2"
	"strings"

	"poolbench/bench/record"
)

// A Trial is one timed execution within a block: of a cell, or of a probe of the
// machine.
type Trial struct {
	// Probe is record.CapacityBenchmark or record.BandwidthBenchmark, and then the
	// cell has Workers only; or record.CalibrationBenchmark, and then it has
	// Workload only. "" for a cell.
	Probe string
	Cell  record.Cell
}

// Name is the name of its result in the record.
func (t Trial) Name() string {
	switch t.Probe {
	case "":
		return t.Cell.Name()
	case record.CalibrationBenchmark:
		return fmt.Sprintf("%s/workload=%s", t.Probe, t.Cell.Workload)
	}
	return fmt.Sprintf("%s/workers=%d", t.Probe, t.Cell.Workers)
}

// String is Name for people.
func (t Trial) String() string {
	switch t.Probe {
	case "":
		return t.Cell.String()
	case record.CalibrationBenchmark:
		return "calibration of " + t.Cell.Workload
	}
	return fmt.Sprintf("%s × %d", strings.ToLower(t.Probe), t.Cell.Workers)
}

// A Plan is what is run in which order. The order of a block depends on its arms,
// the seed and the number of the block only: it is a promise, kept across versions
// and machines.
type Plan struct {
	Seed uint64
	Arms []Trial // in the order of the grid, the probes last
}

// NewPlan makes the plan of a grid, whose Check must have been passed.
func NewPlan(g Grid, seed uint64) Plan {
	p := Plan{Seed: seed}
	for _, c := range g.Cells() {
		p.Arms = append(p.Arms, Trial{Cell: c})
	}
	for _, n := range g.Capacity {
		p.Arms = append(p.Arms, Trial{Probe: record.CapacityBenchmark, Cell: record.Cell{Workers: n}})
	}
	for _, n := range g.bandwidth() {
		p.Arms = append(p.Arms, Trial{Probe: record.BandwidthBenchmark, Cell: record.Cell{Workers: n}})
	}
	for _, w := range g.Workloads {
		if w.Kernel != nil {
			p.Arms = append(p.Arms, Trial{Probe: record.CalibrationBenchmark, Cell: record.Cell{Workload: w.Name}})
		}
	}
	return p
}

// Block is the order of block n, from 1: every arm once.
func (p Plan) Block(n int) []Trial { return p.shuffle(p.Arms, n) }

// shuffle puts arms into the order of block n.
func (p Plan) shuffle(arms []Trial, n int) []Trial {
	trials := append([]Trial(nil), arms...)
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
	_, err := fmt.Fprintln(w, "Every further block has the same trials in another order, until the time budget is used up.\n"+
		"Where a pool begins to pay off between two grains, grains between them are measured too.")
	return err
}
