package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"poolbench/bench/arm"
	"poolbench/bench/block"
	"poolbench/bench/internal/program"
	"poolbench/bench/record"
	"poolbench/reports/gate"
)

// benchRepo is a Git repository with a module of one commit, in which head is the
// working tree. What a gate leaves in the temporary directory fails the test.
func benchRepo(t *testing.T) string {
	t.Helper()
	temp := t.TempDir()
	t.Setenv("TMPDIR", temp)
	t.Cleanup(func() {
		if left, _ := filepath.Glob(filepath.Join(temp, "*")); len(left) > 0 {
			t.Errorf("left behind: %v", left)
		}
	})
	dir := t.TempDir()
	t.Chdir(dir)
	put(t, "go.mod", "module example.com/m\n\ngo 1.26\n")
	put(t, "m_test.go", moduleWith(""))
	git(t, "init", "-q", "-b", "main")
	git(t, "add", "-A")
	git(t, "-c", "user.name=nobody", "-c", "user.email=nobody@example.com", "commit", "-q", "-m", "one")
	return dir
}

// moduleWith is a test file whose second benchmark begins with a statement.
func moduleWith(statement string) string {
	return `package m

import (
	"os"
	"testing"
)

var sink int

func BenchmarkA(b *testing.B) {
	for b.Loop() {
		for i := range 500 {
			sink += i
		}
	}
}

func BenchmarkB(b *testing.B) {
	_ = os.Args
	` + statement + `
	for i := 0; i < b.N; i++ {
		for i := range 500 {
			sink += i
		}
	}
}
`
}

func put(t *testing.T, name, text string) {
	t.Helper()
	if err := os.WriteFile(name, []byte(text), 0o666); err != nil {
		t.Fatal(err)
	}
}

func git(t *testing.T, args ...string) string {
	t.Helper()
	out, err := exec.Command("git", args...).CombinedOutput()
	if err != nil {
		t.Fatalf("git %v: %v\n%s", args, err, out)
	}
	return string(out)
}

// A version against itself: whatever the machine does meanwhile is not held against
// head, and judging the file again says the same.
func TestGateBuilds(t *testing.T) {
	benchRepo(t)
	code, stdout, stderr := poolbench(t, "gate", "-base", "HEAD", "-budget", "3s", "-seeds", "2", "-cpu", "1,2", "-all", "-out", "out")
	if code != program.OK {
		t.Fatalf("exit %d\n%s\n%s", code, stdout, stderr)
	}
	// Judged again nobody knows where it comes from.
	verdict := regexp.MustCompile(`(?m)^(Again|Data) .*\n`).ReplaceAllString(stdout, "")
	_, again, stderr := poolbench(t, "gate", filepath.Join("out", "comparison.txt"))
	if again != verdict {
		t.Errorf("judged again:\n%s\nat first:\n%s\n%s", again, verdict, stderr)
	}
	for _, name := range []string{"summary.md", "verdict.json", "junit.xml"} {
		if _, err := os.Stat(filepath.Join("out", name)); err != nil {
			t.Error(err)
		}
	}
	rec, err := record.ReadFile(filepath.Join("out", "comparison.txt"))
	if err != nil {
		t.Fatal(err)
	}
	blocks := slices.Collect(rec.Blocks())
	// On a busy machine fewer benchmarks are fit to be canaries.
	if len(blocks) < 1 || len(rec.Facts.Promised) < 4+1 {
		t.Errorf("%d blocks, promises %v", len(blocks), rec.Facts.Promised)
	}
	for i, b := range blocks {
		cut := i == len(blocks)-1 && i > 0 // the budget may end it before its first result
		if len(b.Results) == 0 && !cut || b.Host != nil && b.Host.Links != (b.Number-1)%2 {
			t.Errorf("block %d: %d results, host %+v", b.Number, len(b.Results), b.Host)
		}
	}
	if status := git(t, "status", "--porcelain"); status != "" { // its own directory keeps itself out of Git
		t.Errorf("git status:\n%s", status)
	}
	if worktrees := git(t, "worktree", "list"); strings.Count(worktrees, "\n") != 1 {
		t.Errorf("worktrees:\n%s", worktrees)
	}
}

