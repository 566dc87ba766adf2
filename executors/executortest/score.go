package executortest

import (
	"context"
	"fmt"
	"io"
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
)

func (o Outcome) String() string {
	return [...]string{"held", "failed", "hung", "not applicable"}[o]
}

// A Result is the outcome of one case.
type Result struct {
	Case    Case
	Outcome Outcome
	Detail  string // what failed, what hung (with stacks), or what is missing; may have many lines
}

// A Table is how one kind did in the suite.
type Table struct {
	Kind    string
	Results []Result // parallel to the cases given to Score
}

// Score runs cases, all of Cases if none are given, and never fails itself: a
// poorer executor has a poorer table. It stops before the next case when ctx
// ends. Hung cases leave their goroutines behind.
func Score(ctx context.Context, kind executors.Kind, cases ...Case) Table {
	if len(cases) == 0 {
		cases = Cases()
	}
	table := Table{Kind: kind.Name}
	can, err := Capabilities(kind)
	for _, c := range cases {
		switch {
		case ctx.Err() != nil:
			return table
		case err != nil:
			table.Results = append(table.Results, Result{c, Failed, err.Error()})
		default:
			table.Results = append(table.Results, c.run(ctx, kind, can))
		}
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

func (t Table) summary() string {
	return fmt.Sprintf("%s: %d held, %d failed, %d hung, %d not applicable",
		t.Kind, t.Count(Held), t.Count(Failed), t.Count(Hung), t.Count(NotApplicable))
}

// WriteText writes a line for each case and the sums.
func (t Table) WriteText(w io.Writer) error {
	tw := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	for _, r := range t.Results {
		fmt.Fprintf(tw, "%s\t%v\t%s\t%s\n", r.Case.ID, r.Outcome, r.Case.Doc, r.brief())
	}
	if err := tw.Flush(); err != nil {
		return err
	}
	_, err := fmt.Fprintln(w, t.summary())
	return err
}

// WriteMarkdown writes a table with a row for each case, and the sums above it.
func (t Table) WriteMarkdown(w io.Writer) error {
	var b strings.Builder
	fmt.Fprintf(&b, "%s\n\n| case | outcome | behaviour | remark |\n|---|---|---|---|\n", t.summary())
	cell := strings.NewReplacer("|", `\|`, "<", "&lt;")
	for _, r := range t.Results {
		fmt.Fprintf(&b, "| %s | %v | %s | %s |\n", r.Case.ID, r.Outcome, cell.Replace(r.Case.Doc), cell.Replace(r.brief()))
	}
	_, err := io.WriteString(w, b.String())
	return err
}

// brief is the first line of the detail.
func (r Result) brief() string {
	line, _, _ := strings.Cut(r.Detail, "\n")
	return strings.ReplaceAll(line, "\t", " ")
}
