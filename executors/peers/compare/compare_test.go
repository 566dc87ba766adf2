package compare

import (
	"context"
	"math/rand/v2"
	"strings"
	"testing"
)

// Every arm of every row does its work, which it checks itself, and every check
// names arms that exist.
func TestRows(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	var all []*Measurement
	for _, row := range Rows() {
		m, err := Measure(t.Context(), row, 2, 2000, rng)
		if err != nil {
			t.Fatal(err)
		}
		for _, c := range row.Checks {
			if len(m.Values[c.Arm]) == 0 || c.Against != "" && len(m.Values[c.Against]) == 0 {
				t.Errorf("%s: no arm for the check %+v", row.Name, c)
			}
		}
		all = append(all, m)
	}
	if text := Markdown(all); strings.Contains(text, "NaN") || strings.Contains(text, "Inf") {
		t.Errorf("the table has no numbers in it:\n%s", text)
	}
}

// A round runs every arm once, and ratios are taken within rounds.
func TestMeasure(t *testing.T) {
	calls := map[string]int{}
	arm := func(name string, factor float64) Arm {
		return Arm{name, func(tasks int) (float64, error) {
			calls[name]++
			return factor * float64(calls[name]*tasks), nil
		}}
	}
	row := Row{Name: "made-up", Unit: "ns", Share: 10, Arms: []Arm{arm("a", 3), arm("b", 2)}, Checks: []Check{{"a", "b", 2}}}
	m, err := Measure(t.Context(), row, 7, 1000, rand.New(rand.NewPCG(1, 2)))
	if err != nil {
		t.Fatal(err)
	}
	if m.Tasks != 100 || calls["a"] != 7 || calls["b"] != 7 {
		t.Errorf("%d tasks, calls %v", m.Tasks, calls)
	}
	for _, ratio := range m.Sample(row.Checks[0]) {
		if ratio != 1.5 {
			t.Errorf("ratio %v, want 1.5: values of different rounds were divided", ratio)
		}
	}
}

func TestMeasureEndsWithContext(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := Measure(ctx, burst, 1, 1, rand.New(rand.NewPCG(1, 2))); err == nil {
		t.Error("no error")
	}
}
