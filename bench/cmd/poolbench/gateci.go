package main

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"poolbench/reports/gate"
)

// ciFlags are the flags of gate that say what to leave for machines.
type ciFlags struct {
	json, junit string
	ci          string
}

// ciKinds are the values of -ci.
var ciKinds = []string{"auto", "github", "none"}

func (f *ciFlags) add(c *invocation) {
	c.flags.StringVar(&f.json, "json", "", "`file` to write the verdicts to for scripts (verdict.json in -out)")
	c.flags.StringVar(&f.junit, "junit", "", "`file` to write the verdicts to as JUnit's XML (junit.xml in -out)")
	c.flags.StringVar(&f.ci, "ci", "auto", "`service` to talk to: github (annotations, job summary, step outputs), none, auto (what the environment says)")
}

// check refuses an unknown service.
func (f *ciFlags) check() error {
	_, err := pick("ci", f.ci, ciKinds, func(s string) string { return s })
	return err
}

// inDirectory makes files in dir of those that have no name yet.
func (f *ciFlags) inDirectory(dir string) {
	if f.json == "" {
		f.json = filepath.Join(dir, "verdict.json")
	}
	if f.junit == "" {
		f.junit = filepath.Join(dir, "junit.xml")
	}
}

// publish writes what was asked for and tells GitHub Actions if that is where we
// are: annotations to standard output, the summary and the outputs to the files that
// the environment names. code is what the program is going to exit with.
func (f *ciFlags) publish(c *invocation, r *gate.Report, code int) error {
	for _, file := range []struct {
		path  string
		write func(io.Writer) error
	}{
		{f.json, func(w io.Writer) error { return gate.WriteJSON(w, r, code) }},
		{f.junit, func(w io.Writer) error { return gate.WriteJUnit(w, r) }},
	} {
		if file.path == "" {
			continue
		}
		var text bytes.Buffer
		if err := file.write(&text); err != nil {
			return err
		}
		if err := os.MkdirAll(filepath.Dir(file.path), 0o777); err != nil {
			return err
		}
		if err := writeFile(file.path, text.Bytes()); err != nil {
			return err
		}
	}
	if f.ci == "github" || f.ci == "auto" && os.Getenv("GITHUB_ACTIONS") == "true" {
		return publishGitHub(c.stdout, r, os.Getenv)
	}
	return nil
}

// publishGitHub prints annotations and adds to the files of the current step, where
// there are any.
func publishGitHub(stdout io.Writer, r *gate.Report, getenv func(string) string) error {
	if err := gate.WriteAnnotations(stdout, r); err != nil {
		return err
	}
	var summary bytes.Buffer
	if err := gate.WriteMarkdown(&summary, r); err != nil {
		return err
	}
	outputs := fmt.Sprintf("verdict=%s\nregressions=%d\n", r.Outcome(), r.Count(gate.Regressed))
	return errors.Join(appendTo(getenv("GITHUB_STEP_SUMMARY"), summary.Bytes()), appendTo(getenv("GITHUB_OUTPUT"), []byte(outputs)))
}

// appendTo adds text to a file that a service made for us; nothing without a path.
func appendTo(path string, text []byte) error {
	if path == "" {
		return nil
	}
	file, err := os.OpenFile(path, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o666)
	if err != nil {
		return err
	}
	_, err = file.Write(text)
	return errors.Join(err, file.Close())
}
