package view

import (
	"errors"
	"fmt"
	"html"
	"image/color"

	"poolbench/bench/record"
	"poolbench/reports"
	"poolbench/reports/estimate"
	"poolbench/reports/words"
)

var invented = &estimate.Method{Name: "invented", Reason: "tests need one", Source: "nobody 2026"}

func about(v float64) estimate.Estimate {
	return estimate.Estimate{Value: v, Low: v * 0.95, High: v * 1.05, N: 12, Method: invented}
}

// picture is a drawing of one line of text and a box of colour, whose description is alt.
func picture(name, section, subject, alt string) reports.Drawing {
	svg := fmt.Sprintf(`<svg xmlns="http://www.w3.org/2000/svg" width="60pt" height="20pt" viewBox="0 0 60 20" role="img" aria-labelledby="%[1]s-title %[1]s-desc">
<title id="%[1]s-title">%[2]s</title><desc id="%[1]s-desc">%[2]s</desc>
<path d="M0,0L60,0L60,20Z" style="fill:#0072B2;stroke:#1F2328;stroke-width:1"/>
<text x="1" y="9" style="fill:#1F2328;font-family:Liberation Sans;font-size:9px">%[2]s</text></svg>`, name, html.EscapeString(words.OneLine(alt)))
	return reports.Drawing{Name: name, Section: section, Subject: subject, Title: "it shows" + alt, Alt: alt, SVG: func() ([]byte, error) { return []byte(svg), nil }}
}

// sample is a small report that fills every part of a view, with the given text wherever
// a record can hold some.
func sample(text string) *Report {
	matrix := words.Table{Title: "work" + text + ": speedup against the plain loop", Caption: "It needs 2 workers.", Notes: "efficiency" + text, Subject: "work" + text,
		Brief: true, Left: 1, Header: []string{"workers", "1", "2"}, Rows: [][]words.Cell{
			{{Text: "pool" + text}, {Text: "0.99×", Interval: "[0.94, 1.04]", Note: "99 %", Method: invented, Level: 6}, {Text: "1.8×", Interval: "[1.7, 1.9]", Note: "90 %", Method: invented, Level: 5, Mark: words.Best}},
			{{Text: "threads"}, {Text: "–"}, {Text: "1.8×", Note: "89 %", Level: 1, Mark: words.Equal}},
		}}
	facts := words.Table{Title: "All of work" + text, Subject: "work" + text, Folded: true, Left: 2, Header: []string{"a", "b", "n"},
		Rows: [][]words.Cell{words.Row("x"+text, "a text that is so long that it has to be wrapped, wherever it stands"+text, "3")}}
	first := reports.Section{Name: "first", Title: "First?", Doc: "What comes first?", Reading: "From left to right." + text,
		Sentences: []reports.Sentence{
			{Subject: "work" + text, Text: "pool with 2 workers: 1.8× serial [1.7, 1.9]" + text, Brief: "pool × 2: 1.8× [1.7, 1.9]" + text, Verdict: &reports.Verdict{Kind: reports.Win, Word: "pool × 2" + text},
				Claims: []reports.Claim{{Subject: "pool with 2 workers", Relation: "speedup", Object: "serial", Unit: words.Times, Value: about(1.8)}}},
			{Subject: "rest" + text, Text: "cannot tell" + text, Verdict: &reports.Verdict{Kind: reports.Unsure, Word: "cannot tell"},
				Claims: []reports.Claim{{Subject: "rest", Relation: "crossover", Object: "serial", Unit: words.Seconds, Outcome: "never"}}},
		},
		Tables: []words.Table{matrix, facts}}
	second := reports.Section{Name: "second", Title: "And what is the second?", Sentences: []reports.Sentence{{Text: "12 blocks" + text, Brief: "12 rounds; 1 failed" + text, Claims: []reports.Claim{{Subject: "the record", Relation: reports.CountOf, Unit: words.Plain, Value: about(12)}}, Verdict: &reports.Verdict{Kind: reports.Bad, Word: "1 failed"}}},
		Warnings: []record.Warning{{What: "Noisy." + text, Cure: "Stop other programs." + text}}}
	broken := reports.Drawing{Name: "broken", Section: "first", Title: "nothing", Alt: "nothing", SVG: func() ([]byte, error) { return nil, errors.New("no ink") }}
	return &Report{
		Title: "When a worker pool pays off", Machine: "CPU" + text + " · 2 cores",
		Sections: reports.Illustrate([]reports.Section{first, second}, []reports.Drawing{picture("one", "first", "work"+text, "One."+text), broken, picture("two", "third", "", "Two."+text)}),
		Record:   &record.Record{Config: []record.Field{{Key: "cpu" + text, Value: text}}, Facts: record.Facts{Run: "x" + text, Cores: 2}},
		Colours:  []Colour{{"ink", color.NRGBA{0x1F, 0x23, 0x28, 255}, color.NRGBA{0xE6, 0xED, 0xF3, 255}}, {"s1", color.NRGBA{0, 0x72, 0xB2, 255}, color.NRGBA{0x56, 0xB4, 0xE9, 255}}},
	}
}
