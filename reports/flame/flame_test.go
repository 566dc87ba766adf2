package flame

import (
	"bytes"
	"encoding/xml"
	"errors"
	"flag"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/pprof/profile"
)

var update = flag.Bool("update", false, "rewrite testdata")

// sampled is a profile of CPU time in ns; stacks are from the outermost in.
func sampled(samples map[string]int64) *profile.Profile {
	p := &profile.Profile{SampleType: []*profile.ValueType{{Type: "samples", Unit: "count"}, {Type: "cpu", Unit: "nanoseconds"}}}
	of := map[string]*profile.Location{}
	for stack, value := range samples {
		stack, labels, _ := strings.Cut(stack, "|")
		s := &profile.Sample{Value: []int64{1, value}, Label: map[string][]string{}}
		for name := range strings.SplitSeq(stack, ">") {
			if of[name] == nil {
				f := &profile.Function{ID: uint64(len(of) + 1), Name: name}
				p.Function = append(p.Function, f)
				of[name] = &profile.Location{ID: f.ID, Line: []profile.Line{{Function: f}}}
				p.Location = append(p.Location, of[name])
			}
			s.Location = append([]*profile.Location{of[name]}, s.Location...)
		}
		if key, v, ok := strings.Cut(labels, "="); ok {
			s.Label[key] = []string{v}
		}
		p.Sample = append(p.Sample, s)
	}
	return p
}

var (
	base = map[string]int64{
		"main.main>example.org/m/work.(*Job).Run>runtime.mallocgc|executor=goroutines": 3e8,
		"main.main>example.org/m/work.(*Job).Run>work.sum[go.shape.int]":               5e8,
		"main.main>net.(*conn).Read|executor=processes":                                2e8,
	}
	head = map[string]int64{
		"main.main>example.org/m/work.(*Job).Run>runtime.mallocgc|executor=goroutines": 6e8,
		"main.main>example.org/m/work.(*Job).Run>work.sum[go.shape.int]":               5e8,
		"main.main>encode <&\"'> \x00\xff":                                             1e8,
	}
)

func tree(t *testing.T, samples map[string]int64, s Selection) *Tree {
	t.Helper()
	out, err := Of(sampled(samples), s)
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func TestTree(t *testing.T) {
	all := tree(t, base, Selection{})
	run := all.Root.find("main.main").find("example.org/m/work.(*Job).Run")
	if all.Root.Value != 1e9 || run == nil || run.Value != 8e8 || all.Depth != 3 || all.Type != "cpu" {
		t.Errorf("%+v, %+v", all, run)
	}
	if one := tree(t, base, Selection{Labels: map[string]string{"executor": "processes"}}); one.Root.Value != 2e8 {
		t.Errorf("of processes: %d", one.Root.Value)
	}
	if counted := tree(t, base, Selection{Type: "samples"}); counted.Root.Value != 3 {
		t.Errorf("samples: %d", counted.Root.Value)
	}
	_, err := Of(sampled(base), Selection{Labels: map[string]string{"executor": "none"}})
	if !errors.Is(err, ErrEmpty) {
		t.Errorf("no samples: %v", err)
	}
	if _, err := Of(sampled(base), Selection{Type: "heap"}); err == nil || !strings.Contains(err.Error(), "samples, cpu") {
		t.Errorf("another type: %v", err)
	}
	if _, err := Read([]byte("no profile")); err == nil {
		t.Error("no profile was read")
	}
}

// The pictures are as they were, and well-formed whatever names a profile has.
func TestPictures(t *testing.T) {
	between, err := Between(tree(t, base, Selection{}), tree(t, head, Selection{}), Title{Name: "flame-difference", Text: "CPU time of head against base", Note: "spin, goroutines × 2"})
	if err != nil {
		t.Fatal(err)
	}
	for name, svg := range map[string][]byte{
		"flame.svg":      SVG(tree(t, base, Selection{}), Title{Name: "flame-cpu", Text: "CPU time of goroutines × 2 on spin", Note: "1.00 s of CPU time"}),
		"difference.svg": between,
	} {
		wellFormed(t, svg)
		path := filepath.Join("testdata", name)
		if *update {
			if err := os.WriteFile(path, svg, 0o644); err != nil {
				t.Fatal(err)
			}
		}
		want, err := os.ReadFile(path)
		if err != nil || !bytes.Equal(svg, want) {
			t.Errorf("%s is another picture (rewrite with -update): %v", name, err)
		}
	}
	if !strings.Contains(string(between), "+20.0 %") {
		t.Error("the change of the total is not in the title")
	}
}

func wellFormed(t *testing.T, svg []byte) {
	t.Helper()
	d := xml.NewDecoder(bytes.NewReader(svg))
	for {
		if _, err := d.Token(); err == io.EOF {
			return
		} else if err != nil {
			t.Fatalf("%v in %s", err, svg)
		}
	}
}

// More is red, less is blue, the same is grey.
func TestColours(t *testing.T) {
	for change, want := range map[float64]string{0: "#C8CED4", fullChange: "#E55848", 1: "#E55848", -fullChange: "#5296D6"} {
		if got := diverging(change); got != want {
			t.Errorf("%v: %s, want %s", change, got, want)
		}
	}
}

func TestOthersDoNotCompare(t *testing.T) {
	a, b := tree(t, base, Selection{}), tree(t, base, Selection{Type: "samples"})
	if _, err := Between(a, b, Title{}); err == nil {
		t.Error("time and counts were compared")
	}
}

// Whatever is read as a profile is drawn, or refused.
func FuzzProfile(f *testing.F) {
	var b bytes.Buffer
	if err := sampled(head).Write(&b); err != nil {
		f.Fatal(err)
	}
	f.Add(b.Bytes())
	f.Add([]byte("x"))
	f.Fuzz(func(t *testing.T, content []byte) {
		p, err := Read(content)
		if err != nil {
			return
		}
		if tree, err := Of(p, Selection{}); err == nil {
			wellFormed(t, SVG(tree, Title{Name: "f"}))
		}
	})
}
