package view_test

import (
	"bytes"
	"fmt"
	"log"
	"strings"
	"time"

	"poolbench/bench/record"
	"poolbench/reports"
	"poolbench/reports/charts"
	"poolbench/reports/view"
	"poolbench/reports/words"
)

// joules is a unit of one's own. Its tables and ratios need no more than this; values
// of a unit that nobody declares are shown as well.
var joules = record.Unit{Name: "J/op", Means: "energy that the machine took", Better: -1}

// energy is a question of one's own.
var energy = reports.Question{
	Name: "energy", Title: "What does it take?", Doc: "How much energy does the job take?",
	Answer: func(set *reports.Set) (out reports.Section) {
		for _, p := range set.Points() {
			e := set.Estimate(set.Series(p, joules.Name))
			out.Sentences = append(out.Sentences, reports.Sentence{
				Text:   fmt.Sprintf("%s takes %s", p, words.Quantity(e.Value, joules.Name)),
				Claims: []reports.Claim{{Subject: p.String(), Relation: "energy", Unit: joules.Name, Value: e, Of: []record.Point{p}}},
			})
		}
		return out
	},
}

// energyChart is a chart of one's own, of that question.
var energyChart = charts.Chart{
	Name: "energy", Doc: "energy of the job by number of workers", Section: energy.Name,
	Draw: func(set *reports.Set) ([]reports.Drawing, error) {
		panel := charts.Panel{X: charts.Axis{Title: "Workers", Base: 2}, Y: charts.Axis{Title: "Energy (J)"}}
		line := charts.Series{Name: "goroutines", Look: charts.Looks(set)["goroutines"]}
		for _, p := range set.Points() {
			if p.Executor() == line.Name {
				line.Points = append(line.Points, charts.Point{X: float64(p.Workers()), Estimate: set.Estimate(set.Series(p, joules.Name))})
			}
		}
		panel.Add(line)
		return []reports.Drawing{charts.Picture{Name: "energy", Title: "More workers take more", Subtitle: charts.Shaded(panel, ""),
			Alt: "Line chart of the energy by number of workers.", Panels: []charts.Panel{panel}}.Drawing()}, nil
	},
}

// A unit, a question and a chart from outside are in every view, without another line.
func Example() {
	var text bytes.Buffer
	w := record.NewWriter(&text, nil, joules)
	for block := range 8 {
		w.Block(block + 1)
		for _, p := range []struct {
			executor string
			workers  int
		}{{"serial", 1}, {"goroutines", 1}, {"goroutines", 2}} {
			values := map[string]float64{record.UnitTime: 0.01 / float64(p.workers), joules.Name: 3 + float64(p.workers)}
			if err := w.Result(record.Result{Point: record.GridPoint(p.executor, "spin", p.workers, time.Millisecond), Block: block + 1, Values: values}); err != nil {
				log.Fatal(err)
			}
		}
	}
	rec, err := record.Read(&text, "energy.txt")
	if err != nil {
		log.Fatal(err)
	}
	set := reports.NewSet(rec)
	drawings, _ := charts.Draw(set, append(charts.All(), energyChart)...)
	report := view.New(set, append(reports.Questions(), energy), drawings)
	var terminal, markdown, page strings.Builder
	fmt.Println(view.Text(&terminal, report, view.Options{Verbose: true}), view.Markdown(&markdown, report), view.HTML(&page, report))
	for _, shown := range []string{terminal.String(), markdown.String(), page.String()} {
		fmt.Println(strings.Contains(shown, "J/op"), strings.Contains(shown, energy.Title) || strings.Contains(shown, energy.Doc),
			strings.Contains(shown, ", energy\n") || strings.Contains(shown, "(charts/energy.svg)") || strings.Contains(shown, "More workers take more"))
	}
	// Output:
	// <nil> <nil> <nil>
	// true true true
	// true true true
	// true true true
}
