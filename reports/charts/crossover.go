package charts

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strings"

	"poolbench/reports"
	"poolbench/reports/estimate"
	"poolbench/reports/words"
)

// Crossover draws time per task and efficiency against the useful work in one
// task, one drawing per workload at the number of workers that the answers are
// about (see reports.HeadlineSweeps), with panels for each runtime.
var Crossover = register(Chart{
	Name:    "crossover",
	Doc:     "time per task and efficiency by work per task: where a pool pays off, and METG(50 %)",
	Section: "short",
	Draw: func(set *reports.Set) ([]reports.Drawing, error) {
		looks := Looks(set)
		works := byWork(reports.HeadlineSweeps(set), func(s reports.Sweep) reports.Family { return s.Family })
		return each(works, "no workload was measured at three grains or more",
			func(of []reports.Sweep) (Picture, string) { return crossover(set, of, looks) })
	},
})

// crossover is the picture of one workload, of which there is a Sweep for each runtime.
func crossover(set *reports.Set, of []reports.Sweep, looks map[string]Look) (Picture, string) {
	out := Picture{Name: "crossover", Subject: workTitle(of[0].Family, len(of))}
	title := words.OneLine(out.Subject)
	finding := ""
	var places, untold []string // runtimes
	for _, s := range of {
		p := crossoverPanels(set, s, looks)
		if p.drawn == nil {
			continue
		}
		if len(of) > 1 {
			runtime := words.OneLine(s.Family.Runtime())
			p.times.Y.Title, p.shares.Y.Title = runtime+": time per task", runtime+": parallel efficiency"
			p.times.Height, p.shares.Height = 150, 112
			out.Alt += runtime + ": "
			if at, ok := firstCrossing(p.drawn); ok {
				places = append(places, words.Duration(at)+" in "+runtime)
			} else {
				untold = append(untold, runtime)
			}
		}
		finding = crossoverFinding(p.drawn)
		if len(out.Panels) == 0 {
			out.Subtitle = fmt.Sprintf("Wall time per task against the useful work inside it, pool of %d. %s", s.Workers, Shaded(p.times, ""))
			out.Notes = []string{"50 % mark: least useful work per task for half " + p.ideal + ". METG(50 %) counts the overhead in as well."}
		}
		out.Alt += p.alt
		out.Panels = append(out.Panels, p.times, p.shares)
	}
	if len(out.Panels) == 0 {
		return Picture{}, title + " has no two grains whose times can be drawn"
	}
	if len(of) > 1 {
		out.Notes = append(out.Notes, "Useful work is in time of its own runtime: the same microseconds hold other work in another one.")
		sameAxes(pointers(out.Panels, 0, 2)...)
		sameAxes(pointers(out.Panels, 1, 2)...)
		finding = "no place found where a pool begins to pay off"
		if len(places) > 0 {
			finding = "a pool pays off above " + strings.Join(places, ", ")
			if len(untold) > 0 {
				finding += "; no place found in " + words.JoinAnd(untold)
			}
		}
	}
	out.Title, out.Notes = words.Capital(title)+": "+finding, append(out.Notes, MachineLine(set))
	return out, ""
}

// firstCrossing is the least work from which on a pool pays off.
func firstCrossing(all []reports.SweepSeries) (work float64, ok bool) {
	for _, s := range all {
		if at := s.Crossover.At.Value; placed(s.Crossover) && s.Crossover.Outcome == estimate.Crosses && (!ok || at < work) {
			work, ok = at, true
		}
	}
	return work, ok
}

// crossoverView is what there is to see of one runtime; drawn is nil when nothing is.
type crossoverView struct {
	times, shares Panel
	drawn         []reports.SweepSeries
	alt           string
	ideal         string // of what half is marked
}

