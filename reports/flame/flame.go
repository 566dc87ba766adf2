// Package flame draws profiles (github.com/google/pprof/profile, imported here and nowhere
// else in reports) as flame graphs: pure functions from profiles to SVG.
//
//  1. A Tree is the samples of a profile by their stacks, the functions from the outermost in.
//  2. SVG draws one: a frame is as wide as its share of all samples, and stands below those
//     that it calls.
//  3. Between draws the difference of two of them: a frame is as wide as in the second, and
//     its colour says how much more or less of all samples it has there than in the first.
//
// The picture is one file, readable on light and on dark, without a script: each frame has a
// title that is shown where the pointer is.
package flame

import (
	"cmp"
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"

	"github.com/google/pprof/profile"
)

// ErrEmpty marks the error of a profile without samples of what was asked for.
var ErrEmpty = errors.New("no samples")

// A Selection says which samples of a profile are drawn. The zero value is all of them, by the
// type that the profile has as its default, else the last.
type Selection struct {
	Type   string            // of the sample's value, as in "cpu" or "alloc_space"
	Labels map[string]string // values that samples must have: "executor": "processes"
}

// A Tree is samples by their stacks.
type Tree struct {
	Unit  string // of the values: "nanoseconds", "bytes", "count"
	Type  string // what they are: "cpu"
	Root  Frame  // all of them, without a name
	Depth int    // of the deepest frame below the root
}

// A Frame is a function called along one path.
type Frame struct {
	Name     string
	Value    int64 // of the samples in it and in what it calls; at least 0
	Children []*Frame
}

// child is the one of a name, made where there is none.
func (f *Frame) child(name string) *Frame {
	for _, c := range f.Children {
		if c.Name == name {
			return c
		}
	}
	c := &Frame{Name: name}
	f.Children = append(f.Children, c)
	return c
}

// find is the child of a name; nil without one, or without a frame.
func (f *Frame) find(name string) *Frame {
	if f == nil {
		return nil
	}
	if i := slices.IndexFunc(f.Children, func(c *Frame) bool { return c.Name == name }); i >= 0 {
		return f.Children[i]
	}
	return nil
}

// sort puts children in the order of their names, so that equal profiles give equal pictures
// and what is left of a frame is there in both of two.
func (f *Frame) sort() (depth int) {
	slices.SortFunc(f.Children, func(a, b *Frame) int { return cmp.Compare(a.Name, b.Name) })
	for _, c := range f.Children {
		depth = max(depth, 1+c.sort())
	}
	return depth
}

// Of is the tree of a profile, which it does not change. Samples below 0, as in a difference
// of two profiles, count as none.
func Of(p *profile.Profile, s Selection) (*Tree, error) {
	i, err := valueIndex(p, s.Type)
	if err != nil {
		return nil, err
	}
	t := &Tree{Unit: p.SampleType[i].Unit, Type: p.SampleType[i].Type}
	for _, sample := range p.Sample {
		value := sample.Value[i]
		if value <= 0 || !s.wants(sample) {
			continue
		}
		if value > math.MaxInt64-t.Root.Value {
			return nil, fmt.Errorf("flame: the values of %s add up to more than there are numbers", t.Type)
		}
		at := &t.Root
		at.Value += value
		for _, name := range stackOf(sample) {
			at = at.child(name)
			at.Value += value
		}
	}
	if t.Root.Value == 0 {
		return nil, fmt.Errorf("flame: %w of %s%s", ErrEmpty, t.Type, s.labels())
	}
	t.Depth = t.Root.sort()
	return t, nil
}

// Read is the profile in a file's content, as runtime/pprof writes it.
func Read(content []byte) (*profile.Profile, error) {
	p, err := profile.ParseData(content)
	if err != nil {
		return nil, fmt.Errorf("flame: this is no profile of pprof: %w", err)
	}
	return p, nil
}

func (s Selection) wants(sample *profile.Sample) bool {
	for label, value := range s.Labels {
		if !slices.Contains(sample.Label[label], value) {
			return false
		}
	}
	return true
}

// labels are those of a selection, for errors: " with executor=processes".
func (s Selection) labels() string {
	var all []string
	for label, value := range s.Labels {
		all = append(all, label+"="+value)
	}
	if slices.Sort(all); len(all) == 0 {
		return ""
	}
	return " with " + strings.Join(all, ", ")
}

func valueIndex(p *profile.Profile, name string) (int, error) {
	if len(p.SampleType) == 0 {
		return 0, fmt.Errorf("flame: %w: the profile has no types of values", ErrEmpty)
	}
	var known []string
	for i, t := range p.SampleType {
		if t.Type == cmp.Or(name, p.DefaultSampleType) {
			return i, nil
		}
		known = append(known, t.Type)
	}
	if name != "" {
		return 0, fmt.Errorf("flame: the profile has no values %q: it has %s", name, strings.Join(known, ", "))
	}
	return len(p.SampleType) - 1, nil
}

// deepest is how many frames of a stack are drawn: those beyond are in the last one.
const deepest = 64

// stackOf are the functions of a sample, from the outermost in, with those that were inlined.
func stackOf(sample *profile.Sample) (names []string) {
	for _, l := range slices.Backward(sample.Location) {
		if len(l.Line) == 0 {
			names = append(names, fmt.Sprintf("%#x", l.Address))
		}
		for _, line := range slices.Backward(l.Line) {
			name := "?"
			if line.Function != nil {
				name = cmp.Or(line.Function.Name, name)
			}
			names = append(names, name)
		}
	}
	return names[:min(len(names), deepest)]
}
