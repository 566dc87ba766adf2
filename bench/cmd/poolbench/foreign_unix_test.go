//go:build unix

package main

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"poolbench/bench/arm/driver"
	"poolbench/bench/internal/program"
	"poolbench/bench/record"
)

// needPython skips where there is none that runs the driver.
func needPython(t *testing.T) *driver.Runtime {
	t.Helper()
	r, err := driver.Python.Find(t.Context(), "")
	if err != nil {
		t.Skipf("no Python here runs the driver: %v", err)
	}
	return r
}

// Executors of other runtimes are listed with the program that has them, or why they are
// not here.
func TestListForeign(t *testing.T) {
	needPython(t)
	_, stdout, _ := poolbench(t, "list", "executors")
	for _, want := range []string{`goroutines +P pooled`, `python-threads +ThreadPoolExecutor \(CPython 3\.\S+, with(out)? the GIL, /`, `python-interpreters +(Interp|not here: cpython-\S+: this interpreter has no)`} {
		if !regexp.MustCompile(want).MatchString(stdout) {
			t.Errorf("%q is not in\n%s", want, stdout)
		}
	}
	t.Setenv("PATH", t.TempDir())
	if code, stdout, stderr := poolbench(t, "list"); code != 0 || strings.Count(stdout, "not here: there is no program python3 here") != 5 {
		t.Errorf("exit %d\n%s%s", code, stdout, stderr)
	}
	if code, _, stderr := poolbench(t, "list", "executor"); code != program.Usage || !strings.Contains(stderr, `did you mean "executors"`) {
		t.Errorf("exit %d, %s", code, stderr)
	}
}

// What is measured beside our own executors, and what is refused, in one sentence.
func TestRunForeign(t *testing.T) {
	r := needPython(t)
	dir := t.TempDir()
	t.Chdir(dir)
	put(t, "good.jsonl", "1\n[2, 3]\n\n{\"a\": null}\n")
	put(t, "bad.jsonl", "1\nnone\n")
	put(t, "empty.jsonl", "\n")
	for _, test := range []struct {
		args string
		says []string // of the plan, or of the error
		not  string
	}{
		{"-executors python-threads -workloads spin -workers 2 -grains 1ms", []string{"python-threads × 2, spin, 1 ms, cpython-", "python-serial"}, "units"},
		{"-executors processes,python-processes -workloads spin,tiny -workers 2 -grains 1ms -chunks 1,10", []string{
			"python-processes × 2, tiny, chunk=10, cpython-", "processes × 2, tiny, 4096 B", "python-serial × 1, spin, 10000 units, cpython-", "\n  processes × 2, spin, 10000 units\n"}, "python-threads"},
		{"-workloads sqlquery -executors python-threads -workers 2", []string{"python-threads × 2, sqlquery, 1 ms, cpython-"}, "goroutines"},
		{"-executors python-processes -start fork,spawn -workloads sleep -workers 2", []string{"start=fork", "start=spawn"}, "asyncio"},
		{"-executors python-asyncio -workers 8", []string{"python-asyncio × 8, sleep, 10 ms, cpython-"}, "asyncio × 8, spin"},
		{"-python " + r.Path + " -python " + r.Path + " -workloads sleep -workers 2", []string{"python-threads × 2, sleep, 10 ms, " + r.Name + "\n", r.Name + "-no.2\n", "goroutines × 2, sleep"}, ""},
		{"-python-func m:f -inputs good.jsonl", []string{"python-threads × 2, m:f, cpython-"}, "goroutines"},

		{"-executors python-interpreter", []string{`did you mean "python-interpreters"`}, "\n"},
		{"-python /no/such/python", []string{"/no/such/python"}, ""},
		{"-python " + filepath.Join(dir, "good.jsonl"), []string{"good.jsonl"}, ""},
		{"-python /bin/true", []string{"/bin/true", "did not answer hello: ended by itself"}, ""},
		{"-workloads sqlquery", []string{"only other runtimes have that", "python-threads"}, ""},
		{"-executors python-threads -workloads matmul", []string{"python has none of these; it has spin, "}, ""},
		{"-chunks 10", []string{"-chunks is about pools of other runtimes"}, ""},
		{"-python-func m:f", []string{"-inputs belong together"}, ""},
		{"-python-func m -inputs good.jsonl", []string{`"m" is no function: give package.module:function`}, ""},
		{"-python-func m:f -inputs bad.jsonl", []string{`bad.jsonl:2: "none" is no JSON value`}, ""},
		{"-python-func m:f -inputs empty.jsonl", []string{"has no inputs"}, ""},
		{"-python-func m:f -inputs no.jsonl", []string{"no.jsonl"}, ""},
		{"-python-func m:f -inputs good.jsonl -grains 1ms", []string{"-grains goes with workloads"}, ""},
	} {
		code, stdout, stderr := poolbench(t, append([]string{"run", "-n"}, strings.Fields(test.args)...)...)
		refused := code == program.Usage && stdout == "" && strings.Count(stderr, "\n") == 1
		if planned := code == program.OK && stderr == ""; !refused && !planned {
			t.Errorf("%s: exit %d\n%s%s", test.args, code, stdout, stderr)
		}
		for _, want := range test.says {
			if !strings.Contains(stdout+stderr, want) {
				t.Errorf("%s: %q is not in\n%s%s", test.args, want, stdout, stderr)
			}
		}
		if test.not != "" && strings.Contains(stdout, test.not) {
			t.Errorf("%s: %q is in\n%s", test.args, test.not, stdout)
		}
	}
}

