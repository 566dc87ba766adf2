package cli

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"poolbench/bench/record"
	"poolbench/reports"
	"poolbench/reports/flame"
)

// profiles are the files that a run with passes leaves beside its record, or in passesDir,
// with what each is of.
var profiles = []struct{ file, of string }{
	{"cpu.pb.gz", "CPU time"}, {"heap.pb.gz", "allocations"}, {"mutex.pb.gz", "waiting for mutexes"}, {"block.pb.gz", "blocking"},
}

const passesDir = "passes"

// mostFlames bounds a report: one for each point of each profile, in the order of the Set.
const mostFlames = 12

// flames are the flame graphs of the points of a Set, from the profiles in a directory, which
// are cut by their labels; of a profile without such labels there is one of all. What cannot
// be read is an error beside the others.
func flames(set *reports.Set, dir string) (out []reports.Drawing, errs []error) {
	for _, sub := range []string{"", passesDir} {
		for _, of := range profiles {
			path := filepath.Join(dir, sub, of.file)
			content, err := os.ReadFile(path)
			if errors.Is(err, os.ErrNotExist) {
				continue
			}
			drawn, err := flamesOf(set, content, of.of, strings.TrimSuffix(of.file, ".pb.gz"))
			if err != nil {
				errs = append(errs, fmt.Errorf("%s: %w", path, err))
			}
			out = append(out, drawn...)
		}
	}
	return out[:min(len(out), mostFlames)], errs
}

func flamesOf(set *reports.Set, content []byte, what, file string) (out []reports.Drawing, err error) {
	profile, err := flame.Read(content)
	if err != nil {
		return nil, err
	}
	add := func(subject, title, name string, s flame.Selection) error {
		tree, err := flame.Of(profile, s)
		if err != nil {
			return err
		}
		t := flame.Title{Name: name, Text: fmt.Sprintf("%s: %s", title, what), Note: "A frame is as wide as its share of all samples; callers are above what they call."}
		out = append(out, reports.Drawing{Name: name, Section: reports.Where.Name, Subject: subject, Title: t.Text,
			Alt: "Flame graph of the " + what + " of " + title + ".", SVG: func() ([]byte, error) { return flame.SVG(tree, t), nil }})
		return nil
	}
	for i, p := range set.Points() {
		labels := map[string]string{}
		for _, axis := range []string{record.AxisExecutor, record.AxisWorkload, record.AxisWorkers, record.AxisGrain} {
			labels[axis] = p.Get(axis)
		}
		if err := add(p.Workload(), p.String(), fmt.Sprintf("flame-%s-%d", file, i+1), flame.Selection{Labels: labels}); err != nil && !errors.Is(err, flame.ErrEmpty) {
			return out, err
		}
	}
	if len(out) > 0 {
		return out, nil
	}
	if err := add("", "All that was profiled", "flame-"+file, flame.Selection{}); !errors.Is(err, flame.ErrEmpty) {
		return out, err
	}
	return nil, nil // nobody waited, say
}
