package main

import (
	"context"
	"fmt"
	"slices"
	"text/tabwriter"

	"poolbench/bench/arm/inproc"
	"poolbench/bench/record"
	"poolbench/reports"
	"poolbench/reports/charts"
	"poolbench/workloads"
)

func runList(_ context.Context, c *invocation) error {
	rest, err := c.parse()
	if err != nil {
		return err
	}
	if len(rest) > 0 {
		return usageError("list takes no arguments, got %q", rest)
	}
	tw := tabwriter.NewWriter(c.stdout, 0, 0, 2, ' ', 0)
	fmt.Fprintln(tw, "Workloads")
	for _, w := range workloads.All() {
		fmt.Fprintf(tw, "  %s\t%s\n", w.Name, w.Doc)
	}
	fmt.Fprintln(tw, "\nExecutors")
	for _, k := range inproc.Kinds() {
		fmt.Fprintf(tw, "  %s\t%s\n", k.Name, k.Doc)
	}
	fmt.Fprintln(tw, "\nQuestions")
	for _, q := range reports.Questions() {
		fmt.Fprintf(tw, "  %s\t%s\n", q.Name, q.Doc)
	}
	fmt.Fprintln(tw, "\nCharts")
	for _, chart := range charts.All() {
		fmt.Fprintf(tw, "  %s\t%s\n", chart.Name, chart.Doc)
	}
	fmt.Fprintln(tw, "\nAxes")
	for _, a := range record.Axes() {
		fmt.Fprintf(tw, "  %s\t%s\n", a.Name, a.Doc)
	}
	fmt.Fprintln(tw, "\nUnits")
	for _, u := range record.Units() {
		fmt.Fprintf(tw, "  %s\t%s\n", u.Name, u.Means)
	}
	return tw.Flush()
}

// pick finds values by their comma-separated names, each once, in the order given.
func pick[T any](flagName, list string, all []T, name func(T) string) ([]T, error) {
	var names []string
	for _, v := range all {
		names = append(names, name(v))
	}
	var picked []T
	seen := map[string]bool{}
	for word := range splitList(list) {
		i := slices.Index(names, word)
		if i < 0 {
			return nil, usageError("-%s: unknown %q%s; there is %v", flagName, word, nearest(word, names), names)
		}
		if !seen[word] {
			picked = append(picked, all[i])
		}
		seen[word] = true
	}
	if len(picked) == 0 {
		return nil, usageError("-%s: nothing chosen from %v", flagName, names)
	}
	return picked, nil
}