// A function of one's own is measured in all pools, and the report says which, how many, in
// which chunks, and why.
func TestPythonFunction(t *testing.T) {
	if testing.Short() {
		t.Skip("what runs here is another program; a minute")
	}
	needPython(t)
	t.Chdir(t.TempDir())
	put(t, "mine.py", `
def crunch(n):
    n.append(len(n))  # what is given is anew each time
    return sum(i * i % 7 for i in range(3000)), n

def draws(n):
    import random
    return random.random()

def fails(n):
    raise ValueError("no luck with %d" % n[0])
`)
	put(t, "in.jsonl", strings.Repeat("[1]\n[2, 3]\n", 10))
	code, stdout, stderr := poolbench(t, "run", "-python-func", "mine:crunch", "-inputs", "in.jsonl", "-blocks", "7", "-budget", "5m", "-workers", "2", "-progress", "none")
	if code != program.OK {
		t.Fatalf("exit %d\n%s%s", code, stdout, stderr)
	}
	if said := strings.Join(strings.Fields(stdout), " "); !regexp.MustCompile(`Answer [^.].* under the interpreter's lock, as two threads run at .*\. Report `).MatchString(said) {
		t.Errorf("no reason:\n%s", stdout)
	}
	rec, err := record.ReadFile(filepath.Join("poolbench-out", "results.txt"))
	if err != nil {
		t.Fatal(err)
	}
	hows := map[string]int{}
	for _, r := range rec.Results {
		if r.Point.IsGrid() {
			hows[r.Point.Executor()+" "+r.Point.Get(record.AxisChunk)]++
		}
	}
	for _, how := range []string{"python-serial ", "python-threads ", "python-threads 10", "python-processes ", "python-processes 10"} {
		if hows[how] != 7 {
			t.Errorf("%v of %q in 7 blocks", hows, how)
		}
	}
	for function, want := range map[string]string{"mine:draws": "answers something else each time", "mine:fails": "ValueError: no luck with 1", "mine:nothing": "there is no nothing in mine", "theirs:f": "there is no module theirs"} {
		code, stdout, stderr := poolbench(t, "run", "-python-func", function, "-inputs", "in.jsonl", "-blocks", "1", "-budget", "5m", "-workers", "2", "-progress", "none")
		text, _ := os.ReadFile(filepath.Join("poolbench-out", "results.txt"))
		if said := strings.Contains(string(text), want); !said || (code == program.OK) != (function == "mine:draws") {
			t.Errorf("%s: exit %d, want %q\n%s%s%s", function, code, want, stdout, stderr, text)
		}
	}
}

// No change in one function of a module is none, with -long a slowdown is found, and what
// cannot run is said.
func TestGateFunction(t *testing.T) {
	if testing.Short() {
		t.Skip("what runs here is another program; a minute")
	}
	needPython(t)
	t.Chdir(t.TempDir())
	const module = "def f(n):\n    t = 0\n    for i in range(n):\n        t += i * i % 7\n    return t\n"
	put(t, "mine.py", module)
	put(t, "in.jsonl", strings.Repeat("500\n", 40)) // calls enough for a planted slowdown, however slow the machine is
	git(t, "init", "-q", "-b", "main")
	git(t, "add", "-A")
	git(t, "-c", "user.name=nobody", "-c", "user.email=nobody@example.com", "commit", "-q", "-m", "one")
	call := []string{"gate", "-base", "HEAD", "-python-func", "mine:f", "-inputs", "in.jsonl"}
	// How sure it gets depends on the machine; that nothing is called slower does not.
	code, stdout, stderr := poolbench(t, append(call, "-budget", "5s")...)
	if code != program.OK || strings.Contains(stdout, "regressed:") || strings.Contains(stdout, "other than base") {
		t.Errorf("unchanged: exit %d\n%s%s", code, stdout, stderr)
	}
	rec, err := record.ReadFile(filepath.Join("poolbench-gate", "comparison.txt"))
	if err != nil {
		t.Fatal(err)
	}
	if len(rec.Facts.Promised) != 3 || len(rec.Failures) > 0 || len(rec.Results) < 6 || len(rec.Results[0].Turns) < 2 {
		t.Errorf("%+v", rec.Facts.Promised)
	}
	// Twice the work is seen however busy the machine is.
	if *long {
		put(t, "mine.py", strings.Replace(module, "range(n)", "range(2 * n)", 1))
		code, stdout, stderr = poolbench(t, append(call, "-budget", "120s")...)
		void := code == program.Failed && strings.Contains(stdout, "Void:") // on a machine that hid what was planted
		if code != 1 && !void || !strings.Contains(stdout, "Slower    Python/function=mine:f") || !strings.Contains(stdout, "Head answers something else than base") {
			t.Errorf("twice the work: exit %d\n%s%s", code, stdout, stderr)
		}
	}
	put(t, "mine.py", "def g(n): pass\n")
	code, stdout, stderr = poolbench(t, append(call, "-budget", "5s", "-fail-on", "missing")...)
	if code != 3 || !strings.Contains(stdout, "Missing") {
		t.Errorf("gone: exit %d\n%s%s", code, stdout, stderr)
	}
	for text, want := range map[string]string{"def f(n): return [][0]\n": "IndexError: list index out of range", "def f(n):\n": "IndentationError", "import nothing_here\ndef f(n): pass\n": "No module named 'nothing_here'"} {
		put(t, "mine.py", text)
		code, stdout, stderr = poolbench(t, append(call, "-budget", "20s")...)
		if code != program.Failed || !strings.Contains(stdout, want) || strings.Contains(stdout, "Missing") {
			t.Errorf("%q: exit %d\n%s%s", text, code, stdout, stderr)
		}
	}
}
