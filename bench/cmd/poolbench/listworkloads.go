package main

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"poolbench/bench/arm/inproc"
	"poolbench/bench/record"
	"poolbench/workloads"
)

// listWorkloads has a workload that cannot run here with the reason.
func listWorkloads(context.Context) (out []item) {
	g := inproc.StandardGrid()
	for _, w := range workloads.All() {
		it := item{w.Name, w.Doc, [][2]string{
			{"measured", "where -workloads names it"}, {"limited by", limits[w.Resource]}, {"unit", w.Unit}, {"grains", grains(w)}}}
		if slices.ContainsFunc(g.Workloads, func(usual workloads.Workload) bool { return usual.Name == w.Name }) {
			it.more[0][1] = "unless others are named"
		}
		if w.Lacks != nil {
			if why := w.Lacks(); why != "" {
				it.doc += " (not here: " + why + ")"
			}
		}
		for _, a := range w.Axes {
			it.more = append(it.more, [2]string{"-axis " + a.Name, a.Doc + ": usually " + strings.Join(a.Values, ", ") + "; without it " + a.Values[0]})
		}
		it.more = append(it.more, [2]string{"truth", w.Truth}, [2]string{"expected", expected(g, w)})
		out = append(out, it)
	}
	return out
}

var limits = map[workloads.Resource]string{
	workloads.CPU:   "CPUs",
	workloads.Wait:  "workers: waiting costs nothing",
	workloads.Mixed: "CPUs and waiting",
}

func grains(w workloads.Workload) string {
	if slices.Equal(w.Grains, []time.Duration{0}) {
		return ""
	}
	var out []string
	for _, g := range w.Grains {
		out = append(out, record.GrainText(g))
	}
	return strings.Join(out, ", ") + "; others by -grains"
}

// expected is the curve of the largest grain, at the first values of the axes, with why it is
// that; or why there is none.
func expected(g inproc.Grid, w workloads.Workload) string {
	if w.Expected == nil {
		return w.Source
	}
	grain := slices.Max(w.Grains)
	c := w.Expected(workloads.Params{Tasks: g.TaskCount(w, record.GridPoint(record.Serial, w.Name, 1, grain)), Grain: grain, Units: 1})
	of := map[workloads.Limit]string{workloads.Bandwidth: "B(P), the measured bandwidth of memory", workloads.Workers: "P"}[c.Of]
	if of == "" {
		of = "C(P), the measured capacity"
	}
	symbol, what, _ := strings.Cut(of, ", ")
	most := symbol
	if c.Serial > 0 {
		most = fmt.Sprintf("1/(%.3g + %.3g/%s)", c.Serial, 1-c.Serial, symbol)
	}
	terms := []string{most}
	if c.Tasks > 0 {
		terms = append(terms, fmt.Sprintf("%d/⌈%[1]d/P⌉", c.Tasks))
	}
	if c.Slots > 0 {
		terms = append(terms, fmt.Sprintf("%.3g", c.Slots))
	}
	text := terms[0]
	if len(terms) > 1 {
		text = "min(" + strings.Join(terms, ", ") + ")"
	}
	if what != "" {
		text += ", " + symbol + " " + what
	}
	return text + ": " + w.Source
}
