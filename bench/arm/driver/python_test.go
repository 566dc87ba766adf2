package driver

import (
	"context"
	"flag"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"poolbench/bench/arm"
	"poolbench/bench/arm/probe"
	"poolbench/bench/record"
)

// pythons are the interpreters of this machine: those of PATH and of pyenv, each once.
var pythons = sync.OnceValues(func() (all []*Runtime, skipped []string) {
	paths := []string{"python3"}
	for _, minor := range []string{"8", "9", "10", "11", "12", "13", "14", "13t", "14t"} {
		paths = append(paths, "python3."+minor)
	}
	if home, err := os.UserHomeDir(); err == nil {
		some, _ := os.ReadDir(home + "/.pyenv/versions")
		for _, version := range some {
			paths = append(paths, home+"/.pyenv/versions/"+version.Name()+"/bin/python3")
		}
	}
	for _, path := range paths {
		r, err := Python.Find(context.Background(), path)
		if err != nil {
			skipped = append(skipped, path+": "+err.Error())
			continue
		}
		if !slices.ContainsFunc(all, func(other *Runtime) bool { return other.Name == r.Name }) {
			all = append(all, r)
		}
	}
	return all, skipped
})

// needPythons are at least one.
func needPythons(t *testing.T) []*Runtime {
	t.Helper()
	all, skipped := pythons()
	if len(all) == 0 {
		t.Skipf("no Python here runs the driver: %s", strings.Join(skipped, "; "))
	}
	return all
}

// opened is a session of a grid, closed at the end of the test.
func opened(t *testing.T, g Grid) arm.Session {
	t.Helper()
	s, err := g.Source().Open(t.Context(), setupOf(t))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	return s
}

func setupOf(t testing.TB) arm.Setup {
	return arm.Setup{Seed: 7, Dir: t.TempDir(), Tell: func(name string, value any) {},
		Calibrate: func(name string, timed func(int64) float64) (record.Calibration, error) {
			return probe.Calibrate(timed)
		}}
}

var allPythons = flag.Bool("pythons", false, "TestPython: every interpreter there is, not only the first")

// Every executor of every interpreter does all of its work and answers what is right.
func TestPython(t *testing.T) {
	all := needPythons(t)
	for _, r := range all {
		if r != all[0] && !*allPythons {
			continue
		}
		t.Run(r.Name, func(t *testing.T) {
			for _, e := range Python.Executors {
				if lacks := r.Lacks(e.Name); lacks != "" {
					t.Logf("%s: %s", e.Name, lacks)
				}
			}
			// The first of them all ways; of the others each executor and each workload.
			g := Grid{Runtimes: []*Runtime{r}, Workers: []int{2}, Grains: []time.Duration{100 * time.Microsecond}}
			if r == all[0] {
				// How tasks get to a process has nothing to do with what it computes.
				ways := g
				ways.Workloads = []string{"spin", "tiny"}
				ways.Chunks, ways.Units, ways.Starts = []int{1, 10}, true, []string{"forkserver", "fork", "spawn"}
				answersAll(t, ways)
			}
			answersAll(t, g)
		})
	}
}

// answersAll runs a slice of every point of a grid.
func answersAll(t *testing.T, g Grid) {
	t.Helper()
	points, err := g.Source().Points()
	if err != nil {
		t.Fatal(err)
	}
	s := opened(t, g)
	for _, p := range points {
		a, err := s.Arm(t.Context(), p)
		if err != nil {
			t.Errorf("%s: %v", p, err)
			continue
		}
		slice, err := a.Slice(t.Context())
		if err != nil {
			t.Errorf("%s: %v", p, err)
		} else if want := float64(g.tasksOf(p)); slice.Values[record.UnitTasks] != want || !(slice.Time > 0) {
			t.Errorf("%s: %+v, want %v tasks", p, slice, want)
		}
	}
}
