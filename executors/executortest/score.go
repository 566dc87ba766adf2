package executortest

import (
	"context"
	"fmt"
	"io"
	"slices"
	"strings"
	"text/tabwriter"

	"poolbench/executors"
)

// An Outcome is how a case ended.
type Outcome int

const (
	Held          Outcome = iota
	Failed                // the behaviour is another one
	Hung                  // not ended at its limit
	NotApplicable         // the kind lacks a capability that the case needs
	NotRun                // the suite had ended before
)

func (o Outcome) String() string {
	return [...]string{"held", "failed", "hung", "not applicable", "not run"}[o]
}

// A Result is the outcome of one case.
type Result struct {
	Case    Case
	Outcome Outcome
	Cause   string // id of the failed case that explains why this one has Failed; it was not run to its end
	Detail  string // else what failed, what hung (with stacks), or what is missing; may have many lines
}

// A Table is how one kind did in the suite.
type Table struct {
	Kind    string
	Results []Result // parallel to the cases given to Score
}

// Score runs cases, all of Cases if none are given, and never fails itself: a
// poorer executor has a poorer table. When ctx ends, or [Patience] is used up, the
// cases that are left are not run. Hung cases leave their goroutines behind.
func Score(ctx context.Context, kind executors.Kind, cases ...Case) Table {
	if len(cases) == 0 {
		cases = Cases()
	}
	s, table := newSuite(kind), Table{Kind: kind.Name}
	for _, c := range cases {
		table.Results = append(table.Results, s.run(ctx, c))
	}
	return table
}

// Count is the number of cases with this outcome.
func (t Table) Count(o Outcome) int {
	n := 0
	for _, r := range t.Results {
		if r.Outcome == o {
			n++
		}
	}
	return n
}

// explained is how many cases failed for that cause.
func (t Table) explained(cause string) int {
	n := 0
	for _, r := range t.Results {
		if r.Cause == cause {
			n++
		}
	}
	return n
}

func (t Table) has(id string) bool {
	return slices.ContainsFunc(t.Results, func(r Result) bool { return r.Case.ID == id })
}

// sound reports whether everything held that applies.
func (t Table) sound() bool {
	return t.Count(Held)+t.Count(NotApplicable) == len(t.Results)
}

// summary is the score, in a line.
func (t Table) summary() string {
	text := fmt.Sprintf("%s: %d held, %d failed", t.Kind, t.Count(Held), t.Count(Failed))
	var causes []string
	for _, r := range t.Results {
		if n := t.explained(r.Case.ID); n > 0 {
			causes = append(causes, fmt.Sprintf("%d of them because of %s", n, r.Case.ID))
		}
	}
	if len(causes) > 0 {
		text += " (" + strings.Join(causes, ", ") + ")"
	}
	text += fmt.Sprintf(", %d hung, %d not applicable", t.Count(Hung), t.Count(NotApplicable))
	if n := t.Count(NotRun); n > 0 {
		text += fmt.Sprintf(", %d not run (%s)", n, t.Results[len(t.Results)-1].Detail)
	}
	return text
}

// lines are the results that have a line of their own: a failure that another
// explains is counted in the line of that one, and what was not run in the score.
func (t Table) lines(write func(r Result, remark string)) {
	for _, r := range t.Results {
		if r.Outcome == NotRun || r.Cause != "" && t.has(r.Cause) {
			continue
		}
		remark := r.brief()
		if n := t.explained(r.Case.ID); n > 0 {
			remark += fmt.Sprintf(" (and so %d others)", n)
		}
		write(r, remark)
	}
}

// WriteText writes a line for each case but those that failed because of another or
// were not run, and the score last.
func (t Table) WriteText(w io.Writer) error {
	tw := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	t.lines(func(r Result, remark string) {
		fmt.Fprintf(tw, "%s\t%v\t%s\t%s\n", r.Case.ID, r.Outcome, r.Case.Doc, remark)
	})
	if err := tw.Flush(); err != nil {
		return err
	}
	_, err := fmt.Fprintln(w, t.summary())
	return err
}

// WriteMarkdown writes a table with the rows of WriteText, and the score above it.
func (t Table) WriteMarkdown(w io.Writer) error {
	var b strings.Builder
	fmt.Fprintf(&b, "%s\n\n| case | outcome | behaviour | remark |\n|---|---|---|---|\n", t.summary())
	cell := strings.NewReplacer("|", `\|`, "<", "&lt;")
	t.lines(func(r Result, remark string) {
		fmt.Fprintf(&b, "| %s | %v | %s | %s |\n", r.Case.ID, r.Outcome, cell.Replace(r.Case.Doc), cell.Replace(remark))
	})
	_, err := io.WriteString(w, b.String())
	return err
}

// brief is the first line of the detail.
func (r Result) brief() string {
	line, _, _ := strings.Cut(r.Detail, "\n")
	return strings.ReplaceAll(line, "\t", " ")
}
