package gate

import (
	"fmt"
	"math"

	"golang.org/x/perf/benchfmt"

	"poolbench/bench/record"
	"poolbench/reports"
	"poolbench/reports/estimate"
	"poolbench/reports/words"
)

// directions are the units whose better direction everybody knows; the records'
// own unit lines come first.
var directions = map[string]int{
	"sec/op": -1, "B/op": -1, "allocs/op": -1, "user-sec/op": -1, "sys-sec/op": -1,
	"B/s": +1,
}

// Files judges head against base, benchmark by benchmark and unit by unit. It
// works with any Go benchmark names. Units without a known better direction are
// not judged, and neither is the capacity probe, which measures the machine.
//
// The estimate is the median of the ratios: of the ratios within blocks when both
// files are of the same run (equal non-empty note "run"), else of the ratios of
// every value of head to every value of base. The interval is exact: order
// statistics of those ratios (sign test, Mann-Whitney), at a confidence of 1 -
// 0.05/M for M cells, so that 19 of 20 comparisons of equal files raise no alarm
// at all. (The percentile bootstrap of Analyse cannot reach such small tails.) With
// too few values for that level, a t interval of the median takes its place; with
// fewer than estimate.MinBlocks values on a side there is no judgement.
func Files(base, head *record.Record, o Options) *Report {
	o = o.withDefaults()
	r := &Report{Base: base.Path, Head: head.Path, Limit: o.Slowdown, Alpha: 1 - estimate.Confidence, Confidence: estimate.Confidence}
	if differ := machinesDiffer(base, head); differ != "" {
		if !o.AcrossMachines {
			r.NotComparable = "the files are not of the same machine: " + differ
			return r
		}
		r.Warnings = append(r.Warnings, reports.Warning{What: "The files are not of the same machine: " + differ + ".", Cure: "A difference may be the machine's."})
	}
	r.Paired = base.Note("run") != "" && base.Note("run") == head.Note("run")
	if !r.Paired {
		r.Warnings = append(r.Warnings, reports.Warning{What: "The files are of different runs: what drifted on the machine between them looks like a change.",
			Cure: "Measure both builds in one run."})
	}
	for _, side := range []struct {
		name string
		rec  *record.Record
	}{{"base", base}, {"head", head}} {
		if n := len(side.rec.Failures); n > 0 {
			r.Warnings = append(r.Warnings, reports.Warning{What: fmt.Sprintf("%s failed in %s.", words.Count(n, "trial"), side.name),
				Cure: "What failed is not in the comparison."})
		}
	}
	packages := severalPackages(base, head)
	b, h := collectFile(base, packages), collectFile(head, packages)
	better := func(unit string) int {
		if d := o.Rules.better(unit); d != 0 {
			return d
		}
		return direction(base, head, unit)
	}
	exact := func(unit string) bool { return base.Exact[unit] || head.Exact[unit] }
	r.judgeAll(b, h, better, exact, o.Rules)
	r.missingAndNew(b, h)
	o.Rules.apply(r)
	r.sort()
	if len(r.Cells) == r.Count(New)+r.Count(Missing) {
		r.NotComparable = "no benchmark with a unit that can be judged is in both files"
	}
	return r
}

// machinesDiffer names the first key that makes two files incomparable. A key
// that one of them lacks is not held against it.
func machinesDiffer(base, head *record.Record) string {
	for _, key := range []string{"goos", "goarch", "cpu", "go"} {
		if b, h := base.Key(key), head.Key(key); b != "" && h != "" && b != h {
			return fmt.Sprintf("%s is %q in base and %q in head", key, b, h)
		}
	}
	return ""
}

func direction(base, head *record.Record, unit string) int {
	for _, r := range []*record.Record{head, base} {
		if d, ok := r.Better[unit]; ok {
			return d
		}
	}
	return directions[unit]
}

// severalPackages reports whether the files hold benchmarks of several packages. A
// file that names none may be compared with one that names one.
func severalPackages(records ...*record.Record) bool {
	seen := map[string]bool{}
	for _, rec := range records {
		for _, res := range rec.Results {
			if res.Pkg != "" {
				seen[res.Pkg] = true
			}
		}
	}
	return len(seen) > 1
}

// fileSide is one file: by benchmark name, by unit, the values with their blocks.
type fileSide struct {
	values map[string]map[string]fileValues
	failed map[string]string // by name without package and -GOMAXPROCS: the reason of its last failure
	plain  map[string]string // by name in values: the name that failures have
}

type fileValues struct {
	blocks []int // ordinal numbers where the file has no block lines
	values []float64
}

