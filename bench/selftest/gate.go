package selftest

import (
	"bytes"
	"context"
	"fmt"
	"math"
	"time"

	"poolbench/bench/arm"
	"poolbench/bench/arm/probe"
	"poolbench/bench/block"
	"poolbench/bench/record"
	"poolbench/reports/gate"
	"poolbench/workloads"
)

// What the gate is given: some benchmarks of which one is slower in head.
const (
	gateBenchmarks = 4
	gateSlower     = 2 // the one that is
	gateSlowdown   = 0.05
	gateTurns      = 23
	gateWarm       = 3 // of the turns
	gateChunk      = 1250 * time.Microsecond
	gateIterations = 1000 // of a chunk
)

// gateRows lets a judge look at two builds that differ in one benchmark: it must find
// that one, by its size, and no other. What the usual method would have said of the same
// data decides nothing.
func gateRows(ctx context.Context, budget time.Duration, seed uint64, spin record.Calibration) (rows []Row, usual gate.Usual, err error) {
	var promised []record.Promise
	for i := range gateBenchmarks {
		promised = append(promised, record.Promised(record.NewPoint(fmt.Sprintf("Planted%d", i+1)), record.Judged, true, true))
	}
	judge := gate.NewJudge(gate.Options{}, promised)
	c := block.Config{Seed: seed, Out: record.NewWriter(&bytes.Buffer{}, nil), Until: time.Now().Add(budget)}
	err = c.Run(ctx, func(int) ([]block.Group, error) {
		var groups []block.Group
		for _, p := range judge.Next() {
			groups = append(groups, contest(p, p == promised[gateSlower].Point(), spin))
		}
		return groups, nil
	}, func(b record.Block, _ bool) error {
		judge.Add(b)
		return nil
	})
	if err != nil {
		return nil, usual, err
	}
	slower := Row{Name: "gate: a benchmark that is 5 % slower", Unit: "ratio", Planted: 1 + gateSlowdown, Verdict: Open, Note: "it was not judged"}
	same := Row{Name: "gate: a benchmark that is not", Unit: "ratio", Planted: 1, Verdict: Open, Note: "it was not judged"}
	for _, v := range judge.Report().Cases {
		row := &same
		if v.Name == promised[gateSlower].Name {
			row = &slower
		}
		row.Estimate, row.Verdict, row.Note = v.Ratio, Covered, v.Verdict.String()
		if found := v.Verdict == gate.Regressed; found != (row == &slower) && (found || v.Verdict == gate.NoChange || v.Verdict == gate.Improved) {
			row.Verdict = Wrong
			if row == &same {
				break // the one that shows the fault
			}
		}
	}
	return []Row{slower, same}, judge.Usual(), nil
}

// contest is both builds of one benchmark, which take turns.
func contest(p record.Point, slower bool, spin record.Calibration) block.Group {
	return func(ctx context.Context, take func(block.Contest) ([]error, error)) error {
		base, head := p, p
		base.Side, head.Side = "base", "head"
		units := probe.Units(spin, gateChunk)
		more := units
		if slower {
			more = int64(math.Round(float64(units) * (1 + gateSlowdown)))
		}
		_, err := take(block.Contest{Turns: gateTurns, Entrants: []block.Entrant{{Point: base, Arm: &chunks{units: units}}, {Point: head, Arm: &chunks{units: more}}}})
		return err
	}
}

// chunks is an arm that runs the kernel of spin.
type chunks struct {
	units int64
	taken int
}

func (c *chunks) Slice(context.Context) (arm.Slice, error) {
	begin := time.Now()
	answer := workloads.Spin.Kernel(c.units)
	elapsed := time.Since(begin)
	if answer == 0 {
		return arm.Slice{}, fmt.Errorf("the kernel gave nothing")
	}
	c.taken++
	return arm.Slice{Time: elapsed.Seconds() / gateIterations, Iterations: gateIterations, Warm: c.taken <= gateWarm}, nil
}

func (*chunks) Close() error { return nil }
