package charts

import (
	"fmt"
	"slices"

	"poolbench/reports"
	"poolbench/reports/words"
)

// Ledger draws where the time of the workers went as stacked shares, a bar each pool size,
// one drawing per workload.
var Ledger = register(Chart{
	Name:    "ledger",
	Doc:     "where the workers' time went, as stacked shares of it by pool size",
	Section: "where",
	Draw: func(set *reports.Set) ([]reports.Drawing, error) {
		return each(reports.Headline(set), "no workload was measured both in a plain loop and in a pool",
			func(s reports.Scaling) (Picture, string) { return ledger(set, s) })
	},
})

// ledgerParts are the colours of shares: useful work is the blue of good news.
var ledgerParts = []Stack{{Name: "useful work", Look: slots[0]}, {Name: "slower work", Look: slots[1]}, {Name: "scheduling", Look: slots[3]},
	{Name: "idle", Look: Look{guide, muted, slots[0].marker}}, {Name: "scheduling or idle", Look: Look{guide, muted, slots[0].marker}}}

// notAShare is true of what is no number from 0 to 1: a NaN would be drawn for ever.
func notAShare(s reports.WorkShare) bool { return !(s.Of.Value >= 0 && s.Of.Value <= 1) }

func ledger(set *reports.Set, s reports.Scaling) (Picture, string) {
	title := words.OneLine(s.Title())
	panel := Panel{X: Axis{Title: "Share of the time of all workers", Holds: []float64{0, 1}, Ticks: []float64{0, 0.25, 0.5, 0.75, 1}, Label: words.Percent}, Small: true}
	parts := map[string]*Stack{}
	names := map[float64]string{}
	row, best := 0.0, reports.ScalingPoint{}
	for _, p := range s.Points() {
		shares := p.Ledger.Shares()
		if len(shares) == 0 || len(names) == mostSeries || slices.ContainsFunc(shares, notAShare) {
			continue
		}
		row--
		names[row] = words.OneLine(p.Short())
		from := 0.0
		for _, share := range shares {
			if parts[share.Name] == nil {
				parts[share.Name] = new(Stack)
			}
			to := min(1, from+share.Of.Value)
			parts[share.Name].Bars = append(parts[share.Name].Bars, Bar{row, from, to})
			from = to
		}
		if p.Speedup.Value > best.Speedup.Value {
			best = p
		}
	}
	if len(names) == 0 {
		return Picture{}, title + " has no tasks that were timed from inside, and can be split"
	}
	for _, part := range ledgerParts {
		if of := parts[part.Name]; of != nil {
			part.Bars = of.Bars
			panel.Stacks = append(panel.Stacks, part)
		}
	}
	for y := row; y < 0; y++ {
		panel.Y.Ticks = append(panel.Y.Ticks, y)
	}
	panel.Y.Holds, panel.Y.Label = []float64{row - 0.5, -0.5}, func(y float64) string { return names[y] }
	fastest := words.OneLine(best.Short())
	if len(names) > 1 {
		fastest += ", the fastest"
	}
	const barHeight = 20
	panel.Height = barHeight*-row + 36
	return Picture{Name: "ledger", Subject: s.Family.Title(),
		Title:    fmt.Sprintf("%s: %s of the workers' time is useful work with %s", words.Capital(title), words.Percent(best.Ledger.Ideal.Value), fastest),
		Subtitle: "Each bar is all the time of the workers of a pool; useful work is as long as the plain loop takes for it.",
		Alt:      fmt.Sprintf("Stacked bars of the workers' time, %s; the table has them all. %s: %s.", words.Count(len(names), "pool"), words.Capital(fastest), best.Ledger.Text()),
		Notes:    []string{MachineLine(set)}, Panels: []Panel{panel}}, ""
}
