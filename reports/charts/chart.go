// Package charts draws analysed data. It computes no statistics: every number in
// a picture stands in reports.Data, and the same Data gives the same bytes.
//
//  1. A Chart turns Data into Drawings, one per workload it has something to say
//     about.
//  2. A Drawing knows the finding it shows (its title), a text alternative, and
//     how to render itself as SVG and PNG.
//  3. Pictures are laid out on a page (page.go) with own axes (axis.go), so that
//     no value can make a tick search hang, and with labels that are placed, not
//     piled up (place.go, stack.go).
//
// A chart is one file: see speedup.go. Nothing else in the suite imports
// gonum/plot.
package charts

import (
	"errors"
	"fmt"
	"sort"

	"poolbench/reports"
)

// ErrNothing marks the error of a chart that has nothing to show; the text of
// the error says why.
var ErrNothing = errors.New("nothing to draw")

// A Chart is a way to look at analysed data.
type Chart struct {
	Name string // lower-case word; files are named after it
	Doc  string // one line for lists
	// Draw makes the drawings in the order of Data. It does not change Data and
	// does not keep it. An error that is ErrNothing means that the chart should be
	// left out, not that something is wrong. Drawings may come with an error: they
	// are whole, and the error says what is missing beside them.
	Draw func(*reports.Data) ([]Drawing, error)
}

var registered []Chart

func register(c Chart) Chart {
	for _, other := range registered {
		if other.Name == c.Name {
			panic("charts: chart " + c.Name + " registered twice")
		}
	}
	if c.Name == "" {
		panic("charts: a chart needs a name")
	}
	c.Draw = guard(c.Name, c.Draw)
	registered = append(registered, c)
	return c
}

// All is every chart, sorted by name.
func All() []Chart {
	all := append([]Chart(nil), registered...)
	sort.Slice(all, func(i, j int) bool { return all[i].Name < all[j].Name })
	return all
}

// Draw makes the drawings of all charts, in the order of All. What could not be
// drawn comes back as one error per chart, each naming its chart; those that are
// ErrNothing are a reason to print, not a fault.
func Draw(d *reports.Data) ([]Drawing, []error) {
	var drawings []Drawing
	var errs []error
	for _, c := range All() {
		drawn, err := c.Draw(d)
		if err != nil {
			errs = append(errs, err)
		}
		drawings = append(drawings, drawn...)
	}
	return drawings, errs
}

// guard turns every panic of a chart into an error: a picture may fail, the
// report goes on.
func guard(name string, draw func(*reports.Data) ([]Drawing, error)) func(*reports.Data) ([]Drawing, error) {
	return func(d *reports.Data) (drawings []Drawing, err error) {
		defer func() {
			if v := recover(); v != nil {
				drawings, err = nil, fmt.Errorf("charts: %s: drawing panicked: %v", name, v)
			}
		}()
		if d == nil {
			return nil, fmt.Errorf("charts: %s: %w: no data", name, ErrNothing)
		}
		drawings, err = draw(d)
		if err != nil {
			err = fmt.Errorf("charts: %s: %w", name, err)
		}
		return drawings, err
	}
}
