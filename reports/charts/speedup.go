package charts

import (
	"fmt"
	"maps"
	"math"
	"slices"
	"strings"

	"poolbench/bench/record"
	"poolbench/reports"
	"poolbench/reports/estimate"
	"poolbench/reports/words"
)

// Speedup draws the speedup over the plain loop against the number of workers,
// one drawing per workload at its largest grain, with a panel for each runtime.
var Speedup = register(Chart{
	Name:    "speedup",
	Doc:     "speedup over serial by number of workers, against what is expected, measured capacity and y = x",
	Section: "which",
	Draw: func(set *reports.Set) ([]reports.Drawing, error) {
		looks := Looks(set)
		works := byWork(reports.Headline(set), func(s reports.Scaling) reports.Family { return s.Family })
		return each(works, "no workload was measured both in a plain loop and in a pool",
			func(of []reports.Scaling) (Picture, string) { return speedup(set, of, looks) })
	},
})

// speedup is the picture of one workload, of which there is a Scaling for each runtime.
func speedup(set *reports.Set, of []reports.Scaling, looks map[string]Look) (Picture, string) {
	title := words.OneLine(workTitle(of[0].Family, len(of)))
	out := Picture{Name: "speedup", Subject: workTitle(of[0].Family, len(of)), Notes: []string{MachineLine(set)}}
	var drawn []reports.Scaling
	for _, s := range of {
		panel, alt, why := speedupPanel(set, s, looks)
		if why != "" {
			continue
		}
		if len(of) > 1 {
			panel.Y.Title, panel.Height = words.OneLine(s.Family.Runtime())+": speedup over "+words.OneLine(s.Family.Baseline), 180
			out.Alt += words.OneLine(s.Family.Runtime()) + ": "
		}
		job := words.OneLine(s.Title())
		if s.Tasks > 0 {
			job += ", " + words.Count(s.Tasks, "task")
		}
		out.Notes[0] += "  ·  " + job
		out.Alt += alt
		out.Panels, drawn = append(out.Panels, panel), append(drawn, s)
	}
	if len(drawn) == 0 {
		return Picture{}, title + " has no speedup that can be drawn"
	}
	if len(drawn) > 1 {
		sameAxes(pointers(out.Panels, 0, 1)...)
	}
	first := drawn[0]
	out.Title = words.Capital(title) + ": " + speedupFinding(set, first)
	if len(drawn) > 1 {
		out.Title = words.Capital(title) + ": " + runtimesFinding(drawn)
	}
	out.Subtitle = "By number of workers; both axes double. " + Shaded(out.Panels[0], ", paired with the run of "+words.Against(first.Family.Baseline))
	if len(drawn) > 1 {
		out.Subtitle = "By number of workers; both axes double; each against the plain loop of its own runtime. " + Shaded(out.Panels[0], "")
	}
	out.Alt = strings.TrimSpace(out.Alt)
	return out, ""
}

// runtimesFinding is the best speedup of each runtime, against its own plain loop.
func runtimesFinding(of []reports.Scaling) string {
	var parts, none, open []string
	for _, s := range of {
		runtime, best := words.OneLine(s.Family.Runtime()), s.Best
		switch best.Decision {
		case reports.ChosenPool, reports.SomePool:
			parts = append(parts, words.Ratio(best.Best.Speedup.Value)+" in "+runtime)
		case reports.NoPool:
			none = append(none, runtime)
		default:
			open = append(open, runtime)
		}
	}
	if len(none) > 0 {
		parts = append(parts, "no gain in "+words.JoinAnd(none))
	}
	if len(open) > 0 {
		parts = append(parts, "cannot tell in "+words.JoinAnd(open))
	}
	if len(none)+len(open) > 0 {
		return strings.Join(parts, "; ")
	}
	return words.JoinAnd(parts)
}

