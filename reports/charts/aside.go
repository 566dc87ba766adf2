package charts

import (
	"cmp"
	"slices"

	"gonum.org/v1/plot/vg"
)

// markKey names the marker of one point.
type markKey struct {
	series string
	x      float64
}

// setAside spreads markers that would hide each other. Only the markers move,
// and only sideways, by points: lines and values stay where they are.
func setAside(series []Series, at func(Point) vg.Point) map[markKey]vg.Length {
	aside := map[markKey]vg.Length{}
	columns, height := map[float64][]markKey{}, map[markKey]vg.Length{}
	for _, s := range series {
		for _, p := range s.Points {
			m := markKey{s.Name, p.X}
			columns[p.X], height[m] = append(columns[p.X], m), at(p).Y
		}
	}
	for _, marks := range columns {
		slices.SortStableFunc(marks, func(a, b markKey) int { return cmp.Compare(height[a], height[b]) })
		for first := 0; first < len(marks); {
			last := first
			for last+1 < len(marks) && height[marks[last+1]]-height[marks[last]] < 4.5 {
				last++
			}
			group := marks[first : last+1]
			slices.SortStableFunc(group, func(a, b markKey) int { return cmp.Compare(a.series, b.series) })
			for i, m := range group {
				aside[m] = (vg.Length(i) - vg.Length(len(group)-1)/2) * 6.2
			}
			first = last + 1
		}
	}
	return aside
}
