package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"poolbench/reports/gate"
)

// failOn are the outcomes besides a regression that -fail-on can name.
var failOn = []string{"inconclusive", "missing"}

func runGate(_ context.Context, c *invocation) error {
	limit := percent(gate.DefaultSlowdown)
	c.flags.Var(&limit, "limit", "smallest slowdown that counts, such as `5%`")
	across := c.flags.Bool("across-machines", false, "compare although machine or Go version differ")
	fail := c.flags.String("fail-on", "", "`outcomes` that fail too: inconclusive (exit 4), missing (exit 3)")
	summary := c.flags.String("summary", "", "`file` to write the verdicts to as Markdown")
	style := addStyleFlag(c)
	rest, err := c.parse()
	if err != nil {
		return err
	}
	if len(rest) != 2 {
		return usageError("gate takes two records, BASE and HEAD, got %d arguments", len(rest))
	}
	var failing []string
	if *fail != "" {
		if failing, err = pick("fail-on", *fail, failOn, func(s string) string { return s }); err != nil {
			return err
		}
	}
	text, err := style.options(c.stdout)
	if err != nil {
		return err
	}
	base, err := readRecord(rest[0])
	if err != nil {
		return err
	}
	head, err := readRecord(rest[1])
	if err != nil {
		return err
	}
	g := gate.Files(base, head, gate.Options{Slowdown: float64(limit), AcrossMachines: *across})
	if *summary != "" {
		if err := writeGateSummary(*summary, g); err != nil {
			return err
		}
	}
	if err := gate.WriteText(c.stdout, g, text); err != nil {
		return err
	}
	if code := g.ExitCode(slices.Contains(failing, "inconclusive"), slices.Contains(failing, "missing")); code != gate.ExitFine {
		return &exitError{code, nil}
	}
	return nil
}

func writeGateSummary(path string, g *gate.Report) error {
	var markdown bytes.Buffer
	if err := gate.WriteMarkdown(&markdown, g); err != nil {
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
