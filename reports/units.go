package reports

import (
	"cmp"
	"fmt"
	"slices"

	"poolbench/bench/record"
	"poolbench/reports/estimate"
	"poolbench/reports/words"
)

// Units has a table of every unit that no other question is about, so that a new one is
// shown at once.
var Units = Question{
	Name: "units", Title: "What else?", Doc: "What else was measured?",
	Answer: func(s *Set) Section {
		var out Section
		var ranges []string
		var claims []Claim
		for _, u := range Values(s) {
			smaller := func(a, b UnitRow) int { return cmp.Compare(a.Value.Value, b.Value.Value) }
			low, high := slices.MinFunc(u.Rows, smaller), slices.MaxFunc(u.Rows, smaller)
			ranges = append(ranges, fmt.Sprintf("%s to %s", words.Quantity(low.Value.Value, u.Unit.Name), words.Quantity(high.Value.Value, u.Unit.Name)))
			out.add("", unitTable(u))
			for _, end := range []UnitRow{low, high} {
				claims = append(claims, Claim{Subject: end.Point.String(), Relation: MedianOf, Unit: u.Unit.Name, Value: end.Value, Of: []record.Point{end.Point}})
			}
		}
		if len(ranges) > 0 {
			out.Sentences = []Sentence{{Text: "medians from " + words.JoinAnd(ranges) + ": the report has them all", Claims: claims}}
		}
		return out
	},
}

func unitTable(u UnitTable) words.Table {
	name := u.Unit.Name
	t := words.Table{Title: name, Folded: true, Left: 1, Header: []string{"arm", "median", "against its baseline", "blocks"},
		Caption: map[int]string{-1: "Lower is better.", 1: "Higher is better."}[u.Unit.Better]}
	if u.Unit.Means != "" {
		t.Title += ": " + u.Unit.Means
	}
	for _, row := range u.Rows {
		change := words.Number(row.Change, words.Times)
		if u.Scale == estimate.Difference && row.Change.N > 0 {
			change = quantity(row.Change, name)
			if row.Change.Value > 0 {
				change.Text = "+" + change.Text
			}
		}
		t.Add(row.Point, quantity(row.Value, name), change, row.Value.N)
	}
	return t
}

func quantity(e estimate.Estimate, unit string) words.Cell {
	return words.Cell{Text: words.Quantity(e.Value, unit), Interval: words.IntervalOf(e, unit), Method: e.Method}
}

// A UnitTable is what the points say in one unit.
type UnitTable struct {
	Unit  record.Unit
	Scale estimate.Scale // Ratio when every value of the record is above 0 and the unit is compared so
	Rows  []UnitRow      // by Set.Points, of those that have the unit, then those of Set.Passes
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
	record.UnitCPUPart, record.UnitWaitPart, record.UnitKernel, record.UnitP50, record.UnitP90, record.UnitP99, record.UnitMax, record.UnitLoad}

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
		for _, of := range []*Set{s, s.Passes()} {
			for _, m := range of.grid {
				series := of.Series(m.point, name)
				t.Scale = series.Scale
				if series.Len() == 0 {
					continue
				}
				row := UnitRow{Point: m.point, Value: of.Estimate(series)}
				if m.point != m.baseline {
					row.Change = of.Estimate(series.Over(of.Series(m.baseline, name)))
				}
				t.Rows = append(t.Rows, row)
			}
		}
		if len(t.Rows) > 0 {
			out = append(out, t)
		}
	}
	return out
}