func crossoverPanels(set *reports.Set, s reports.Sweep, looks map[string]Look) (out crossoverView) {
	work := Axis{Title: "Useful work in one task", Base: 10, Label: TickDuration}
	times := Panel{X: work, Y: Axis{Title: "Time per task", Base: 10, Label: TickDuration}, Height: 184, Small: true}
	shares := Panel{X: work, Y: Axis{Title: "Parallel efficiency", Holds: []float64{0, 1}, Label: words.Percent}, Height: 139, Small: true}
	serial := make([]Point, 0, len(s.Serial))
	for _, p := range s.Serial {
		serial = append(serial, Point{p.Work, p.Time})
	}
	serial = times.shown(serial)

	var drawn []reports.SweepSeries
	var alt strings.Builder
	for _, series := range s.Series {
		time, share := crossings(series, serial, looks[series.Label()])
		if !times.Add(time) {
			continue
		}
		if shares.Add(share) {
			k := &shares.Series[len(shares.Series)-1]
			k.Details = []string{"up to " + words.Percent(k.Best().Value)}
		}
		drawn = append(drawn, series)
		fmt.Fprintf(&alt, "%s: %s; %s. ", time.Name, crossoverText(series), halfText(series))
	}
	if !slices.ContainsFunc(times.Series, func(k Series) bool { return len(k.Points) > 1 }) {
		return crossoverView{}
	}
	ideal, of := s.Ideal, "of ideal"
	if times.Guides = []Guide{{Name: words.OneLine(s.Family.Baseline) + ": no pool", Line: serial, Width: 1.25}}; ideal > 0 && ideal < 1e9 {
		of = "of " + words.Ratio(ideal)
		if s.Measured {
			of += ", the measured capacity"
		}
		faster := Guide{Name: "ideal: " + words.Ratio(ideal) + " as fast", Width: 1, Dashes: []float64{1.2, 2.5}}
		for _, p := range serial {
			faster.Line = append(faster.Line, At(p.X, p.Value/ideal))
		}
		times.Guides = append(times.Guides, faster)
	}
	for _, p := range serial {
		times.X.Holds, times.Y.Holds = append(times.X.Holds, p.X), append(times.Y.Holds, p.Value)
	}
	shares.X.Holds = times.xs()
	works := shares.X.Holds
	if !slices.ContainsFunc(shares.Series, func(k Series) bool { return k.Best().Value > 2 }) {
		shares.Y.Ticks = []float64{0, 0.5, 1, 1.5, 2}
	}
	shares.Guides = []Guide{{Width: 1.25, Line: []Point{At(slices.Min(works)/1e3, 0.5), At(slices.Max(works)*1e3, 0.5)}}}
	return crossoverView{times, shares, drawn, fmt.Sprintf("Two line charts with a shared axis of useful work per task, %s to %s: time per task above, parallel efficiency below, %s. ",
		words.Duration(slices.Min(works)), words.Duration(slices.Max(works)), words.Count(s.Workers, "worker")) + alt.String(), of}
}

// crossings are the time per task and the efficiency of an executor, with what each
// has on the axis of work.
func crossings(s reports.SweepSeries, serial []Point, look Look) (time, share Series) {
	name := words.OneLine(s.Label())
	time, share = Series{Name: name, Look: look}, Series{Name: name, Look: look}
	for _, p := range s.Points {
		time.Points = append(time.Points, Point{p.Work, p.Time})
		if e := p.Efficiency.Value; e >= 0 && e < 1e6 {
			share.Points = append(share.Points, Point{p.Work, p.Efficiency})
		}
	}
	if x := s.Crossover; placed(x) {
		at := words.Duration(x.At.Value)
		time.Call = &Call{At: x.At, Meets: between(serial, x.At.Value), Title: pays(s) + at, Head: "pay off above", Value: at, Detail: confidence(x.At)}
	} else {
		time.Remark = crossoverText(s)
	}
	if half := s.Half(); placed(half.Work) {
		at := words.Duration(half.Work.At.Value)
		detail := confidence(half.Work.At)
		if placed(half.METG) {
			detail += " · METG " + words.Duration(half.METG.At.Value)
		}
		share.Call = &Call{At: half.Work.At, Meets: 0.5, Title: "50 % at " + at + " of work", Head: "50 % of ideal at", Value: at, Detail: detail}
	} else {
		share.Remark = halfText(s)
	}
	return time, share
}

// placed reports whether a crossing has a place to draw.
func placed(x estimate.Crossing) bool {
	return (x.Outcome == estimate.Crosses || x.Outcome == estimate.Several) && x.At.Value > 1e-18 && x.At.Value < 1e18
}

// between is the value at x on the lines between points, of logarithmic axes.
func between(points []Point, x float64) float64 {
	for i := 1; i < len(points); i++ {
		a, b := points[i-1], points[i]
		if x >= a.X && x <= b.X && b.X > a.X {
			t := math.Log(x/a.X) / math.Log(b.X/a.X)
			return a.Value * math.Pow(b.Value/a.Value, t)
		}
	}
	return x
}

