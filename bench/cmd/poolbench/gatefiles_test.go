package main

import (
	"encoding/binary"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"unicode/utf16"

	"poolbench/bench/internal/program"
	"poolbench/reports/gate"
)

// What people feed it, and what it says: base, head and flags of gate BASE HEAD.
func TestGateOnFiles(t *testing.T) {
	six := func(lines ...string) string { return strings.Repeat(strings.Join(lines, "\n")+"\n", 6) }
	fine := six("BenchmarkFine-8 1000 100 ns/op")
	log := "log: " + strings.Repeat("x", 70_000) + "\n"
	for _, test := range []struct {
		name, base, head, rules string
		flags                   []string
		code                    int
		want, wantErr           string
	}{
		{"byte order mark", "\ufeff" + fine, fine, "", nil, gate.ExitFine, "1 without change", ""},
		{"as PowerShell writes", utf16File(fine), strings.ReplaceAll(fine, "\n", "\r\n"), "", nil, gate.ExitFine, "1 without change", ""},
		{"a func BenchmarkCapacity", six("BenchmarkCapacity 1 5 ns/op", "BenchmarkCapacity/workers=4 1 5 ns/op"), six("BenchmarkCapacity 1 5 ns/op", "BenchmarkCapacity/workers=4 1 9 ns/op"), "", nil, gate.ExitRegression, "Slower    Capacity/workers=4", ""},
		{"the go command", "go: downloading example.com/text v0.2.0\n" + fine, "go: downloading example.com/text v0.3.0\n" + six("BenchmarkFine-8 1000 130 ns/op"), "", nil, gate.ExitRegression, "+30 %", ""},
		{"a long line", fine + log, log + fine, "", nil, gate.ExitFine, "1 without change", ""},
		{"values of their own", six("BenchmarkX/executor=a/workload=b/workers=auto/payload=1KB/grain=fine-8 1 5 ns/op"), six("BenchmarkX/executor=a/workload=b/workers=auto/payload=1KB/grain=fine-8 1 5 ns/op"), "", nil, gate.ExitFine, "1 without change", ""},
		{"GOMAXPROCS", six("BenchmarkPar-4 1000 100 ns/op"), six("BenchmarkPar-8 1000 60 ns/op"), "", nil, gate.ExitFine, "NOT CHECKED: ", ""},
		{"GOMAXPROCS, failing", six("BenchmarkPar-4 1000 100 ns/op"), six("BenchmarkPar-8 1000 60 ns/op"), "", []string{"-fail-on", "inconclusive"}, gate.ExitInconclusive, "another GOMAXPROCS", ""},
		{"GOMAXPROCS, annotated", six("BenchmarkPar-4 1000 100 ns/op"), six("BenchmarkPar-8 1000 60 ns/op"), "", []string{"-ci", "github"}, gate.ExitFine, "::warning title=poolbench%3A NOT CHECKED::no benchmark", ""},
		{"machines", "cpu: X\n" + fine, "cpu: X\n" + fine + "cpu: Y\n" + fine, "", []string{"-fail-on", "inconclusive"}, gate.ExitInconclusive, `cpu is "X" in base and "X" and "Y" in head`, ""},
		{"prose", "Benchmarking with 4 workers\nBenchmark 1: sleep 1\n" + fine, fine, "", []string{"-v"}, gate.ExitFine, "1 without change", `2 lines that begin with "Benchmark" and are no results were skipped, the first is line 1`},
		{"prose, unasked", "Benchmarking with 4 workers\n" + fine, fine, "", nil, gate.ExitFine, "1 without change", ""},
		{"rates", six("BenchmarkS-8 1 100 ns/op 1000 req/s"), six("BenchmarkS-8 1 100 ns/op 700 req/s"), "", nil, gate.ExitRegression, "S, req/s", ""},
		{"a rule as go test prints it", fine, six("BenchmarkFine-8 1000 120 ns/op"), "limit * ns/op 50%", nil, gate.ExitFine, "1 without change", ""},
		{"a rule from Windows", fine, six("BenchmarkFine-8 1000 120 ns/op"), "\ufefflimit * ns/op 50%\r\n", nil, gate.ExitFine, "1 without change", ""},
		{"a rule for a package", "pkg: net/http\n" + fine, "pkg: net/http\n" + six("BenchmarkFine-8 1000 120 ns/op"), "limit net/http.Fine ns/op 50%", nil, gate.ExitFine, "1 without change", ""},
		{"a unit of their own", six("BenchmarkS-8 1 100 ns/op 10 p95-ns/op"), six("BenchmarkS-8 1 100 ns/op 15 p95-ns/op"), "better * p95-ns/op lower", nil, gate.ExitRegression, "S, p95-sec/op", ""},
		{"a limit for it", six("BenchmarkS-8 1 100 ns/op 10 p95-ns/op"), six("BenchmarkS-8 1 100 ns/op 15 p95-ns/op"), "limit * p95-ns/op 60%\nbetter * p95-ns/op lower", nil, gate.ExitFine, "1 without change", ""},
		{"a limit that says nothing", six("BenchmarkS-8 1 100 ns/op 10 lag-ns/op"), six("BenchmarkS-8 1 100 ns/op 15 lag-ns/op"), "limit * lag-ns/op 60%\nlimit Nobody ns/op 3%\nbetter * hits/op higher", nil, gate.ExitFine,
			"no result that was judged is meant by line 1 (limit * lag-sec/op), line 2 (limit Nobody sec/op) and line 3 (better * hits/op)", ""},
		{"a time below 0", fine + "BenchmarkFine-8 1000 -100 ns/op\n", fine, "", nil, program.Usage, "", "base.txt:7: the value of sec/op is below 0: -100"},
		{"throughput to 0", six("BenchmarkS-8 1 100 ns/op 12.5 MB/s"), six("BenchmarkS-8 1 100 ns/op 0 MB/s"), "", nil, gate.ExitRegression, "Worse     S, B/s", ""},
		{"too few values", fine, "BenchmarkFine-8 1000 100 ns/op\n", "", []string{"-fail-on", "inconclusive"}, gate.ExitInconclusive, "NOT CHECKED: nothing could be compared: 1 value on a side", ""},
		{"a function without another name", six("Benchmark-8 1 5 ns/op"), six("Benchmark-8 1 9 ns/op"), "", nil, gate.ExitRegression, "Slower    Benchmark ", ""},
		{"a record that lost its end", "# fact run \"x\"\n" + fine + "BenchmarkFine-8 10", fine, "", nil, gate.ExitFine, "base.txt lost its end: line 8 is cut off", ""},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Setenv("GITHUB_STEP_SUMMARY", "")
			t.Setenv("GITHUB_OUTPUT", "")
			t.Chdir(t.TempDir())
			files := map[string]string{"base.txt": test.base, "head.txt": test.head}
			if test.rules != "" {
				files[gate.RulesFile] = test.rules
			}
			for name, text := range files {
				if err := os.WriteFile(name, []byte(text), 0o666); err != nil {
					t.Fatal(err)
				}
			}
			code, stdout, stderr := poolbench(t, append([]string{"gate", "base.txt", "head.txt"}, test.flags...)...)
			if code != test.code || !strings.Contains(stdout, test.want) || !strings.Contains(stderr, test.wantErr) || test.wantErr == "" && stderr != "" {
				t.Errorf("exit %d, want %d, with %q and %q:\n%s%s", code, test.code, test.want, test.wantErr, stdout, stderr)
			}
		})
	}
}

