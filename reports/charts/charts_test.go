package charts

import (
	"bytes"
	"encoding/xml"
	"errors"
	"flag"
	"image/png"
	"io"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"poolbench/reports"
	"poolbench/reports/words"
)

var update = flag.Bool("update", false, "rewrite the goldens in testdata")

// within fails when f does not end: a tick search on a bad range never does.
func within(t *testing.T, f func()) {
	t.Helper()
	done := make(chan struct{})
	go func() {
		defer close(done)
		f()
	}()
	select {
	case <-done:
	case <-time.After(5 * time.Minute):
		t.Fatal("drawing does not end")
	}
}

func TestGolden(t *testing.T) {
	all := shapes()
	for _, name := range slices.Sorted(maps.Keys(all)) {
		t.Run(name, func(t *testing.T) {
			within(t, func() {
				drawings, errs := Draw(all[name])
				for _, err := range errs {
					if !errors.Is(err, ErrNothing) {
						t.Error(err)
					}
				}
				for _, d := range drawings {
					checkGolden(t, name, d)
				}
			})
		})
	}
}

func checkGolden(t *testing.T, name string, d Drawing) {
	t.Helper()
	svg, err := d.SVG()
	if err != nil {
		t.Error(err)
		return
	}
	again, _ := d.SVG()
	if !bytes.Equal(svg, again) {
		t.Errorf("%s: two renderings differ", d.Name)
	}
	checkSVG(t, d.Name, svg)
	path := filepath.Join("testdata", name+"-"+d.Name+".svg")
	if *update {
		if err := os.WriteFile(path, svg, 0o666); err != nil {
			t.Error(err)
		}
		return
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Error(err)
	} else if !bytes.Equal(svg, want) {
		t.Errorf("%s differs from its golden; run with -update and look at it", path)
	}
}

// checkSVG reads the XML and the numbers in it.
func checkSVG(t *testing.T, name string, svg []byte) {
	t.Helper()
	decoder := xml.NewDecoder(bytes.NewReader(svg))
	found := map[string]int{}
	for {
		token, err := decoder.Token()
		if err == io.EOF {
			break
		}
		if err != nil {
			t.Errorf("%s: %v", name, err)
			return
		}
		if e, ok := token.(xml.StartElement); ok {
			found[e.Name.Local]++
			for _, a := range e.Attr {
				if strings.Contains(a.Value, "NaN") || strings.Contains(a.Value, "Inf") {
					t.Errorf("%s: %s of %s is %q", name, a.Name.Local, e.Name.Local, a.Value)
				}
			}
		}
	}
	for _, e := range []string{"svg", "title", "desc"} {
		if found[e] != 1 {
			t.Errorf("%s has %d <%s>", name, found[e], e)
		}
	}
}

// Rasterising is where a NaN would hang.
func TestPNG(t *testing.T) {
	within(t, func() {
		// One of each chart, since rasterising is slow under the race detector.
		var drawings []Drawing
		for _, c := range All() {
			drawn, _ := c.Draw(broken())
			drawings = append(drawings, drawn[0])
		}
		for _, d := range drawings {
			data, err := d.PNG()
			if err != nil {
				t.Error(err)
				continue
			}
			picture, err := png.DecodeConfig(bytes.NewReader(data))
			width, height := d.Size()
			if err != nil || float64(picture.Width) != width*dpi/72 || float64(picture.Height) != height*dpi/72 {
				t.Errorf("%s: %d × %d pixels, %v", d.Name, picture.Width, picture.Height, err)
			}
		}
	})
}

func TestNothingToDraw(t *testing.T) {
	for _, d := range []*reports.Data{nil, {}, {Scalings: make([]reports.Scaling, 2), Sweeps: make([]reports.Sweep, 2)},
		{Scalings: []reports.Scaling{{Workload: "spin", Series: []reports.ScalingSeries{{Executor: "serial"}}}},
			Sweeps: []reports.Sweep{{Workload: "spin", Series: []reports.SweepSeries{{Executor: "goroutines"}}}}}} {
		drawings, errs := Draw(d)
		if len(drawings) != 0 || len(errs) != len(All()) {
			t.Errorf("%+v: %d drawings, errors %v", d, len(drawings), errs)
		}
		for _, err := range errs {
			if !errors.Is(err, ErrNothing) {
				t.Error(err)
			}
		}
	}
}

