package gate

import (
	"cmp"
	"fmt"
	"maps"
	"math"
	"slices"

	"poolbench/bench/record"
	"poolbench/reports/estimate"
	"poolbench/reports/words"
)

// Files judges head against base, benchmark by benchmark and unit by unit. It
// works with any Go benchmark names. Units without a known better direction are
// not judged, and neither are the probes, which measure the machine.
//
// The estimate is the median of the ratios: of the ratios within blocks when both
// files are of the same run, else of the ratios of every value of head to every
// value of base. The interval is exact: order
// statistics of those ratios (sign test, Mann-Whitney), at a confidence of 1 -
// 0.05/M for M cases, so that 19 of 20 comparisons of equal files raise no alarm
// at all. (The percentile bootstrap of reports cannot reach such small tails.) With
// too few values for that level, a t interval of the median takes its place; with
// fewer than estimate.MinBlocks values on a side there is no judgement.
func Files(base, head *record.Record, o Options) *Report {
	if o.Unit == nil {
		o.Unit = bothSay(base, head)
	}
	o = o.withDefaults()
	r := &Report{Base: base.Path, Head: head.Path, Method: DifferentRuns, Limit: o.Slowdown, Alpha: 1 - estimate.Confidence, Confidence: estimate.Confidence}
	for _, rec := range []*record.Record{base, head} {
		if rec.IsComparison() {
			r.NotComparable = rec.Path + " is a comparison of two builds, which is judged by itself"
			return r
		}
	}
	if differ := machinesDiffer(base, head); differ != "" {
		if !o.AcrossMachines {
			r.NotComparable = "the files are not of the same machine: " + differ
			return r
		}
		r.warn("The files are not of the same machine: "+differ+".", "A difference may be the machine's.")
	}
	if base.Facts.Run != "" && base.Facts.Run == head.Facts.Run {
		r.Method = OneRun
	} else {
		r.warn("The files are of different runs: what drifted on the machine between them looks like a change.", "Measure both builds in one run.")
	}
	for i, rec := range []*record.Record{base, head} {
		if i == 0 || rec.Path != base.Path {
			r.Warnings = append(r.Warnings, rec.Warnings...)
		}
		if n := implausible(rec); n > 0 {
			r.warn(fmt.Sprintf("%s beyond %g or below 1/%g in size.", words.Plural(n, "value was left out: it is", "values were left out: they are"), largest, largest), "Write them in another unit.")
		}
		if n := len(rec.Failures); n > 0 {
			r.warn(fmt.Sprintf("%s failed in %s.", words.Count(n, "slice"), [...]string{"base", "head"}[i]), "What failed is not in the comparison.")
		}
	}
	named := nameFiles(base, head, o.AcrossMachines)
	b, h := collectFile(base, named, r.Method), collectFile(head, named, r.Method)
	r.doubtSuffixes(base, head, named)
	was := b.renamed(h, o.Rules.Renames())
	r.judgeAll(b, h, o)
	for i := range r.Cases {
		if from, ok := was[r.Cases[i].Point()]; ok {
			r.Cases[i].Was, r.Cases[i].wasPkg = from.Name(), from.Pkg
		}
	}
	if !slices.Equal(base.Text, head.Text) && sameResults(base, head) {
		r.withdraw("the files hold the same results in another order")
	}
	r.unjudged(b, h, o)
	r.lone(b, h, Missing)
	r.lone(h, b, New)
	r.settleScalings()
	o.Rules.apply(r)
	r.finish("no benchmark with a unit that can be judged is in both files")
	r.NotComparable = cmp.Or(r.NotComparable, r.nothingCompared())
	return r
}

// bothSay is what two records say of a unit; where both do, head counts. Each unit is
// judged, also one that says the same as another.
func bothSay(base, head *record.Record) func(string) record.Unit {
	return func(name string) record.Unit {
		b, u := base.Unit(name), head.Unit(name)
		if u == record.UnitOf(name) {
			u = b
		}
		u.Exact, u.Of = u.Exact || b.Exact, ""
		return u
	}
}

// fileSide is one file.
type fileSide struct {
	values map[record.Point]map[string]estimate.Series // by benchmark with its name as it is written, by unit; as they are
	points map[record.Point]string                     // by benchmark: the name of its point, which failures have
	failed map[string]string                           // by name of the point: the reason of its last failure
}