// Where nothing can have changed nothing is measured, everywhere that is said, and the history keeps
// nothing; -all measures all the same. Of a change to one benchmark the other is left out.
func TestGateUnchanged(t *testing.T) {
	benchRepo(t)
	put(t, "README.md", "new")
	for _, test := range []struct {
		name, file, text string
		args             []string
		unchanged        int
		want             string
	}{
		{"README", "README.md", "newer", nil, 2, "Nothing to measure, 2 unchanged: identical."},
		{"comment", "m_test.go", "// Package m.\n" + moduleWith(""), nil, 2, "Nothing to measure, 2 unchanged: identical."},
		{"all", "README.md", "newer", []string{"-all"}, 0, ""},
		{"one", "m_test.go", moduleWith("_ = b.N"), nil, 1, "1 unchanged: not reachable from the change."},
	} {
		t.Run(test.name, func(t *testing.T) {
			put(t, "m_test.go", moduleWith(""))
			put(t, test.file, test.text)
			out := t.TempDir()
			history := filepath.Join(out, "history")
			code, stdout, stderr := poolbench(t, append([]string{"gate", "-base", "HEAD", "-budget", "300ms", "-seeds", "1", "-cpu", "1", "-out", out, "-history", history}, test.args...)...)
			if code != program.OK || !strings.Contains(stdout, test.want) {
				t.Fatalf("exit %d\n%s\n%s", code, stdout, stderr)
			}
			var verdict struct {
				Outcome string
				Blocks  int
				Counts  map[string]int
			}
			text, err := os.ReadFile(filepath.Join(out, "verdict.json"))
			if err = errors.Join(err, json.Unmarshal(text, &verdict)); err != nil {
				t.Fatal(err)
			}
			if whole := test.unchanged == 2; verdict.Counts["unchanged"] != test.unchanged || whole != (verdict.Outcome == "unchanged") || whole != (verdict.Blocks == 0) {
				t.Errorf("%+v", verdict)
			}
			junit, err := os.ReadFile(filepath.Join(out, "junit.xml"))
			if said := strings.Count(string(junit), ": unchanged: "); err != nil || said != test.unchanged {
				t.Errorf("%v\n%s", err, junit)
			}
			if kept, _ := filepath.Glob(filepath.Join(history, "*")); len(kept) > 0 {
				t.Errorf("the history keeps %v", kept)
			}
			_, again, stderr := poolbench(t, "gate", filepath.Join(out, "comparison.txt"))
			lastLine := func(text string) string {
				lines := strings.Split(strings.TrimSpace(text), "\n")
				return lines[len(lines)-1]
			}
			if lastLine(again) != lastLine(stdout) {
				t.Errorf("judged again:\n%s\nat first:\n%s\n%s", again, stdout, stderr)
			}
		})
	}
}

// A new name hides no regression: what only head has is measured against what only base has
// and looks the same, and the line that is proposed takes the question off.
func TestGateRenamed(t *testing.T) {
	benchRepo(t)
	module := func(name, work string) string {
		return "package m\n\nimport \"testing\"\n\nvar kept []byte\n\nfunc work() { " + work + " }\n\nfunc Benchmark" + name + "(b *testing.B) {\n\tfor b.Loop() {\n\t\twork()\n\t}\n}\n" +
			// So that one planted slowdown that noise hides is not all of them.
			"\nfunc BenchmarkSum(b *testing.B) {\n\tfor b.Loop() {\n\t\tsum(1)\n\t}\n}\n\nfunc BenchmarkSums(b *testing.B) {\n\tfor b.Loop() {\n\t\tsum(2)\n\t}\n}\n" +
			"\n//go:noinline\nfunc sum(n int) (s int) {\n\tfor i := range 100 * n {\n\t\ts += i * i\n\t}\n\treturn s\n}\n"
	}
	put(t, "m_test.go", module("Old", "kept = make([]byte, 64)"))
	git(t, "-c", "user.name=nobody", "-c", "user.email=nobody@example.com", "commit", "-q", "-a", "-m", "two")
	put(t, "m_test.go", module("New", "kept = make([]byte, 64); kept = append(kept, make([]byte, 640)...)"))
	code, stdout, stderr := poolbench(t, "gate", "-base", "HEAD", "-all", "-budget", "3s", "-cause=false", "-seeds", "1", "-cpu", "1", "-out", "out")
	if code != gate.ExitRegression || !strings.Contains(stdout, "New (proposed: was Old") || !strings.Contains(stdout, "\nRename    rename BenchmarkOld BenchmarkNew\n") {
		t.Errorf("exit %d\n%s\n%s", code, stdout, stderr)
	}
	put(t, gate.RulesFile, "rename BenchmarkOld BenchmarkNew\n")
	code, stdout, stderr = poolbench(t, "gate", filepath.Join("out", "comparison.txt"))
	if code != gate.ExitRegression || !strings.Contains(stdout, "New (was Old") || strings.Contains(stdout, "proposed") {
		t.Errorf("with the rule: exit %d\n%s\n%s", code, stdout, stderr)
	}
}

