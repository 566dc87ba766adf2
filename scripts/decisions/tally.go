package main

import (
	"fmt"
	"io"
	"strings"

	"gonum.org/v1/gonum/stat/distuv"
)

// A tally counts the claims of each kind, and what was said of what must be.
type tally struct {
	printed, wrong map[*kind]int
	records        map[*kind]int // that have such claims
	said, of       map[string]int
	examples       map[*kind][]string
	keep           int // examples of each kind
	planted        int // records of truths
	each           int
	plants         []plant
	missed         bool // a bar, surely
}

func newTally(c *config) *tally {
	return &tally{map[*kind]int{}, map[*kind]int{}, map[*kind]int{}, map[string]int{}, map[string]int{}, map[*kind][]string{}, c.wrong, 0, c.records, plants(c), false}
}

// add counts what was said of a record. Records of what must be said are easy ones: their
// claims do not count among those of the truths.
func (t *tally) add(p plant, a answer) {
	if p.must != nil {
		t.said[p.name] += a.said
		t.of[p.name] += a.of
		return
	}
	t.planted++
	seen := map[*kind]bool{}
	for i, f := range a.findings {
		t.printed[f.kind]++
		if !seen[f.kind] {
			seen[f.kind] = true
			t.records[f.kind]++
		}
		if f.wrong {
			t.wrong[f.kind]++
			if len(t.examples[f.kind]) < t.keep {
				t.examples[f.kind] = append(t.examples[f.kind], a.texts[i])
			}
		}
	}
}

// exact is the interval of Clopper and Pearson at level 95 % of a share of k in n.
func exact(k, n int) (low, high float64) {
	low, high = 0.0, 1.0
	if k > 0 {
		low = distuv.Beta{Alpha: float64(k), Beta: float64(n - k + 1)}.Quantile(0.025)
	}
	if k < n {
		high = distuv.Beta{Alpha: float64(k + 1), Beta: float64(n - k)}.Quantile(0.975)
	}
	return low, high
}

// share is "1.2 % [0.8, 1.7]".
func share(k, n int) string {
	low, high := exact(k, n)
	return fmt.Sprintf("%.2f %% [%.2f, %.2f]", 100*float64(k)/float64(n), 100*low, 100*high)
}

// met is how a share stands to the bar: "yes", "no" or "open" where its interval holds it.
func met(surely, surelyNot bool) string {
	switch {
	case surely:
		return "yes"
	case surelyNot:
		return "no"
	}
	return "open"
}

// print writes the tables.
func (t *tally) print(out io.Writer, markdown bool) {
	rows := func(of sort) (rows [][]string) {
		for _, k := range kinds {
			n, wrong := t.printed[k], t.wrong[k]
			if k.sort != of {
				continue
			}
			row := []string{k.name, fmt.Sprint(n), fmt.Sprint(t.records[k])}
			if k.sort != untold {
				row = append(row, fmt.Sprint(wrong), "–")
				if n > 0 {
					row[4] = share(wrong, n)
				}
			}
			if k.sort == decision {
				low, high := exact(wrong, n)
				row = append(row, fmt.Sprintf("≤ %.0f %%", 100*k.bar), met(n > 0 && high <= k.bar, n > 0 && low > k.bar))
				t.missed = t.missed || n > 0 && low > k.bar
			}
			rows = append(rows, row)
		}
		return rows
	}
	write := func(title string, header []string, rows [][]string) {
		if markdown {
			fmt.Fprintf(out, "\n%s\n\n", title)
			writeMarkdown(out, header, rows)
		} else {
			fmt.Fprintf(out, "\n%s\n", title)
			writeColumns(out, append([][]string{header}, rows...))
		}
	}
	count := fmt.Sprintf("%d records, %d of each of %d truths", t.planted, t.each, t.planted/max(t.each, 1))
	write("What is said, "+count+":", []string{"what is said", "claims", "in records", "wrong", "share [95 %]", "bar", "met"}, rows(decision))
	write("Intervals of 95 % that miss the truth:", []string{"interval", "claims", "in records", "missed", "share [95 %]"}, rows(interval))
	write("What cannot be wrong:", []string{"what is said", "claims", "in records"}, rows(untold))
	var said [][]string
	for _, p := range t.plants {
		if p.must == nil {
			continue
		}
		k, n := t.said[p.name], t.of[p.name]
		low, high := exact(k, n)
		t.missed = t.missed || high < p.must.bar
		said = append(said, []string{p.name, p.must.what, fmt.Sprint(n), fmt.Sprint(k), share(k, n), fmt.Sprintf("≥ %.0f %%", 100*p.must.bar), met(low >= p.must.bar, high < p.must.bar)})
	}
	write("What must be said (20 blocks, noise of 3 % in each time):", []string{"truth", "what must be said", "times", "said", "share [95 %]", "bar", "met"}, said)
	for _, k := range kinds {
		for _, text := range t.examples[k] {
			fmt.Fprintf(out, "\nwrong: %s: %s\n", k.name, text)
		}
	}
}

func writeMarkdown(out io.Writer, header []string, rows [][]string) {
	line := func(row []string) { fmt.Fprintf(out, "| %s |\n", strings.Join(row, " | ")) }
	line(header)
	fmt.Fprintf(out, "|%s\n", strings.Repeat("---|", len(header)))
	for _, row := range rows {
		line(row)
	}
}

// writeColumns aligns the cells of rows that are as long as the first.
func writeColumns(out io.Writer, rows [][]string) {
	widths := make([]int, len(rows[0]))
	for _, row := range rows {
		for i, cell := range row {
			widths[i] = max(widths[i], len([]rune(cell)))
		}
	}
	for _, row := range rows {
		var b strings.Builder
		for i, cell := range row {
			b.WriteString(cell + strings.Repeat(" ", widths[i]-len([]rune(cell))+2))
		}
		fmt.Fprintln(out, strings.TrimRight(b.String(), " "))
	}
}
