package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"gonum.org/v1/gonum/stat/distuv"

	"poolbench/bench/host"
	"poolbench/bench/record"
	"poolbench/reports/gate"
	"poolbench/reports/words"
)

// An outcome is what one run said; it is kept in a file.
type outcome struct {
	Run       int      `json:"run"`
	Target    string   `json:"target"` // the benchmark that was changed
	Change    float64  `json:"change"` // percent
	ExitCode  int      `json:"exit_code"`
	Outcome   string   `json:"outcome"`
	Headline  string   `json:"headline"`
	Regressed []string `json:"regressed"` // in time
	Improved  []string `json:"improved"`  // in time
	Others    []string `json:"others"`    // regressed in another unit, with the unit
	Passed    bool     `json:"passed"`    // the changed benchmark was shown not to be slower by the limit
	Excluded  bool     `json:"excluded"`  // and its interval does not hold the planted change
	Usual     *usual   `json:"usual"`
	Seconds   float64  `json:"seconds"`
}

// usual is what the usual method says of the same data.
type usual struct {
	Slower []string `json:"slower"`
	Faster []string `json:"faster"`
}

// verdict is the part of verdict.json that we need.
type verdict struct {
	Outcome  string `json:"outcome"`
	Headline string `json:"headline"`
	Results  []struct {
		Name    string `json:"name"`
		Unit    string `json:"unit"`
		Verdict string `json:"verdict"`
		Ratio   *struct {
			Low  *float64 `json:"low"`
			High *float64 `json:"high"`
		} `json:"ratio"`
	} `json:"results"`
}

// oneRun makes the commits, runs the gate and reads what it said, or only reads what
// an earlier call kept.
func oneRun(ctx context.Context, c *config, r *repository, targets []string, i int) (outcome, error) {
	rng := rand.New(rand.NewPCG(c.seed, uint64(i)))
	target := targets[rng.IntN(len(targets))]
	dir := filepath.Join(c.out, fmt.Sprintf("run-%03d", i+1))
	kept := filepath.Join(dir, "outcome.json")
	var o outcome
	if text, err := os.ReadFile(kept); err == nil {
		if err := json.Unmarshal(text, &o); err != nil {
			return o, fmt.Errorf("%s: %w", kept, err)
		}
		if o.Target != target || o.Change != c.change {
			return o, fmt.Errorf("%s is of another series: give another -out", kept)
		}
		return o, nil
	} else if !errors.Is(err, fs.ErrNotExist) {
		return o, err
	}
	if err := r.prepare(ctx, c, target); err != nil {
		return o, err
	}
	if err := os.MkdirAll(dir, 0o777); err != nil {
		return o, err
	}
	start := time.Now()
	code, err := runGate(ctx, c, r, dir, rng.Uint64N(1<<32))
	if err != nil {
		return o, err
	}
	o = outcome{Run: i + 1, Target: target, Change: c.change, ExitCode: code, Seconds: time.Since(start).Seconds()}
	if err := o.read(filepath.Join(dir, "verdict.json")); err != nil {
		return o, err
	}
	if err := o.compare(filepath.Join(dir, "comparison.txt")); err != nil {
		return o, err
	}
	text, err := json.MarshalIndent(o, "", "  ")
	if err != nil {
		return o, err
	}
	return o, os.WriteFile(kept, append(text, '\n'), 0o666)
}

// runGate runs the program and returns its exit code; 0, 1, 3 and 4 are verdicts.
func runGate(ctx context.Context, c *config, r *repository, dir string, seed uint64) (int, error) {
	log, err := os.Create(filepath.Join(dir, "gate.txt"))
	if err != nil {
		return 0, err
	}
	defer log.Close()
	gate, err := host.Run(ctx, host.Command{
		Name: c.poolbench,
		Args: []string{"gate", "-base", "base", "-head", "head", "-pkg", c.packages, "-bench", c.bench,
			"-budget", c.budget.String(), "-seed", strconv.FormatUint(seed, 10), "-all", "-out", dir, "-ci", "none"},
		Dir: r.dir, Stdout: log, Stderr: log, Grace: 30 * time.Second,
	})
	if gate == nil {
		return 0, err
	}
	if ctx.Err() != nil {
		return 0, errors.New("interrupted")
	}
	switch code := gate.ExitCode(); code {
	case 0, 1, 3, 4:
		return code, nil
	}
	return 0, fmt.Errorf("%w; its words are in %s", err, log.Name())
}