func TestGateBuildsThatFail(t *testing.T) {
	benchRepo(t)
	for _, test := range []struct {
		name, head string
		args       []string
		code       int
		want       []string
	}{
		{"does not build", moduleWith("undefined()"), nil, program.Failed, []string{"head does not build", "m_test.go:20", "undefined"}},
		{"panics in head", moduleWith(`panic("no way")`), nil, program.Failed, []string{"B", "no way", "failed"}},
		{"cannot list in head", strings.Replace(moduleWith(""), "var sink", `func TestMain(*testing.M) { println("no database"); os.Exit(3) }

var sink`, 1), nil, program.Failed, []string{"A", "in head: its test binary cannot list its benchmarks: ended with exit status 3: no database", "2 failed"}},
		{"exits in head", moduleWith(`os.Exit(0)`), nil, program.Failed, []string{"B", "failed"}},
		{"missing ref", moduleWith(""), []string{"-base", "nowhere"}, program.Usage, []string{`"nowhere"`, "fetch"}},
		{"no such benchmark", moduleWith(""), []string{"-bench", "Zzz"}, program.Usage, []string{"Zzz"}},
		{"bad expression", moduleWith(""), []string{"-bench", "A("}, program.Usage, []string{"-bench"}},
		{"two ways", moduleWith(""), []string{"-base-cmd", "true", "-head-cmd", "true"}, program.Usage, []string{"give one"}},
		{"half a pair", moduleWith(""), []string{"-head-bin", "x"}, program.Usage, []string{"belong together"}},
		{"builds and records", moduleWith(""), []string{"x.txt"}, program.Usage, []string{"not both"}},
		{"no binary", "", []string{"-base", "", "-base-bin", "x", "-head-bin", "x"}, program.Usage, []string{"base"}},
		{"cpu", moduleWith(""), []string{"-cpu", "many"}, program.Usage, []string{"-cpu", "many"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			put(t, "m_test.go", test.head)
			code, stdout, stderr := poolbench(t, append([]string{"gate", "-base", "HEAD", "-budget", "300ms", "-seeds", "1", "-out", t.TempDir()}, test.args...)...)
			if code != test.code {
				t.Errorf("exit %d, want %d\n%s\n%s", code, test.code, stdout, stderr)
			}
			for _, want := range test.want {
				if !strings.Contains(stdout+stderr, want) {
					t.Errorf("%q is not in\n%s%s", want, stdout, stderr)
				}
			}
		})
	}
}

// A head that does not build leaves the files and the annotation of any other outcome, and
// says it in the last line.
func TestGateLeavesFilesWithoutABuild(t *testing.T) {
	benchRepo(t)
	put(t, "m_test.go", moduleWith("undefined()"))
	code, stdout, _ := poolbench(t, "gate", "-base", "HEAD", "-out", "out", "-ci", "github")
	if code != program.Failed || !strings.HasPrefix(stdout, "::error title=poolbench%3A failed::head does not build (example.com/m)") ||
		!strings.HasSuffix(stdout, "\nNOT CHECKED: head does not build (example.com/m).\n") {
		t.Errorf("exit %d: %s", code, stdout)
	}
	for name, want := range map[string]string{
		"summary.md":   "# NOT CHECKED: head does not build (example.com/m)\n\n`worktree` against `HEAD`",
		"verdict.json": `"outcome": "failed"`,
		"junit.xml":    `errors="1"`,
	} {
		text, err := os.ReadFile(filepath.Join("out", name))
		if err != nil || !strings.Contains(string(text), want) || !strings.Contains(string(text), "undefined") {
			t.Errorf("%s: %v: %s", name, err, text)
		}
	}
}

// A played comparison gives blocks in which head is slower, and then ends.
type played struct {
	blocks int
	end    func() error
	reason string // why head of a second benchmark fails; empty for no second one
}

