//go:build unix

package cli

import (
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"poolbench/bench/record"
	"poolbench/reports"
	"poolbench/reports/checker"
)

// forgetful is a program that measures worker processes and lets them in nowhere. It
// counts how often it was started.
const forgetful = `package main

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"time"

	"poolbench/bench"
	"poolbench/bench/arm"
	"poolbench/bench/arm/inproc"
	"poolbench/executors"
	"poolbench/executors/process"
	"poolbench/workloads"
)

func main() {
	starts, err := os.OpenFile("starts", os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o600)
	if err != nil {
		panic(err)
	}
	fmt.Fprintln(starts, "started")
	_, err = process.NewPool(process.Options{Workers: 2})
	fmt.Println("pool:", err)
	wrapped := executors.Kind{Name: "wrapped", New: func(o executors.Options) (executors.Executor, error) {
		return process.NewPool(process.Options{Workers: o.Workers})
	}}
	for _, kind := range []executors.Kind{process.Kind, wrapped} {
		var out bytes.Buffer
		grid := inproc.Grid{Workloads: []workloads.Workload{workloads.Tiny}, Executors: []executors.Kind{kind}, Workers: []int{1, 2}}
		s, err := bench.Run(context.Background(), bench.Config{Sources: []arm.Source{grid.Source()}, Budget: time.Minute, Out: &out})
		fmt.Println(kind.Name+":", s.Slices, bytes.Count(out.Bytes(), []byte("\nBenchmark")), out.Len() == 0, err)
	}
}
`

// ownModule is the directory of a module that uses this one, with its programs, built.
func ownModule(t *testing.T, programs map[string]string) (dir string) {
	t.Helper()
	root, err := filepath.Abs(filepath.Join("..", ".."))
	if err != nil {
		t.Fatal(err)
	}
	read := func(name string) string {
		text, err := os.ReadFile(filepath.Join(root, name))
		if err != nil {
			t.Fatal(err)
		}
		return string(text)
	}
	// What go mod tidy would write, without asking anybody.
	mod := strings.Replace(read("go.mod"), "module poolbench\n", "module example.com/own\n", 1)
	mod = regexp.MustCompile(`(?ms)^tool \(.*?^\)$`).ReplaceAllString(mod, "") + "\nrequire poolbench v0.0.0\n\nreplace poolbench => " + root + "\n"
	dir = t.TempDir()
	files := map[string]string{"go.mod": mod, "go.sum": read("go.sum")}
	for name, text := range programs {
		files[filepath.Join("src", name, "main.go")] = text
	}
	for name, text := range files {
		path := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	for name := range programs {
		build := exec.Command("go", "build", "-o", name, "./src/"+name)
		build.Dir = dir
		build.Env = append(os.Environ(), "GOWORK=off", "GOFLAGS=-mod=mod", "GOPROXY=off")
		if text, err := build.CombinedOutput(); err != nil {
			t.Fatalf("%v\n%s", err, text)
		}
	}
	return dir
}

// own starts a program of the module; wait ends it, if need be, and gives exit code and output.
func own(t *testing.T, dir, name string, args ...string) (cmd *exec.Cmd, wait func() (int, string)) {
	t.Helper()
	var out strings.Builder
	cmd = exec.Command(filepath.Join(dir, name), args...)
	cmd.Dir, cmd.Stdout, cmd.Stderr, cmd.WaitDelay = dir, &out, &out, 10*time.Second
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	limit := time.AfterFunc(2*time.Minute, func() { cmd.Process.Kill() })
	t.Cleanup(func() { cmd.Process.Kill() })
	return cmd, func() (int, string) {
		var exit *exec.ExitError
		if err := cmd.Wait(); err != nil && !errors.As(err, &exit) {
			t.Fatal(err)
		}
		limit.Stop()
		return cmd.ProcessState.ExitCode(), out.String()
	}
}

func ownRun(t *testing.T, dir, name string, args ...string) (code int, out string) {
	_, wait := own(t, dir, name, args...)
	return wait()
}

// A workload of another module, with an axis of its own: values of it are chosen and refused
// by its rules, and what it expects is recorded, said and drawn.
func ownAxis(t *testing.T, dir string) {
	out := filepath.Join(dir, "visits-out")
	for _, bad := range []string{"1.5", "NaN", "-1", "x"} {
		if code, text := ownRun(t, dir, "visits", "-axis", "inside="+bad, "-out", out); code != 2 || strings.Count(text, "\n") != 1 {
			t.Errorf("%s: exit %d\n%s", bad, code, text)
		}
	}
	if _, err := os.Stat(out); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("something was left: %v", err)
	}
	code, text := ownRun(t, dir, "visits", "-axis", "inside=0,0.25", "-workers", "1,2,4", "-blocks", "7", "-budget", "60s", "-out", out, "-executors", "goroutines")
	if code != 0 {
		t.Fatalf("exit %d\n%s", code, text)
	}
	rec, err := record.ReadFile(filepath.Join(out, recordName))
	if err != nil {
		t.Fatal(err)
	}
	p := record.GridPoint("goroutines", "visits", 4, 2*time.Millisecond).With("inside", "0.25")
	if c, ok := rec.Facts.Curve(p); !ok || c != (record.Curve{Of: record.LimitWorkers, Tasks: 16, Slots: 4}) {
		t.Errorf("%s: %+v, %v", p, c, ok)
	}
	set := reports.NewSet(rec)
	for _, s := range reports.Scalings(set) {
		for _, p := range s.Points() {
			if p.Expected.N != 7 {
				t.Errorf("%s: expected %+v", p.Point, p.Expected)
			}
		}
	}
	for _, err := range checker.Check(rec, reports.Answer(set, reports.Questions()...)) {
		t.Error(err)
	}
	pictures, _ := filepath.Glob(filepath.Join(out, "charts", "speedup-*.svg"))
	if len(pictures) != 2 {
		t.Errorf("pictures %q", pictures)
	}
	for _, path := range pictures {
		if svg, err := os.ReadFile(path); err != nil || !strings.Contains(string(svg), ">expected") {
			t.Errorf("%s does not show what is expected, %v", path, err)
		}
	}
}

