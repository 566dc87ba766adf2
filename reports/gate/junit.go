package gate

import (
	"cmp"
	"encoding/xml"
	"fmt"
	"io"
	"strings"

	"poolbench/reports/words"
)

// The part of JUnit's format that GitLab and Jenkins read.
type junitSuites struct {
	XMLName xml.Name   `xml:"testsuites"`
	Suite   junitSuite `xml:"testsuite"`
}

type junitSuite struct {
	Name     string      `xml:"name,attr"`
	Tests    int         `xml:"tests,attr"`
	Failures int         `xml:"failures,attr"`
	Errors   int         `xml:"errors,attr"`
	Skipped  int         `xml:"skipped,attr"`
	Cases    []junitCase `xml:"testcase"`
}

type junitCase struct {
	Class   string        `xml:"classname,attr"`
	Name    string        `xml:"name,attr"`
	Failure *junitMessage `xml:"failure,omitempty"`
	Error   *junitMessage `xml:"error,omitempty"`
	Skipped *junitMessage `xml:"skipped,omitempty"`
	Output  string        `xml:"system-out,omitempty"`
}

type junitMessage struct {
	Message string `xml:"message,attr"` // one line
	Body    string `xml:",chardata"`    // all there is to say
}

// WriteJUnit writes a comparison as JUnit's XML, one test case for each benchmark: a
// regression is a failure, a benchmark that did not run an error, what could not be
// judged is skipped, the whole of it too. It returns the first error of w.
func WriteJUnit(w io.Writer, r *Report) error {
	s := junitSuite{Name: "poolbench gate"}
	for _, b := range r.benchmarks() {
		test := junitCase{Class: cmp.Or(b[0].Pkg, "benchmarks"), Name: words.Printable(b[0].Name)}
		message := &junitMessage{r.junitMessage(b), r.junitBody(b)}
		switch b.verdict() {
		case Regressed:
			test.Failure = message
		case Failed:
			test.Error = message
		case Inconclusive, LayoutSensitive, New, Missing:
			test.Skipped = message
		default:
			test.Output = message.Body
		}
		s.add(test)
	}
	if why := r.Unchecked(); why != "" && r.EndedEarly != "failed" {
		s.add(junitCase{Class: "poolbench", Name: "checked", Skipped: &junitMessage{words.Printable(r.Headline()), words.Printable(why)}})
	}
	if r.EndedEarly == "failed" {
		s.add(junitCase{Class: "poolbench", Name: "measured", Error: &junitMessage{words.Printable(r.Headline()), words.Printable(r.Unmeasured)}})
	}
	if r.Void != "" {
		s.add(junitCase{Class: "poolbench", Name: "controls", Error: &junitMessage{words.Printable(r.Headline()), words.Printable(r.Void)}})
	}
	suites, err := xml.MarshalIndent(junitSuites{Suite: s}, "", "  ")
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(w, "%s%s\n", xml.Header, suites)
	return err
}

// add adds a test case, and counts it.
func (s *junitSuite) add(c junitCase) {
	s.Tests++
	switch {
	case c.Failure != nil:
		s.Failures++
	case c.Error != nil:
		s.Errors++
	case c.Skipped != nil:
		s.Skipped++
	}
	s.Cases = append(s.Cases, c)
}

// junitMessage is a benchmark in one line: "regressed: time +9 %, allocs 2 → 3".
func (r *Report) junitMessage(b benchmark) string {
	v := b.verdict()
	var parts []string
	for _, c := range b.changed(v) {
		if c.values() != "" {
			parts = append(parts, c.brief())
		} else if c.Reason != "" {
			parts = append(parts, c.Reason)
		}
	}
	return words.Printable(strings.TrimSuffix(v.String()+": "+strings.Join(parts, ", "), ": "))
}

// junitBody is a benchmark unit by unit, and what one may do about a regression.
func (r *Report) junitBody(b benchmark) string {
	var lines []string
	for _, c := range b {
		line := c.Unit + ": " + c.Verdict.String()
		if said := strings.TrimPrefix(c.said(), "; "); said != "" {
			line += ": " + said
		}
		if c.Verdict == Regressed {
			line += fmt.Sprintf(" (limit %s)", words.Percent(c.Limit))
		}
		lines = append(lines, line)
	}
	if causes := r.causeRemark(b); causes != "" {
		lines = append(lines, words.Capital(causes))
	}
	if b[0].Was != "" {
		lines = append(lines, r.wording().was(b[0]))
	}
	if rename := r.renameLine(b[0]); rename != "" {
		lines = append(lines, "Renamed, in "+RulesFile+": "+rename)
	}
	if file, line := r.place(b[0]); line > 0 {
		lines = append(lines, fmt.Sprintf("%s:%d", file, line))
	}
	if b.verdict() == Regressed {
		if command := r.again(); command != "" {
			lines = append(lines, "Again: "+command)
		}
		for _, c := range b {
			if accept := r.acceptLine(c); accept != "" {
				lines = append(lines, "Accept in "+RulesFile+": "+accept)
			}
		}
	}
	return words.Printable(strings.Join(lines, "\n"))
}
