package html

import (
	"fmt"

	"poolbench/reports"
	"poolbench/reports/words"
)

// sweepView is one workload of the second question.
type sweepView struct {
	ID, Workload string
	Figures      []figure
	Tables       []words.Table // of all pools; the first is shown, the others unfold
	Points       []pointRow
}

type pointRow struct {
	Executor, Grain, Work, Time, Speedup, Share string
	Workers, Blocks                             int
}

func sweepViews(d *reports.Data, figures []*rendered) []sweepView {
	var out []sweepView
	for i, headline := range reports.HeadlineSweeps(d) {
		v := sweepView{
			ID:       fmt.Sprintf("short-%d", i+1),
			Workload: headline.Workload,
			Figures:  take(figures, "short", headline.Workload),
			Tables:   reports.SizeTables(d, headline.Workload),
		}
		for _, s := range d.Sweeps {
			if s.Workload == headline.Workload {
				v.add(s)
			}
		}
		out = append(out, v)
	}
	return out
}

func (v *sweepView) add(s reports.Sweep) {
	for _, p := range s.Serial {
		v.Points = append(v.Points, newPoint("serial", 1, p))
	}
	for _, series := range s.Series {
		for _, p := range series.Points {
			v.Points = append(v.Points, newPoint(series.Executor, s.Workers, p))
		}
	}
}

func newPoint(executor string, workers int, p reports.SweepPoint) pointRow {
	row := pointRow{Executor: executor, Workers: workers, Grain: words.Grain(p.Grain), Work: words.Duration(p.Work),
		Time: words.DurationEstimate(p.Time), Speedup: words.RatioEstimate(p.Speedup), Share: "–", Blocks: p.Time.N}
	if executor != "serial" {
		row.Share = words.Percent(p.Efficiency.Value)
	}
	return row
}
