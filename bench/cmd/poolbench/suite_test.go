package main

import (
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"poolbench/bench/internal/program"
	"poolbench/bench/record"
)

const suiteOfThree = `package m

import (
	"os"
	"runtime"
	"sync"
	"testing"
)

var lock sync.Mutex

func work() (x int) {
	for i := range 5000 {
		x += i
	}
	return x
}

func BenchmarkFree(b *testing.B) {
	b.RunParallel(func(p *testing.PB) {
		for p.Next() {
			runtime.KeepAlive(work())
		}
	})
}

func BenchmarkLocked(b *testing.B) {
	b.Run("n=5000", func(b *testing.B) {
		b.RunParallel(func(p *testing.PB) {
			for p.Next() {
				lock.Lock()
				runtime.KeepAlive(work())
				lock.Unlock()
			}
		})
	})
}

func BenchmarkSerial(b *testing.B) {
	if os.Getenv("BREAKS") != "" {
		b.Fatal("as it was asked to")
	}
	for b.Loop() {
		runtime.KeepAlive(work())
	}
	b.ReportMetric(3, "widgets/op")
}
`

// Benchmarks of one's own, with several numbers of CPUs, are a grid: in a module that no Git
// knows, in the record with all their units, and in the report.
func TestSuite(t *testing.T) {
	temp := t.TempDir()
	t.Chdir(t.TempDir())
	t.Setenv("TMPDIR", temp)
	put(t, "go.mod", "module example.com/m\n\ngo 1.26\n")
	put(t, "m_test.go", suiteOfThree)
	code, stdout, stderr := poolbench(t, "run", "-pkg", ".", "-cpu", "2", "-blocks", "7", "-budget", "5m")
	if code != program.OK {
		t.Fatalf("exit %d\n%s\n%s", code, stdout, stderr)
	}
	rec, err := record.ReadFile(filepath.Join("poolbench-out", "results.txt"))
	if err != nil {
		t.Fatal(err)
	}
	blocks := map[string]int{}
	for _, r := range rec.Results {
		if r.Point.IsGrid() {
			blocks[r.Point.Name()]++
		}
		if r.Point.Workload() == "Serial" && (r.Values["widgets/op"] != 3 || r.Iterations < 2) {
			t.Errorf("%d iterations, %v", r.Iterations, r.Values)
		}
	}
	for _, w := range []string{"Free", "Locked:n=5000", "Serial"} {
		for _, how := range []string{"Grid/executor=one-cpu/workload=" + w + "/workers=1", "Grid/executor=cpus/workload=" + w + "/workers=2"} {
			if how += "/grain=0"; blocks[how] != 7 {
				t.Errorf("%s is in %d blocks of %v", how, blocks[how], blocks)
			}
		}
	}
	if !strings.Contains(stdout, "Free ") || strings.Contains(stdout, "against one-cpu") {
		t.Error(stdout)
	}
	if code, stdout, stderr := poolbench(t, "run", "-pkg", ".", "-cpu", "2", "-blocks", "8", "-budget", "5m", "-resume"); code != program.OK {
		t.Errorf("resumed: exit %d\n%s\n%s", code, stdout, stderr)
	}
	if left, _ := filepath.Glob(filepath.Join(temp, "*")); len(left) > 0 {
		t.Errorf("left behind: %v", left)
	}

	for name, test := range map[string]struct {
		args []string
		code int
		says string
	}{
		"no benchmark":      {[]string{"-pkg", ".", "-bench", "Nothing"}, program.Usage, `no benchmark matches "Nothing"`},
		"no package":        {[]string{"-pkg", "./none"}, program.Usage, "no package of ./none has a benchmark"},
		"bad expression":    {[]string{"-pkg", ".", "-bench", "("}, program.Usage, "-bench: error parsing regexp"},
		"with a grid":       {[]string{"-pkg", ".", "-workers", "2"}, program.Usage, "-workers does not go with -pkg"},
		"without a package": {[]string{"-cpu", "2"}, program.Usage, "name their packages with -pkg"},
		"no count":          {[]string{"-pkg", ".", "-cpu", "0"}, program.Usage, "-cpu"},
	} {
		if code, stdout, stderr := poolbench(t, append([]string{"run", "-out", "other"}, test.args...)...); code != test.code || !strings.Contains(stderr, test.says) || stdout != "" {
			t.Errorf("%s: exit %d\n%s\n%s", name, code, stdout, stderr)
		}
	}
	t.Setenv("BREAKS", "yes")
	if code, _, stderr := poolbench(t, "run", "-pkg", ".", "-out", "broken"); code != program.Failed || !strings.Contains(stderr, "Serial") || !strings.Contains(stderr, "as it was asked to") {
		t.Errorf("a benchmark fails: exit %d\n%s", code, stderr)
	}
	put(t, "m_test.go", suiteOfThree+"\nvar _ = missing\n")
	if code, _, stderr := poolbench(t, "run", "-pkg", ".", "-out", "broken"); code != program.Failed || !strings.Contains(stderr, "does not build") || slices.Contains(strings.Fields(stderr), "base") {
		t.Errorf("it does not build: exit %d\n%s", code, stderr)
	}
}
