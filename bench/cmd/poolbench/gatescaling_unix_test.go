//go:build unix

package main

import (
	"encoding/json"
	"flag"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"poolbench/bench/internal/program"
	"poolbench/bench/record"
	"poolbench/reports/gate"
)

var (
	scalings     = flag.Int("scalings", 0, "run so many gates on a benchmark that a mutex keeps from scaling; each takes about 20 s")
	sameScalings = flag.Int("same-scalings", 0, "run so many gates of 60 s on a version against itself, with one CPU and with two")
)

// serving is a test file with a benchmark that runs in parallel, whose work is between two
// statements, and another one.
func serving(lock, unlock string) string {
	return `package m

import (
	"sync"
	"testing"
)

var mu sync.Mutex

//go:noinline
func serve(s uint64) uint64 {
	` + lock + `
	for range 1500 {
		s ^= s << 13
		s ^= s >> 7
		s ^= s << 17
	}
	` + unlock + `
	return s
}

//go:noinline
func walk(s uint64) uint64 {
	for range 1500 {
		s ^= s << 13
		s ^= s >> 7
		s ^= s << 17
	}
	return s
}

func BenchmarkServe(b *testing.B) {
	b.RunParallel(func(pb *testing.PB) {
		s := uint64(1)
		for pb.Next() {
			s = serve(s)
		}
	})
}

func BenchmarkWalk(b *testing.B) {
	b.RunParallel(func(pb *testing.PB) {
		s := uint64(1)
		for pb.Next() {
			s = walk(s)
		}
	})
}
`
}

// gateScales is one gate of two versions with one CPU and with two: the verdict on what scales,
// by benchmark.
func gateScales(t *testing.T, args ...string) (code int, stdout string, verdicts, beside map[string]string) {
	t.Helper()
	code, stdout, stderr := poolbench(t, append([]string{"gate", "-base", "HEAD", "-cpu", "1,2", "-out", "out", "-ci", "none"}, args...)...)
	text, err := os.ReadFile(filepath.Join("out", "verdict.json"))
	if err != nil {
		t.Fatalf("exit %d: %v\n%s\n%s", code, err, stdout, stderr)
	}
	var v struct {
		Results []struct{ Name, Unit, Verdict, Beside string }
	}
	if err := json.Unmarshal(text, &v); err != nil {
		t.Fatal(err)
	}
	verdicts, beside = map[string]string{}, map[string]string{}
	for _, r := range v.Results {
		if record.SpeedupAt(r.Unit) > 0 {
			verdicts[r.Name], beside[r.Name] = r.Verdict, r.Beside
		}
	}
	return code, stdout, verdicts, beside
}

// A mutex in a benchmark that scales, which costs one CPU nothing, is told as what it is.
//
//	go test ./bench/cmd/poolbench -run TestGateScales -v -scalings 10
func TestGateScales(t *testing.T) {
	if *scalings+*sameScalings == 0 {
		t.Skip("it measures for minutes: -scalings 10, -same-scalings 5")
	}
	if runtime.NumCPU() < 2 {
		t.Skip("nothing scales with one CPU")
	}
	benchRepo(t)
	put(t, "m_test.go", serving("", ""))
	git(t, "-c", "user.name=nobody", "-c", "user.email=nobody@example.com", "commit", "-qam", "parallel")
	named := 0
	for i := range *sameScalings {
		code, stdout, verdicts, _ := gateScales(t, "-all", "-budget", "60s", "-seeds", "8")
		t.Logf("the same, run %d: exit %d, %v\n%s", i+1, code, verdicts, stdout)
		if code != program.OK || len(verdicts) != 2 {
			t.Errorf("run %d: exit %d, %v", i+1, code, verdicts)
		}
	}
	put(t, "m_test.go", serving("mu.Lock()", "mu.Unlock()"))
	for i := range *scalings {
		code, stdout, verdicts, beside := gateScales(t, "-bench", "Serve", "-budget", "20s", "-seeds", "4")
		t.Logf("a mutex, run %d: exit %d, %v\n%s", i+1, code, verdicts, stdout)
		if code == gate.ExitRegression && verdicts["Serve-2"] == "regressed" && !strings.HasPrefix(beside["Serve-2"], "serial time +") {
			named++
		}
	}
	if named < *scalings {
		t.Errorf("named in %d of %d runs", named, *scalings)
	}
}
