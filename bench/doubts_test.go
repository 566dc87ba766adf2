package bench

import (
	"strings"
	"testing"

	"poolbench/bench/record"
)

func TestDriftWarning(t *testing.T) {
	repeat := func(ratios ...float64) (all []float64) {
		for range 10 {
			all = append(all, ratios...)
		}
		return all
	}
	for name, test := range map[string]struct {
		drift map[string][]float64
		want  string // "" for no warning
	}{
		"nothing":               {nil, ""},
		"steady":                {map[string][]float64{"spin": repeat(1, 1.01, 0.99)}, ""},
		"one slow block in ten": {map[string][]float64{"spin": append(repeat(1, 1, 1, 1, 1), 9, 9, 9)}, ""},
		"half as fast":          {map[string][]float64{"spin": repeat(2), "query": repeat(1)}, "kernel: spin 2.00 times (2.00 to 2.00"},
		"twice as fast":         {map[string][]float64{"spin": repeat(0.5)}, "spin 0.50 times"},
		"one block only":        {map[string][]float64{"spin": {3}}, ""},
		"sorted":                {map[string][]float64{"spin": repeat(2), "matmul": repeat(2)}, "kernel: matmul 2.00"},
	} {
		d := newDoubts(nil)
		d.drift = test.drift
		var w record.Warning
		all := d.warnings()
		ok := len(all) > 0
		if ok {
			w = all[0]
		}
		if ok != (test.want != "") || !strings.Contains(w.What, test.want) || ok && w.Cure == "" {
			t.Errorf("%s: %+v, want one with %q", name, w, test.want)
		}
	}
}
