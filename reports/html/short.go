package html

import (
	"fmt"

	"poolbench/reports"
)

// sweepView is one workload of the second question.
type sweepView struct {
	ID, Workload string
	Figures      []figure
	Rows         []crossingRow
	Points       []pointRow
}

type crossingRow struct {
	Executor, Crossover, Least, METG string
	Workers                          int
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
			Figures:  take(figures, "crossover", headline.Workload),
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
		v.Rows = append(v.Rows, crossingRow{
			Executor: series.Executor, Workers: s.Workers,
			Crossover: reports.CrossingText(series.Crossover),
			Least:     reports.CrossingText(series.Half().Work),
			METG:      reports.CrossingText(series.Half().METG),
		})
		for _, p := range series.Points {
			v.Points = append(v.Points, newPoint(series.Executor, s.Workers, p))
		}
	}
}

func newPoint(executor string, workers int, p reports.SweepPoint) pointRow {
	row := pointRow{Executor: executor, Workers: workers, Grain: reports.Grain(p.Grain), Work: reports.Duration(p.Work),
		Time: reports.DurationEstimate(p.Time), Speedup: reports.RatioEstimate(p.Speedup), Share: "–", Blocks: p.Time.N}
	if executor != "serial" {
		row.Share = reports.Percent(p.Efficiency.Value)
	}
	return row
}
