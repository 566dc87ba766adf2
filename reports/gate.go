package reports

import (
	"fmt"
	"math"
	"slices"
	"sort"
	"strings"

	"golang.org/x/perf/benchfmt"

	"poolbench/bench/record"
)

// A Verdict is what the gate says of one benchmark and unit.
type Verdict int

const (
	Failed       Verdict = iota // in base, and every trial of it failed in head
	Regressed                   // worse by more than the limit, interval included
	Inconclusive                // the interval reaches beyond the limit: could be either
	Improved                    // better by more than the limit, interval included
	NoChange                    // the interval is within the limit: no change shown
	New                         // only in head
	Missing                     // only in base: head has neither a result nor a failure
)

var verdictNames = [...]string{"failed", "regressed", "inconclusive", "improved", "no change shown", "new", "missing"}

// String is the verdict in words: "no change shown".
func (v Verdict) String() string {
	if v < 0 || int(v) >= len(verdictNames) {
		return fmt.Sprintf("verdict %d", int(v))
	}
	return verdictNames[v]
}

// DefaultLimit is the smallest slowdown that the gate is asked to find.
const DefaultLimit = 0.05

// GateOptions are the choices of a comparison; the zero value is the default.
type GateOptions struct {
	Limit          float64 // practical limit as a fraction; 0 means DefaultLimit
	AcrossMachines bool    // compare although the machines or Go versions differ
}

// A GateReport compares two records.
type GateReport struct {
	Base, Head    string     // paths
	Limit         float64    // practical limit as a fraction
	Confidence    float64    // of the intervals: 95 % shared among the cells judged
	Paired        bool       // both files are of one run, so blocks are compared with themselves
	NotComparable string     // why nothing was judged; empty when something was
	Cells         []GateCell // failures and regressions first, the worst before others; then by name
	Warnings      []Warning
}

// A GateCell is one benchmark and unit.
type GateCell struct {
	Name       string // benchmark name as in the file; with -GOMAXPROCS when the file has several, and after its package when the files have several
	Unit       string
	Verdict    Verdict
	Base, Head float64  // medians in Unit; 0 where the side has none
	Ratio      Estimate // head / base; the interval has the level GateReport.Confidence. Known is false when there is none
	Higher     bool     // higher values are better
	Exact      bool     // compared directly, without statistics
	Detectable float64  // smallest slowdown, as a fraction, that this data would have called regressed; 0 when there is no interval
	More       float64  // an inconclusive cell needs about this many times the blocks; 0 when unknown
	Reason     string   // why it failed or is inconclusive; empty when the interval says it
}

// Regressed reports whether any cell is worse by more than the limit.
func (g *GateReport) Regressed() bool { return g.Count(Regressed) > 0 }

// Failed reports whether any benchmark of base gave nothing but failures in head.
func (g *GateReport) Failed() bool { return g.Count(Failed) > 0 }

// Inconclusive reports whether any cell could not be judged, or none could.
func (g *GateReport) Inconclusive() bool {
	return g.NotComparable != "" || g.Count(Inconclusive) > 0
}

// Count is how many cells have the verdict.
func (g *GateReport) Count(v Verdict) int {
	n := 0
	for _, c := range g.Cells {
		if c.Verdict == v {
			n++
		}
	}
	return n
}

// directions are the units whose better direction everybody knows; the records'
// own unit lines come first.
var directions = map[string]int{
	"sec/op": -1, "B/op": -1, "allocs/op": -1, "user-sec/op": -1, "sys-sec/op": -1,
	"B/s": +1,
}

// Gate judges head against base, benchmark by benchmark and unit by unit. It
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
// fewer than MinBlocks values on a side there is no judgement.
func Gate(base, head *record.Record, opt GateOptions) *GateReport {
	g := &GateReport{Base: base.Path, Head: head.Path, Limit: opt.Limit, Confidence: Confidence}
	if g.Limit <= 0 {
		g.Limit = DefaultLimit
	}
	if differ := machinesDiffer(base, head); differ != "" {
		if !opt.AcrossMachines {
			g.NotComparable = "the files are not of the same machine: " + differ
			return g
		}
		g.Warnings = append(g.Warnings, Warning{"The files are not of the same machine: " + differ + ".", "A difference may be the machine's."})
	}
	g.Paired = base.Note("run") != "" && base.Note("run") == head.Note("run")
	if !g.Paired {
		g.Warnings = append(g.Warnings, Warning{"The files are of different runs: what drifted on the machine between them looks like a change.",
			"Measure both builds in one run."})
	}
	for _, side := range []struct {
		name string
		rec  *record.Record
	}{{"base", base}, {"head", head}} {
		if n := len(side.rec.Failures); n > 0 {
			g.Warnings = append(g.Warnings, Warning{fmt.Sprintf("%s failed in %s.", Count(n, "trial"), side.name),
				"What failed is not in the comparison."})
		}
	}
	packages := severalPackages(base, head)
	b, h := collectGate(base, packages), collectGate(head, packages)
	better := func(unit string) int { return direction(base, head, unit) }
	exact := func(unit string) bool { return base.Exact[unit] || head.Exact[unit] }
	g.judgeAll(b, h, better, exact)
	g.missingAndNew(b, h)
	g.sort()
	if len(g.Cells) == g.Count(New)+g.Count(Missing) {
		g.NotComparable = "no benchmark with a unit that can be judged is in both files"
	}
	return g
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
		for _, r := range rec.Results {
			if r.Pkg != "" {
				seen[r.Pkg] = true
			}
		}
	}
	return len(seen) > 1
}

