package main

import (
	"bytes"
	"encoding/json"
	"encoding/xml"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"poolbench/bench/internal/program"
	"poolbench/reports/gate"
)

// Two files go through the whole program as in a workflow: exit code, annotations,
// summary, outputs, verdict.json and junit.xml agree.
func TestGateInGitHubActions(t *testing.T) {
	dir := t.TempDir()
	file := func(name string) string { return filepath.Join(dir, name) }
	write := func(name, value string) {
		text := strings.Repeat("BenchmarkA-2 1 "+value+" ns/op\n", 8) + strings.Repeat("BenchmarkB-2 1 50 ns/op\n", 8)
		if err := os.WriteFile(file(name), []byte(text), 0o666); err != nil {
			t.Fatal(err)
		}
	}
	write("base.txt", "100")
	write("head.txt", "200")
	t.Setenv("GITHUB_ACTIONS", "true")
	t.Setenv("GITHUB_STEP_SUMMARY", file("summary"))
	t.Setenv("GITHUB_OUTPUT", file("output"))
	if err := os.WriteFile(file("output"), []byte("earlier=1\n"), 0o666); err != nil {
		t.Fatal(err)
	}
	code, stdout, stderr := poolbench(t, "gate", "-json", file("out/verdict.json"), "-junit", file("out/junit.xml"), file("base.txt"), file("head.txt"))
	if code != gate.ExitRegression {
		t.Fatalf("exit %d: %s%s", code, stdout, stderr)
	}
	if !strings.Contains(stdout, "::error title=regressed%3A A::") {
		t.Errorf("no annotation in %s", stdout)
	}
	read := func(name string) []byte {
		text, err := os.ReadFile(file(name))
		if err != nil {
			t.Error(err)
		}
		return text
	}
	if text := read("output"); string(text) != "earlier=1\nverdict=regressed\nregressions=1\n" {
		t.Errorf("outputs %q", text)
	}
	if text := read("summary"); !bytes.HasPrefix(text, []byte("# 1 of 2 benchmarks regressed: A (time +100 %); 1 without change\n")) {
		t.Errorf("summary %s", text)
	}
	var verdict struct {
		Schema   string `json:"schema"`
		ExitCode int    `json:"exit_code"`
		Outcome  string `json:"outcome"`
	}
	if err := json.Unmarshal(read("out/verdict.json"), &verdict); err != nil || verdict.ExitCode != gate.ExitRegression || verdict.Outcome != "regressed" {
		t.Errorf("%+v, %v", verdict, err)
	}
	var suites struct {
		Suite struct {
			Failures int `xml:"failures,attr"`
		} `xml:"testsuite"`
	}
	if err := xml.Unmarshal(read("out/junit.xml"), &suites); err != nil || suites.Suite.Failures != 1 {
		t.Errorf("%+v, %v", suites, err)
	}
	if code, stdout, _ := poolbench(t, "gate", "-ci", "none", file("base.txt"), file("head.txt")); code != gate.ExitRegression || strings.Contains(stdout, "::") {
		t.Errorf("exit %d: %s", code, stdout)
	}
	if code, _, stderr := poolbench(t, "gate", "-ci", "jenkins", file("base.txt"), file("head.txt")); code != program.Usage || !strings.Contains(stderr, "jenkins") {
		t.Errorf("exit %d: %s", code, stderr)
	}
}

// The script of the CI definitions, with a program and a compiler that only say what
// they were asked, in a shallow clone of four commits.
func TestGateScript(t *testing.T) {
	if _, err := exec.LookPath("bash"); err != nil {
		t.Skip("no bash here")
	}
	script, err := filepath.Abs("../../../scripts/ci/gate.sh")
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	origin, tools := filepath.Join(dir, "origin"), filepath.Join(dir, "tools")
	git(t, "init", "-q", "-b", "main", origin)
	for range 4 {
		git(t, "-C", origin, "-c", "user.name=nobody", "-c", "user.email=nobody@example.com", "commit", "-q", "--allow-empty", "-m", "one more")
	}
	git(t, "-C", origin, "branch", "other")
	if err := os.Mkdir(tools, 0o777); err != nil {
		t.Fatal(err)
	}
	for name, text := range map[string]string{"go": "echo does not build >&2; exit 1", "program": `echo "$@"; git rev-parse --quiet --verify "$3^{commit}" >/dev/null || exit 2`} {
		if err := os.WriteFile(filepath.Join(tools, name), []byte("#!/bin/sh\n"+text+"\n"), 0o777); err != nil {
			t.Fatal(err)
		}
	}
	head := strings.TrimSpace(git(t, "-C", origin, "rev-parse", "main"))
	for _, test := range []struct {
		name, base, program string
		code                int
		want                string
	}{
		{"commit before", "", "program", program.OK, "gate -base HEAD~1 "},
		{"three before", "HEAD~3", "program", program.OK, "gate -base HEAD~3 "},
		{"more than there are", "HEAD~9", "program", program.Usage, "gate -base HEAD~9 "},
		{"branch", "origin/other", "program", program.OK, "gate -base " + head},
		{"unknown", "nowhere", "program", program.Usage, "gate -base nowhere "},
		{"poolbench does not build", "", "", program.Failed, "does not build"},
	} {
		t.Run(test.name, func(t *testing.T) {
			clone := filepath.Join(t.TempDir(), "clone")
			git(t, "clone", "-q", "--depth=1", "--branch=main", "file://"+origin, clone)
			cmd := exec.Command("bash", script)
			cmd.Dir = clone
			cmd.Env = append(os.Environ(), "PATH="+tools+string(os.PathListSeparator)+os.Getenv("PATH"), "POOLBENCH_BASE="+test.base, "POOLBENCH_PROGRAM=",
				"GITHUB_BASE_REF=", "CI_MERGE_REQUEST_TARGET_BRANCH_NAME=", "CI_MERGE_REQUEST_DIFF_BASE_SHA=", "CHANGE_TARGET=")
			if test.program != "" {
				cmd.Env = append(cmd.Env, "POOLBENCH_PROGRAM="+filepath.Join(tools, test.program))
			}
			out, err := cmd.CombinedOutput()
			code := 0
			if exit := (*exec.ExitError)(nil); errors.As(err, &exit) {
				code = exit.ExitCode()
			}
			if code != test.code || !strings.Contains(string(out), test.want) {
				t.Errorf("exit %d, want %d: %s", code, test.code, out)
			}
		})
	}
}
