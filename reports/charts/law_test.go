package charts

import (
	"bytes"
	"strings"
	"testing"

	"poolbench/reports"
)

// A law is dotted and named where it says something that the points support.
func TestLawIsDrawn(t *testing.T) {
	for _, test := range []struct {
		name  string
		law   reports.Law
		named string // in the label; "" when it is not drawn
	}{
		{"Amdahl", reports.Law{Kind: reports.Amdahl, Against: "workers", Lead: 5}, "dotted: Amdahl"},
		{"against the cores", reports.Law{Kind: reports.Amdahl, Against: "cores", Lead: 5}, "dotted: contention"},
		{"a dispatcher", reports.Law{Kind: reports.Dispatcher, Against: "workers", Lead: 5}, "dotted: dispatcher"},
		{"none", reports.Law{Why: "no reason"}, ""},
		{"linear", reports.Law{Kind: reports.Linear, Lead: 5}, ""},
		{"as good as another", reports.Law{Kind: reports.USL, Lead: 1.9}, ""},
		{"off a point", reports.Law{Kind: reports.USL, Lead: 5, Misfit: 0.2}, ""},
	} {
		d := twoCores()
		s := &d.Scalings[0].Series[0]
		s.Law = test.law
		for i := range s.Points {
			s.Points[i].Modelled = s.Points[i].Speedup.Value * 0.98
		}
		drawings, errs := Draw(d.set(), Speedup)
		if errs != nil {
			t.Fatal(errs)
		}
		svg, err := drawings[0].SVG()
		if err != nil {
			t.Fatal(err)
		}
		if said := strings.Contains(drawings[0].Alt, "as in the model"); said != (test.named != "") {
			t.Errorf("%s: in words %q", test.name, drawings[0].Alt)
		}
		if test.named == "" {
			if strings.Contains(string(svg), "dotted: ") {
				t.Errorf("%s: drawn", test.name)
			}
		} else if !bytes.Contains(svg, []byte(test.named)) {
			t.Errorf("%s: not named %q", test.name, test.named)
		}
	}
}
