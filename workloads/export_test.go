package workloads

import "poolbench/bench/record"

// Speedup lets tests of this package compute a curve as reports do.
func (c Curve) Speedup(workers int, delivered float64) float64 {
	if c.Of == "" {
		c.Of = Capacity
	}
	return record.Curve{Of: string(c.Of), Tasks: c.Tasks, Serial: c.Serial, Slots: c.Slots}.Speedup(workers, delivered)
}
