package workloads

import (
	"context"
	"fmt"
	"math/bits"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Params say how large a job is.
type Params struct {
	Tasks   int               // number of tasks, at least 1
	Grain   time.Duration     // nominal useful work of one task, as calibrated alone on one worker; at least 0
	Units   int64             // kernel units that take Grain; at least 1 when the workload has a kernel, else ignored
	Axes    map[string]string // values of the axes of the workload, by name; an axis that is missing has its first value
	Seed    uint64            // all inputs follow from it
	Context context.Context   // ends a preparation that takes long; may be nil. A job does not keep it
	Dir     string            // an existing directory of the job's own, removed by the caller after Close; "" when the workload needs no files
}

// An Axis is something about a workload that is varied besides its grain.
type Axis struct {
	Name   string   // a lower-case word
	Doc    string   // one line, with the unit
	Values []string // of the standard grid, at least one; the first is what a point without this axis means
}

// Text is the value of axis a.
func (p Params) Text(a Axis) string {
	if value, ok := p.Axes[a.Name]; ok || len(a.Values) == 0 {
		return value
	}
	return a.Values[0]
}

// Count is the value of axis a as a whole number of at least 0.
func (p Params) Count(a Axis) (int, error) {
	n, err := strconv.Atoi(p.Text(a))
	if err != nil || n < 0 {
		return 0, fmt.Errorf("workloads: %s=%q is no count: give a whole number from 0", a.Name, p.Text(a))
	}
	return n, nil
}

// Within is the value of axis a as a whole number from least to most.
func (p Params) Within(a Axis, least, most int) (int, error) { return p.multiple(a, 1, least, most) }

// Multiple is the value of axis a as a multiple of unit from unit to most.
func (p Params) Multiple(a Axis, unit, most int) (int, error) { return p.multiple(a, unit, unit, most) }

// PowerOfTwo is the value of axis a as a power of two from least to most.
func (p Params) PowerOfTwo(a Axis, least, most int) (int, error) {
	n, err := p.Within(a, least, most)
	if err == nil && bits.OnesCount(uint(n)) != 1 {
		above := 1 << bits.Len(uint(n))
		err = fmt.Errorf("workloads: %s=%d is no power of two: give %d, %d and so on", a.Name, n, above/2, above)
	}
	return n, err
}

func (p Params) multiple(a Axis, unit, least, most int) (int, error) {
	n, err := strconv.Atoi(p.Text(a))
	if err == nil && n >= least && n <= most && n%unit == 0 {
		return n, nil
	}
	what := "whole number"
	if unit > 1 {
		what = fmt.Sprint("multiple of ", unit)
	}
	return 0, fmt.Errorf("workloads: %s=%q is out of range: give a %s from %d to %d", a.Name, p.Text(a), what, least, most)
}

// OneOf is the value of axis a, which must be one of those that it lists, or of others that
// the standard grid leaves out.
func (p Params) OneOf(a Axis, others ...string) (string, error) {
	value, known := p.Text(a), slices.Concat(a.Values, others)
	if !slices.Contains(known, value) {
		return "", fmt.Errorf("workloads: %s=%q is not known: give %s", a.Name, value, strings.Join(known, ", "))
	}
	return value, nil
}

// check refuses parameters that w cannot use.
func (p Params) check(w Workload) error {
	switch {
	case p.Grain < 0:
		return fmt.Errorf("workloads: negative grain %v", p.Grain)
	case w.Kernel != nil && p.Units < 1:
		return fmt.Errorf("workloads: %d kernel units a task; at least 1 is needed", p.Units)
	}
	for name := range p.Axes {
		if !slices.ContainsFunc(w.Axes, func(a Axis) bool { return a.Name == name }) {
			return fmt.Errorf("workloads: %s has no axis %q", w.Name, name)
		}
	}
	return nil
}