// speedupPanel is the panel of one runtime with what it shows in words.
func speedupPanel(set *reports.Set, s reports.Scaling, looks map[string]Look) (out Panel, text, why string) {
	panel := Panel{
		X: Axis{Title: "Workers in the pool", Base: 2},
		Y: Axis{Title: "Speedup over " + words.OneLine(s.Family.Baseline), Base: 2, Holds: []float64{0.75, 2.4}, Label: TickRatio},
	}
	sizes := map[float64]bool{}
	var alt strings.Builder
	for _, series := range s.Series {
		if !panel.Add(speedups(series, looks)) {
			continue
		}
		k := &panel.Series[len(panel.Series)-1]
		best, last, law := k.Best(), k.Last(), ""
		k.Details = []string{fmt.Sprintf("best %s at %g", words.Ratio(best.Value), best.X)}
		if k.Model != nil {
			law = ", as in the model " + series.Law.Name()
			k.Details = append(k.Details, "dotted: "+series.Law.Name())
		}
		fmt.Fprintf(&alt, "%s: best %s at %s, %s at %g%s. ", k.Name,
			words.Ratio(best.Value), words.Count(int(best.X), "worker"), words.Ratio(last.Value), last.X, law)
		panel.Y.Holds = append(panel.Y.Holds, 1.15*best.Value)
		for _, p := range k.Points {
			sizes[p.X] = true
		}
	}
	if len(panel.Series) == 0 {
		return panel, "", "no speedup"
	}
	panel.X.Ticks = slices.Sorted(maps.Keys(sizes))
	panel.Guides = ideals(set, s, &panel)
	if n := set.Record.Facts.Cores; n > 0 && float64(n) < panel.X.Ticks[len(panel.X.Ticks)-1] {
		panel.Shade = Shade{From: float64(n), Label: "more workers than the " + words.Count(n, "core")}
	}
	ideal := ""
	if capacity := panel.Guides[0]; capacity.Strong {
		last := capacity.Line[len(capacity.Line)-1]
		ideal = fmt.Sprintf("Measured capacity: %s at %g. ", words.Ratio(last.Value), last.X)
	}
	if expected := panel.shown(expectedLine(s)); s.Curve != nil && len(expected) > 0 {
		last := expected[len(expected)-1]
		ideal += fmt.Sprintf("Expected: %s at %g. ", words.Ratio(last.Value), last.X)
		for _, p := range expected {
			panel.Y.Holds = append(panel.Y.Holds, 1.15*p.Value)
		}
		panel.Guides = expecting(panel.Guides, s.Curve.Of, expected)
	}
	return panel, fmt.Sprintf("Line chart of the speedup over %s against the number of workers (%s). ", words.Against(s.Family.Baseline),
		strings.Trim(strings.Join(strings.Fields(fmt.Sprint(panel.X.Ticks)), ", "), "[]")) + alt.String() + ideal + words.OneLine(words.Sentence(reports.Chosen(set, s).Text)) + " ", ""
}

// speedups is a series with its model. There is none when the law misses a point,
// when another explains the points as well, and when it is the straight line of the
// ideal.
func speedups(s reports.ScalingSeries, looks map[string]Look) Series {
	const clear, near = 2, 0.1 // of AICc (Burnham and Anderson 2002); misfit
	out := Series{Name: words.OneLine(s.Label()), Look: looks[s.Label()]}
	modelled := s.Law.Kind != reports.NoLaw && s.Law.Kind != reports.Linear && s.Law.Lead >= clear && s.Law.Misfit <= near
	for _, p := range s.Points {
		if p.Workers >= 1 {
			out.Points = append(out.Points, Point{float64(p.Workers), p.Speedup})
			out.Model = append(out.Model, At(float64(p.Workers), p.Modelled))
			modelled = modelled && p.Modelled > 0
		}
	}
	if !modelled {
		out.Model = nil
	}
	return out
}

// ideals are the lines that a speedup is read against, the measured capacity first
// where there is one.
func ideals(set *reports.Set, s reports.Scaling, panel *Panel) []Guide {
	first, last := panel.X.Ticks[0], panel.X.Ticks[len(panel.X.Ticks)-1]
	line := func(times float64) []Point { return []Point{At(first/8, first/8*times), At(last*8, last*8*times)} }
	one := Guide{Name: words.OneLine(s.Family.Baseline) + " = 1×", Width: 1, Line: []Point{At(first/8, 1), At(last*8, 1)}}
	ideal := Guide{Name: "y = x: one core per worker", Short: "y = x", Along: 0.75, Width: 0.75, Line: line(1)}
	half := Guide{Name: "50 % efficiency", Short: "50 %", Along: 0.4, Width: 1, Dashes: []float64{4, 3}, Line: line(0.5)}
	measured := Guide{Name: "measured capacity", Along: 0.75, Width: 3, Strong: true}
	if s.Resource == "cpu" {
		for workers, c := range reports.CapacityOf(set) {
			e := c.Estimate()
			if x := float64(workers); x >= first && x <= last {
				measured.Line = append(measured.Line, At(x, e.Value))
				panel.Y.Holds = append(panel.Y.Holds, 1.15*e.Value)
			}
		}
	}
	if measured.Line = panel.shown(measured.Line); len(measured.Line) > 0 {
		return []Guide{measured, ideal, half, one}
	}
	ideal.Name, ideal.Short, ideal.Width = "ideal: 100 % efficiency", "ideal", 1.5
	return []Guide{ideal, half, one}
}

