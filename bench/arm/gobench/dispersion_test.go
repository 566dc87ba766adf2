package gobench

import (
	"fmt"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"gonum.org/v1/gonum/stat"

	"poolbench/bench/arm/gobench/build"
	"poolbench/bench/record"
)

// TestDispersion compares stepping with one process a slice: a build against itself,
// blocks of both kinds in turns, for as long as POOLBENCH_DISPERSION says:
//
//	POOLBENCH_DISPERSION=1m go test -run TestDispersion -v ./bench/arm/gobench
//
// It prints, for each benchmark and both ways, the standard deviation of the block's
// log ratio (median of the slice pairs), how long a block takes, and the standard
// error that a minute of measuring would leave.
func TestDispersion(t *testing.T) {
	length, err := time.ParseDuration(os.Getenv("POOLBENCH_DISPERSION"))
	if err != nil {
		t.Skip("set POOLBENCH_DISPERSION to a time for each of four packages")
	}
	goroot := goEnv(t, "GOROOT")
	dir := t.TempDir()
	overlay, err := build.Overlay(dir, goroot)
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range []struct{ pkg, bench string }{
		{"sort", "SearchWrappers|SortString1K$|SortInt64K$"},
		{"strings", "IndexByte$|Fields/ASCII/4096|ReplaceSingleMaxUnmatching|BuildString_Builder"},
		{"encoding/json", "CodeMarshal$|UnmarshalString|EncoderEncode$"},
		{"crypto/sha256", "Hash1K|Hash8K"},
	} {
		t.Run(p.pkg, func(t *testing.T) {
			path := filepath.Join(dir, filepath.Base(p.pkg)+".test")
			cmd := exec.Command("go", "test", "-c", "-trimpath", "-overlay="+overlay, "-ldflags=-s -w -funcalign=64 -randlayout=1", "-o", path, p.pkg)
			cmd.Dir = filepath.Join(goroot, "src")
			if out, err := cmd.CombinedOutput(); err != nil {
				t.Fatalf("%v\n%s", err, out)
			}
			measureBothWays(t, path, filepath.Join(goroot, "src", p.pkg), p.bench, length)
		})
	}
}

func goEnv(t *testing.T, key string) string {
	t.Helper()
	out, err := exec.Command("go", "env", key).Output()
	if err != nil {
		t.Fatal(err)
	}
	return strings.TrimSpace(string(out))
}

func measureBothWays(t *testing.T, path, dir, bench string, length time.Duration) {
	type way struct {
		name   string
		c      *Comparison
		all    []record.Promise
		ratios map[string][]float64 // by name
		took   map[string]time.Duration
	}
	var ways []*way
	for _, name := range []string{"stepped", "sliced"} {
		builds, err := build.Prebuilt([]string{path}, []string{path}, dir)
		if err != nil {
			t.Fatal(err)
		}
		defer builds.Close()
		builds.Stepped = name == "stepped"
		w := &way{name, New(builds, Config{Bench: bench, Same: -1, Canaries: -1}), nil, map[string][]float64{}, map[string]time.Duration{}}
		w.all = declared(t, w.c)
		ways = append(ways, w)
	}
	for begin := time.Now(); time.Since(begin) < length; {
		for _, w := range ways {
			for _, d := range w.all {
				start := time.Now()
				p := pairs(blocks(t, w.c, 1, []record.Promise{d})[0])[d.Name]
				w.took[d.Name] += time.Since(start)
				var logs []float64
				head := p.times(build.Head)
				for i, v := range p.times(build.Base) {
					logs = append(logs, math.Log(head[i]/v))
				}
				slices.Sort(logs)
				w.ratios[d.Name] = append(w.ratios[d.Name], (logs[(len(logs)-1)/2]+logs[len(logs)/2])/2)
			}
		}
	}
	for _, d := range ways[0].all {
		var line strings.Builder
		line.WriteString(fmt.Sprintf("%-32s", d.Name))
		for _, w := range ways {
			n := float64(len(w.ratios[d.Name]))
			sd, block := 100*stat.StdDev(w.ratios[d.Name], nil), w.took[d.Name].Seconds()/n
			line.WriteString(fmt.Sprintf("  %s: SD %5.2f %%, block %4.0f ms, a minute ±%.2f %%", w.name, sd, 1000*block, sd*math.Sqrt(block/60)))
		}
		t.Log(line.String())
	}
}