func collectFile(rec *record.Record, packages bool) fileSide {
	side := fileSide{values: map[string]map[string]fileValues{}, failed: map[string]string{}, plain: map[string]string{}}
	fullName := func(r record.Result) string {
		if packages && r.Pkg != "" {
			return r.Pkg + "." + r.Name
		}
		return r.Name
	}
	procs := map[string]int{}
	several := map[string]bool{}
	numbered := false
	for _, res := range rec.Results {
		name := fullName(res)
		if p, ok := procs[name]; ok && p != res.Procs {
			several[name] = true
		}
		procs[name] = res.Procs
		numbered = numbered || res.Block > 0
	}
	for _, res := range rec.Results {
		if res.Kind.Probe() {
			continue
		}
		name := fullName(res)
		if several[name] {
			name = fmt.Sprintf("%s-%d", name, res.Procs)
		}
		side.plain[name] = res.Name
		side.add(name, res, numbered)
	}
	for _, f := range rec.Failures {
		side.failed[string(benchfmt.Name(f.Name).Full())] = f.Reason
	}
	return side
}

func (side fileSide) add(name string, r record.Result, numbered bool) {
	units := side.values[name]
	if units == nil {
		units = map[string]fileValues{}
		side.values[name] = units
	}
	for unit, v := range r.Values {
		u := units[unit]
		block := r.Block
		if !numbered {
			block = len(u.values) + 1
		}
		u.blocks, u.values = append(u.blocks, block), append(u.values, v)
		units[unit] = u
	}
}

// judgeAll judges what is in both files.
func (r *Report) judgeAll(base, head fileSide, better func(string) int, exact func(string) bool, rules *Rules) {
	type pairOf struct {
		cell       Cell
		base, head fileValues
	}
	var pairs []pairOf
	statistical := 0
	for _, name := range sortedKeys(base.values) {
		other, ok := head.values[name]
		if !ok {
			continue
		}
		reason := differentWork(base.values[name], other, better, exact)
		for _, unit := range sortedKeys(base.values[name]) {
			b, h := base.values[name][unit], other[unit]
			if better(unit) == 0 || len(h.values) == 0 {
				continue
			}
			c := Cell{Name: name, Unit: unit, Higher: better(unit) > 0, Reason: reason,
				Base: estimate.Median(b.values), Head: estimate.Median(h.values), Limit: r.Limit}
			if limit, ok := rules.limit(record.Subject{Name: name}, unit); ok {
				c.Limit = limit
			}
			c.Exact = exact(unit) && oneValue(b.values) && oneValue(h.values)
			if !c.Exact {
				statistical++
			}
			pairs = append(pairs, pairOf{c, b, h})
		}
	}
	alpha := (1 - estimate.Confidence) / math.Max(1, float64(statistical))
	r.Confidence = 1 - alpha
	for _, p := range pairs {
		switch {
		case p.cell.Reason != "":
			p.cell.Verdict = Inconclusive
		case p.cell.Exact:
			p.cell.compareExactly(0)
		default:
			p.cell.judge(p.base, p.head, r, alpha)
		}
		r.Cells = append(r.Cells, p.cell)
	}
}

// differentWork says why two results of one name are not of the same work: an
// exact unit that is neither better high nor low, such as tasks/op, differs.
func differentWork(base, head map[string]fileValues, better func(string) int, exact func(string) bool) string {
	for _, unit := range sortedKeys(base) {
		b, h := base[unit].values, head[unit].values
		if better(unit) != 0 || !exact(unit) && unit != record.UnitTasks || len(h) == 0 {
			continue
		}
		if estimate.Median(b) != estimate.Median(h) {
			return fmt.Sprintf("not the same work: %s in base, %s in head", words.Quantity(estimate.Median(b), unit), words.Quantity(estimate.Median(h), unit))
		}
	}
	return ""
}

// missingAndNew lists the benchmarks that only one file has.
func (r *Report) missingAndNew(base, head fileSide) {
	lone := func(a, b fileSide, v Verdict) {
		for _, name := range sortedKeys(a.values) {
			if _, ok := b.values[name]; ok {
				continue
			}
			c := Cell{Name: name, Unit: record.UnitTime, Verdict: v}
			m := estimate.Median(a.values[name][record.UnitTime].values)
			switch {
			case math.IsNaN(m):
			case v == New:
				c.Head = m
			default:
				c.Base = m
			}
			if reason, failed := b.failed[a.plain[name]]; failed {
				c.Reason = "every trial failed in base: " + reason
				if v == Missing {
					c.Verdict, c.Reason = Failed, "every trial failed: "+reason
				}
			}
			r.Cells = append(r.Cells, c)
		}
	}
	lone(base, head, Missing)
	lone(head, base, New)
}
