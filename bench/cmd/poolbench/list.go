package main

import (
	"context"
	"fmt"
	"io"
	"text/tabwriter"

	"poolbench/bench/arm/inproc"
	"poolbench/bench/internal/program"
	"poolbench/bench/record"
	"poolbench/executors"
	"poolbench/reports"
	"poolbench/reports/charts"
	"poolbench/workloads"
)

func runList(_ context.Context, c *program.Invocation) error {
	if err := c.ParseAlone(); err != nil {
		return err
	}
	tw := tabwriter.NewWriter(c.Stdout, 0, 0, 2, ' ', 0)
	writeList(tw, "Workloads", workloads.All(), func(w workloads.Workload) (string, string) { return w.Name, w.Doc })
	writeList(tw, "\nExecutors", inproc.Kinds(), func(k executors.Kind) (string, string) { return k.Name, k.Doc })
	writeList(tw, "\nQuestions", reports.Questions(), func(q reports.Question) (string, string) { return q.Name, q.Doc })
	writeList(tw, "\nCharts", charts.All(), func(c charts.Chart) (string, string) { return c.Name, c.Doc })
	writeList(tw, "\nAxes", record.Axes(), func(a record.Axis) (string, string) { return a.Name, a.Doc })
	writeList(tw, "\nUnits", record.Units(), func(u record.Unit) (string, string) { return u.Name, u.Means })
	return tw.Flush()
}

func writeList[T any](w io.Writer, title string, all []T, line func(T) (name, doc string)) {
	fmt.Fprintln(w, title)
	for _, v := range all {
		name, doc := line(v)
		fmt.Fprintf(w, "  %s\t%s\n", name, doc)
	}
}
