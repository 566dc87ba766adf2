package reports

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"poolbench/bench/record"
	"poolbench/reports/estimate"
	"poolbench/reports/words"
)

// The relations of runtimes.
const (
	TaskTime  Relation = "time per task"              // absolute, of Of
	AsLong    Relation = "times as long"              // time per task of Of / that of Against
	MetgIs    Relation = "METG(50 %)"                 // worker time per task at half of Object; Against are the baselines
	MetgRatio Relation = "METG(50 %) against that of" // of Of / of Against, each at its largest size
)

// Runtimes sets several runtimes side by side, where a record has them: in absolute time per
// task of the same work, and by what a task must hold in each. It says nothing else about
// them: a speedup is against the plain loop of the same runtime.
var Runtimes = Question{
	Name: "runtimes", Title: "Which runtime?", Doc: "How do runtimes compare on the same work?",
	Answer: func(s *Set) Section {
		out := Section{Reading: "Times are absolute, per task, and tasks hold the same work in every runtime: as many units, or none, or the same wait. Only here are runtimes compared with each other. Every speedup of this report is against the plain loop of the same runtime, and a grain of 10 µs is 10 µs of that runtime."}
		for _, x := range Besides(s) {
			out.Sentences = append(out.Sentences, besideSentence(s, x))
		}
		out.Sentences = append(out.Sentences, reachSentences(s)...)
		out.add("", besideTable(s), besideArms(s), reachTable(s))
		return out
	},
}

// besideSentence says what a task takes in each runtime: at best, or, where tasks do
// nothing and the plain loop is best, with pools of each kind.
func besideSentence(s *Set, x Beside) Sentence {
	if x.Empty {
		return emptySentence(s, x)
	}
	best := x.best()
	fastest := slices.MinFunc(best, func(a, b BesideArm) int { return compareValues(a.Task, b.Task) })
	var out Sentence
	var parts, brief []string
	for _, a := range best {
		by := a.String()
		if s.Record.Facts.IsBaseline(a.Point) {
			by = a.Label()
		}
		text := fmt.Sprintf("%s in %s (%s)", words.Duration(a.Task.Value), a.Runtime, by)
		if ratio := asLong(s, a.Point, fastest.Point); a.Point != fastest.Point && ratio.N > 0 { // they have a block in common
			text += ", " + words.Estimate(ratio, words.Times) + " as long"
			out.Claims = append(out.Claims, asLongClaim(x, a, fastest, ratio))
		}
		parts, brief = append(parts, text), append(brief, a.Runtime+" "+words.Duration(a.Task.Value))
		out.Claims = append(out.Claims, Claim{Subject: a.String() + " on " + x.Title, Relation: TaskTime, Object: a.Runtime, Unit: words.Seconds, Value: a.Task, Of: []record.Point{a.Point}})
	}
	out.Text = fmt.Sprintf("%s takes at best, per task, %s: absolute times of the same work", x.Title, strings.Join(parts, "; "))
	out.Brief = x.Title + ": " + strings.Join(brief, ", ")
	return out
}

func compareValues(a, b estimate.Estimate) int {
	switch {
	case a.Value < b.Value:
		return -1
	case a.Value > b.Value:
		return 1
	}
	return 0
}

func asLongClaim(x Beside, a, b BesideArm, ratio estimate.Estimate) Claim {
	return Claim{Subject: a.String() + " on " + x.Title, Relation: AsLong, Object: b.String(), Unit: words.Times, Value: ratio, Of: []record.Point{a.Point}, Against: []record.Point{b.Point}}
}

// emptySentence sets pools of one kind and size side by side, each against that of the first
// runtime that has one. It has no claims when there are no two.
func emptySentence(s *Set, x Beside) Sentence {
	var out Sentence
	var parts []string
	workers := x.size(s)
	for i, a := range x.Arms {
		j := slices.IndexFunc(x.Arms[:i], func(b BesideArm) bool {
			return b.Kind == a.Kind && b.Workers == workers && b.Runtime != a.Runtime && !s.Record.Facts.IsBaseline(b.Point)
		})
		if j < 0 || a.Workers != workers || s.Record.Facts.IsBaseline(a.Point) {
			continue
		}
		than := x.Arms[j]
		ratio := asLong(s, a.Point, than.Point)
		if ratio.N == 0 {
			continue // no block has both
		}
		parts = append(parts, fmt.Sprintf("%s in %s, %s as long as %s (%s)", words.Duration(a.Task.Value), a.Label(), words.Estimate(ratio, words.Times), than.Label(), words.Duration(than.Task.Value)))
		out.Claims = append(out.Claims, asLongClaim(x, a, than, ratio))
		for _, arm := range []BesideArm{a, than} {
			out.Claims = append(out.Claims, Claim{Subject: arm.String() + " on " + x.Title, Relation: TaskTime, Object: arm.Runtime, Unit: words.Seconds, Value: arm.Task, Of: []record.Point{arm.Point}})
		}
	}
	out.Text = fmt.Sprintf("%s, which does nothing, takes with %s, per task, %s: absolute times", x.Title, words.Count(workers, "worker"), strings.Join(parts, "; "))
	return out
}

