// Package charts draws what is analysed of a Set. It computes no statistics: every
// number in a picture stands in package reports, and the same Set gives the same
// bytes.
//
//  1. A Chart turns a Set into Drawings, one per workload it has something to say
//     about.
//  2. It says what is drawn in values: a Picture has a finding (its title), a text
//     alternative and Panels; a Panel has two axes, Series, and Guides and a Shade
//     to read them against.
//  3. The kit does the rest: ranges and ticks (axis.go), layout and small multiples
//     (layout.go, view.go), marks (paint.go), and labels that are placed, not piled up
//     (calls.go, margin.go, place.go). Axes, grid, lines, bands and their clipping
//     are gonum/plot's, which nothing else in the suite imports.
//
// A chart is one file: see speedup.go.
package charts

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"poolbench/reports"
)

// ErrNothing marks the error of a chart that has nothing to show; the text of
// the error says why.
var ErrNothing = errors.New("nothing to draw")

// A Chart is a way to look at a Set. Charts are values: whoever makes a report takes
// ours, theirs, or both.
type Chart struct {
	Name    string // lower-case word; files are named after it
	Doc     string // one line for lists
	Section string // name of the question it illustrates
	// Draw makes the drawings in the order of the Set, which it does not change. An
	// error that is ErrNothing means that the chart should be left out, not that
	// something is wrong. Drawings may come with an error: they are whole, and the
	// error says what is missing beside them.
	Draw func(*reports.Set) ([]reports.Drawing, error)
}

var registered []Chart

func register(c Chart) Chart {
	if c.Name == "" || slices.ContainsFunc(registered, func(other Chart) bool { return other.Name == c.Name }) {
		panic(fmt.Sprintf("charts: a chart needs a name of its own, not %q", c.Name))
	}
	registered = append(registered, c)
	return c
}

// All is every chart of ours, sorted by name.
func All() []Chart {
	return slices.SortedFunc(slices.Values(registered), func(a, b Chart) int { return strings.Compare(a.Name, b.Name) })
}

// Draw makes the drawings of charts, in their order, with names that are unique.
// What could not be drawn comes back as one error per chart, each naming its chart;
// those that are ErrNothing are a reason to print, not a fault.
func Draw(set *reports.Set, charts ...Chart) (drawings []reports.Drawing, errs []error) {
	names := map[string]bool{}
	for _, c := range charts {
		drawn, err := c.guarded(set)
		if err != nil {
			errs = append(errs, fmt.Errorf("charts: %s: %w", c.Name, err))
		}
		for _, d := range drawn {
			// Names may differ in what files cannot hold only.
			name := d.Name
			for n := 2; names[d.Name]; n++ {
				d.Name = name + "_" + strconv.Itoa(n)
			}
			names[d.Name] = true
			d.Section = c.Section
			drawings = append(drawings, d)
		}
	}
	return drawings, errs
}

// guarded turns every panic of a chart into an error: a picture may fail, the
// report goes on.
func (c Chart) guarded(set *reports.Set) (drawings []reports.Drawing, err error) {
	defer func() {
		if v := recover(); v != nil {
			drawings, err = nil, fmt.Errorf("drawing panicked: %v", v)
		}
	}()
	if set == nil {
		return nil, fmt.Errorf("%w: no data", ErrNothing)
	}
	return c.Draw(set)
}

// each draws a picture of each of the parts of a Set. A part without one gives the
// reason; without parts the reason is none.
func each[Part any](parts []Part, none string, picture func(Part) (Picture, string)) ([]reports.Drawing, error) {
	var drawings []reports.Drawing
	var reasons []string
	for _, part := range parts {
		if p, why := picture(part); why != "" {
			reasons = append(reasons, why)
		} else {
			drawings = append(drawings, p.Drawing())
		}
	}
	if len(parts) == 0 {
		reasons = []string{none}
	}
	if len(reasons) > 0 {
		return drawings, fmt.Errorf("%w: %s", ErrNothing, strings.Join(reasons, "; "))
	}
	return drawings, nil
}
