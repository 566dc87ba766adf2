package gate

import (
	"fmt"
	"io"
	"strings"

	"poolbench/reports/words"
)

// maxAnnotations is how many lines WriteAnnotations prints of each kind before it
// counts the rest: GitHub shows ten errors and ten warnings of a step and drops the
// others without a word.
const maxAnnotations = 8

// WriteAnnotations prints a comparison as workflow commands of GitHub Actions, one
// "::error title=…::…" or "::warning …" line for each benchmark that needs a look, the
// worst first, at the line where it is declared if that is known. It returns the first
// error of w.
func WriteAnnotations(w io.Writer, r *Report) error {
	var b strings.Builder
	whole := func(kind, title, text string) {
		if text != "" {
			fmt.Fprintf(&b, "::%s title=%s::%s\n", kind, escapeProperty(title), escapeMessage(text))
		}
	}
	switch {
	case r.EndedEarly == "failed" && r.Unmeasured != "":
		whole("error", "poolbench: failed", r.Unmeasured)
	case r.EndedEarly == "interrupted":
		whole("warning", "poolbench: interrupted", r.Headline())
	default:
		whole("warning", "poolbench: NOT CHECKED", r.Unchecked())
	}
	whole("error", "poolbench: void", r.Void)
	r.annotate(&b, "error", Failed, Regressed)
	r.annotate(&b, "warning", LayoutSensitive, Inconclusive)
	r.annotateCauses(&b)
	if _, proposed := r.wording().renames(); proposed != "" {
		whole("notice", "poolbench: renamed?", proposed+". To say so, in "+RulesFile+":\n"+strings.Join(r.renameLines(), "\n"))
	}
	_, err := io.WriteString(w, b.String())
	return err
}

func (r *Report) annotate(b *strings.Builder, kind string, verdicts ...Verdict) {
	n, names := 0, r.wording()
	all := r.benchmarks()
	for _, v := range verdicts {
		for _, bench := range all {
			c := bench.lead()
			if c.Verdict != v || c.ofTheRun() {
				continue
			}
			if n++; n > maxAnnotations {
				continue
			}
			at := ""
			if file, line := r.place(c); line > 0 {
				at = fmt.Sprintf("file=%s,line=%d,", escapeProperty(file), line)
			}
			text := strings.Join(strings.Fields(c.values()+" "+c.change()), " ")
			for _, more := range []string{bench.remark(), r.causeRemark(bench)} {
				text = strings.TrimSuffix(strings.TrimPrefix(text+"; "+more, "; "), "; ")
			}
			fmt.Fprintf(b, "::%s %stitle=%s::%s\n", kind, at, escapeProperty(c.Verdict.String()+": "+names.title(c)), escapeMessage(text))
		}
	}
	if n > maxAnnotations {
		fmt.Fprintf(b, "::%s title=poolbench::%d more benchmarks of this kind, see the summary\n", kind, n-maxAnnotations)
	}
}

var messageEscapes = strings.NewReplacer("%", "%25", "\r", "%0D", "\n", "%0A")

// escapeMessage and escapeProperty escape as actions/toolkit's command.ts does.
func escapeMessage(text string) string { return messageEscapes.Replace(words.Printable(text)) }

func escapeProperty(text string) string {
	return strings.NewReplacer(":", "%3A", ",", "%2C").Replace(escapeMessage(text))
}
