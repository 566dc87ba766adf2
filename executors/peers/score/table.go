package score

import (
	"fmt"
	"strings"
	"time"
)

// Markdown is the score as a table, the totals, and the reasons for everything
// that did not hold. limit is what it was run with.
func (s *Score) Markdown(limit time.Duration) string {
	var b strings.Builder
	header := []string{"", "behaviour"}
	for _, p := range s.Peers {
		header = append(header, strings.TrimSpace(p.Name+" "+p.Version()))
	}
	writeRow(&b, header)
	b.WriteString(strings.Repeat("|---", len(header)) + "|\n")
	for i, behaviour := range s.Behaviours {
		row := []string{behaviour.ID, behaviour.Doc}
		for _, v := range s.Verdicts[i] {
			row = append(row, cell(v.Outcome))
		}
		writeRow(&b, row)
	}
	for _, outcome := range Outcomes {
		row := []string{"", "**" + string(outcome) + "**"}
		for j := range s.Peers {
			row = append(row, fmt.Sprintf("**%d**", s.Count(j, outcome)))
		}
		writeRow(&b, row)
	}
	fmt.Fprintf(&b, "\n· means not applicable; hung means not through after %v. ", limit)
	b.WriteString("What did not hold, and why:\n\n")
	for j, p := range s.Peers {
		s.writeReasons(&b, j, p.Name)
	}
	return b.String()
}

func cell(o Outcome) string {
	switch o {
	case NotApplicable:
		return "·"
	case Failed, Hung:
		return "**" + string(o) + "**"
	}
	return string(o)
}

func (s *Score) writeReasons(b *strings.Builder, peer int, name string) {
	var reasons []string
	for i, behaviour := range s.Behaviours {
		switch v := s.Verdicts[i][peer]; v.Outcome {
		case Failed, Hung:
			reasons = append(reasons, fmt.Sprintf("%s %s (%s)", behaviour.ID, v.Outcome, v.Why))
		}
	}
	if len(reasons) == 0 {
		reasons = []string{"nothing failed"}
	}
	fmt.Fprintf(b, "- **%s**: %s\n", name, strings.Join(reasons, "; "))
}

func writeRow(b *strings.Builder, cells []string) {
	for _, c := range cells {
		b.WriteString("| " + strings.ReplaceAll(c, "|", `\|`) + " ")
	}
	b.WriteString("|\n")
}
