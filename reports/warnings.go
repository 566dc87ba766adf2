package reports

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"poolbench/bench/record"
	"poolbench/reports/words"
)

// Warnings are what lowers trust: what the run said of itself, what of the record could
// not be used, and speedups that cannot be.
func Warnings(s *Set) []record.Warning { return once(s, findWarnings) }

func findWarnings(s *Set) []record.Warning {
	facts := &s.Record.Facts
	// That there were too few blocks is left out, since later ones make it wrong; who asks
	// counts them. So is what could not be counted here, which Where tells: it makes no number
	// wrong. So is what earlier versions said of the capacity, by another estimate.
	out := slices.DeleteFunc(slices.Clone(facts.Warnings), func(w record.Warning) bool { return w.Topic == "blocks" || w.Topic == "capacity" || uncounted(w) })
	slices.SortStableFunc(out, func(a, b record.Warning) int { return strings.Compare(a.Topic, b.Topic) })
	const cure = "Go on with -resume; what is here is of complete measurements."
	switch end := facts.End; {
	case end == nil && facts.Run != "":
		out = append(out, record.Warning{Topic: "end", What: "The run did not end.", Cure: cure})
	case end != nil && end.Interrupted && end.Blocks > 0 && end.Blocks >= end.Expected:
		out = append(out, record.Warning{Topic: "end", What: "The run was interrupted after its blocks, in its passes.", Cure: cure})
	case end != nil && end.Interrupted:
		out = append(out, record.Warning{Topic: "end", What: fmt.Sprintf("The run was interrupted (%d of %d blocks).", end.Blocks, end.Expected), Cure: cure})
	}
	out = append(out, s.Record.Warnings...)
	out = append(out, s.warnings...)
	out = append(out, otherValues(s)...)
	out = append(out, unanalysed(s)...)
	out = append(out, absence(s)...)
	beaten := BeatenIdeals(s)
	title := func(a, b Family) int { return strings.Compare(a.Title(), b.Title()) }
	for _, family := range slices.SortedFunc(maps.Keys(beaten), title) {
		b := beaten[family]
		out = append(out, record.Warning{Topic: "ideal",
			What: fmt.Sprintf("The measured capacity is not the ideal of %s: %s on %s reaches %s of it.", family.Title(), b.Pool, b.Title, words.Estimate(b.Share, words.Fraction)),
			Cure: "Its efficiencies are against the number of workers; measure again on an idle machine."})
	}
	return append(out, implausible(s)...)
}

// uncounted reports whether a warning is of what passes could not count on this machine.
func uncounted(w record.Warning) bool { return w.Topic == "perf" || w.Topic == "counters" }

// otherValues warns of names that have our axes, and values that are none of ours: they
// are somebody's benchmarks.
func otherValues(s *Set) []record.Warning {
	var names []string
	why := ""
	for _, p := range s.Others() {
		if _, err := record.ParsePoint(p.Pkg, p.Name()); err != nil {
			if names = append(names, p.Full()); why == "" {
				why = err.Error()
			}
		}
	}
	if len(names) == 0 {
		return nil
	}
	return []record.Warning{{Topic: "record", What: fmt.Sprintf("Left out, since a value is none of its axis: %s.", words.ShortList(names, 3)),
		Cure: "The first: " + why + "."}}
}

// absence is what the machine did not give, and that it was not measured where somebody is
// advised against a pool.
func absence(s *Set) []record.Warning {
	m := MachineOf(s)
	switch {
	case m.Short():
		return []record.Warning{{Topic: "capacity",
			What: fmt.Sprintf("%s together did the work of %s %s, and of %s to %s in most blocks: something else took them.", words.Count(m.CPUs, "CPU"), m.gave(), words.IntervalOf(m.Gave, words.Times), words.RatioNumber(m.From), words.RatioNumber(m.To)),
			Cure: "Stop other programs, or use a machine that does not share its CPUs, and measure again; more blocks do not help."}}
	case m.Gave.N == 0 && slices.ContainsFunc(Headline(s), func(x Scaling) bool { return x.Best.Decision == NoPool && x.Resource != "wait" }):
		return []record.Warning{{Topic: "capacity", What: "What the CPUs delivered meanwhile was not measured, so that no pool helps may be the machine's doing.",
			Cure: "Measure with poolbench run, or with bench.Run, which probe the capacity."}}
	}
	return nil
}

// unanalysed is what has no speedup.
func unanalysed(s *Set) (out []record.Warning) {
	without := map[string][]string{} // by baseline
	for _, g := range groups(s) {
		if g.base.makespan.Len() == 0 && len(g.arms) > 0 {
			m := g.arms[0]
			without[m.family.Baseline] = append(without[m.family.Baseline], words.Task(m.workload, m.grain, m.units, m.payload)+others(m.family.What, record.AxisWorkload))
		}
	}
	for _, baseline := range slices.Sorted(maps.Keys(without)) {
		out = append(out, record.Warning{Topic: "baseline", What: fmt.Sprintf("No %s arm, hence no speedup, for %s.", baseline, words.ShortList(without[baseline], 3)),
			Cure: fmt.Sprintf("Measure executor=%s in the same run.", baseline)})
	}
	switch {
	case len(s.grid) > 0:
	case slices.ContainsFunc(s.Record.Failures, func(f record.Failure) bool { return f.Point.IsGrid() }):
		out = append(out, record.Warning{Topic: "empty", What: "Every arm failed, so there is nothing to analyse.", Cure: "The failures say why."})
	default:
		out = append(out, record.Warning{Topic: "empty", What: "No result is named after our keys, so there is nothing to analyse.",
			Cure: "Name benchmarks …/executor=…/workload=…/workers=…/grain=…; the gate works with any names."})
	}
	return out
}

// implausible warns of speedups that the machine cannot deliver: cache luck or,
// more often, an arm that does less work. Task Bench refuses above 1.5 as well.
func implausible(s *Set) []record.Warning {
	const limit = 1.5
	worst, what, count := 0.0, "", 0
	for _, x := range Scalings(s) {
		for _, pt := range x.Points() {
			q, _ := idealOf(s, x.Family, pt.Workers)
			best := q.Estimate().Value
			ratio := pt.Speedup.Value / best
			if !(ratio > limit) || pt.Speedup.Known() && pt.Speedup.Low/best < limit {
				continue // or may be noise
			}
			if count++; ratio > worst {
				worst, what = ratio, pt.String()+" on "+x.Title()
			}
		}
	}
	if count == 0 {
		return nil
	}
	return []record.Warning{{Topic: "speedup", What: fmt.Sprintf("%s above %s of what the machine can deliver: the most is %s of it, %s.",
		words.Plural(count, "speedup is", "speedups are"), words.Ratio(limit), words.Ratio(worst), what),
		Cure: "Check that both arms do the same work; the serial arm may be throttled, or its memory cold."}}
}
