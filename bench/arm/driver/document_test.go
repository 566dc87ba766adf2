package driver

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"poolbench/bench/record"
	"poolbench/workloads"
)

// The driver that stands in the document is run as it stands there: the protocol is all that it
// knows of us.
func TestDriverOfTheDocument(t *testing.T) {
	document, err := os.ReadFile("PROTOCOL.md")
	if err != nil {
		t.Fatal(err)
	}
	found := regexp.MustCompile("(?s)```perl\n(.*?)```").FindSubmatch(document)
	if found == nil {
		t.Fatal("there is no driver in the document")
	}
	text := string(found[1])
	if n := strings.Count(text, "\n"); n > 45 {
		t.Errorf("it has %d lines", n)
	}
	perl := &Language{
		Name: "perl", Doc: "processes of Perl", Programs: []string{"perl"},
		Executors: []Executor{{Name: "perl-serial", Doc: "a plain loop"}, {Name: "perl-fork", Doc: "processes, forked for each job"}},
		Workloads: []Workload{{Name: "spin", Doc: "a chain of integer operations", Resource: workloads.CPU, Kernel: true, Units: 1000,
			Grains: []time.Duration{50 * time.Microsecond, time.Millisecond}}},
		File: "driver.pl", Text: text,
		Command: func(dir string) (args, env []string) { return []string{filepath.Join(dir, "driver.pl")}, nil },
	}
	if out, err := exec.Command("perl", "-MDigest::SHA", "-MJSON::PP", "-MTime::HiRes", "-e", "1").CombinedOutput(); err != nil {
		t.Skipf("there is no Perl here, or it lacks a module: %v %s", err, out)
	}
	r, err := perl.Find(t.Context(), "")
	if err != nil {
		t.Fatal(err)
	}
	g := Grid{Runtimes: []*Runtime{r}, Workers: []int{1, 3}, Units: true}
	points, err := g.Source().Points()
	if err != nil {
		t.Fatal(err)
	}
	if want := 3 * (1 + 2); len(points) != want || points[0].Get(record.AxisRuntime) != r.Name {
		t.Errorf("%d points, want %d: %v", len(points), want, points)
	}
	answersAll(t, g)
}
