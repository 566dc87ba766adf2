package checker

import (
	"fmt"
	"math"

	"poolbench/bench/record"
	"poolbench/reports"
)

// taskTime: the absolute time per task, and the runtime that the claim names.
func taskTime(d *data, _ reports.Section, c reports.Claim) error {
	if len(c.Of) != 1 || len(c.Against) > 0 {
		return fmt.Errorf("%d points against %d", len(c.Of), len(c.Against))
	}
	if runtime := c.Of[0].Get(record.AxisRuntime); runtime != c.Object && (runtime != "" || c.Object != "Go" && c.Object != d.rec.Facts.Baseline(c.Of[0]).Executor()) {
		return fmt.Errorf("it runs in %q", runtime)
	}
	return is(c, d.tasks(c.Of[0]))
}

// asLong: of tasks that hold the same work, which grains of two runtimes do not say unless
// the work is to wait.
func asLong(d *data, _ reports.Section, c reports.Claim) error {
	if len(c.Of) != 1 || len(c.Against) != 1 {
		return fmt.Errorf("%d points against %d", len(c.Of), len(c.Against))
	}
	work := func(p record.Point) record.Point { return d.rec.Facts.What(p).With(record.AxisRuntime, "") }
	of, against := c.Of[0], c.Against[0]
	if work(of) != work(against) || of.Grain() > 0 && d.rec.Facts.Resource(of.Workload()) != "wait" {
		return fmt.Errorf("%s and %s do not do the same work", of, against)
	}
	return is(c, d.speedups(against, of))
}

// metgIs: half of the METG is the useful work at half of what the object says.
func metgIs(d *data, s reports.Section, c reports.Claim) error {
	half := c
	half.Value.Value, half.Value.Low, half.Value.High = c.Value.Value/2, c.Value.Low/2, c.Value.High/2
	return halfAbove(d, s, half)
}

// reached decides of ratios of METG whether they are those of the METGs that the sentence
// claims of the two, and lie within what the intervals of these allow.
func (d *data) reached(claims []reports.Claim) error {
	metg := map[record.Point]reports.Claim{} // by largest size
	for _, c := range claims {
		if c.Relation == reports.MetgIs && len(c.Of) > 0 {
			metg[c.Of[len(c.Of)-1]] = c
		}
	}
	for _, c := range claims {
		if c.Relation != reports.MetgRatio {
			continue
		}
		if len(c.Of) != 1 || len(c.Against) != 1 {
			return fmt.Errorf("%d points against %d", len(c.Of), len(c.Against))
		}
		a, b := metg[c.Of[0]].Value, metg[c.Against[0]].Value
		switch {
		case !(math.Abs(c.Value.Value*b.Value/a.Value-1) < 1e-9):
			return fmt.Errorf("METG is %v times as much, and %v / %v", c.Value.Value, a.Value, b.Value)
		case c.Value.N > min(a.N, b.N), !c.Value.Known():
			return fmt.Errorf("a ratio from %d blocks, of %d and %d", c.Value.N, a.N, b.N)
		case c.Value.Low < a.Low/b.High/practical, c.Value.High > a.High/b.Low*practical:
			return fmt.Errorf("the interval [%v, %v] is wider than those of the two allow", c.Value.Low, c.Value.High)
		case c.Value.Low == c.Value.High && a.Low < a.High:
			return fmt.Errorf("the interval [%v, %v] is narrower than that of METG", c.Value.Low, c.Value.High)
		}
	}
	return nil
}