// The example, as a program of a module of its own: it runs, an interrupt loses nothing, it
// goes on, and reports.
func TestOwnProgram(t *testing.T) {
	example, err := os.ReadFile("example_test.go")
	if err != nil {
		t.Fatal(err)
	}
	asProgram := strings.NewReplacer("package cli_test", "package main", "func ExampleMain()", "func main()", "func ExampleMain_axis()", "func main()")
	text := asProgram.Replace(string(example))
	_, body, _ := strings.Cut(text, "func main() {\n")
	readme, err := os.ReadFile(filepath.Join("..", "..", "README.md"))
	if err != nil || !strings.Contains(string(readme), "func main() {\n"+body) {
		t.Errorf("the README has another program, %v", err)
	}
	axis, err := os.ReadFile("axis_example_test.go")
	if err != nil {
		t.Fatal(err)
	}
	dir := ownModule(t, map[string]string{"mine": text, "visits": asProgram.Replace(string(axis)), "forgetful": forgetful})
	t.Run("axis", func(t *testing.T) { ownAxis(t, dir) })
	results := filepath.Join(dir, defaultOut, recordName)
	flags := []string{"-executors", "goroutines,processes", "-workers", "1,2", "-progress", "plain"}

	t.Run("interrupted", func(t *testing.T) {
		cmd, wait := own(t, dir, "mine", append(flags, "-budget", "100s")...)
		for range 6000 {
			if text, _ := os.ReadFile(results); strings.Contains(string(text), "# block 4\n") {
				break
			}
			time.Sleep(10 * time.Millisecond)
		}
		if err := cmd.Process.Signal(os.Interrupt); err != nil {
			t.Fatal(err)
		}
		if code, out := wait(); code != 130 || !strings.Contains(out, "mine: interrupted after") || !strings.Contains(out, "Report      poolbench-out/report.html") {
			t.Errorf("exit %d\n%s", code, out)
		}
	})
	rec, err := record.ReadFile(results)
	if err != nil {
		t.Fatal(err)
	}
	measured := len(rec.Results)
	if rec.Facts.End == nil || !rec.Facts.End.Interrupted || rec.Facts.Probe == "" || len(rec.Failures) > 0 {
		t.Errorf("facts %+v, failures %v", rec.Facts, rec.Failures)
	}
	if code, out := ownRun(t, dir, "mine", append(flags, "-budget", "2s", "-resume")...); code != 0 {
		t.Errorf("going on: exit %d\n%s", code, out)
	}
	if rec, err = record.ReadFile(results); err != nil || len(rec.Results) <= measured {
		t.Errorf("going on: %d results, then %d, %v", measured, len(rec.Results), err)
	}
	if code, out := ownRun(t, dir, "mine", "report", results); code != 0 || !strings.Contains(out, "letters") {
		t.Errorf("report: exit %d\n%s", code, out)
	}
	if code, out := ownRun(t, dir, "mine", "-workloads", "spin"); code != 2 || !strings.Contains(out, "[letters]") {
		t.Errorf("a workload that it has not: exit %d\n%s", code, out)
	}

	// A program without the entry call is told so at once, and runs once.
	code, out := ownRun(t, dir, "forgetful")
	lines := strings.Split(strings.TrimSpace(out), "\n")
	if code != 0 || len(lines) != 3 {
		t.Fatalf("exit %d\n%s", code, out)
	}
	for i, begin := range []string{"pool: ", "processes: 0 0 true ", "wrapped: 0 0 false "} { // it is the first arm that finds out what was wrapped
		if !strings.HasPrefix(lines[i], begin) || !strings.Contains(lines[i], "has not called process.WorkerMain(), which must be the first line of main") {
			t.Errorf("%q, want %q and what is missing", lines[i], begin)
		}
	}
	if starts, err := os.ReadFile(filepath.Join(dir, "starts")); err != nil || strings.Count(string(starts), "\n") != 1 {
		t.Errorf("started %d times, %v", strings.Count(string(starts), "\n"), err)
	}
}
