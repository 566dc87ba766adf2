package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"poolbench/bench/internal/program"
	"poolbench/bench/record"
	"poolbench/reports"
	"poolbench/reports/charts"
	"poolbench/reports/view"
)

const (
	defaultOut = "poolbench-out" // of run
	recordName = "results.txt"   // of a run, in its directory
)

func runReport(_ context.Context, c *program.Invocation) error {
	out := c.Flags.String("out", "", "`directory` to write report.html, summary.md and charts to (default that of the run, or RECORD.report for other records)")
	var how program.ViewFlags
	how.Add(c)
	rest, err := c.Parse()
	if err != nil {
		return err
	}
	if len(rest) != 1 {
		return program.UsageErrorf("report takes one record (a file, or - for standard input), got %d arguments", len(rest))
	}
	if slices.Contains(c.Given(), "out") && *out == "" {
		return program.UsageErrorf("-out: the name of a directory is needed")
	}
	if err := how.Check(c.Stdout); err != nil {
		return err
	}
	rec, err := c.ReadRecord(rest[0], how.Verbose)
	if err != nil {
		return err
	}
	if rec.IsComparison() {
		return program.UsageErrorf("%s is a comparison of two builds, which has no report: poolbench gate %s judges it again", rest[0], rest[0])
	}
	for _, w := range rec.Warnings { // of the file itself, not of what it says
		c.Tell(w)
	}
	dir := *out
	if dir == "" {
		dir = reportDir(rest[0], rec)
	}
	next, err := report(c, rec, dir, how, view.Text)
	if err != nil {
		return err
	}
	where := filepath.Join(dir, "report.html")
	if dir == "" {
		where = fmt.Sprintf("not written, since %s is no file: -out DIR writes it", rest[0])
	}
	return last(c, how, field{label: "Report", text: where}, nextField(c, runOf(c, rec), next, rest[0]))
}

// A field is a labelled line below a report, with what else there is to say of it in brackets
// behind it, or on the next line where both are too long for one.
type field struct{ label, text, aside string }

// last prints what stands below a report; fields without text are left out.
func last(c *program.Invocation, how program.ViewFlags, fields ...field) error {
	p := view.NewPage(how.Options, view.BriefLabels)
	p.Print("")
	for _, f := range fields {
		if f.text == "" {
			continue
		}
		aside := "(" + f.aside + ")"
		one := f.text + "   " + aside
		switch {
		case f.aside == "":
			p.Line(f.label, view.Bold, f.text)
		case len([]rune(one)) <= 80-view.BriefLabels:
			p.Line(f.label, view.Bold, one)
		default:
			p.Line(f.label, view.Bold, f.text)
			p.Line("", view.Bold, aside)
		}
	}
	_, err := p.WriteTo(c.Stdout)
	return err
}

// runOf is the command that makes such a record: of a run, with whatever flags it had.
func runOf(c *program.Invocation, rec *record.Record) string {
	if rec.Facts.Run == "" {
		return "go test -bench ."
	}
	return c.CallOf("run") + " …"
}

// nextField is the command that would tell more; else that which shows all of it here.
func nextField(c *program.Invocation, run string, next reports.Step, path string) field {
	switch {
	case next.Flags != "":
		return field{"Next", run + " " + next.Flags, next.Why}
	case next.Why != "":
		return field{label: "Next", text: next.Why}
	}
	return field{"Next", c.CallOf("report") + " -v " + path, "all of it, here"}
}

// reportDir is the directory for the report of a record that was read from path. No two
// records have the same one: what a run left goes back to the directory of the run, any
// other file has a directory of its name beside it, and what is no file, as standard input
// or a pipe, has none, "".
func reportDir(path string, rec *record.Record) string {
	info, err := os.Stat(path)
	switch {
	case path == "-" || err == nil && !info.Mode().IsRegular():
		return ""
	case filepath.Base(path) == recordName && rec.Facts.Run != "":
		return filepath.Dir(path)
	}
	return path + ".report"
}

// report asks a record every question, writes the views of the answers into dir, unless that
// is "", and shows them. A file appears complete or not at all. Charts that cannot be drawn
// are told on standard error and left out; that there is nothing to draw is told with -v. What it gives is what to do next.
func report(c *program.Invocation, rec *record.Record, dir string, how program.ViewFlags, show func(io.Writer, *view.Report, view.Options) error) (next reports.Step, err error) {
	set := reports.NewSet(rec)
	drawings, problems := charts.Draw(set, charts.All()...)
	for _, p := range problems {
		if how.Verbose || !errors.Is(p, charts.ErrNothing) {
			c.Tell(p)
		}
	}
	if dir != "" {
		graphs, problems := flames(set, dir)
		for _, p := range problems {
			c.Tell(p)
		}
		drawings = append(drawings, graphs...)
	}
	r := view.New(set, reports.Questions(), drawings)
	for _, role := range charts.Roles() {
		r.Colours = append(r.Colours, view.Colour(role))
	}
	if dir != "" {
		err = errors.Join(writeCharts(filepath.Join(dir, "charts"), drawings), program.WriteMade(filepath.Join(dir, "report.html"), r, view.HTML),
			program.WriteMade(filepath.Join(dir, "summary.md"), r, view.Markdown))
	}
	if err := errors.Join(err, program.WriteMade(how.JSON, r, view.JSON)); err != nil {
		return r.Next, err
	}
	return r.Next, show(c.Stdout, r, how.Options)
}

// writeCharts writes every drawing into dir and removes those of an earlier report.
func writeCharts(dir string, drawings []reports.Drawing) error {
	written := map[string]bool{}
	for _, d := range drawings {
		written[d.Name] = true
		for ext, render := range map[string]func() ([]byte, error){".svg": d.SVG, ".png": d.PNG} {
			if render == nil {
				continue // a flame graph is SVG only
			}
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
	names := []string{"flame"}
	for _, chart := range charts.All() {
		names = append(names, chart.Name)
	}
	for _, name := range names {
		old, err := fs.Glob(os.DirFS(dir), name+"-*")
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
