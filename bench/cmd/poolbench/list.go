package main

import (
	"context"
	"fmt"
	"io"
	"slices"
	"strings"
	"text/tabwriter"

	"poolbench/bench/arm/driver"
	"poolbench/bench/arm/inproc"
	"poolbench/bench/internal/program"
	"poolbench/bench/record"
	"poolbench/executors"
	"poolbench/reports"
	"poolbench/reports/charts"
	"poolbench/workloads"
)

// A listing is one kind of thing that there is.
type listing struct {
	name  string // what one types to see it alone
	write func(context.Context, io.Writer)
}

var listings = []listing{
	{"workloads", lines(workloads.All, func(w workloads.Workload) (string, string) { return w.Name, w.Doc })},
	{"executors", func(ctx context.Context, w io.Writer) {
		lines(inproc.Kinds, func(k executors.Kind) (string, string) { return k.Name, k.Doc })(ctx, w)
		for _, l := range driver.Languages {
			foreign(ctx, w, l)
		}
	}},
	{"sources", func(_ context.Context, w io.Writer) {
		s := inproc.StandardGrid().Source()
		line(w, s.Name, s.Doc)
		for _, l := range driver.Languages {
			line(w, l.Name, l.Doc+", where -executors or -"+l.Name+" names them: "+joinedWorkloads(l))
		}
	}},
	{"questions", lines(reports.Questions, func(q reports.Question) (string, string) { return q.Name, q.Doc })},
	{"charts", lines(charts.All, func(c charts.Chart) (string, string) { return c.Name, c.Doc })},
	{"axes", lines(record.Axes, func(a record.Axis) (string, string) { return a.Name, a.Doc })},
	{"units", lines(record.Units, func(u record.Unit) (string, string) { return u.Name, u.Means })},
}

func runList(ctx context.Context, c *program.Invocation) error {
	rest, err := c.Parse()
	if err != nil {
		return err
	}
	chosen := listings
	if len(rest) > 0 {
		chosen, err = program.Pick(strings.Join(rest, ","), listings, func(l listing) string { return l.name })
		if err != nil {
			return program.UsageErrorf("list: %v", err)
		}
	}
	tw := tabwriter.NewWriter(c.Stdout, 0, 0, 2, ' ', 0)
	for i, l := range chosen {
		if len(chosen) > 1 {
			if i > 0 {
				fmt.Fprintln(tw)
			}
			fmt.Fprintln(tw, strings.ToUpper(l.name[:1])+l.name[1:])
		}
		l.write(ctx, tw)
	}
	return tw.Flush()
}

func lines[T any](all func() []T, words func(T) (name, doc string)) func(context.Context, io.Writer) {
	return func(_ context.Context, w io.Writer) {
		for _, v := range all() {
			name, doc := words(v)
			line(w, name, doc)
		}
	}
}

func line(w io.Writer, name, doc string) { fmt.Fprintf(w, "  %s\t%s\n", name, doc) }

// foreign lists the executors of a language: by which program they are there, or why they
// are not.
func foreign(ctx context.Context, w io.Writer, l *driver.Language) {
	runtimes, err := l.FindAll(ctx, nil)
	for _, e := range l.Executors {
		if err != nil {
			line(w, e.Name, fmt.Sprintf("not here: %v", err))
			continue
		}
		var has, lacks []string
		for _, r := range runtimes {
			if why := r.Lacks(e.Name); why != "" {
				lacks = append(lacks, fmt.Sprintf("%s: %s", r.Name, why))
			} else {
				has = append(has, r.About())
			}
		}
		doc := e.Doc + " (" + strings.Join(has, "; ") + ")"
		if len(has) == 0 {
			doc = "not here: " + strings.Join(lacks, "; ")
		}
		line(w, e.Name, doc)
	}
}

func joinedWorkloads(l *driver.Language) string {
	var names []string
	for _, w := range l.Workloads {
		names = append(names, w.Name)
	}
	slices.Sort(names)
	return strings.Join(names, ", ")
}