func TestPanicBecomesError(t *testing.T) {
	draw := guard("bad", func(*reports.Data) ([]Drawing, error) { panic("boom") })
	if _, err := draw(&reports.Data{}); err == nil || !strings.Contains(err.Error(), "boom") {
		t.Error(err)
	}
	if _, err := (Drawing{Name: "bad", width: 1, height: 1, draw: func(*page) { panic("boom") }}).SVG(); err == nil {
		t.Error("no error")
	}
}

func TestLooksAreFixed(t *testing.T) {
	for _, d := range shapes() {
		for name, l := range looks(d) {
			if slot, ok := known[name]; ok && l != slots[slot] {
				t.Errorf("%s is drawn as %v", name, l)
			}
		}
	}
	if n := len(looks(manyExecutors())); n != len(slots) {
		t.Errorf("%d looks", n)
	}
}

func TestNamesAreUnique(t *testing.T) {
	d := unique([]Drawing{{Name: "a"}, {Name: "a"}, {Name: "a_2"}})
	if d[0].Name == d[1].Name || d[1].Name == d[2].Name || d[0].Name == d[2].Name {
		t.Error(d[0].Name, d[1].Name, d[2].Name)
	}
}

// Labels in the margin keep their order, stay apart and stay inside.
func TestStackUp(t *testing.T) {
	for _, ends := range [][]float64{{100, 100, 100, 100, 100}, {0, 0, 0, 0}, {500, 490, 480}, {10, 60, 110, 12}, {}} {
		var labels []direct
		for _, y := range ends {
			labels = append(labels, direct{end: pt{0, y}, details: []string{"x"}})
		}
		stackUp(labels, 20, 220)
		for i, l := range labels {
			if l.y-l.height()/2 < 20-1e-9 || l.y+l.height()/2 > 220+1e-9 {
				t.Errorf("%v: label %d at %g is outside", ends, i, l.y)
			}
			if i > 0 && labels[i-1].y-l.y < l.height()-1e-9 {
				t.Errorf("%v: labels %d and %d overlap", ends, i-1, i)
			}
		}
	}
}

func TestSlabs(t *testing.T) {
	s := slab{centre: pt{10, 10}, width: 10, height: 4}
	turned := slab{centre: pt{10, 10}, width: 10, height: 4, angle: 1.57079632679}
	for _, c := range []struct {
		what      string
		got, want bool
	}{
		{"crossing line", s.crosses(segment{pt{0, 0}, pt{20, 20}}), true},
		{"line above", s.crosses(segment{pt{0, 13}, pt{20, 13}}), false},
		{"line above, turned", turned.crosses(segment{pt{0, 13}, pt{20, 13}}), true},
		{"line inside", s.crosses(segment{pt{9, 10}, pt{11, 10}}), true},
		{"line that ends before", s.crosses(segment{pt{0, 10}, pt{4, 10}}), false},
		{"itself, turned", s.meets(turned), true},
		{"beside", s.meets(slab{centre: pt{21, 10}, width: 10, height: 4}), false},
		{"near the corner", s.meets(slab{centre: pt{16, 16}, width: 10, height: 4, angle: -0.785}), false},
	} {
		if c.got != c.want {
			t.Errorf("%s: %v", c.what, c.got)
		}
	}
}

// No two labels that were placed in a panel may overlap, whatever the data.
func TestCallsDoNotOverlap(t *testing.T) {
	for name, d := range shapes() {
		looks := looks(d)
		for _, s := range d.Sweeps {
			c := newCrossoverChart(d, s, looks)
			for _, n := range []*panel{c.above, c.below} {
				if n == nil {
					continue
				}
				for i := range n.spots {
					for j := range i {
						if n.spots[i].slab.meets(n.spots[j].slab) {
							t.Errorf("%s: labels %d and %d overlap", name, i, j)
						}
					}
				}
			}
		}
	}
}

func TestClean(t *testing.T) {
	for in, want := range map[string]string{"a\x00b\x1b[31m": "a?b?[31m", "a\u202eb": "a?b", "a\n\tb ": "a b", "\xff": "?", "µs": "µs"} {
		if got := words.OneLine(in); got != want {
			t.Errorf("clean(%q) = %q, want %q", in, got, want)
		}
	}
	if n := len([]rune(words.OneLine(strings.Repeat("x", 1e6)))); n > 201 {
		t.Errorf("%d characters", n)
	}
}
