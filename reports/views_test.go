package reports_test

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"poolbench/bench/record"
	"poolbench/reports"
	"poolbench/reports/view"
)

func TestGoldens(t *testing.T) {
	report := func(rec *record.Record) *view.Report { return view.New(reports.NewSet(rec), reports.Questions(), nil) }
	usual, noisy, runtimes := report(reports.UsualRecord(t)), report(reports.NoisyRecord(t)), report(reports.RuntimesRecord(t))
	for name, write := range map[string]func(*bytes.Buffer) error{
		"report.txt":         func(b *bytes.Buffer) error { return view.Text(b, usual, view.Options{}) },
		"report-ascii.txt":   func(b *bytes.Buffer) error { return view.Text(b, usual, view.Options{ASCII: true}) },
		"report-color.txt":   func(b *bytes.Buffer) error { return view.Text(b, usual, view.Options{Color: true}) },
		"report-verbose.txt": func(b *bytes.Buffer) error { return view.Text(b, usual, view.Options{Verbose: true}) },
		"summary.md":         func(b *bytes.Buffer) error { return view.Markdown(b, usual) },
		"runtimes.txt":       func(b *bytes.Buffer) error { return view.Text(b, runtimes, view.Options{Verbose: true}) },
		"runtimes.md":        func(b *bytes.Buffer) error { return view.Markdown(b, runtimes) },
		"noisy.txt":          func(b *bytes.Buffer) error { return view.Text(b, noisy, view.Options{}) },
	} {
		var out bytes.Buffer
		if err := write(&out); err != nil {
			t.Fatal(err)
		}
		path := filepath.Join("testdata", name)
		if reports.Update() {
			if err := os.WriteFile(path, out.Bytes(), 0o644); err != nil {
				t.Fatal(err)
			}
			continue
		}
		want, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(out.Bytes(), want) {
			t.Errorf("%s differs (rewrite with -update):\n%s", path, out.Bytes())
		}
		if name == "report-ascii.txt" && strings.ContainsFunc(out.String(), func(r rune) bool { return r > 126 }) {
			t.Error("not ASCII")
		}
	}
}

// Names come from files that anybody may have written.
func TestHostileNames(t *testing.T) {
	line := func(ex string) string {
		return "BenchmarkGrid/executor=" + ex + "/workload=a|<b>\x1b[31m`*/workers=1 1 1 sec/op\n"
	}
	rec, err := record.Read(strings.NewReader(line("serial")+line("x\x1b]0;evil\x07")), "hostile.txt")
	if err != nil {
		t.Fatal(err)
	}
	r := view.New(reports.NewSet(rec), reports.Questions(), nil)
	var text, markdown bytes.Buffer
	if err := view.Text(&text, r, view.Options{}); err != nil {
		t.Fatal(err)
	}
	if err := view.Markdown(&markdown, r); err != nil {
		t.Fatal(err)
	}
	for _, bad := range []string{"\x1b[31m", "\x07", "\x1b]0"} {
		if strings.Contains(text.String()+markdown.String(), bad) {
			t.Errorf("%q was printed", bad)
		}
	}
	if strings.Contains(markdown.String(), "<b>") || strings.Contains(markdown.String(), "a|") {
		t.Errorf("markup was printed:\n%s", markdown.String())
	}
}