// confidence says how sure a crossing is, in the unit of its value.
func confidence(e estimate.Estimate) string {
	switch {
	case !e.Known():
		return "no interval, " + words.Count(e.N, "block")
	case !(e.Low > 0 && e.Low <= e.Value && e.Value <= e.High && e.High < 1e18):
		return "95 % CI is open"
	}
	return "95 % CI " + words.IntervalOf(e, words.Seconds)
}

// crossoverFinding states where pools pay off in one line: with more than two
// crossings only the ends of their range.
func crossoverFinding(all []reports.SweepSeries) string {
	var cross, always []reports.SweepSeries
	never, unseen := 0, false
	for _, s := range all {
		switch x := s.Crossover; {
		case placed(x) && x.Outcome == estimate.Crosses:
			cross = append(cross, s)
		case x.Outcome == estimate.Always && s.Sure():
			always = append(always, s)
		case x.Outcome == estimate.Never:
			never++
			unseen = unseen || !s.Sure()
		}
	}
	at := func(s reports.SweepSeries) string { return words.Duration(s.Crossover.At.Value) }
	paysOff := func(s reports.SweepSeries) string { return words.OneLine(s.Label()) + " " + words.PayOff(s.Label()) }
	switch {
	case len(always) == len(all):
		return "a pool pays off at every size tried"
	case never == len(all) && unseen:
		return "no pool is seen to pay off at any size tried"
	case never == len(all):
		return "no pool pays off at any size tried"
	case len(cross) == 0 && len(always) == 0:
		return "no point found where a pool begins to pay off"
	case len(cross) == 0:
		return paysOff(always[0]) + " at every size tried"
	case len(always) > 0:
		return fmt.Sprintf("%s at every size tried, %s above %s", paysOff(always[0]), words.OneLine(cross[0].Label()), at(cross[0]))
	case len(cross) == 1:
		return fmt.Sprintf("%s above %s of work per task", paysOff(cross[0]), at(cross[0]))
	case len(cross) == 2:
		return fmt.Sprintf("%s above %s of work, %s above %s", paysOff(cross[0]), at(cross[0]), words.OneLine(cross[1].Label()), at(cross[1]))
	}
	earlier := func(a, b reports.SweepSeries) int { return cmp.Compare(a.Crossover.At.Value, b.Crossover.At.Value) }
	first, last := slices.MinFunc(cross, earlier), slices.MaxFunc(cross, earlier)
	return fmt.Sprintf("pools pay off above %s (%s) to %s (%s) of work", at(first), words.OneLine(first.Label()), at(last), words.OneLine(last.Label()))
}

// pays is what an executor does at its crossing with the serial line.
func pays(s reports.SweepSeries) string {
	if s.Crossover.Outcome == estimate.Several {
		return words.Verb("crosses", "cross", s.Label()) + " again, last at "
	}
	return words.PayOff(s.Label()) + " above "
}

// crossoverText says where an executor pays off.
func crossoverText(s reports.SweepSeries) string {
	x := s.Crossover
	if x.Outcome == estimate.Always && !s.Sure() {
		return "cannot tell where it begins to pay off"
	}
	return outcome(x, pays(s)+words.Estimate(x.At, words.Seconds),
		words.PayOff(s.Label())+" at every size tried, from "+words.Duration(x.From), s.NeverPays(s.Label())+" up to "+words.Duration(x.To))
}

// halfText says where an executor reaches half of ideal efficiency.
func halfText(s reports.SweepSeries) string {
	at := "50 % of ideal at " + words.Estimate(s.Half().Work.At, words.Seconds)
	if placed(s.Half().METG) {
		at += ", METG(50 %) " + words.Duration(s.Half().METG.At.Value)
	}
	return outcome(s.Half().Work, at, "above 50 % at every size tried", "below 50 % at every size tried")
}

// outcome picks what to say of a crossing, or says why there is no answer.
func outcome(x estimate.Crossing, at, always, never string) string {
	switch {
	case placed(x):
		return at
	case x.Outcome == estimate.Always:
		return always
	case x.Outcome == estimate.Never:
		return never
	case x.At.N < estimate.MinBlocks:
		return "cannot tell, too few blocks"
	}
	return "cannot tell, not clear of the noise"
}
