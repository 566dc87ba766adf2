package gate

import (
	"cmp"
	"math"
	"slices"
	"strings"

	"poolbench/bench/record"
	"poolbench/reports/words"
)

// A benchmark is the cases of one benchmark, in the order of the report. However many
// units of it are worse, it is one regression.
type benchmark []Case

// benchmarks are those of a report, the ones that matter most first.
func (r *Report) benchmarks() (out []benchmark) {
	at := map[record.Point]int{}
	for _, c := range r.Cases {
		i, known := at[c.Point()]
		if !known {
			i = len(out)
			at[c.Point()] = i
			out = append(out, nil)
		}
		out[i] = append(out[i], c)
	}
	return out
}

// Benchmarks is how many benchmarks have the verdict: that of their cases which counts
// most.
func (r *Report) Benchmarks(v Verdict) (n int) {
	for _, b := range r.benchmarks() {
		if b.verdict() == v {
			n++
		}
	}
	return n
}

// verdict is the one that counts most.
func (b benchmark) verdict() Verdict {
	return slices.MinFunc(b, func(x, y Case) int { return int(x.Verdict - y.Verdict) }).Verdict
}

// lead is the case that stands for the benchmark: of those with its verdict that of the
// speedup, which says how the time came to it, else that of time, else the worst.
func (b benchmark) lead() Case {
	v := b.verdict()
	if i := slices.IndexFunc(b, func(c Case) bool {
		return c.Verdict == v && record.SpeedupAt(c.Unit) > 0 && (v == Regressed || v == Improved)
	}); i >= 0 {
		return b[i]
	}
	for _, c := range b {
		if c.Verdict == v && c.Unit == record.UnitTime {
			return c
		}
	}
	return b[slices.IndexFunc(b, func(c Case) bool { return c.Verdict == v })]
}

// changed are the cases with a verdict, the lead first.
func (b benchmark) changed(v Verdict) (out []Case) {
	lead := b.lead()
	for _, c := range b {
		switch {
		case c.Verdict != v:
		case c.Unit == lead.Unit:
			out = slices.Insert(out, 0, c)
		default:
			out = append(out, c)
		}
	}
	return out
}

// others say what else changed than the lead: "worse: B/op +100 %, allocs 2 → 3".
func (b benchmark) others() string {
	var parts []string
	for _, v := range []Verdict{Regressed, LayoutSensitive, Accepted, Improved, Inconclusive} {
		var list []string
		for _, c := range b.changed(v) {
			if c.Unit == b.lead().Unit || v == Inconclusive && (b.verdict() != v || c.ofTheRun()) {
				continue
			}
			list = append(list, c.brief())
		}
		if len(list) > 0 {
			parts = append(parts, strings.ToLower(phrases[v].unit)+": "+strings.Join(list, ", "))
		}
	}
	return strings.Join(parts, "; ")
}

// remark is that of the lead, and the others.
func (b benchmark) remark() string {
	return strings.TrimPrefix(strings.TrimSuffix(b.lead().remark()+"; "+b.others(), "; "), "; ")
}

// shortUnits are the names of some units in a line with others.
var shortUnits = map[string]string{record.UnitTime: "time", record.UnitGCCycles: "GC cycles", record.UnitMutexWait: "lock wait"}

// brief is a case in a few words: "time +9 %", "p90 +81 %", "allocs 2 → 3", "scales 1.93 →
// 1.01 at 2".
func (c Case) brief() string {
	if record.SpeedupAt(c.Unit) > 0 {
		return "scales " + c.scales()
	}
	name := cmp.Or(shortUnits[c.Unit], c.Unit)
	if quantile, tail := strings.CutSuffix(c.Unit, " "+record.UnitTime); tail {
		name = quantile
	}
	base, head := c.shown()
	if few := c.Exact && math.Abs(base) < 100; few || c.Ratio.Value == 0 || c.Shift != 0 {
		s := words.ScaleOf(base, head, c.Unit)
		text := strings.TrimSuffix(name, "/op") + " " + s.Number(base) + " → " + s.Number(head)
		if s.Unit != c.Unit {
			text += " " + s.Unit
		}
		return text
	}
	return name + " " + words.Change(c.Ratio.Value)
}
