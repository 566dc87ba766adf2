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
	"poolbench/bench/pass"
	"poolbench/bench/record"
	"poolbench/reports"
	"poolbench/reports/charts"
)

// A listing is one kind of thing that there is.
type listing struct {
	name string // what one types to see it alone
	all  func(context.Context) []item
}

// An item is one thing: a line of a list, and what else there is to know of it.
type item struct {
	name, doc string
	more      [][2]string // what it is, and the text; what is empty is left out
}

var listings = []listing{
	{"workloads", listWorkloads},
	{"executors", listExecutors},
	{"sources", listSources},
	{"questions", func(context.Context) (out []item) {
		for _, q := range reports.Questions() {
			out = append(out, item{q.Name, q.Doc, [][2]string{{"title", q.Title}}})
		}
		return out
	}},
	{"charts", func(context.Context) (out []item) {
		for _, c := range charts.All() {
			out = append(out, item{c.Name, c.Doc, [][2]string{{"question", c.Section}}})
		}
		return out
	}},
	{"passes", func(context.Context) (out []item) {
		for _, p := range pass.All() {
			out = append(out, item{p.Name, p.Doc, nil})
		}
		return out
	}},
	{"axes", listAxes},
	{"units", listUnits},
}

func runList(ctx context.Context, c *program.Invocation) error {
	verbose := c.Flags.Bool("v", false, "print all that there is to know of each")
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
	for i, l := range chosen {
		if len(chosen) > 1 {
			if i > 0 {
				fmt.Fprintln(c.Stdout)
			}
			fmt.Fprintln(c.Stdout, strings.ToUpper(l.name[:1])+l.name[1:])
		}
		if err := printItems(c.Stdout, l.all(ctx), *verbose); err != nil {
			return err
		}
	}
	return nil
}

// printItems writes a line for each item, in columns, or with verbose a paragraph.
func printItems(w io.Writer, items []item, verbose bool) error {
	tw := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	for i, it := range items {
		if !verbose {
			fmt.Fprintf(tw, "  %s\t%s\n", it.name, it.doc)
			continue
		}
		if i > 0 {
			fmt.Fprintln(tw)
		}
		fmt.Fprintf(tw, "  %s: %s\n", it.name, it.doc)
		for _, m := range it.more {
			if m[1] != "" {
				fmt.Fprintf(tw, "    %s\t%s\n", m[0], m[1])
			}
		}
	}
	return tw.Flush()
}

func listExecutors(ctx context.Context) (out []item) {
	for _, k := range inproc.Kinds() {
		out = append(out, item{k.Name, k.Doc, [][2]string{{"runs", "in Go, workloads of this program"}}})
	}
	for _, l := range driver.Languages {
		out = append(out, foreign(ctx, l)...)
	}
	return out
}

// foreign are the executors of a language: by which program they are there, or why they
// are not.
func foreign(ctx context.Context, l *driver.Language) (out []item) {
	runtimes, err := l.FindAll(ctx, nil)
	for _, e := range l.Executors {
		it := item{name: e.Name, more: [][2]string{{"runs", "by " + l.Doc}, {"workloads", joinedWorkloads(l)}, {"start", strings.Join(e.Starts, ", ")}}}
		if e.Chunks {
			it.more = append(it.more, [2]string{"chunks", "any number of tasks handed over at a time"})
		}
		out = append(out, it)
		doc := &out[len(out)-1].doc
		if err != nil {
			*doc = fmt.Sprintf("not here: %v", err)
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
		*doc = e.Doc + " (" + strings.Join(has, "; ") + ")"
		if len(has) == 0 {
			*doc = "not here: " + strings.Join(lacks, "; ")
		}
	}
	return out
}

func joinedWorkloads(l *driver.Language) string {
	var names []string
	for _, w := range l.Workloads {
		names = append(names, w.Name)
	}
	slices.Sort(names)
	return strings.Join(names, ", ")
}

func listSources(context.Context) []item {
	s := inproc.StandardGrid().Source()
	out := []item{{s.Name, s.Doc, [][2]string{{"baseline", s.Baseline}}}}
	for _, l := range driver.Languages {
		out = append(out, item{l.Name, l.Doc + ", where -executors or -" + l.Name + " names them: " + joinedWorkloads(l), nil})
	}
	return out
}

func listAxes(context.Context) (out []item) {
	for _, a := range record.Axes() {
		says := "what is run: points that differ in it are not compared"
		if a.How {
			says = "how it is run: points that differ in it are compared"
		}
		out = append(out, item{a.Name, a.Doc, [][2]string{{"says", says}}})
	}
	return out
}

func listUnits(context.Context) (out []item) {
	for _, u := range record.Units() {
		it := item{u.Name, u.Means, [][2]string{{"better", map[int]string{-1: "lower", +1: "higher"}[u.Better]}, {"compared", "by ratios"}}}
		if u.Scale == record.Difference {
			it.more[1][1] = "by differences: 0 is a value"
		}
		if u.Exact {
			it.more = append(it.more, [2]string{"exact", "two values that differ are of different work"})
		}
		if u.Of != "" {
			it.more = append(it.more, [2]string{"says again", u.Of})
		}
		out = append(out, it)
	}
	return out
}
