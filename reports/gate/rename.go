package gate

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"

	"poolbench/bench/record"
	"poolbench/reports/words"
)

// A rename hides no slowdown: a benchmark that has another name in base is compared with
// that one. A rule says so, or whoever measured found that the two look the same.

// nothing is the second name in the rule of a benchmark that is gone.
const nothing = "-"

// parseRename reads the names of a rename.
func parseRename(fields []string) (r rule, err error) {
	r = rule{word: "rename", benchmark: fields[1], to: fields[2]}
	if strings.Contains(r.benchmark+r.to, "*") {
		return r, fmt.Errorf("a rename takes two names without *: what is below them is renamed with them")
	}
	return r, nil
}

// rename is what the rule says.
func (r rule) rename() record.Rename {
	if r.to == nothing {
		return record.Rename{From: r.benchmark}
	}
	return record.Rename{From: r.benchmark, To: r.to}
}

// Renames are what the rules say of benchmarks that have another name in base, in their
// order: of several that mean one the last counts.
func (r *Rules) Renames() (out record.Renames) {
	if r == nil {
		return nil
	}
	for _, rule := range r.rules {
		if rule.word == "rename" {
			out = append(out, rule.rename())
		}
	}
	return out
}

// applyRenames takes the question off what a rule says, and warns of rules that paired
// nothing.
func (r *Rules) applyRenames(report *Report) {
	for _, rule := range r.rules {
		if rule.word != "rename" {
			continue
		}
		used, gone := false, false
		for i := range report.Cases {
			c := &report.Cases[i]
			switch to, means := rule.rename().Of(c.basePoint()); {
			case !means:
			case to == record.Point{}: // said to be gone
				used = used || c.Verdict == Missing
			case c.Was != "" && to == c.Point():
				used, c.Proposed = true, false
			default:
				gone = gone || c.Verdict == Missing
			}
		}
		if used {
			continue
		}
		cure := "Remove the line once base has the new name."
		if gone {
			cure = "Head has to have the new one, in a measurement made with this rule."
		}
		report.warn(fmt.Sprintf("%s:%d: no benchmark that was compared is one that was renamed from %s to %s.", r.path, rule.line, rule.benchmark, rule.to), cure)
	}
}

// basePoint is what the benchmark of a case is in base.
func (c *Case) basePoint() record.Point {
	return record.Promise{Pkg: cmp.Or(c.wasPkg, c.Pkg), Name: cmp.Or(c.Was, c.Name)}.Point()
}

// renamed gives benchmarks of base the names that they have in head, by the rules, and
// returns what they were.
func (base fileSide) renamed(head fileSide, renames record.Renames) (was map[record.Point]record.Point) {
	was = map[record.Point]record.Point{}
	for _, from := range slices.SortedFunc(maps.Keys(base.values), byName) {
		if _, both := head.values[from]; both {
			continue
		}
		to, _ := renames.Of(from)
		_, added := head.values[to]
		if _, there := base.values[to]; !added || there {
			continue
		}
		was[to] = from
		base.values[to], base.points[to] = base.values[from], base.points[from]
		delete(base.values, from)
		delete(base.points, from)
	}
	return was
}

// was is what a benchmark is in base, where that is something else: "was Encode", "proposed:
// was Encode".
func (w wording) was(c Case) string {
	if c.Was == "" {
		return ""
	}
	bare, _ := w.procs.Split(c.Was)
	text := "was " + display(bare)
	if c.wasPkg != "" && c.wasPkg != c.Pkg {
		text = "was " + c.wasPkg + "." + display(bare)
	}
	if c.Proposed {
		text = "proposed: " + text
	}
	return text
}

// A pairing is a rename, of a function as a rule where all below it goes with it.
type pairing struct {
	from, to string // with their package, where there are several
	proposed bool
	rule     string // to be pasted, if it was proposed and a rule can name it
}

// pairings are those of the benchmarks, each once.
func (w wording) pairings() (out []pairing) {
	for _, b := range w.benchmarks() {
		c := b[0]
		if c.Was == "" {
			continue
		}
		from, _ := record.SplitProcs(c.Was)
		to, _ := record.SplitProcs(c.Name)
		before, below, _ := strings.Cut(from, "/")
		if after, same, _ := strings.Cut(to, "/"); same == below && after != before {
			from, to = before, after
		}
		p := pairing{from: display(from), to: display(to), proposed: c.Proposed}
		rule := []string{"rename", record.PrintedName(from), record.PrintedName(to)}
		if moved := c.wasPkg != "" && c.wasPkg != c.Pkg; moved || c.Pkg != "" && !w.onePackage {
			pkg := cmp.Or(c.wasPkg, c.Pkg)
			p.from, p.to, rule[1] = pkg+"."+p.from, c.Pkg+"."+p.to, pkg+"."+rule[1]
		}
		if c.Proposed && !strings.ContainsAny(from+to, "* \t\n") {
			p.rule = strings.Join(rule, " ")
		}
		if !slices.Contains(out, p) {
			out = append(out, p)
		}
	}
	return out
}

// renames is "Encode is Marshal now", and what was proposed: "Encode may be Marshal now".
func (w wording) renames() (said, proposed string) {
	var certain, likely []string
	for _, p := range w.pairings() {
		if !p.proposed {
			certain = append(certain, p.from+" is "+p.to+" now")
		} else {
			likely = append(likely, p.from+" may be "+p.to+" now")
		}
	}
	proposed = words.ShortList(likely, 6)
	if proposed != "" {
		proposed += ": only base has the one and only head the other, and they say almost the same, so they were measured as a pair"
	}
	return words.ShortList(certain, 6), proposed
}

// renameLines are the rules that take the question off what was proposed.
func (r *Report) renameLines() (lines []string) {
	for _, p := range r.wording().pairings() {
		if p.rule != "" {
			lines = append(lines, p.rule)
		}
	}
	return lines
}

// renameLine is that of a benchmark; "" when it needs none.
func (r *Report) renameLine(c Case) string {
	if !c.Proposed {
		return ""
	}
	w := r.wording()
	w.Report = &Report{Cases: []Case{c}}
	for _, p := range w.pairings() {
		return p.rule
	}
	return ""
}