func (p played) Declare(context.Context) ([]record.Promise, error) {
	promised := []record.Promise{{Name: "A-2", Role: record.Judged, InBase: true, InHead: true}}
	if p.reason != "" {
		promised = append(promised, record.Promise{Name: "B-2", Role: record.Judged, InBase: true, InHead: true})
	}
	return promised, nil
}

func (p played) Groups(_ context.Context, number int, wanted []record.Point) (groups []block.Group, err error) {
	if number > p.blocks {
		return nil, p.end()
	}
	for _, point := range wanted {
		base, head := point, point
		base.Side, head.Side = "base", "head"
		slower := arm.Arm(took(1.2e-6))
		if point.Name() == "B-2" {
			slower = arm.Failed{Err: errors.New(p.reason)}
		}
		groups = append(groups, func(_ context.Context, take func(block.Contest) ([]error, error)) error {
			_, err := take(block.Contest{Entrants: []block.Entrant{{Point: base, Arm: took(1e-6)}, {Point: head, Arm: slower}}, Turns: 2})
			return err
		})
	}
	return groups, nil
}

func (played) Links(int) int              { return 0 }
func (played) Warnings() []record.Warning { return nil }

// took is an arm that takes so many seconds, it says.
type took float64

func (s took) Slice(context.Context) (arm.Slice, error) { return arm.Slice{Time: float64(s)}, nil }
func (took) Close() error                               { return nil }

// What was measured before an interrupt or an error is published with the exit code
// of that, whatever was shown until then.
func TestGateEndsEarly(t *testing.T) {
	for _, test := range []struct {
		name     string
		blocks   int
		end      error // nil for an interrupt
		reason   string
		code     int
		want     []string
		verdicts int // in verdict.json
	}{
		{"interrupt", 24, nil, "", program.Interrupted, []string{"1 of 1 benchmark regressed: A (time +20 %)", "Interrupted after 24 blocks.", "interrupted after 24 blocks; what was measured"}, 1},
		{"interrupt in the first block", 0, nil, "", program.Interrupted, []string{"Interrupted after 0 blocks.", "not measured"}, 1},
		{"error", 24, errors.New("no space left\nat all"), "", program.Failed, []string{"1 of 1 benchmark regressed: A (time +20 %)", "An error ended the measurement after 24 blocks: no space left.", "at all"}, 1},
		{"error at once", 0, errors.New("no space left"), "", program.Failed, []string{"no space left"}, 0},
		{"no answer", 13, nil, "gave no answer within 5s", program.Interrupted, []string{"1 benchmark gave no answer in time. -timeout waits longer"}, 2},
	} {
		t.Run(test.name, func(t *testing.T) {
			ctx, cancel := context.WithCancel(t.Context())
			defer cancel()
			m := played{blocks: test.blocks, reason: test.reason, end: func() error {
				if test.end == nil {
					cancel()
					return ctx.Err()
				}
				return test.end
			}}
			var stdout, stderr bytes.Buffer
			c := &program.Invocation{Flags: flag.NewFlagSet("gate", flag.ContinueOnError), Stdout: &stdout, Stderr: &stderr}
			f := addGateFlags(c)
			f.ci.ci, f.builds.out = "none", t.TempDir()
			err := f.judgeBuilds(ctx, c, m, record.Builds{Base: "base", Head: "head"}, gate.Options{}, &gateProgress{out: &stderr})
			if code := program.ExitCode(err); err == nil || code != test.code {
				t.Errorf("exit %d, want %d: %v", code, test.code, err)
			}
			said := fmt.Sprint(stdout.String(), stderr.String(), err)
			for _, want := range test.want {
				if !strings.Contains(said, want) {
					t.Errorf("%q is not in\n%s", want, said)
				}
			}
			text, err := os.ReadFile(filepath.Join(f.builds.out, "verdict.json"))
			if err != nil {
				t.Fatal(err)
			}
			var verdict struct {
				Outcome  string            `json:"outcome"`
				ExitCode int               `json:"exit_code"`
				Results  []json.RawMessage `json:"results"`
			}
			outcome := map[int]string{program.Interrupted: "interrupted", program.Failed: "failed"}[test.code]
			if err := json.Unmarshal(text, &verdict); err != nil || verdict.Outcome != outcome || verdict.ExitCode != test.code || len(verdict.Results) != test.verdicts {
				t.Errorf("%v\n%s", err, text)
			}
		})
	}
}

