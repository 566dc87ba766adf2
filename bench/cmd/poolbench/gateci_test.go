package main

import (
	"bytes"
	"encoding/json"
	"encoding/xml"
	"os"
	"path/filepath"
	"strings"
	"testing"
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
	if code != exitRegression {
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
	if text := read("summary"); !bytes.HasPrefix(text, []byte("# 1 regression, 1 without change\n")) {
		t.Errorf("summary %s", text)
	}
	var verdict struct {
		Schema   string `json:"schema"`
		ExitCode int    `json:"exit_code"`
		Outcome  string `json:"outcome"`
	}
	if err := json.Unmarshal(read("out/verdict.json"), &verdict); err != nil || verdict.ExitCode != exitRegression || verdict.Outcome != "regressed" {
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
	if code, stdout, _ := poolbench(t, "gate", "-ci", "none", file("base.txt"), file("head.txt")); code != exitRegression || strings.Contains(stdout, "::") {
		t.Errorf("exit %d: %s", code, stdout)
	}
	if code, _, stderr := poolbench(t, "gate", "-ci", "jenkins", file("base.txt"), file("head.txt")); code != exitUsage || !strings.Contains(stderr, "jenkins") {
		t.Errorf("exit %d: %s", code, stderr)
	}
}
