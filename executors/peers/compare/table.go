package compare

import (
	"fmt"
	"strings"
)

// Markdown is one table of all checks and one of all values.
func Markdown(ms []*Measurement) string {
	var b strings.Builder
	b.WriteString("| work | compared | bar | measured | 95 % interval | rounds | |\n|---|---|---|---|---|---|---|\n")
	for _, m := range ms {
		for _, c := range m.Row.Checks {
			b.WriteString(checkLine(m, c))
		}
	}
	b.WriteString("\n| work | per task, median | |\n|---|---|---|\n")
	for _, m := range ms {
		values := make([]string, len(m.Row.Arms))
		for i, arm := range m.Row.Arms {
			values[i] = fmt.Sprintf("%s %s", arm.Name, number(Median(m.Values[arm.Name]).Median))
		}
		fmt.Fprintf(&b, "| %s: %s, %d tasks | %s | %s |\n",
			m.Row.Name, m.Row.Doc, m.Tasks, m.Row.Unit, strings.Join(values, " · "))
	}
	return b.String()
}

func checkLine(m *Measurement, c Check) string {
	e := Median(m.Sample(c))
	compared, bar, verdict := c.Arm+" / "+c.Against, "", ""
	if c.Against == "" {
		compared = c.Arm + ", " + m.Row.Unit + " per task"
	}
	if c.Bar > 0 {
		bar, verdict = "≤ "+number(c.Bar), e.Verdict(c.Bar)
		if !m.Row.Once && e.N < Enough {
			verdict = fmt.Sprintf("needs %d rounds", Enough)
		}
	}
	interval := ""
	if !m.Row.Once {
		interval = number(e.Low) + " … " + number(e.High)
	}
	cells := []string{m.Row.Name, compared, bar, number(e.Median), interval, fmt.Sprint(e.N), verdict}
	return "| " + strings.Join(cells, " | ") + " |\n"
}

func number(v float64) string {
	if v >= 100 || v <= -100 {
		return fmt.Sprintf("%.0f", v)
	}
	return fmt.Sprintf("%.2f", v)
}