// gateSide is one file: by benchmark name, by unit, the values with their blocks.
type gateSide struct {
	values map[string]map[string]gateValues
	failed map[string]string // by name without package and -GOMAXPROCS: the reason of its last failure
	plain  map[string]string // by name in values: the name that failures have
}

type gateValues struct {
	blocks []int // ordinal numbers where the file has no block lines
	values []float64
}

func collectGate(rec *record.Record, packages bool) gateSide {
	side := gateSide{values: map[string]map[string]gateValues{}, failed: map[string]string{}, plain: map[string]string{}}
	fullName := func(r record.Result) string {
		if packages && r.Pkg != "" {
			return r.Pkg + "." + r.Name
		}
		return r.Name
	}
	procs := map[string]int{}
	several := map[string]bool{}
	numbered := false
	for _, r := range rec.Results {
		name := fullName(r)
		if p, ok := procs[name]; ok && p != r.Procs {
			several[name] = true
		}
		procs[name] = r.Procs
		numbered = numbered || r.Block > 0
	}
	for _, r := range rec.Results {
		if r.Kind.Probe() {
			continue
		}
		name := fullName(r)
		if several[name] {
			name = fmt.Sprintf("%s-%d", name, r.Procs)
		}
		side.plain[name] = r.Name
		side.add(name, r, numbered)
	}
	for _, f := range rec.Failures {
		side.failed[string(benchfmt.Name(f.Name).Full())] = f.Reason
	}
	return side
}

func (side gateSide) add(name string, r record.Result, numbered bool) {
	units := side.values[name]
	if units == nil {
		units = map[string]gateValues{}
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
func (g *GateReport) judgeAll(base, head gateSide, better func(string) int, exact func(string) bool) {
	type pairOf struct {
		cell       GateCell
		base, head gateValues
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
			c := GateCell{Name: name, Unit: unit, Higher: better(unit) > 0, Reason: reason,
				Base: median(b.values), Head: median(h.values)}
			c.Exact = exact(unit) && oneValue(b.values) && oneValue(h.values)
			if !c.Exact {
				statistical++
			}
			pairs = append(pairs, pairOf{c, b, h})
		}
	}
	alpha := (1 - Confidence) / math.Max(1, float64(statistical))
	g.Confidence = 1 - alpha
	for _, p := range pairs {
		switch {
		case p.cell.Reason != "":
			p.cell.Verdict = Inconclusive
		case p.cell.Exact:
			p.cell.compareExactly()
		default:
			p.cell.judge(p.base, p.head, g, alpha)
		}
		g.Cells = append(g.Cells, p.cell)
	}
}

// differentWork says why two results of one name are not of the same work: an
// exact unit that is neither better high nor low, such as tasks/op, differs.
func differentWork(base, head map[string]gateValues, better func(string) int, exact func(string) bool) string {
	for _, unit := range sortedKeys(base) {
		b, h := base[unit].values, head[unit].values
		if better(unit) != 0 || !exact(unit) && unit != record.UnitTasks || len(h) == 0 {
			continue
		}
		if median(b) != median(h) {
			return fmt.Sprintf("not the same work: %s in base, %s in head", Quantity(median(b), unit), Quantity(median(h), unit))
		}
	}
	return ""
}

func oneValue(values []float64) bool {
	return len(values) > 0 && slices.Min(values) == slices.Max(values)
}

// compareExactly judges a unit that has no noise: any difference is one.
func (c *GateCell) compareExactly() {
	worse, better := c.Head > c.Base, c.Head < c.Base
	if c.Higher {
		worse, better = better, worse
	}
	c.Verdict = NoChange
	switch {
	case worse:
		c.Verdict = Regressed
	case better:
		c.Verdict = Improved
	}
	if c.Base > 0 && c.Head > 0 {
		r := c.Head / c.Base
		c.Ratio = Estimate{Value: r, Low: r, High: r, N: MinBlocks}
	}
}

// missingAndNew lists the benchmarks that only one file has.
func (g *GateReport) missingAndNew(base, head gateSide) {
	lone := func(a, b gateSide, v Verdict) {
		for _, name := range sortedKeys(a.values) {
			if _, ok := b.values[name]; ok {
				continue
			}
			c := GateCell{Name: name, Unit: record.UnitTime, Verdict: v}
			m := median(a.values[name][record.UnitTime].values)
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
			g.Cells = append(g.Cells, c)
		}
	}
	lone(base, head, Missing)
	lone(head, base, New)
}

// sort puts the worst first.
func (g *GateReport) sort() {
	harm := func(c GateCell) float64 {
		switch {
		case c.Ratio.Value == 0:
			return 0
		case c.Higher:
			return -math.Log(c.Ratio.Value)
		}
		return math.Log(c.Ratio.Value)
	}
	sort.SliceStable(g.Cells, func(i, j int) bool {
		a, b := g.Cells[i], g.Cells[j]
		switch {
		case a.Verdict != b.Verdict:
			return a.Verdict < b.Verdict
		case harm(a) != harm(b):
			return harm(a) > harm(b)
		case a.Name != b.Name:
			return strings.Compare(a.Name, b.Name) < 0
		}
		return a.Unit < b.Unit
	})
}

func sortedKeys[V any](m map[string]V) []string {
	keys := make([]string, 0, len(m))
	for k := range m {
		keys = append(keys, k)
	}
	sort.Strings(keys)
	return keys
}
