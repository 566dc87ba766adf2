package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"poolbench/bench/record"
	"poolbench/reports"
	"poolbench/reports/charts"
	"poolbench/reports/view"
	"poolbench/reports/words"
)

// defaultOut is where run and report leave their files.
const defaultOut = "poolbench-out"

func runReport(_ context.Context, c *invocation) error {
	out := c.flags.String("out", defaultOut, "`directory` to write report.html, summary.md and charts to")
	var how viewFlags
	how.add(c)
	rest, err := c.parse()
	if err != nil {
		return err
	}
	if len(rest) != 1 {
		return usageError("report takes one record (a file, or - for standard input), got %d arguments", len(rest))
	}
	if err := how.check(c.stdout); err != nil {
		return err
	}
	rec, err := readRecord(c, rest[0], how.Verbose)
	if err != nil {
		return err
	}
	if rec.IsComparison() {
		return usageError("%s is a comparison of two builds, which has no report: poolbench gate %s judges it again", rest[0], rest[0])
	}
	if err := report(c, rec, *out, how); err != nil {
		return err
	}
	fmt.Fprintf(c.stdout, "\nReport   %s\n", filepath.Join(*out, "report.html"))
	return nil
}

// readRecord reads a record; what cannot be read is a usage error. With verbose the lines
// that look like results and are none are counted on standard error.
func readRecord(c *invocation, path string, verbose bool) (*record.Record, error) {
	rec, err := record.ReadFile(path)
	if err != nil {
		return nil, &exitError{exitUsage, err}
	}
	if n := len(rec.Skipped); n > 0 && verbose {
		fmt.Fprintf(c.stderr, "poolbench: %s: %s skipped, the first is line %d\n", path,
			words.Plural(n, `line that begins with "Benchmark" and is no result was`, `lines that begin with "Benchmark" and are no results were`), rec.Skipped[0])
	}
	return rec, nil
}

// report asks a record every question, writes the views of the answers into dir and
// prints them. A file appears complete or not at all. Charts that cannot be drawn are told
// on standard error and left out.
func report(c *invocation, rec *record.Record, dir string, how viewFlags) error {
	set := reports.NewSet(rec)
	drawings, problems := charts.Draw(set, charts.All()...)
	for _, p := range problems {
		fmt.Fprintf(c.stderr, "poolbench: %v\n", p)
	}
	if err := writeCharts(filepath.Join(dir, "charts"), drawings); err != nil {
		return err
	}
	r := view.New(set, reports.Questions(), drawings)
	for _, role := range charts.Roles() {
		r.Colours = append(r.Colours, view.Colour(role))
	}
	if err := errors.Join(writeMade(filepath.Join(dir, "report.html"), r, view.HTML), writeMade(filepath.Join(dir, "summary.md"), r, view.Markdown),
		writeMade(how.json, r, view.JSON)); err != nil {
		return err
	}
	return view.Text(c.stdout, r, how.Options)
}

// writeCharts writes every drawing into dir and removes those of an earlier report.
func writeCharts(dir string, drawings []reports.Drawing) error {
	written := map[string]bool{}
	for _, d := range drawings {
		written[d.Name] = true
		for ext, render := range map[string]func() ([]byte, error){".svg": d.SVG, ".png": d.PNG} {
			picture, err := render()
			if err != nil {
				return fmt.Errorf("drawing %s: %w", d.Name, err)
			}
			if err := writeFile(filepath.Join(dir, d.Name+ext), picture); err != nil {
				return err
			}
		}
	}
	return removeOldCharts(dir, written)
}

// removeOldCharts removes the charts that an earlier report left and this one has
// not: they would look like its own.
func removeOldCharts(dir string, written map[string]bool) error {
	for _, chart := range charts.All() {
		old, err := fs.Glob(os.DirFS(dir), chart.Name+"-*")
		if err != nil {
			return err
		}
		for _, file := range old {
			ext := filepath.Ext(file)
			if written[strings.TrimSuffix(file, ext)] || ext != ".svg" && ext != ".png" {
				continue
			}
			if err := os.Remove(filepath.Join(dir, file)); err != nil {
				return err
			}
		}
	}
	return nil
}

// writeMade writes to path what write makes of a report; nothing without a path.
func writeMade[R any](path string, r R, write func(io.Writer, R) error) error {
	if path == "" {
		return nil
	}
	var b bytes.Buffer
	if err := write(&b, r); err != nil {
		return fmt.Errorf("making %s: %w", path, err)
	}
	return writeFile(path, b.Bytes())
}

// writeFile replaces path by a complete file, and makes its directory. What is there and is
// no file, as a device or a pipe, is written to; a link stays one.
func writeFile(path string, data []byte) error {
	if to, err := filepath.EvalSymlinks(path); err == nil {
		path = to
	}
	if info, err := os.Stat(path); err == nil && !info.Mode().IsRegular() {
		return os.WriteFile(path, data, 0o644)
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o777); err != nil {
		return err
	}
	f, err := os.CreateTemp(filepath.Dir(path), ".poolbench-*")
	if err != nil {
		return err
	}
	defer os.Remove(f.Name()) // fails after the rename, as it should
	_, err = f.Write(data)
	if err := errors.Join(err, f.Chmod(0o644), f.Close()); err != nil {
		return err
	}
	return os.Rename(f.Name(), path)
}