func collectFile(rec *record.Record, named naming, how Method) fileSide {
	side := fileSide{map[record.Point]map[string]estimate.Series{}, map[record.Point]string{}, map[string]string{}}
	for _, res := range rec.Results {
		if rec.IsProbe(res.Point) {
			continue
		}
		benchmark := named.of(rec, res)
		side.points[benchmark] = res.Point.Name()
		side.add(benchmark, res, how)
	}
	side.addSpeedups(named.told(rec), rec.Facts.Cores)
	for _, f := range rec.Failures {
		side.failed[f.Point.Name()] = f.Reason
	}
	return side
}

// add takes a result. Values of one run are kept by block, of which the last counts
// should there be several; others by their order.
func (side fileSide) add(benchmark record.Point, r record.Result, how Method) {
	units := side.values[benchmark]
	if units == nil {
		units = map[string]estimate.Series{}
		side.values[benchmark] = units
	}
	for unit, v := range r.Values {
		if !plausible(v) {
			continue
		}
		values := units[unit]
		values.Scale = estimate.Difference
		block := r.Block
		if how != OneRun || block == 0 {
			block = values.Len() + 1
		}
		values.Add(block, v)
		units[unit] = values
	}
}

// judgeAll judges what is in both files.
func (r *Report) judgeAll(base, head fileSide, o Options) {
	type undecided struct {
		c          Case
		base, head estimate.Series
	}
	var all []undecided
	statistical := 0
	for _, point := range slices.SortedFunc(maps.Keys(base.values), byName) {
		ours, others := base.values[point], head.values[point]
		reason := differentWork(ours, others, o)
		for _, unit := range slices.Sorted(maps.Keys(ours)) {
			b, h := ours[unit], others[unit]
			better := o.better(unit)
			if better == 0 || h.Len() == 0 {
				continue
			}
			c := Case{Pkg: point.Pkg, Name: point.Name(), Unit: unit, Higher: better > 0, Reason: reason, apart: reason != "",
				Base: b.Point(), Head: h.Point(), Limit: o.limit(point, unit, r.Limit)}
			if record.SpeedupAt(unit) > 0 {
				c.Limit = o.speedupLimit(point, unit)
			}
			c.Exact = o.Unit(unit).Exact && oneValue(b.Places()) && oneValue(h.Places())
			if !c.Exact {
				statistical++
			}
			all = append(all, undecided{c, b, h})
		}
	}
	alpha := (1 - estimate.Confidence) / math.Max(1, float64(statistical))
	r.Confidence = 1 - alpha
	for _, u := range all {
		switch {
		case u.c.Reason != "":
			u.c.Verdict = Inconclusive
		case u.c.Exact:
			u.c.compareExactly(0, -1)
		default:
			u.c.judge(u.base, u.head, r.Method == OneRun, alpha)
		}
		r.Cases = append(r.Cases, u.c)
	}
}

// differentWork says why two results of one name are not of the same work: an
// exact unit that is neither better high nor low, such as tasks/op, differs.
func differentWork(base, head map[string]estimate.Series, o Options) string {
	for _, unit := range slices.Sorted(maps.Keys(base)) {
		if o.better(unit) != 0 || !o.Unit(unit).Exact || head[unit].Len() == 0 {
			continue
		}
		if b, h := base[unit].Point(), head[unit].Point(); b != h {
			return fmt.Sprintf("not the same work: %s in base, %s in head", words.Quantity(b, unit), words.Quantity(h, unit))
		}
	}
	return ""
}

// lone lists the benchmarks of one side that the other one does not have: Missing in
// head or New in it.
func (r *Report) lone(side, other fileSide, v Verdict) {
	for _, point := range slices.SortedFunc(maps.Keys(side.values), byName) {
		if _, ok := other.values[point]; ok {
			continue
		}
		c := Case{Pkg: point.Pkg, Name: point.Name(), Unit: record.UnitTime, Verdict: v}
		if times := side.values[point][record.UnitTime]; times.Len() > 0 && v == New {
			c.Head = times.Point()
		} else if times.Len() > 0 {
			c.Base = times.Point()
		}
		if reason, failed := other.failed[side.points[point]]; failed {
			c.Reason = "every slice failed in base: " + reason
			if v == Missing {
				c.Verdict, c.Reason = Failed, "every slice failed: "+reason
			}
		}
		r.Cases = append(r.Cases, c)
	}
}