// expectedLine is the speedup that s declares, by workers; empty where that is not known.
func expectedLine(s reports.Scaling) []Point {
	at := map[int]float64{}
	for _, p := range s.Points() {
		if p.Expected.N > 0 && at[p.Workers] == 0 {
			at[p.Workers] = p.Expected.Value
		}
	}
	var line []Point
	for _, workers := range slices.Sorted(maps.Keys(at)) {
		line = append(line, At(float64(workers), at[workers]))
	}
	return line
}

// expecting adds the line of what is expected of something, or says that one that is there is
// it.
func expecting(guides []Guide, of string, expected []Point) []Guide {
	same := func(line []Point) bool {
		return !slices.ContainsFunc(expected, func(p Point) bool {
			y := value(line, p.X)
			return !(math.Abs(p.Value/y-1) < 0.02) // closer than their lines are wide
		})
	}
	for i, g := range guides {
		capacity := g.Strong && of == record.LimitCapacity
		ideal := of == record.LimitWorkers && (i == 0 && !g.Strong || i == 1 && guides[0].Strong)
		if !capacity && !ideal || !same(g.Line) {
			continue
		}
		_, name, long := strings.Cut(g.Name, ": ")
		if !long {
			name = g.Name
		}
		if guides[i].Name, guides[i].Short = "expected: "+name, "expected"; g.Strong {
			guides[i].Line = expected // beyond the probes too
		}
		return guides
	}
	name := "expected"
	if of == record.LimitBandwidth {
		name = "expected by memory"
	}
	return append(guides, Guide{Name: name, Width: 1.5, Dashes: []float64{7, 2, 1.5, 2}, Strong: true, Line: expected})
}

// value is where a line of points is at x on axes of logarithms; its last value beyond it, NaN
// before.
func value(line []Point, x float64) float64 {
	y := math.NaN()
	for i, p := range line {
		switch {
		case p.X <= x:
			y = p.Value
		case i > 0:
			return between(line, x)
		}
	}
	return y
}

// speedupFinding is the choice in one line.
func speedupFinding(set *reports.Set, s reports.Scaling) string {
	best, against := s.Best, words.OneLine(words.Against(s.Family.Baseline))
	switch best.Decision {
	case reports.Unmeasured:
		return "speedup by number of workers"
	case reports.SomePool:
		return fmt.Sprintf("a pool helps, about %s; too few blocks to choose one", words.Ratio(best.Best.Speedup.Value))
	case reports.NoPool:
		return "no pool gains anything over " + against
	case reports.MachineAbsent:
		return "cannot tell, " + reports.MachineOf(set).String()
	case reports.OneWorker:
		return "cannot tell, only pools of one worker were measured"
	case reports.Undecided:
		if best.Blocks < estimate.MinBlocks {
			return "too few blocks to choose a pool"
		}
		return "cannot tell whether a pool helps, not clear of the noise"
	}
	executor := words.OneLine(best.Label())
	finding := fmt.Sprintf("%s %s %s as fast as %s", words.Pool(executor, best.Workers),
		words.PoolVerb("runs it", "run it", executor, best.Workers), words.Ratio(best.Speedup.Value), words.OneLine(s.Family.Baseline))
	count := map[reports.Standing]int{}
	for _, r := range best.Rivals {
		count[r.Standing]++
	}
	if n := count[reports.Equal]; n > 0 {
		finding += "; " + words.Plural(n, "other is", "others are") + " equal"
	}
	if n := count[reports.Untold]; n > 0 {
		finding += fmt.Sprintf("; %d not told apart", n)
	}
	return finding
}
