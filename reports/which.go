package reports

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strconv"

	"poolbench/bench/record"
	"poolbench/reports/estimate"
	"poolbench/reports/words"
)

// Which has one sentence a workload, at its largest grain and smallest payload, with the
// speedups of all arms.
var Which = Question{
	Name: "which", Title: "Which one?", Doc: "Which executor and how many workers should I use?",
	Answer: func(s *Set) Section {
		out := Section{Reading: "The speedup is the time of a plain loop divided by the time of the pool, within the same block of the run. The heavy dark line is what the machine was measured to deliver to independent processes; the thin line y = x would be one whole core per worker. Below the dashed line more than half of the workers' time is lost. In the table, the outlined cell is the choice: the smallest pool that no other surely beats by more than 5 %. Cells marked “equal” are within 5 % of it by their whole interval, those marked “not told” cannot be told apart from it yet."}
		for _, h := range Headline(s) {
			of := slices.DeleteFunc(slices.Clone(Scalings(s)), func(x Scaling) bool { return x.Family != h.Family })
			out.Sentences = append(out.Sentences, whichSentence(s, h))
			out.add(h.Family.Title(), speedupTable(s, h), otherChoices(s, h, of), makespans(s, of))
		}
		if len(out.Sentences) == 0 {
			out.Sentences = []Sentence{nothing("this record cannot say: no workload was measured both in a plain loop and in a pool")}
		}
		return out
	},
}

// speedupTable is the matrix of one Scaling: a row an executor, a column a pool size.
func speedupTable(set *Set, s Scaling) words.Table {
	t := words.Table{Brief: true, Left: 1, Header: []string{"workers"}, Notes: "efficiency against one core per worker, which also tints the cell"}
	t.Title = s.Title()
	if s.Tasks > 0 {
		t.Title += ", " + words.Count(s.Tasks, "task")
	}
	t.Title += ": speedup against " + words.Against(s.Family.Baseline) + ", which takes " + words.Estimate(s.Serial, words.Seconds)
	if !slices.ContainsFunc(Sweeps(set), func(x Sweep) bool { return x.Family == s.Family }) { // else Short says it
		t.Caption = words.Sentence(costOf(set, s).Text)
	}
	workers := s.poolSizes()
	for _, w := range workers {
		t.Header = append(t.Header, strconv.Itoa(w))
	}
	for _, series := range s.Series {
		t.Rows = append(t.Rows, append(words.Row(series.Label()), speedupCells(s, series, workers)...))
	}
	if slices.ContainsFunc(s.Points(), func(p ScalingPoint) bool { return p.CapacityEfficiency > 0 }) {
		t.Notes = "efficiency against what the machine was measured to deliver, which also tints the cell"
	}
	if _, beaten := BeatenIdeals(set)[s.Family]; !beaten && slices.ContainsFunc(s.Points(), func(p ScalingPoint) bool { return p.CapacityEfficiency >= 1.005 }) {
		t.Notes += "; what is above 100 % may be so by noise" // else a warning says that it is not
	}
	return t
}

// poolSizes are those of all series, ascending.
func (s Scaling) poolSizes() []int {
	var out []int
	for _, p := range s.Points() {
		out = append(out, p.Workers)
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// speedupCells are parallel to workers.
func speedupCells(s Scaling, series ScalingSeries, workers []int) []words.Cell {
	out := make([]words.Cell, len(workers))
	for i := range out {
		out[i].Text = "–"
	}
	for _, p := range series.Points {
		share := p.Efficiency
		if p.CapacityEfficiency > 0 {
			share = p.CapacityEfficiency
		}
		i, _ := slices.BinarySearch(workers, p.Workers)
		out[i] = words.Cell{Text: words.ValueOf(p.Speedup, words.Times), Note: words.Percent(share), Interval: words.IntervalOf(p.Speedup, words.Times),
			Method: p.Speedup.Method, Level: tintOf(share), Mark: s.Best.mark(p.Pool)}
	}
	return out
}

func (c Choice) mark(p Pool) *words.Mark {
	if c.Decision == Unmeasured || c.Decision == SomePool {
		return nil
	}
	if c.Pool == p {
		return words.Best
	}
	for _, r := range c.Rivals {
		if r.Pool == p {
			return map[Standing]*words.Mark{Equal: words.Equal, Untold: words.Untold}[r.Standing]
		}
	}
	return nil
}

// leadOf is how a pool stands to the choice; N is 0 where there is none.
func (c Choice) leadOf(p Pool) estimate.Estimate {
	for _, r := range c.Rivals {
		if r.Pool == p {
			return r.Lead
		}
	}
	return estimate.Estimate{}
}

// tintOf is the level of an efficiency, as a Cell has it.
func tintOf(share float64) int {
	if math.IsNaN(share) {
		return 1
	}
	n, _ := slices.BinarySearchFunc([]float64{0.15, 0.3, 0.5, 0.7, 0.9}, share, cmp.Compare[float64])
	return n + 1
}

// otherChoices is what to use with tasks of the sizes that do not stand for the workload.
// Grains that only some of the executors were measured at choose nothing.
func otherChoices(set *Set, h Scaling, of []Scaling) words.Table {
	t := words.Table{Title: "What to use for " + h.Family.Title() + " with other tasks", Folded: true, Left: 4, Header: []string{"work per task", "tasks", "plain loop", "choice"}}
	for _, s := range of {
		if s.Partial || s.Baseline == h.Baseline {
			continue
		}
		choice := Chosen(set, s).Text
		if need := costOf(set, s); need.Text != "" {
			choice += "; " + need.Text
		}
		t.Add(s.size(), words.OrDash(s.Tasks > 0, s.Tasks), words.Number(s.Serial, words.Seconds), choice)
	}
	return t
}

// size is what a task of s is, for a column.
func (s Scaling) size() string {
	out := "–"
	if s.Grain > 0 {
		out = words.Grain(s.Grain)
	}
	if s.Units > 0 {
		out = words.Count(s.Units, "unit")
	}
	if s.Payload > 0 {
		out += fmt.Sprintf(", %d B", s.Payload)
	}
	return out
}

// makespans are all numbers of one workload.
func makespans(set *Set, of []Scaling) words.Table {
	t := words.Table{Title: "All numbers of " + of[0].Family.Title(), Folded: true, Left: 2, Header: []string{"work per task", "executor", "workers", "makespan", "time per task", "speedup", "against the choice", "per worker", "of capacity", "blocks"},
		Caption: "Makespans, times per task and speedups, each with its 95 % interval where there are enough blocks. Against the choice is its time over that of the arm, within blocks: above 1 where the arm is the faster one. The time per task of the plain loop is the useful work in a task."}
	perTask := func(p record.Point) words.Cell {
		if m := set.at(p); m.tasks > 0 {
			return words.Number(set.Estimate(m.task), words.Seconds)
		}
		return words.OrDash(false, "")
	}
	for _, s := range of {
		t.Add(s.size(), s.Family.Baseline, 1, words.Number(s.Serial, words.Seconds), perTask(s.Baseline), words.Ratio(1), "–", "–", "–", s.Serial.N)
		for _, p := range s.Points() {
			speedup := words.Number(p.Speedup, words.Times)
			speedup.Mark = s.Best.mark(p.Pool)
			t.Add(s.size(), p.Label(), p.Workers, words.Number(p.Time, words.Seconds), perTask(p.Point), speedup, words.Number(s.Best.leadOf(p.Pool), words.Times),
				words.Percent(p.Efficiency), words.OrDash(p.CapacityEfficiency > 0, words.Percent(p.CapacityEfficiency)), p.Speedup.N)
		}
	}
	return t
}
