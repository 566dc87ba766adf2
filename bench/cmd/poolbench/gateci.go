package main

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"poolbench/bench/internal/program"
	"poolbench/reports/gate"
)

// ciFlags are the flags of gate that say what to leave for machines.
type ciFlags struct {
	json, junit string
	ci          string
}

func (f *ciFlags) add(c *program.Invocation) {
	c.FileFlag(&f.json, "json", "`file` to write the verdicts to for scripts (verdict.json in -out)")
	c.FileFlag(&f.junit, "junit", "`file` to write the verdicts to as JUnit's XML (junit.xml in -out)")
	c.Flags.StringVar(&f.ci, "ci", "auto", "`service` to talk to: github (annotations, job summary, step outputs), none, auto (what the environment says)")
}

// inDirectory makes files in dir of those that have no name yet.
func (f *ciFlags) inDirectory(dir string) {
	f.json = cmp.Or(f.json, filepath.Join(dir, "verdict.json"))
	f.junit = cmp.Or(f.junit, filepath.Join(dir, "junit.xml"))
}

// publish writes what was asked for and tells GitHub Actions if that is where we
// are: annotations to standard output, the summary and the outputs to the files that
// the environment names. code is what the program is going to exit with.
func (f *ciFlags) publish(c *program.Invocation, r *gate.Report, code int) error {
	err := errors.Join(
		program.WriteMade(f.json, r, func(w io.Writer, r *gate.Report) error { return gate.WriteJSON(w, r, code) }),
		program.WriteMade(f.junit, r, gate.WriteJUnit))
	if err == nil && (f.ci == "github" || f.ci == "auto" && os.Getenv("GITHUB_ACTIONS") == "true") {
		return publishGitHub(c.Stdout, r, os.Getenv)
	}
	return err
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
	outputs := fmt.Sprintf("verdict=%s\nregressions=%d\n", r.Outcome(), r.Benchmarks(gate.Regressed))
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