// Commands give what they print; here always the same, so that the verdict is sure
// unless the machine is busy.
func TestGateCommands(t *testing.T) {
	t.Chdir(t.TempDir())
	put(t, gate.RulesFile, "rename Before After\n")
	put(t, "base.txt", "pkg: example.com/m\nBenchmarkBefore-2 10 1000 ns/op\nBenchmarkA-2 10 1000 ns/op 7 hits/op\nBenchmarkB-2 10 1000 ns/op\nBenchmarkOld-2 1 5 ns/op\n")
	put(t, "head.txt", "noise\npkg: example.com/m\nBenchmarkAfter-2 10 1300 ns/op\nBenchmarkA-2 10 1200 ns/op 7 hits/op\nBenchmarkB-2 10 1000 ns/op\n")
	code, stdout, stderr := poolbench(t, "gate", "-base-cmd", "cat base.txt", "-head-cmd", "cat head.txt", "-budget", "20s")
	busy := strings.Contains(stdout, "host busy")
	if code != gate.ExitRegression && !busy {
		t.Errorf("exit %d\n%s\n%s", code, stdout, stderr)
	}
	for _, want := range []string{"A ", "+20 %", "Old", "After (was Before)", "+30 %"} {
		if !strings.Contains(stdout, want) && !busy {
			t.Errorf("%q is not in\n%s", want, stdout)
		}
	}
	code, stdout, stderr = poolbench(t, "gate", "-base-cmd", "cat base.txt", "-head-cmd", "echo out of order; exit 3", "-budget", "1s")
	if code != program.Failed || !strings.Contains(stdout, "out of order") {
		t.Errorf("exit %d\n%s\n%s", code, stdout, stderr)
	}
	code, stdout, stderr = poolbench(t, "gate", "-base-cmd", "true", "-head-cmd", "echo nothing", "-budget", "1s")
	if code != program.Failed || !strings.Contains(stderr, "no benchmark") {
		t.Errorf("exit %d\n%s\n%s", code, stdout, stderr)
	}
}

// A rate without a time is judged, and so is what has nothing in common with the other
// side: not at all, which the last line and the exit code say.
func TestGateCommandsWithoutTimes(t *testing.T) {
	t.Chdir(t.TempDir())
	for _, test := range []struct {
		base, head string
		args       []string
		code       int
		want       string
	}{
		{"X-2 1 1000 req/s", "X-2 1 800 req/s", nil, gate.ExitRegression, "Worse     X, req/s  1000 → 800 req/s  -20 % (exact)"},
		{"X-2 1 1000 req/s", "X-2 1 1200 req/s", nil, program.OK, "Better    X, req/s  1000 → 1200 req/s  +20 % (exact)"},
		{"X-2 1 10 ns/op 1000 req/s", "X-2 1 800 req/s", []string{"-fail-on", "missing"}, gate.ExitFailed, "Missing   X (head reports no time)"},
		{"X-2 1 1000 hits/op", "X-2 1 800 hits/op", []string{"-fail-on", "inconclusive"}, gate.ExitInconclusive, `such as "better * hits/op lower"`},
		{"X-2 1 1000 req/s", "Y-2 1 800 req/s", nil, program.OK, "\nNOT CHECKED: no benchmark is in both builds.\n"},
		{"X-2 1 1000 req/s", "Y-2 1 800 req/s", []string{"-fail-on", "missing"}, gate.ExitFailed, "\nNOT CHECKED: no benchmark is in both builds.\n"},
		{"X-2 1 1000 req/s", "Y-2 1 800 req/s", []string{"-fail-on", "blind", "-ci", "github"}, gate.ExitInconclusive, "::warning title=poolbench%3A NOT CHECKED::no benchmark is in both builds"},
	} {
		code, stdout, stderr := poolbench(t, append([]string{"gate", "-base-cmd", "echo Benchmark" + test.base, "-head-cmd", "echo Benchmark" + test.head, "-budget", "20s"}, test.args...)...)
		if code != test.code || !strings.Contains(stdout, test.want) {
			t.Errorf("%s against %s: exit %d, want %d and %q\n%s\n%s", test.base, test.head, code, test.code, test.want, stdout, stderr)
		}
	}
}

