package html

import (
	"cmp"
	"fmt"
	"maps"
	"math"
	"slices"

	"poolbench/reports"
	"poolbench/reports/words"
)

// whichView is one workload of the first question.
type whichView struct {
	ID, Workload, Sentence string
	Chip                   chip
	Figures                []figure
	Matrix                 matrix
	Rows                   []speedupRow
}

// A matrix has one row an executor and one column a pool size.
type matrix struct {
	Caption string
	Workers []int
	Rows    []matrixRow
}

type matrixRow struct {
	Executor string
	Cells    []matrixCell // parallel to Workers
}

// A matrixCell holds a speedup and its efficiency. Level is 0 for "not measured"
// and 1 to 6 for rising efficiency; Mark is "best", "as good" or empty.
type matrixCell struct {
	Speedup, Share, Interval, Mark string
	Level                          int
}

type speedupRow struct {
	Task, Executor, Time, Speedup, Share, CapacityShare string
	Workers, Blocks                                     int
}

func whichViews(d *reports.Data, figures []*rendered) []whichView {
	var out []whichView
	for i, s := range reports.Headline(d) {
		v := whichView{
			ID:       fmt.Sprintf("which-%d", i+1),
			Workload: s.Workload,
			Sentence: words.Sentence(answer(d.Answers.Which, s)),
			Figures:  take(figures, "which", s.Workload),
			Matrix:   newMatrix(s),
		}
		v.Chip = verdict(s, v.ID)
		for _, other := range d.Scalings {
			if other.Workload == s.Workload {
				v.Rows = append(v.Rows, speedupRows(other)...)
			}
		}
		out = append(out, v)
	}
	return out
}

// answer is the sentence on a workload, or what its choice says.
func answer(sentences []reports.Sentence, s reports.Scaling) string {
	for _, a := range sentences {
		if a.Subject == s.Workload {
			return a.Text
		}
	}
	return s.Best.Sentence
}

func verdict(s reports.Scaling, anchor string) chip {
	best := s.Best
	c := chip{Workload: s.Workload, Anchor: anchor}
	switch {
	case !best.Decided || best.Executor == "":
		c.Kind, c.Sign, c.Word = "unsure", "?", "cannot tell"
	case best.Executor == "serial":
		c.Kind, c.Sign, c.Word = "none", "–", "use no pool"
	default:
		c.Kind, c.Sign = "win", "▲"
		c.Word = fmt.Sprintf("%s × %d, %s", best.Executor, best.Workers, words.Ratio(best.Speedup.Value))
	}
	return c
}

func newMatrix(s reports.Scaling) matrix {
	var m matrix
	for _, series := range s.Series {
		for _, p := range series.Points {
			m.Workers = append(m.Workers, p.Workers)
		}
	}
	slices.Sort(m.Workers)
	m.Workers = slices.Compact(m.Workers)
	against := "one core per worker"
	for _, series := range s.Series {
		row := matrixRow{Executor: series.Executor, Cells: make([]matrixCell, len(m.Workers))}
		for _, p := range series.Points {
			if p.CapacityEfficiency > 0 {
				against = "what the machine was measured to deliver"
			}
			i, _ := slices.BinarySearch(m.Workers, p.Workers)
			row.Cells[i] = newCell(s.Best, series.Executor, p)
		}
		m.Rows = append(m.Rows, row)
	}
	m.Caption = fmt.Sprintf("Speedup over the plain loop%s. Below each: efficiency against %s, which also tints the cell.", task(s), against)
	return m
}

func newCell(best reports.Choice, executor string, p reports.ScalingPoint) matrixCell {
	share := efficiency(p)
	c := matrixCell{Speedup: words.Ratio(p.Speedup.Value), Share: words.Percent(share), Level: level(share)}
	if p.Speedup.Known() {
		c.Interval = words.Interval(p.Speedup.Low, p.Speedup.High)
	}
	if best.Executor == executor && best.Workers == p.Workers {
		c.Mark = "best"
		if !best.Decided {
			c.Mark = "highest, undecided"
		}
	}
	for _, t := range best.Ties {
		if t.Executor == executor && t.Workers == p.Workers {
			c.Mark = "as good"
		}
	}
	return c
}

// efficiency is the one that tells most: against measured capacity if there is
// one.
func efficiency(p reports.ScalingPoint) float64 {
	if p.CapacityEfficiency > 0 {
		return p.CapacityEfficiency
	}
	return p.Efficiency
}

func level(share float64) int {
	if math.IsNaN(share) {
		return 1
	}
	n, _ := slices.BinarySearchFunc([]float64{0.15, 0.3, 0.5, 0.7, 0.9}, share, cmp.Compare[float64])
	return n + 1
}

// task says which jobs a table is about.
func task(s reports.Scaling) string {
	out := ""
	if s.Grain > 0 {
		out += ", " + words.Grain(s.Grain) + " of work per task"
	}
	if s.Payload > 0 {
		out += fmt.Sprintf(", %d B payload", s.Payload)
	}
	if s.Tasks > 0 {
		out += ", " + words.Count(s.Tasks, "task")
	}
	return out
}

func speedupRows(s reports.Scaling) []speedupRow {
	name := "–"
	if s.Grain > 0 {
		name = words.Grain(s.Grain)
	}
	if s.Payload > 0 {
		name += fmt.Sprintf(", %d B", s.Payload)
	}
	rows := []speedupRow{{Task: name, Executor: "serial", Workers: 1, Time: words.DurationEstimate(s.Serial),
		Speedup: words.Ratio(1), Share: "–", CapacityShare: "–", Blocks: s.Serial.N}}
	for _, series := range s.Series {
		for _, p := range series.Points {
			row := speedupRow{Task: name, Executor: series.Executor, Workers: p.Workers,
				Time: words.DurationEstimate(p.Time), Speedup: words.RatioEstimate(p.Speedup),
				Share: words.Percent(p.Efficiency), CapacityShare: "–", Blocks: p.Speedup.N}
			if p.CapacityEfficiency > 0 {
				row.CapacityShare = words.Percent(p.CapacityEfficiency)
			}
			rows = append(rows, row)
		}
	}
	return rows
}

func capacities(d *reports.Data) []capacityView {
	var out []capacityView
	for _, n := range slices.Sorted(maps.Keys(d.Capacity)) {
		out = append(out, capacityView{n, words.RatioEstimate(d.Capacity[n]), words.Percent(d.Capacity[n].Value / float64(max(n, 1)))})
	}
	return out
}
