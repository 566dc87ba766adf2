package reports

import (
	"slices"

	"poolbench/bench/record"
	"poolbench/reports/estimate"
)

// A UnitTable is what the points say in one unit.
type UnitTable struct {
	Unit  record.Unit
	Scale estimate.Scale // Ratio when every value of the record is above 0 and the unit is compared so
	Rows  []UnitRow      // by Set.Points, of those that have the unit
}

// A UnitRow is what one point says in a unit.
type UnitRow struct {
	Point record.Point
	Value estimate.Estimate // median of the blocks
	// Change is against the baseline, within blocks: value / baseline on scale Ratio,
	// value - baseline on Difference. N is 0 for baselines, and without one.
	Change estimate.Estimate
}

// saidElsewhere are the units that other analyses are made of.
var saidElsewhere = []string{record.UnitTime, record.UnitTasks, record.UnitTaskTime, record.UnitTaskShare,
	record.UnitCPUPart, record.UnitWaitPart, record.UnitKernel}

// Values are all units that no other analysis is made of, so that a new unit is tabled
// at once. Those that say the time again are left out.
func Values(s *Set) []UnitTable { return once(s, findValues) }

func findValues(s *Set) []UnitTable {
	var out []UnitTable
	for _, name := range s.Record.UnitNames() {
		unit := s.Record.Unit(name)
		if slices.Contains(saidElsewhere, name) || unit.Of == record.UnitTime {
			continue
		}
		t := UnitTable{Unit: unit}
		for _, m := range s.grid {
			series := s.Series(m.point, name)
			t.Scale = series.Scale
			if series.Len() == 0 {
				continue
			}
			row := UnitRow{Point: m.point, Value: s.Estimate(series)}
			if m.point != m.baseline {
				row.Change = s.Estimate(series.Over(s.Series(m.baseline, name)))
			}
			t.Rows = append(t.Rows, row)
		}
		if len(t.Rows) > 0 {
			out = append(out, t)
		}
	}
	return out
}