// reachSentences say how METG differs between executors of one kind.
func reachSentences(s *Set) (out []Sentence) {
	var works ordered[string, Reach]
	for _, r := range Reaches(s) {
		if r.Than != nil {
			works.add(fmt.Sprintf("METG(50 %%) on %s with %s: ", r.Workload, words.Count(r.Workers, "worker")), r)
		}
	}
	for _, on := range works.keys {
		var parts []string
		var claims []Claim
		for _, r := range works.of[on] {
			parts = append(parts, fmt.Sprintf("%s with %s, %s that of %s, %s", words.Estimate(r.Half.METG.At, words.Seconds), r.Label(), words.Estimate(r.Ratio, words.Times), r.Than.Label(), words.Estimate(r.Than.Half.METG.At, words.Seconds)))
			claims = append(claims, r.claim(s), r.Than.claim(s), Claim{Subject: r.subject(), Relation: MetgRatio, Object: r.Than.String(), Unit: words.Times, Value: r.Ratio,
				Of: []record.Point{r.Points[len(r.Points)-1].Point}, Against: []record.Point{r.Than.Points[len(r.Than.Points)-1].Point}})
		}
		out = append(out, Sentence{Text: on + strings.Join(parts, "; "), Claims: claims})
	}
	return out
}

func (r Reach) subject() string { return r.String() + " on " + r.Workload }

func (r Reach) claim(s *Set) Claim {
	out := crossing(r.subject(), MetgIs, words.Ratio(r.Ideal), words.Seconds, r.Half.METG)
	for _, p := range r.Points {
		out.Of, out.Against = append(out.Of, p.Point), append(out.Against, s.Baseline(p.Point))
	}
	return out
}

// besideTable has a row for each kind of executor of each work, with as many workers as
// the work is compared at, and a column for each runtime.
func besideTable(s *Set) words.Table {
	columns := runtimes(s)
	t := words.Table{Title: "Absolute time per task of the same work, by runtime", Brief: true, Left: 3, Header: append([]string{"work", "executor", "workers"}, columns...),
		Caption: "A task holds the same work in every column: as many units, or none, or the same wait. The times are absolute, not speedups: those are against the plain loop of the same runtime, and stand elsewhere. Executors of one kind share a row, whatever their names are."}
	for _, x := range Besides(s) {
		type row struct {
			kind    string
			workers int
		}
		var rows ordered[row, BesideArm]
		workers := x.size(s)
		for _, a := range x.Arms {
			switch {
			case s.Record.Facts.IsBaseline(a.Point):
				rows.add(row{"plain loop", 1}, a)
			case a.Workers == workers:
				rows.add(row{a.Kind, a.Workers}, a)
			}
		}
		for _, k := range rows.keys {
			cells := words.Row(x.Title, k.kind, k.workers)
			for _, runtime := range columns {
				cell := words.Cell{Text: "–"}
				for _, a := range rows.of[k] {
					if a.Runtime == runtime {
						cell = words.Cell{Text: words.Duration(a.Task.Value), Interval: words.IntervalOf(a.Task, words.Seconds), Method: a.Task.Method}
					}
				}
				cells = append(cells, cell)
			}
			t.Rows = append(t.Rows, cells)
		}
	}
	return t
}

// besideArms are all numbers of the same work.
func besideArms(s *Set) words.Table {
	t := words.Table{Title: "All arms that do the same work in several runtimes", Folded: true, Left: 3, Header: []string{"work", "runtime", "executor", "workers", "time per task", "speedup", "against the fastest"},
		Caption: "The time per task is absolute. The speedup is against the plain loop of the same runtime. Against the fastest of all it is how many times as long, within blocks."}
	for _, x := range Besides(s) {
		fastest := slices.MinFunc(x.Arms, func(a, b BesideArm) int { return compareValues(a.Task, b.Task) })
		for _, a := range x.Arms {
			t.Add(x.Title, a.Runtime, a.Label(), strconv.Itoa(a.Workers), words.Number(a.Task, words.Seconds), words.Number(a.Speedup, words.Times), words.Number(asLong(s, a.Point, fastest.Point), words.Times))
		}
	}
	return t
}

// reachTable is METG of every executor of every runtime.
func reachTable(s *Set) words.Table {
	t := words.Table{Title: "METG(50 %) of every executor of every runtime", Left: 3, Folded: true, Header: []string{"workload", "runtime", "executor", "workers", "METG(50 %)", "useful work", "against the same kind"},
		Caption: "METG is the least worker time per task, overhead included, at which the pool reaches half of what its workers can give; the useful work is what such a task holds, in time of its own runtime. Against the same kind is METG over that of the first runtime above that has such an executor."}
	for _, r := range Reaches(s) {
		t.Add(r.Workload, r.Runtime, r.Label(), r.Workers, words.Crossing(r.Half.METG), words.Crossing(r.Half.Work), words.Number(r.Ratio, words.Times))
	}
	return t
}
