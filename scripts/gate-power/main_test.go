package main

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
)

const benchmarks = `package m

import "testing"

var work, calls int

func BenchmarkOld(b *testing.B) {
	calls++
	for i := 0; i < b.N; i++ {
		work++
	}
}

func BenchmarkRange(b *testing.B) {
	b.Run("sub", func(b *testing.B) {
		for range b.N {
			work++
		}
	})
	b.Run("other", func(b *testing.B) {
		for range b.N {
			work++
		}
	})
}

func BenchmarkLoop(b *testing.B) {
	for b.Loop() {
		work++
	}
}

func helper(b *testing.B) {
	for b.Loop() {
		work++
	}
}

func BenchmarkHelped(b *testing.B) {
	b.Run("by", helper)
}

func BenchmarkParallel(b *testing.B) {
	b.RunParallel(func(pb *testing.PB) {
		for pb.Next() {
			work++
		}
	})
}
`

// module writes a module with benchmarks and no dependencies.
func module(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	for name, text := range map[string]string{"go.mod": "module m\n\ngo 1.26\n", "m.go": "package m\n", "m_test.go": benchmarks} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o666); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

// A checkout that is a worktree has a file .git, with which git would work in the
// repository that it was copied from.
func TestCopyHasNoRepository(t *testing.T) {
	dir := module(t)
	if err := os.WriteFile(filepath.Join(dir, ".git"), []byte("gitdir: /nowhere\n"), 0o666); err != nil {
		t.Fatal(err)
	}
	r, err := newRepository(t.Context(), &config{module: dir, packages: "./..."})
	if err != nil {
		t.Fatal(err)
	}
	defer r.remove()
	if info, err := os.Stat(filepath.Join(r.dir, ".git")); err != nil || !info.IsDir() {
		t.Errorf("%v, %v: no repository of its own", info, err)
	}
	if len(r.places) == 0 {
		t.Error("the copy has no benchmarks")
	}
}

func TestCountable(t *testing.T) {
	places, err := countable([]string{module(t)})
	if err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]bool{"BenchmarkOld": true, "BenchmarkRange": true, "BenchmarkLoop": true, "BenchmarkHelped": true, "BenchmarkParallel": false} {
		if _, ok := places[name]; ok != want {
			t.Errorf("%s countable: %v", name, ok)
		}
	}
}

// iterations injects a change and counts what a benchmark does in many small batches.
func iterations(t *testing.T, name string, percent float64, bench string) float64 {
	t.Helper()
	dir := module(t)
	places, err := countable([]string{dir})
	if err != nil {
		t.Fatal(err)
	}
	if err := inject(places[function(name)], name, percent); err != nil {
		t.Fatal(err)
	}
	report := "package m\n\nimport (\n\t\"fmt\"\n\t\"os\"\n\t\"testing\"\n)\n\nfunc TestMain(m *testing.M) {\n\tcode := m.Run()\n\tfmt.Println(\"did\", work)\n\tos.Exit(code)\n}\n"
	if err := os.WriteFile(filepath.Join(dir, "main_test.go"), []byte(report), 0o666); err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command("go", "test", "-run", "^$", "-bench", bench, "-benchtime", "7x", "-count", "1000", "-cpu", "1")
	cmd.Dir = dir
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	_, did, _ := strings.Cut(string(out), "\ndid ")
	n, err := strconv.Atoi(strings.Fields(did)[0])
	if err != nil {
		t.Fatal(err)
	}
	return float64(n)
}

// The benchmark that is meant does its share more or less of the iterations, however
// few a batch has, and the others do what they are told.
func TestInject(t *testing.T) {
	for _, test := range []struct {
		name    string
		percent float64
		bench   string // what is run
		want    float64
	}{
		{"BenchmarkOld", 5, "^BenchmarkOld$", 1.05},
		{"BenchmarkLoop", -5, "^BenchmarkLoop$", 0.95},
		{"BenchmarkHelped/by", 5, "^BenchmarkHelped$", 1.05},
		{"BenchmarkRange/sub", 120, "^BenchmarkRange$/^sub$", 2.2},
		{"BenchmarkRange/sub", 5, "^BenchmarkRange$/^other$", 1},
	} {
		plain := iterations(t, test.name, 0, test.bench)
		if got := iterations(t, test.name, test.percent, test.bench) / plain; got < test.want*0.999 || got > test.want*1.001 {
			t.Errorf("%+v: %v times the iterations", test, got)
		}
	}
}

// An iteration that is long takes its share longer: one more in twenty would leave the
// typical batch of one as it was.
func TestInjectLong(t *testing.T) {
	counter := fmt.Sprintf(counterSource, "m", "BenchmarkLong", 1.5)
	report := `package m

import (
	"fmt"
	"testing"
	"time"
)

func BenchmarkLong(b *testing.B) {
	poolbenchBegin(b)
	times := poolbenchTimes(b)
	time.Sleep(3 * time.Millisecond)
	body := time.Since(poolbenchBegan)
	poolbenchEnd(b)
	fmt.Println("long", times == 1 && time.Since(poolbenchBegan) >= body+body/2)
}
`
	dir := module(t)
	for name, text := range map[string]string{"poolbench_power_test.go": counter, "long_test.go": report} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o666); err != nil {
			t.Fatal(err)
		}
	}
	cmd := exec.Command("go", "test", "-run", "^$", "-bench", "Long", "-benchtime", "1x")
	cmd.Dir = dir
	out, err := cmd.CombinedOutput()
	if err != nil || !strings.Contains(string(out), "long true") {
		t.Errorf("%v: %s", err, out)
	}
}

func TestSummary(t *testing.T) {
	c := &config{module: "m", change: 5}
	text := summary([]outcome{
		{Target: "BenchmarkA", Change: 5, ExitCode: 1, Regressed: []string{"BenchmarkA/x"}},
		{Target: "BenchmarkA", Change: 5, ExitCode: 1, Regressed: []string{"BenchmarkA", "BenchmarkAB"}},
		{Target: "BenchmarkA", Change: 5, ExitCode: 0, Outcome: "inconclusive"},
		{Target: "BenchmarkA", Change: 5, ExitCode: 0, Outcome: "fine", Excluded: true},
	}, c)
	for label, want := range map[string]string{"exit 1 naming exactly": "1 of 4 [0.6 %, 80.6 %]", "slowed down benchmark found": "2 of 4",
		"another benchmark flagged": "1 of 4", "without the truth": "1 of 4", "inconclusive": "1 of 4"} {
		found := false
		for line := range strings.Lines(text) {
			found = found || strings.Contains(line, label) && strings.Contains(line, want)
		}
		if !found {
			t.Errorf("%s is not %s in %s", label, want, text)
		}
	}
}