// utf16File is text as Windows PowerShell redirects it.
func utf16File(text string) string {
	out := []byte{0xff, 0xfe}
	for _, unit := range utf16.Encode([]rune(strings.ReplaceAll(text, "\n", "\r\n"))) {
		out = binary.LittleEndian.AppendUint16(out, unit)
	}
	return string(out)
}

// A comparison that an editor of Windows has saved is the same comparison.
func TestComparisonFromWindows(t *testing.T) {
	text, err := os.ReadFile(filepath.Join("testdata", "stored", "comparison.txt"))
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	path, verdict := filepath.Join(dir, "comparison.txt"), filepath.Join(dir, "verdict.json")
	if err := os.WriteFile(path, []byte("\ufeff"+strings.ReplaceAll(string(text), "\n", "\r\n")), 0o666); err != nil {
		t.Fatal(err)
	}
	code, _, stderr := poolbench(t, "gate", path, "-json", verdict)
	got, err := os.ReadFile(verdict)
	want, err2 := os.ReadFile(filepath.Join("testdata", "stored", "verdict.json"))
	if code != gate.ExitRegression || err != nil || err2 != nil || string(got) != string(want) {
		t.Errorf("exit %d: %s, %v, %v", code, stderr, err, err2)
	}
}

// The report of a record that lost its end is made, and says so.
func TestReportOfALostEnd(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "results.txt")
	text := "# fact run \"x\"\n# block 1\nBenchmarkGrid/executor=serial/workload=w/workers=1/grain=1000-2 1 1 sec/op\nBenchmarkGrid/execu"
	if err := os.WriteFile(path, []byte(text), 0o666); err != nil {
		t.Fatal(err)
	}
	if code, stdout, stderr := poolbench(t, "report", "-v", "-out", dir, path); !strings.Contains(stdout, "lost its end") || code != gate.ExitFine || !strings.Contains(stderr, "results.txt lost its end: line 4 is cut off") {
		t.Errorf("exit %d: %s%s", code, stdout, stderr)
	}
}
