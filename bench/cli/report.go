package cli

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"poolbench/bench/internal/program"
	"poolbench/bench/record"
	"poolbench/reports"
	"poolbench/reports/charts"
	"poolbench/reports/view"
)

// defaultOut is where run and report leave their files.
const defaultOut = "poolbench-out"

func runReport(_ context.Context, c *program.Invocation) error {
	out := c.Flags.String("out", defaultOut, "`directory` to write report.html, summary.md and charts to")
	var how program.ViewFlags
	how.Add(c)
	rest, err := c.Parse()
	if err != nil {
		return err
	}
	if len(rest) != 1 {
		return program.UsageErrorf("report takes one record (a file, or - for standard input), got %d arguments", len(rest))
	}
	if err := how.Check(c.Stdout); err != nil {
		return err
	}
	rec, err := program.ReadRecord(rest[0])
	if err != nil {
		return err
	}
	if rec.IsComparison() {
		return program.UsageErrorf("%s is a comparison of two builds, which has no report: poolbench gate %s judges it again", rest[0], rest[0])
	}
	if err := report(c, rec, *out, how); err != nil {
		return err
	}
	fmt.Fprintf(c.Stdout, "\nReport   %s\n", filepath.Join(*out, "report.html"))
	return nil
}

// report asks a record every question, writes the views of the answers into dir and
// prints them. A file appears complete or not at all. Charts that cannot be drawn are told
// on standard error and left out.
func report(c *program.Invocation, rec *record.Record, dir string, how program.ViewFlags) error {
	set := reports.NewSet(rec)
	drawings, problems := charts.Draw(set, charts.All()...)
	for _, p := range problems {
		c.Tell(p)
	}
	if err := writeCharts(filepath.Join(dir, "charts"), drawings); err != nil {
		return err
	}
	r := view.New(set, reports.Questions(), drawings)
	for _, role := range charts.Roles() {
		r.Colours = append(r.Colours, view.Colour(role))
	}
	if err := errors.Join(program.WriteMade(filepath.Join(dir, "report.html"), r, view.HTML), program.WriteMade(filepath.Join(dir, "summary.md"), r, view.Markdown),
		program.WriteMade(how.JSON, r, view.JSON)); err != nil {
		return err
	}
	return view.Text(c.Stdout, r, how.Options)
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
			if err := program.WriteFile(filepath.Join(dir, d.Name+ext), picture); err != nil {
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
