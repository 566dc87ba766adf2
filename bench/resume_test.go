package bench

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestOpenResumeCutsOffAHalfLine(t *testing.T) {
	const whole = "# note seed: 4\n# block 1\ngoos: linux\n\nBenchmarkGrid/executor=serial/workload=spin/workers=1/grain=1000-2 1 0.5 sec/op\n"
	path := filepath.Join(t.TempDir(), "results.txt")
	if err := os.WriteFile(path, []byte(whole+"BenchmarkGrid/executor=spa"), 0o600); err != nil {
		t.Fatal(err)
	}
	f, rec, err := OpenResume(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if len(rec.Results) != 1 || rec.Note("seed") != "4" {
		t.Errorf("record %+v", rec)
	}
	if _, err := f.WriteString("# block 2\n"); err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile(path)
	if err != nil || string(text) != whole+"# block 2\n" {
		t.Errorf("%v, file:\n%s", err, text)
	}
}

func TestOpenResumeRefuses(t *testing.T) {
	dir := t.TempDir()
	if _, _, err := OpenResume(filepath.Join(dir, "nothing")); err == nil {
		t.Error("a file that does not exist is resumed")
	}
	path := filepath.Join(dir, "empty")
	if err := os.WriteFile(path, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if _, _, err := OpenResume(path); err == nil || !strings.Contains(err.Error(), "empty") {
		t.Errorf("an empty file: %v", err)
	}
}
