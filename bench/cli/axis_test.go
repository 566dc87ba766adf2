package cli

import (
	"bytes"
	"os"
	"strings"
	"testing"
	"time"

	"poolbench/bench/arm/inproc"
	"poolbench/executors"
	"poolbench/workloads"
)

// Axes of the workloads, workloads that are chosen only, and those that cannot run here.
func TestAxesAndWorkloads(t *testing.T) {
	t.Setenv("TMPDIR", t.TempDir())
	t.Setenv(workloads.DSN, "") // a flag sets it
	remote := workloads.Tiny
	remote.Name, remote.Axes, remote.Lacks = "remote", nil, func() string { return "there is no server" }
	there := workloads.Spin
	there.Name, there.Lacks = "there", func() string { return "" }
	grid := inproc.Grid{Workloads: []workloads.Workload{workloads.Spin}, More: []workloads.Workload{workloads.Tiny, remote, there},
		Executors: []executors.Kind{executors.Goroutines}, Workers: []int{2}, Grains: []time.Duration{10 * time.Microsecond}}
	for _, test := range []struct {
		args []string
		code int
		says []string
	}{
		{[]string{"-n"}, 0, []string{"× 2, spin", "not: tiny"}},
		{[]string{"-n", "-workloads", "tiny"}, 0, []string{"× 2, tiny", "4096 B", "not: spin, 10"}},
		{[]string{"-n", "-workloads", "all"}, 0, []string{"× 2, spin", "× 2, tiny", "× 2, there", "mine: skipped remote: there is no server\n", "not: × 2, remote"}},
		{[]string{"-n", "-workloads", "tiny", "-axis", "payload=0,7,1000"}, 0, []string{"× 2, tiny\n", "tiny, 7 B", "tiny, 1000 B", "not: 4096 B"}},
		{[]string{"-n", "-axis", "payload=7", "-workloads", "spin,tiny"}, 0, []string{"tiny, 7 B", "× 2, spin, 10 µs", "not: tiny\n"}},
		{[]string{"-h"}, 0, []string{"-axis name=values", "(default spin; there is also tiny,remote,there)"}},
		{[]string{"-workloads", "remote"}, 2, []string{"-workloads remote: it cannot run here: there is no server"}},
		{[]string{"-n", "-workloads", "there", "-dsn", "redis://127.0.0.1"}, 0, []string{"× 2, there"}},
		{[]string{"-dsn", "redis://127.0.0.1"}, 2, []string{"-dsn: no workload that was chosen asks a server"}},
		{[]string{"-axis", "payload=7"}, 2, []string{"-axis payload: no workload that was chosen has this axis; they have spread (spin)"}},
		{[]string{"-workloads", "tiny", "-axis", "dial=7"}, 2, []string{"-axis dial: no workload that was chosen has this axis; they have payload (tiny)"}},
		{[]string{"-workloads", "tiny", "-axis", "payload=x"}, 2, []string{"-axis: tiny: ", `payload="x"`, "whole number"}},
		{[]string{"-workloads", "tiny", "-axis", "payload=-1"}, 2, []string{`payload="-1"`}},
		{[]string{"-workloads", "tiny", "-axis", "payload=NaN"}, 2, []string{`payload="NaN"`}},
		{[]string{"-workloads", "tiny", "-axis", "payload=99999999999999"}, 2, []string{"payload"}},
		{[]string{"-workloads", "tiny", "-axis", "payload=1e99"}, 2, []string{"payload"}},
		{[]string{"-workloads", "tiny", "-axis", "payload"}, 2, []string{"a name and values are needed"}},
		{[]string{"-workloads", "tiny", "-axis", "payload="}, 2, []string{"a name and values are needed"}},
		{[]string{"-workloads", "tiny", "-axis", "payload=,"}, 2, []string{"at least one"}},
		{[]string{"-workloads", "tiny", "-axis", "payload=1/2"}, 2, []string{"a name and values are needed"}},
		{[]string{"-workloads", "tiny", "-axis", "payload=1", "-axis", "payload=2"}, 2, []string{"payload comes twice"}},
	} {
		var out, errs bytes.Buffer
		dir := t.TempDir()
		t.Chdir(dir)
		code := newProgram("mine", grid).Run(t.Context(), test.args, &out, &errs)
		if code != test.code {
			t.Errorf("%q: exit %d, want %d: %s", test.args, code, test.code, errs.String())
		}
		for _, want := range test.says {
			absent, not := strings.CutPrefix(want, "not: ")
			if text := out.String() + errs.String(); not && strings.Contains(text, absent) || !not && !strings.Contains(text, want) {
				t.Errorf("%q: %q in\n%s", test.args, want, text)
			}
		}
		if test.code == 2 && (strings.Count(errs.String(), "\n") != 1 || out.Len() > 0) {
			t.Errorf("%q: want one sentence:\n%s%s", test.args, out.String(), errs.String())
		}
		for _, d := range []string{dir, os.Getenv("TMPDIR")} {
			if left, _ := os.ReadDir(d); len(left) > 0 {
				t.Errorf("%q left %v", test.args, left)
			}
		}
	}
}
