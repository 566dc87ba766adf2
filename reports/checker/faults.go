package checker

import (
	"fmt"

	"poolbench/bench/record"
	"poolbench/reports"
)

// medianOfObject is the median of the values of a unit, the object of the claim, of which 0
// may be one: then differences count, and no logarithms.
func medianOfObject(d *data, s reports.Section, c reports.Claim) error {
	c.Unit = c.Object
	if err := medianOf(d, s, c); err != nil {
		return err
	}
	if d.rec.Unit(c.Object).Scale == record.Difference {
		return nil
	}
	for _, r := range d.rec.Results {
		if v, ok := r.Values[c.Object]; ok && v <= 0 {
			return nil
		}
	}
	return is(c, d.values(c.Of[0], c.Object))
}

// neverSeen: no block has the unit.
func neverSeen(d *data, _ reports.Section, c reports.Claim) error {
	for b, r := range d.blocks[c.Of[0]] {
		if v, ok := r.Values[c.Object]; ok {
			return fmt.Errorf("block %d has %v", b, v)
		}
	}
	return nil
}
