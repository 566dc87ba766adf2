package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"poolbench/bench/record"
	"poolbench/reports"
	"poolbench/reports/gate"
)

// failOn are the outcomes besides a regression that -fail-on can name.
var failOn = []string{"inconclusive", "missing"}

// gateFlags are the flags of gate as typed.
type gateFlags struct {
	limit           percent
	across          bool
	failOn, summary string
	rules, history  string
	style           styleFlag
	builds          buildFlags
	ci              ciFlags

	failing []string
	text    reports.TextOptions
}

func addGateFlags(c *invocation) *gateFlags {
	f := &gateFlags{limit: percent(gate.DefaultSlowdown)}
	c.flags.Var(&f.limit, "limit", "smallest slowdown that counts, such as `5%`")
	c.flags.BoolVar(&f.across, "across-machines", false, "compare two records although machine or Go version differ")
	c.flags.StringVar(&f.failOn, "fail-on", "", "`outcomes` that fail too: inconclusive (exit 4), missing (exit 3)")
	c.flags.StringVar(&f.summary, "summary", "", "`file` to write the verdicts to as Markdown")
	c.flags.StringVar(&f.rules, "rules", "", "`file` with limits and accepted regressions of single benchmarks (default "+gate.RulesFile+" if it is there)")
	c.flags.StringVar(&f.history, "history", "", "`directory` to keep the results of each commit in, and to look for lasting changes in; by itself it is only looked at")
	f.builds.add(c)
	f.ci.add(c)
	f.style = addStyleFlag(c)
	return f
}

// runGate judges two builds (-base …), two records, or one comparison that was
// measured before.
func runGate(ctx context.Context, c *invocation) error {
	f := addGateFlags(c)
	rest, err := c.parse()
	if err != nil {
		return err
	}
	if f.failOn != "" {
		if f.failing, err = pick("fail-on", f.failOn, failOn, func(s string) string { return s }); err != nil {
			return err
		}
	}
	if f.text, err = f.style.options(c.stdout); err != nil {
		return err
	}
	if err := f.ci.check(); err != nil {
		return err
	}
	options, err := f.options()
	if err != nil {
		return err
	}
	switch {
	case f.builds.any():
		if len(rest) > 0 {
			return usageError("gate takes builds (-base …) or records, not both: %q", rest)
		}
		return f.measureBuilds(ctx, c, options)
	case len(rest) == 0 && f.history != "":
		return f.showHistory(c, options)
	case len(rest) == 1:
		return f.judgeAgain(c, rest[0], options)
	case len(rest) != 2:
		return usageError("gate takes two records, BASE and HEAD, or one comparison, or builds (-base REF); got %d arguments", len(rest))
	}
	base, err := readRecord(rest[0])
	if err != nil {
		return err
	}
	head, err := readRecord(rest[1])
	if err != nil {
		return err
	}
	return f.finish(c, gate.Files(base, head, options))
}

// options are the judge's, with the rules of the repository.
func (f *gateFlags) options() (gate.Options, error) {
	o := gate.Options{Slowdown: float64(f.limit), AcrossMachines: f.across}
	path := f.rules
	if path == "" {
		path = gate.RulesFile
	}
	text, err := os.ReadFile(path)
	switch {
	case f.rules == "" && errors.Is(err, fs.ErrNotExist):
		return o, nil
	case err != nil:
		return o, usageError("-rules: %v", err)
	}
	if o.Rules, err = gate.ReadRules(bytes.NewReader(text), path, time.Now()); err != nil {
		return o, &exitError{exitUsage, err}
	}
	return o, nil
}

// judgeAgain judges a comparison that was measured before.
func (f *gateFlags) judgeAgain(c *invocation, path string, options gate.Options) error {
	text, err := readInput(path)
	if err != nil {
		return &exitError{exitUsage, err}
	}
	stored, err := record.ReadComparison(bytes.NewReader(text), path)
	if err != nil {
		return &exitError{exitUsage, err}
	}
	judge := gate.NewJudge(options, stored.Subjects)
	for _, b := range stored.Blocks {
		judge.Add(b)
	}
	report := judge.Report()
	for _, n := range stored.Notes {
		switch n.Key {
		case "base":
			report.Base = n.Value
		case "head":
			report.Head = n.Value
		case "warning":
			report.Warnings = append(report.Warnings, reports.Warning{What: n.Value})
		}
	}
	return f.finish(c, report)
}

func readInput(path string) ([]byte, error) {
	if path == "-" {
		path = os.Stdin.Name()
	}
	return os.ReadFile(path)
}

// finish writes the verdicts and turns them into an exit code.
func (f *gateFlags) finish(c *invocation, r *gate.Report) error {
	if f.summary != "" {
		if err := writeGateSummary(f.summary, r); err != nil {
			return err
		}
	}
	if err := gate.WriteText(c.stdout, r, f.text); err != nil {
		return err
	}
	code := r.ExitCode(slices.Contains(f.failing, "inconclusive"), slices.Contains(f.failing, "missing"))
	if err := f.ci.publish(c, r, code); err != nil {
		return err
	}
	if code != exitOK {
		return &exitError{code, nil}
	}
	return nil
}

func writeGateSummary(path string, r *gate.Report) error {
	var markdown bytes.Buffer
	if err := gate.WriteMarkdown(&markdown, r); err != nil {
		return err
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o777); err != nil {
		return err
	}
	return writeFile(path, markdown.Bytes())
}

// percent is a flag value: "5%", "0.05".
type percent float64

func (p *percent) String() string { return fmt.Sprintf("%g%%", 100*float64(*p)) }

func (p *percent) Set(text string) error {
	number, isPercent := strings.CutSuffix(strings.TrimSpace(text), "%")
	v, err := strconv.ParseFloat(strings.TrimSpace(number), 64)
	if isPercent {
		v /= 100
	}
	if err != nil || !(v > 0 && v < 10) {
		return errors.New("a share above 0 is needed, such as 5% or 0.05")
	}
	*p = percent(v)
	return nil
}
