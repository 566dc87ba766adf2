package checker

import (
	"fmt"
	"math"

	"poolbench/bench/record"
	"poolbench/reports"
)

// saves is what a stage saves if it is twice as fast: the median of the blocks, and called by
// where its interval lies.
func saves(d *data, s reports.Section, c reports.Claim) error {
	stage := c.Object
	if stage == "all the rest" {
		stage = "rest"
	}
	unit := c
	unit.Unit = stage + "-gain"
	if err := medianOf(d, s, unit); err != nil {
		return err
	}
	low, high := c.Value.Low, c.Value.High
	if !c.Value.Known() {
		if c.Relation != reports.SavesMay {
			return fmt.Errorf("%d blocks say %q", c.Value.N, c.Relation)
		}
		return nil
	}
	want := reports.SavesMay
	switch {
	case low > 0:
		want = reports.Saves
	case high < practical-1:
		want = reports.SavesNone
	}
	if low > c.Value.Value || high < c.Value.Value || want != c.Relation {
		return fmt.Errorf("%v [%v, %v] is %q", c.Value.Value, low, high, want)
	}
	return nil
}

// savesMost is half of the time that all tasks take in a stage, one after the other, as a
// share of the makespan, of a stage that was tried in less than half of the blocks.
func savesMost(d *data, _ reports.Section, c reports.Claim) error {
	by, tried := map[int]float64{}, 0
	for b, r := range d.blocks[c.Of[0]] {
		mean, ok := r.Values[c.Object+"-mean-sec/op"]
		if ok && mean > 0 {
			by[b] = math.Log(mean * r.Values[record.UnitTasks] / 2 / r.Values[record.UnitTime])
		}
		if _, ok := r.Values[c.Object+"-gain"]; ok {
			tried++
		}
	}
	if 2*tried >= len(by) {
		return fmt.Errorf("%d of %d blocks have tried it", tried, len(by))
	}
	x := sorted(by)
	low, high := math.Exp(x[(len(x)-1)/2]), math.Exp(x[len(x)/2])
	if v := c.Value.Value; v < low*(1-1e-9) || v > high*(1+1e-9) {
		return fmt.Errorf("%v, and the median is from %v to %v", v, low, high)
	}
	return nil
}
