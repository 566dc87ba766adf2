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
	Message string `xml:"message,attr"`
}

// WriteJUnit writes a comparison as JUnit's XML, one test case for each result: a
// regression is a failure, a benchmark that did not run an error, what could not be
// judged is skipped, the whole of it too. It returns the first error of w.
func WriteJUnit(w io.Writer, r *Report) error {
	s := junitSuite{Name: "poolbench gate", Tests: len(r.Cases)}
	for _, c := range r.Cases {
		text := words.Printable(strings.Join(strings.Fields(c.values()+" "+c.change()+" "+c.remark()), " "))
		test := junitCase{Class: cmp.Or(c.Pkg, "benchmarks"), Name: words.Printable(c.Name + " " + c.Unit)}
		message := &junitMessage{c.Verdict.String() + ": " + text}
		switch c.Verdict {
		case Regressed:
			test.Failure = message
			s.Failures++
		case Failed:
			test.Error = message
			s.Errors++
		case Inconclusive, LayoutSensitive, New, Missing:
			test.Skipped = message
			s.Skipped++
		default:
			test.Output = message.Message
		}
		s.Cases = append(s.Cases, test)
	}
	if r.NotComparable != "" {
		s.Tests++
		s.Skipped++
		s.Cases = append(s.Cases, junitCase{Class: "poolbench", Name: "comparison", Skipped: &junitMessage{words.Printable(r.NotComparable)}})
	}
	if r.Void != "" {
		s.Tests++
		s.Errors++
		s.Cases = append(s.Cases, junitCase{Class: "poolbench", Name: "controls", Error: &junitMessage{words.Printable(r.Void)}})
	}
	suites, err := xml.MarshalIndent(junitSuites{Suite: s}, "", "  ")
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(w, "%s%s\n", xml.Header, suites)
	return err
}