// read takes over what the gate said.
func (o *outcome) read(path string) error {
	text, err := os.ReadFile(path)
	if err != nil {
		return fmt.Errorf("the gate left no verdict, see gate.txt beside it: %w", err)
	}
	var v verdict
	if err := json.Unmarshal(text, &v); err != nil {
		return fmt.Errorf("%s: %w", path, err)
	}
	o.Outcome, o.Headline = v.Outcome, v.Headline
	for _, result := range v.Results {
		name := "Benchmark" + bare(result.Name)
		if result.Unit != "sec/op" {
			// More iterations allocate more, which is seen without any statistics.
			if result.Verdict == "regressed" && !(o.Change != 0 && o.isTarget(name)) {
				o.Others = append(o.Others, name+" "+result.Unit)
			}
			continue
		}
		switch result.Verdict {
		case "regressed":
			o.Regressed = append(o.Regressed, name)
		case "improved":
			o.Improved = append(o.Improved, name)
		case "no change shown":
			if o.isTarget(name) {
				o.Passed = true
				truth := 1 + o.Change/100
				if r := result.Ratio; r != nil && r.Low != nil && r.High != nil && (*r.Low > truth || *r.High < truth) {
					o.Excluded = true
				}
			}
		}
	}
	return nil
}

// compare asks the usual method about the same data.
func (o *outcome) compare(path string) error {
	rec, err := record.ReadFile(path)
	if err != nil {
		return err
	}
	u := gate.Replay(rec, gate.Options{}).Usual()
	if u.Judged == 0 {
		return nil
	}
	o.Usual = &usual{}
	for _, p := range u.Slower {
		o.Usual.Slower = append(o.Usual.Slower, p.Full())
	}
	for _, p := range u.Faster {
		o.Usual.Faster = append(o.Usual.Faster, p.Full())
	}
	return nil
}

func (o *outcome) isTarget(name string) bool {
	return name == o.Target || strings.HasPrefix(name, o.Target+"/")
}

// regressedOther reports whether anything but the time of the target regressed.
func (o *outcome) regressedOther() bool {
	return len(o.Others) > 0 || slices.ContainsFunc(o.Regressed, func(name string) bool { return !o.isTarget(name) })
}

func (o outcome) String() string {
	var text strings.Builder
	fmt.Fprintf(&text, "run %3d  exit %d  %3.0f s  %s", o.Run, o.ExitCode, o.Seconds, o.Headline)
	if o.Change != 0 {
		fmt.Fprintf(&text, " Planted: %+g %% in %s.", o.Change, o.Target)
	}
	for _, n := range append(o.Regressed, o.Others...) {
		text.WriteString(" Regressed: " + n + ".")
	}
	return text.String()
}

// summary is the rates that a series of runs was made for.
func summary(runs []outcome, c *config) string {
	var b strings.Builder
	of := func(runs []outcome, label string, is func(outcome) bool) {
		k := 0
		for _, o := range runs {
			if is(o) {
				k++
			}
		}
		fmt.Fprintf(&b, "%-44s %s\n", label, rate(k, len(runs)))
	}
	line := func(label string, is func(outcome) bool) { of(runs, label, is) }
	found := func(o outcome) bool { return slices.ContainsFunc(o.Regressed, o.isTarget) }
	flagged := func(o outcome) bool { return o.regressedOther() }
	seconds := 0.0
	for _, o := range runs {
		seconds += o.Seconds
	}
	fmt.Fprintf(&b, "\n%s of %s, %.0f s each with building\n", words.Count(len(runs), "run"), filepath.Base(c.module), seconds/float64(len(runs)))
	switch {
	case c.change == 0:
		line("false alarms (exit 1)", func(o outcome) bool { return o.ExitCode == 1 })
	case c.change > 0:
		line("exit 1 naming exactly that benchmark's time", func(o outcome) bool { return found(o) && !flagged(o) && o.ExitCode == 1 })
		line("slowed down benchmark found", found)
		line("another benchmark flagged", flagged)
		line("passed with an interval without the truth", func(o outcome) bool { return o.Excluded })
	default:
		line("improved, exit 0", func(o outcome) bool { return slices.ContainsFunc(o.Improved, o.isTarget) && o.ExitCode == 0 })
		line("another benchmark flagged", flagged)
	}
	line("inconclusive", func(o outcome) bool { return o.Outcome == "inconclusive" })
	line("controls or a benchmark failed", func(o outcome) bool { return slices.Contains([]string{"void", "failed", "not comparable"}, o.Outcome) })
	usual := slices.DeleteFunc(slices.Clone(runs), func(o outcome) bool { return o.Usual == nil })
	if len(usual) > 0 {
		of(usual, "usual method on the same data: some slower", func(o outcome) bool { return len(o.Usual.Slower) > 0 })
	}
	return b.String()
}

// rate is "3 of 100 [0.6 %, 8.5 %]": with Clopper and Pearson's exact 95 % interval.
func rate(k, n int) string {
	low, high := 0.0, 1.0
	if k > 0 {
		low = distuv.Beta{Alpha: float64(k), Beta: float64(n - k + 1)}.Quantile(0.025)
	}
	if k < n {
		high = distuv.Beta{Alpha: float64(k + 1), Beta: float64(n - k)}.Quantile(0.975)
	}
	return fmt.Sprintf("%d of %d [%.1f %%, %.1f %%]", k, n, 100*low, 100*high)
}
