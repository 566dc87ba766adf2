package view_test

import (
	"bytes"
	"fmt"
	"io"
	"strings"
	"testing"

	"poolbench/bench/record"
	"poolbench/reports"
	"poolbench/reports/view"
	"poolbench/reports/words"
)

// rent is a question that nobody here knows.
var rent = reports.Question{
	Name: "rent", Title: "What does it cost?", Doc: "What does a machine of this kind cost?",
	Answer: func(s *reports.Set) reports.Section {
		cheap := reports.Claim{Subject: "this machine", Relation: "rent", Unit: "€/month", Value: s.Estimate(s.Series(s.Points()[0], "euros/op"))}
		return reports.Section{
			Sentences: []reports.Sentence{{Text: fmt.Sprintf("%s costs %.0f € a month", cheap.Subject, cheap.Value.Value), Claims: []reports.Claim{cheap}}},
			Tables:    []words.Table{{Title: "Rent of machines", Brief: true, Left: 1, Header: []string{"machine", "rent"}, Rows: [][]words.Cell{words.Row("large", "90 €")}}},
			Warnings:  []record.Warning{{What: "Prices change.", Cure: "Ask again."}},
		}
	},
}

// A question, a unit and a drawing from outside are in every view, and no line of a view
// knows them.
func TestFromOutside(t *testing.T) {
	var text strings.Builder
	for i := range 7 {
		for _, executor := range []string{"serial", "mine"} {
			fmt.Fprintf(&text, "BenchmarkGrid/executor=%s/workload=resize/workers=1 1 0.00%d sec/op 1 tasks/op 42 euros/op\n", executor, i+1)
		}
	}
	rec, err := record.Read(strings.NewReader(text.String()), "mine.txt")
	if err != nil {
		t.Fatal(err)
	}
	bars := reports.Drawing{Name: "rent-bars", Section: rent.Name, Title: "Large machines cost more", Alt: "Bars of the rent.",
		SVG: func() ([]byte, error) { return []byte(`<svg viewBox="0 0 1 1"><path d="M0,0"/></svg>`), nil }}
	r := view.New(reports.NewSet(rec), append(reports.Questions(), rent), []reports.Drawing{bars})
	for name, test := range map[string]struct {
		write func(io.Writer, *view.Report) error
		want  string
	}{
		"text":     {func(w io.Writer, r *view.Report) error { return view.Text(w, r, view.Options{Verbose: true}) }, "rent-bars: Large machines cost more"},
		"markdown": {view.Markdown, "![Bars of the rent.](charts/rent-bars.svg)"},
		"html":     {view.HTML, `<path d="M0,0">`},
		"json":     {view.JSON, `"relation": "rent"`},
	} {
		var out bytes.Buffer
		if err := test.write(&out, r); err != nil {
			t.Fatal(err)
		}
		shown := strings.ToLower(out.String())
		for _, want := range []string{"What does it cost?", "this machine costs 42 € a month", "Rent of machines", "90 €", "Prices change.", "Ask again.", "42 euros/op", "rent-bars", test.want} {
			if name == "html" && want == "rent-bars" {
				continue // the picture itself is there
			}
			if !strings.Contains(shown, strings.ToLower(want)) {
				t.Errorf("%s: %q is not in:\n%s", name, want, out.String())
			}
		}
	}
}
