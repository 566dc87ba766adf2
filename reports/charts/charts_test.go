package charts

import (
	"bytes"
	"errors"
	"flag"
	"fmt"
	"image/png"
	"maps"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"

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

// The marks of every picture are as in testdata/<shape>.txt.
func TestGolden(t *testing.T) {
	all := map[string]*reports.Set{"runtimes": several()}
	for name, f := range shapes() {
		all[name] = f.set()
	}
	for _, name := range slices.Sorted(maps.Keys(all)) {
		t.Run(name, func(t *testing.T) {
			within(t, func() {
				drawings, errs := Draw(all[name], All()...)
				for _, err := range errs {
					if !errors.Is(err, ErrNothing) {
						t.Error(err)
					}
				}
				var marks strings.Builder
				for _, d := range drawings {
					svg, err := d.SVG()
					if err != nil {
						t.Error(err)
						continue
					}
					if again, _ := d.SVG(); !bytes.Equal(svg, again) {
						t.Errorf("%s: two renderings differ", d.Name)
					}
					fmt.Fprintf(&marks, "%s\n%s\n%s\n", d.Name, d.Alt, marksOf(t, d.Name, svg))
				}
				golden(t, name+".txt", []byte(marks.String()))
			})
		})
	}
}

// One picture of each chart is kept whole.
func TestWholeSVG(t *testing.T) {
	for _, c := range All() {
		drawings, errs := Draw(eightCores().set(), c)
		if len(drawings) != 1 || errs != nil {
			t.Fatal(len(drawings), errs)
		}
		svg, err := drawings[0].SVG()
		if err != nil {
			t.Fatal(err)
		}
		golden(t, c.Name+".svg", svg)
	}
}

func golden(t *testing.T, name string, got []byte) {
	t.Helper()
	path := filepath.Join("testdata", name)
	if *update {
		if err := os.WriteFile(path, got, 0o666); err != nil {
			t.Error(err)
		}
		return
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Error(err)
	} else if !bytes.Equal(got, want) {
		t.Errorf("%s is another one now; run with -update and look at the picture", path)
	}
}

// Rasterising is where a NaN would hang.
func TestPNG(t *testing.T) {
	within(t, func() {
		// One of each chart, since rasterising is slow under the race detector.
		for _, c := range All() {
			drawn, _ := Draw(broken().set(), c)
			data, err := drawn[0].PNG()
			if err != nil {
				t.Error(err)
				continue
			}
			picture, err := png.DecodeConfig(bytes.NewReader(data))
			if err != nil || picture.Width != pageWidth*dpi/72 || picture.Height%8 != 0 {
				t.Errorf("%s: %d × %d pixels, %v", c.Name, picture.Width, picture.Height, err)
			}
		}
	})
}

// No range of values that an axis shows makes a tick search long, or panics.
func TestTicksEnd(t *testing.T) {
	within(t, func() {
		values := []float64{0, 1, -1, 1e-300, 1e-17, 1e17, -1e17, 1 + 1e-15, math.NaN(), math.Inf(1), math.Inf(-1), 1e300, 5e-324, 0.3}
		for _, base := range []float64{0, 2, 10} {
			for _, a := range values {
				for _, b := range values {
					axis := Axis{Base: base}.over([]float64{a, b})
					ticks := axis.ticks()
					if len(ticks) > 200 {
						t.Errorf("base %g, from %g to %g: %d ticks", base, a, b, len(ticks))
					}
					if !(axis.lo < axis.hi) || base > 0 && axis.lo <= 0 {
						t.Errorf("base %g, from %g to %g: %g to %g", base, a, b, axis.lo, axis.hi)
					}
				}
			}
		}
	})
}

func TestNothingToDraw(t *testing.T) {
	for _, f := range []*fixture{{}, {Scalings: make([]reports.Scaling, 2), Sweeps: make([]reports.Sweep, 2)},
		{Scalings: []reports.Scaling{{Workload: "spin", Series: []reports.ScalingSeries{{Pool: reports.Pool{Executor: "serial"}}}}},
			Sweeps: []reports.Sweep{{Workload: "spin", Series: []reports.SweepSeries{{Pool: reports.Pool{Executor: "goroutines"}}}}}}} {
		set := f.set()
		drawings, errs := Draw(set, All()...)
		if len(drawings) != 0 || len(errs) != len(All()) {
			t.Errorf("%+v: %d drawings, errors %v", set, len(drawings), errs)
		}
		for _, err := range errs {
			if !errors.Is(err, ErrNothing) {
				t.Error(err)
			}
		}
	}
}

func TestPanicBecomesError(t *testing.T) {
	bad := Chart{Name: "bad", Draw: func(*reports.Set) ([]reports.Drawing, error) { panic("boom") }}
	drawings, errs := Draw((&fixture{}).set(), bad, Speedup)
	if len(errs) != 2 || !strings.Contains(errs[0].Error(), "bad: drawing panicked: boom") || len(drawings) != 0 {
		t.Error(drawings, errs)
	}
	bomb := Axis{Label: func(float64) string { panic("boom") }}
	d := Picture{Panels: []Panel{{X: bomb, Y: bomb}}}.Drawing()
	if _, err := d.SVG(); err == nil {
		t.Error("no error")
	}
	if _, err := d.PNG(); err == nil {
		t.Error("no error")
	}
}

func TestLooksAreFixed(t *testing.T) {
	for _, f := range shapes() {
		for name, l := range Looks(f.set()) {
			if slot, ok := known[name]; ok && l != slots[slot] {
				t.Errorf("%s is drawn as %v", name, l)
			}
		}
	}
	if n := len(Looks(manyExecutors().set())); n != len(slots) {
		t.Errorf("%d looks", n)
	}
}

// However many executors there are, all are drawn and told; but the ledger has a bar for as
// many pools as fit, and a table beside it for the others.
func TestAllAreDrawn(t *testing.T) {
	charts := slices.DeleteFunc(All(), func(c Chart) bool { return c.Name == Ledger.Name })
	drawings, errs := Draw(twelve().set(), charts...)
	if len(drawings) != len(charts) || errs != nil {
		t.Fatal(len(drawings), errs)
	}
	for _, d := range drawings {
		svg, err := d.SVG()
		if err != nil {
			t.Fatal(err)
		}
		panels := strings.Count(d.Name, "crossover") + 1
		for _, s := range twelve().Scalings[0].Series {
			name := s.Label()
			if !strings.Contains(d.Alt, name+": ") {
				t.Errorf("%s: nothing is said of %s", d.Name, name)
			}
			if n := strings.Count(string(svg), ">"+name[:4]); n != panels {
				t.Errorf("%s: %s has %d panels", d.Name, name, n)
			}
		}
	}
}

// A record with absurdly many executors gives a page of bounded length, which says
// what is not on it.
func TestFarTooMany(t *testing.T) {
	f := pair()
	one := f.Scalings[0].Series[0]
	for i := range 3 * mostSeries {
		one.Executor = fmt.Sprint("executor ", i)
		f.Scalings[0].Series = append(f.Scalings[0].Series, one)
	}
	p, _ := speedup(f.set(), f.Scalings[:1], nil)
	svg, err := p.Drawing().SVG()
	if err != nil || !strings.Contains(string(svg), "130 more are not drawn") || len(p.Panels[0].Series) != mostSeries {
		t.Error(len(p.Panels[0].Series), err)
	}
}

func TestNamesAreUnique(t *testing.T) {
	same := Chart{Name: "same", Section: "which", Draw: func(*reports.Set) ([]reports.Drawing, error) {
		return []reports.Drawing{{Name: "a"}, {Name: "a"}, {Name: "a_2"}}, nil
	}}
	drawings, _ := Draw((&fixture{}).set(), same, same)
	seen := map[string]bool{}
	for _, d := range drawings {
		if seen[d.Name] || d.Section != "which" {
			t.Error(d.Name, d.Section)
		}
		seen[d.Name] = true
	}
	if len(seen) != 6 {
		t.Error(seen)
	}
}

// Labels in the margin keep their order, stay apart and stay inside.
func TestStackUp(t *testing.T) {
	for _, ends := range [][]vg.Length{{100, 100, 100, 100, 100}, {0, 0, 0, 0}, {500, 490, 480}, {10, 60, 110, 12}, {}} {
		var labels []direct
		for _, y := range ends {
			labels = append(labels, direct{end: vg.Point{Y: y}, text: named(Series{Name: "x"}, "x")})
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
	at := func(x, y vg.Length) vg.Point { return vg.Point{X: x, Y: y} }
	s := slab{centre: at(10, 10), width: 10, height: 4}
	turned := slab{centre: at(10, 10), width: 10, height: 4, angle: 1.57079632679}
	for _, c := range []struct {
		what      string
		got, want bool
	}{
		{"crossing line", s.meets(piece(at(0, 0), at(20, 20))), true},
		{"line above", s.meets(piece(at(0, 13), at(20, 13))), false},
		{"line above, turned", turned.meets(piece(at(0, 13), at(20, 13))), true},
		{"line inside", s.meets(piece(at(9, 10), at(11, 10))), true},
		{"line that ends before", s.meets(piece(at(0, 10), at(4, 10))), false},
		{"itself, turned", s.meets(turned), true},
		{"beside", s.meets(slab{centre: at(21, 10), width: 10, height: 4}), false},
		{"near the corner", s.meets(slab{centre: at(16, 16), width: 10, height: 4, angle: -0.785}), false},
	} {
		if c.got != c.want {
			t.Errorf("%s: %v", c.what, c.got)
		}
	}
}

// Every place that is free is used: a label without a leader does not block others.
func TestManyLabelsFindPlaces(t *testing.T) {
	land := terrain{bounds: vg.Rectangle{Max: vg.Point{X: 100, Y: 100}}}
	for i := range 3 {
		spots := anywhere(land.bounds, 20, 10, func(left, _, _, _ vg.Length) vg.Length { return left })
		if _, free := land.put(spots); !free {
			t.Errorf("no place for label %d", i)
		}
	}
}

// No two labels that were placed in a panel may overlap, whatever the data.
func TestCallsDoNotOverlap(t *testing.T) {
	for name, f := range shapes() {
		set := f.set()
		for _, s := range reports.HeadlineSweeps(set) {
			p, why := crossover(set, []reports.Sweep{s}, Looks(set))
			if why != "" {
				continue
			}
			for i, n := range p.Panels {
				p.Panels[i] = n.fit()
			}
			canvas := draw.Canvas{Rectangle: vg.Rectangle{Max: vg.Point{X: pageWidth, Y: p.height()}}}
			for _, v := range sheet(p.Panels).views(canvas) {
				v.plan()
				for i := range v.land.labels {
					for j := range i {
						if v.land.labels[i].meets(v.land.labels[j]) {
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
		if got := clean(in); got != want {
			t.Errorf("clean(%q) = %q, want %q", in, got, want)
		}
	}
	if n := len([]rune(words.OneLine(strings.Repeat("x", 1e6)))); n > 201 {
		t.Errorf("%d characters", n)
	}
}
