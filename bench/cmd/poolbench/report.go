package main

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"poolbench/bench/record"
	"poolbench/reports"
	"poolbench/reports/charts"
	"poolbench/reports/html"
)

// defaultOut is where run and report leave their files.
const defaultOut = "poolbench-out"

func runReport(_ context.Context, c *invocation) error {
	out := c.flags.String("out", defaultOut, "`directory` to write report.html, summary.md and charts to")
	style := addStyleFlag(c)
	rest, err := c.parse()
	if err != nil {
		return err
	}
	if len(rest) != 1 {
		return usageError("report takes one record (a file, or - for standard input), got %d arguments", len(rest))
	}
	text, err := style.options(c.stdout)
	if err != nil {
		return err
	}
	rec, err := readRecord(rest[0])
	if err != nil {
		return err
	}
	data := reports.Analyse(rec)
	if err := writeReport(*out, data, c.stderr); err != nil {
		return err
	}
	if err := reports.WriteText(c.stdout, data, text); err != nil {
		return err
	}
	fmt.Fprintf(c.stdout, "\nReport   %s\n", filepath.Join(*out, "report.html"))
	return nil
}

// readRecord reads a record; what cannot be read is a usage error.
func readRecord(path string) (*record.Record, error) {
	rec, err := record.ReadFile(path)
	if err != nil {
		return nil, &exitError{exitUsage, err}
	}
	return rec, nil
}

// writeReport writes every view of the data into dir. A file appears complete or
// not at all. Charts that cannot be drawn are told on warnings and left out.
func writeReport(dir string, data *reports.Data, warnings io.Writer) error {
	drawings, problems := charts.Draw(data, charts.All()...)
	for _, p := range problems {
		fmt.Fprintf(warnings, "poolbench: no chart: %v\n", p)
	}
	chartDir := filepath.Join(dir, "charts")
	if err := os.MkdirAll(chartDir, 0o777); err != nil {
		return fmt.Errorf("making the report directory: %w", err)
	}
	written := map[string]bool{}
	for _, d := range drawings {
		written[d.Name] = true
		svg, err := d.SVG()
		if err != nil {
			return fmt.Errorf("drawing %s: %w", d.Name, err)
		}
		png, err := d.PNG()
		if err != nil {
			return fmt.Errorf("drawing %s: %w", d.Name, err)
		}
		if err := writeFile(filepath.Join(chartDir, d.Name+".svg"), svg); err != nil {
			return err
		}
		if err := writeFile(filepath.Join(chartDir, d.Name+".png"), png); err != nil {
			return err
		}
	}
	if err := removeOldCharts(chartDir, written); err != nil {
		return err
	}
	var page, summary bytes.Buffer
	if err := html.WriteWithRecord(&page, data, drawings, data.Record.Text); err != nil {
		return fmt.Errorf("making report.html: %w", err)
	}
	if err := reports.WriteMarkdown(&summary, data); err != nil {
		return fmt.Errorf("making summary.md: %w", err)
	}
	if err := writeFile(filepath.Join(dir, "report.html"), page.Bytes()); err != nil {
		return err
	}
	return writeFile(filepath.Join(dir, "summary.md"), summary.Bytes())
}

// removeOldCharts removes the charts that an earlier report left and this one has
// not: they would look like its own.
func removeOldCharts(dir string, written map[string]bool) error {
	for _, chart := range charts.All() {
		old, err := filepath.Glob(filepath.Join(dir, chart.Name+"-*"))
		if err != nil {
			return err
		}
		for _, path := range old {
			ext := filepath.Ext(path)
			name := strings.TrimSuffix(filepath.Base(path), ext)
			if written[name] || ext != ".svg" && ext != ".png" {
				continue
			}
			if err := os.Remove(path); err != nil {
				return err
			}
		}
	}
	return nil
}

// writeFile replaces path by a complete file.
func writeFile(path string, data []byte) error {
	f, err := os.CreateTemp(filepath.Dir(path), ".poolbench-*")
	if err != nil {
		return err
	}
	defer os.Remove(f.Name()) // fails after the rename, as it should
	_, err = f.Write(data)
	if err == nil {
		err = f.Chmod(0o644)
	}
	if closeErr := f.Close(); err == nil {
		err = closeErr
	}
	if err != nil {
		return err
	}
	return os.Rename(f.Name(), path)
}
