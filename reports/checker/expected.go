package checker

import (
	"fmt"
	"math"

	"poolbench/bench/record"
	"poolbench/reports"
)

// expected is the speedup that is declared for a point, by block, as a logarithm: in those of
// its speedups that say what limits it.
func (d *data) expected(of, against record.Point) (map[int]float64, error) {
	c, ok := d.rec.Facts.Curve(of)
	if !ok {
		return nil, fmt.Errorf("no curve is declared for %s", of)
	}
	speedups := d.speedups(of, against)
	delivered := speedups
	if benchmark := map[string]string{record.LimitCapacity: record.CapacityBenchmark, record.LimitBandwidth: record.BandwidthBenchmark}[c.Of]; benchmark != "" {
		workers, largest := of.Workers(), 0
		for p := range d.blocks {
			if p.IsProbe() && p.Benchmark() == benchmark && len(d.delivered(benchmark, p.Workers())) > 0 {
				largest = max(largest, p.Workers())
			}
		}
		if cores := d.rec.Facts.Cores; cores > 0 && largest >= cores {
			workers = min(workers, largest)
		}
		delivered = d.delivered(benchmark, workers)
	}
	out := map[int]float64{}
	for b, w := range delivered {
		if _, both := speedups[b]; both {
			out[b] = math.Log(c.Speedup(of.Workers(), math.Exp(w)))
		}
	}
	return out, nil
}

// expectedIs is what the curve says.
func expectedIs(d *data, _ reports.Section, c reports.Claim) error {
	by, err := d.expected(c.Of[0], c.Against[0])
	if err != nil {
		return err
	}
	return is(c, by)
}

// reached is the check of a share of what is expected.
func reached(holds func(value float64, in interval) bool) func(*data, reports.Section, reports.Claim) error {
	return func(d *data, _ reports.Section, c reports.Claim) error {
		by, err := d.expected(c.Of[0], c.Against[0])
		if err != nil {
			return err
		}
		by = over(d.speedups(c.Of[0], c.Against[0]), by)
		if err := is(c, by); err != nil {
			return err
		}
		if in := of95(by, inner); len(by) < fewest || !holds(c.Value.Value, in) {
			return fmt.Errorf("it is %v, in %d blocks, and a 95 %% interval is at least %v", c.Value.Value, len(by), in)
		}
		return nil
	}
}

// delivers is what some workers of a probe give together, as a multiple of one; memory is
// what is short where it surely gives less than the CPUs.
func delivers(d *data, s reports.Section, c reports.Claim) error {
	benchmark, n := c.Of[0].Benchmark(), c.Of[0].Workers()
	if want := map[string]string{"memory bandwidth": record.BandwidthBenchmark, "CPUs": record.CapacityBenchmark}[c.Object]; benchmark != want {
		return fmt.Errorf("%s is probed by %s", c.Object, c.Of[0])
	}
	if memory, could := median(d.delivered(record.BandwidthBenchmark, n)), median(d.delivered(record.CapacityBenchmark, n)); !(memory < 0.85*could) {
		return fmt.Errorf("memory gives %v and the CPUs %v", memory, could)
	}
	return is(c, d.delivered(benchmark, n))
}