// What go test would print is what is judged, of each benchmark that it would print.
func TestGateOfWhatIsPrinted(t *testing.T) {
	benchRepo(t)
	put(t, "m_test.go", `package m

import (
	"os"
	"strings"
	"testing"
)

var sink int

func Benchmark(b *testing.B) {
	for b.Loop() {
		sink++
	}
}

func BenchmarkOwn(b *testing.B) {
	for b.Loop() {
		sink++
	}
	b.ReportMetric(100, "ns/op")
}

func BenchmarkRate(b *testing.B) {
	for range b.N {
		sink++
	}
	b.ReportMetric(0, "ns/op")
	b.ReportMetric(1000, "req/s")
}

var line = strings.Repeat("x", 299) + "\n"

func BenchmarkRaw(b *testing.B) {
	for range b.N {
		os.Stderr.WriteString(line)
	}
}
`)
	if err := os.Mkdir("quiet", 0o777); err != nil {
		t.Fatal(err)
	}
	put(t, "quiet/m_test.go", strings.Replace(moduleWith(""), "var sink", "func TestMain(*testing.M) { os.Exit(0) }\n\nvar sink", 1))
	git(t, "add", "-A")
	git(t, "-c", "user.name=nobody", "-c", "user.email=nobody@example.com", "commit", "-q", "-m", "two")
	text, err := os.ReadFile("m_test.go")
	if err != nil {
		t.Fatal(err)
	}
	put(t, "m_test.go", strings.NewReplacer("(100,", "(150,", "(1000,", "(800,").Replace(string(text)))
	code, stdout, stderr := poolbench(t, "gate", "-base", "HEAD", "-budget", "3s", "-seeds", "1", "-cpu", "1", "-out", "out")
	for _, side := range []string{"base", "head"} {
		if want := "The test binary of example.com/m/quiet lists no benchmark in " + side; !strings.Contains(stdout, want) {
			t.Errorf("%q is not in\n%s", want, stdout)
		}
	}
	text, err = os.ReadFile("out/verdict.json")
	if err != nil {
		t.Fatal(err)
	}
	var verdict struct {
		Blocks  int
		Results []struct {
			Name, Unit, Verdict string
			Base                float64 `json:"base_median"`
			Head                float64 `json:"head_median"`
		}
	}
	if err := json.Unmarshal(text, &verdict); err != nil {
		t.Fatal(err)
	}
	enough := verdict.Blocks >= 6 // that a value without noise is known as one; a very busy machine measures fewer
	if enough && code != gate.ExitRegression || code != program.OK && code != gate.ExitRegression {
		t.Errorf("exit %d after %d blocks\n%s\n%s", code, verdict.Blocks, stdout, stderr)
	}
	found := map[string]bool{}
	for _, r := range verdict.Results {
		found[r.Name+" "+r.Unit] = r.Verdict != "failed"
		if r.Name == "Own" && r.Unit == "sec/op" && (r.Base < 99e-9 || r.Base > 101e-9 || r.Head < 149e-9 || r.Head > 151e-9) {
			t.Errorf("%+v", r)
		}
		if r.Name == "Rate" && r.Unit == "req/s" && (enough && r.Verdict != "regressed" || r.Base != 1000 || r.Head != 800) {
			t.Errorf("%+v", r)
		}
	}
	for _, want := range []string{"Benchmark sec/op", "Own sec/op", "Rate req/s", "Raw sec/op"} {
		if !found[want] {
			t.Errorf("%s is not among %v", want, found)
		}
	}
	if found["Rate sec/op"] {
		t.Error("a time was judged that go test does not print")
	}
}

// The file is what benchstat reads, too.
func TestBenchstatReadsComparison(t *testing.T) {
	path, err := exec.LookPath("benchstat")
	if errors.Is(err, exec.ErrNotFound) {
		t.Skip("no benchstat here")
	}
	t.Chdir(t.TempDir())
	put(t, "a.txt", "BenchmarkA-2 10 1000 ns/op\n")
	poolbench(t, "gate", "-base-cmd", "cat a.txt", "-head-cmd", "cat a.txt", "-budget", "2s")
	out, err := exec.Command(path, "-col", "side", filepath.Join(defaultGateOut, "comparison.txt")).CombinedOutput()
	if err != nil || !strings.Contains(string(out), "1.000µ") {
		t.Errorf("%v\n%s", err, out)
	}
}
