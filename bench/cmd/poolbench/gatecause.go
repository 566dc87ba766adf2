package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"time"

	"poolbench/bench"
	"poolbench/bench/internal/program"
	"poolbench/reports/flame"
	"poolbench/reports/gate"
	"poolbench/reports/words"
)

// Profiles for the causes have a part of the budget, beyond it; the least is for each profile.
const (
	causeShare = 5
	leastCause = 10 * time.Second
	mostCause  = 30 * time.Second
)

// causeDir has the profiles and flame graphs, in the directory of the comparison.
const causeDir = "cause"

// findCauses profiles what regressed, says in the report what the cause is, and leaves the
// profiles with the flame graphs of their differences.
func (f *buildFlags) findCauses(ctx context.Context, m bench.Comparison, r *gate.Report, progress *gateProgress) error {
	dir := filepath.Join(f.out, causeDir)
	if err := os.RemoveAll(dir); err != nil { // of an earlier run
		return err
	}
	profiler, ok := m.(bench.Profiler)
	if !ok || !f.cause {
		return nil
	}
	var symptoms []bench.Symptom
	profiled := map[string]bool{} // variants of -cpu are benchmarks of their own here, too
	for _, c := range r.Cases {   // the worst first
		if kind := profiler.Profiles(c.Unit); c.Verdict == gate.Regressed && kind != "" {
			symptoms = append(symptoms, bench.Symptom{Point: c.Point(), Unit: c.Unit})
			profiled[kind+" "+c.Point().Full()] = true
		}
	}
	if len(symptoms) == 0 {
		return nil
	}
	budget := min(mostCause, max(leastCause*time.Duration(len(profiled)), f.budget/causeShare))
	progress.stage(fmt.Sprintf("profiling %s for the cause, %v at most", words.Count(r.Benchmarks(gate.Regressed), "benchmark"), budget))
	file, err := os.OpenFile(f.path(), os.O_APPEND|os.O_WRONLY, 0)
	if err != nil {
		return err
	}
	e, err := bench.Explain(ctx, profiler, bench.ExplainConfig{Symptoms: symptoms, Budget: budget, Out: file})
	if closed := file.Close(); err == nil {
		err = closed
	}
	r.Warnings = append(r.Warnings, e.Warnings...)
	r.Explain(e.Profiles, e.Functions)
	for i, merged := range e.Merged {
		if err == nil {
			err = leaveCause(dir, i+1, merged, profiler, r)
		}
	}
	return err
}

var noFileName = regexp.MustCompile(`[^\pL\pN_.=-]+`)

// leaveCause writes the profiles of a benchmark and the flame graph of their difference, whose
// path is told with the cause.
func leaveCause(dir string, number int, m bench.MergedProfile, profiler bench.Profiler, r *gate.Report) error {
	name := fmt.Sprintf("%d-%s-%s", number, strings.Trim(noFileName.ReplaceAllString(m.Point.Name(), "-"), "-."), m.Kind)
	if err := os.MkdirAll(dir, 0o777); err != nil {
		return err
	}
	var trees [2]*flame.Tree
	for s, side := range []string{"base", "head"} {
		if err := program.WriteFile(filepath.Join(dir, name+"-"+side+".pb.gz"), m.Sides[s]); err != nil {
			return err
		}
		p, err := flame.Read(m.Sides[s])
		if err == nil {
			trees[s], err = flame.Of(p, flame.Selection{})
		}
		if err != nil {
			return nil // without samples there is no picture
		}
	}
	svg, err := flame.Between(trees[0], trees[1], flame.Title{Name: "cause", Text: m.Point.Name() + ", head against base",
		Note: "A frame is as wide as its share of the samples of head; red has a larger share than in base, blue a smaller one."})
	if err != nil {
		return err
	}
	path := filepath.Join(dir, name+".svg")
	if err := program.WriteFile(path, svg); err != nil {
		return err
	}
	for i := range r.Causes {
		c := &r.Causes[i]
		if c.Point() == m.Point && profiler.Profiles(c.Unit) == m.Kind {
			c.Flame = filepath.ToSlash(path)
		}
	}
	return nil
}
