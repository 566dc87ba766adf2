package cli

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/pprof/profile"

	"poolbench/bench/record"
	"poolbench/reports"
	"poolbench/reports/checker"
)

// looks are the flags of a profile that takes no long time.
func looks(out string, more ...string) []string {
	return append([]string{"profile", "-workload", "spin", "-executor", "goroutines", "-workers", "2", "-grain", "10us", "-blocks", "6", "-budget", "20s",
		"-passes", "stages,heap,trace,timeline", "-passtime", "40ms", "-progress", "plain", "-out", out}, more...)
}

// results counts those of a record by pass; "" has the blocks of the grid.
func results(t *testing.T, dir string) (of map[string]int, rec *record.Record) {
	t.Helper()
	rec, err := record.ReadFile(filepath.Join(dir, recordName))
	if err != nil {
		t.Fatal(err)
	}
	of = map[string]int{}
	for _, r := range rec.Results {
		if r.Point.IsGrid() || r.Point.Pass() != "" {
			of[r.Point.Pass()]++
		}
	}
	return of, rec
}

// A profile answers where the time of its point goes, and leaves its files.
func TestProfile(t *testing.T) {
	out := t.TempDir()
	code, stdout, stderr := mine(t, looks(out)...)
	if code != 0 {
		t.Fatalf("exit %d\n%s%s", code, stdout, stderr)
	}
	for _, want := range []string{"Where did it go?", "goroutines with 2 workers: ", "of the workers' time is lost", "load balance", "\nReport ", "\nPasses "} {
		if !strings.Contains(stdout, want) && !strings.Contains(strings.Join(strings.Fields(stdout), " "), want) { // lines are wrapped
			t.Errorf("%q is not in\n%s", want, stdout)
		}
	}
	for _, other := range []string{"Which one?", "How short?", "-budget"} {
		if strings.Contains(stdout, other) {
			t.Errorf("%q is no answer to where the time goes:\n%s", other, stdout)
		}
	}
	for _, name := range []string{"heap.pb.gz", "trace.out", "timeline.json", "report.html", "charts/flame-heap-1.svg"} {
		if info, err := os.Stat(filepath.Join(out, name)); err != nil || info.Size() == 0 {
			t.Errorf("%s: %v", name, err)
		}
	}
	of, rec := results(t, out)
	if of[""] != 2*6 || of["stages"] < 2*6 || of["trace"] != 2 {
		t.Errorf("results by pass: %v", of)
	}
	set := reports.NewSet(rec)
	if set.Blocks() != 6 || set.Whole() != 6 {
		t.Errorf("%d blocks, %d of all points: those of passes are none", set.Blocks(), set.Whole())
	}
	for _, err := range checker.Check(rec, reports.Answer(set, reports.Questions()...)) {
		t.Error(err)
	}
	if code, stdout, stderr := mine(t, looks(out, "-n")...); code != 0 || !strings.Contains(stdout, "goroutines × 2") {
		t.Errorf("its plan: exit %d\n%s%s", code, stdout, stderr)
	}
}

func TestProfileRefuses(t *testing.T) {
	for want, args := range map[string][]string{
		"-workload names its work": {"-executor", "goroutines"},
		"-executor names its pool": {"-workload", "spin"},
		"give one workload":        {"-workload", "spin,sleep", "-executor", "goroutines"},
		"number of workers":        {"-workload", "spin", "-executor", "goroutines", "-workers", "1,2"},
		"-passtime 0s":             {"-workload", "spin", "-executor", "goroutines", "-passtime", "0"},
		`"gpu"`:                    {"-workload", "spin", "-executor", "goroutines", "-passes", "gpu"},
		"no record to go on with":  {"-workload", "spin", "-executor", "goroutines", "-resume", "-out", filepath.Join(t.TempDir(), "none")},
	} {
		code, stdout, stderr := mine(t, append([]string{"profile"}, args...)...)
		if code != 2 || stdout != "" || strings.Count(stderr, "\n") != 1 || !strings.Contains(stderr, want) {
			t.Errorf("%q: exit %d, %q is not in one line\n%s%s", args, code, want, stdout, stderr)
		}
	}
}

// A profile that is interrupted in its passes keeps what it has, goes on with what is missing,
// and then has nothing more to do.
func TestProfileGoesOn(t *testing.T) {
	out := t.TempDir()
	ctx, interrupt := context.WithCancel(t.Context())
	watching := make(chan struct{})
	go func() {
		defer close(watching)
		for ctx.Err() == nil {
			if text, _ := os.ReadFile(filepath.Join(out, recordName)); bytes.Count(text, []byte("/pass=stages")) > 4 {
				interrupt()
			}
			time.Sleep(time.Millisecond)
		}
	}()
	defer func() { interrupt(); <-watching }()
	var stdout, stderr bytes.Buffer
	if code := newProgram("mine", grid).Run(ctx, looks(out, "-passtime", "1s"), &stdout, &stderr); code != 130 || !strings.Contains(stderr.String(), "interrupted after the last block") ||
		!strings.Contains(stdout.String(), "-resume") || !strings.Contains(stdout.String(), "Where did it go?") {
		t.Fatalf("exit %d\n%s%s", code, &stdout, &stderr)
	}
	first, rec := results(t, out)
	if !rec.Facts.End.Interrupted || first[""] != 2*6 || first["stages"] < 4 || first["stages"] > 2*7 {
		t.Fatalf("%v, %+v", first, rec.Facts.End)
	}
	if code, text, errs := mine(t, looks(out, "-resume")...); code != 0 {
		t.Fatalf("exit %d\n%s%s", code, text, errs)
	}
	whole, rec := results(t, out)
	if rec.Facts.End.Interrupted || whole[""] != 2*6 || whole["stages"] < 2*8 || whole["stages"] > first["stages"]+2*8 {
		t.Errorf("%v, then %v, %+v", first, whole, rec.Facts.End)
	}
	if code, text, errs := mine(t, looks(out, "-resume")...); code != 0 {
		t.Fatalf("exit %d\n%s%s", code, text, errs)
	}
	if again, _ := results(t, out); again["stages"] != whole["stages"] || again[""] != whole[""] {
		t.Errorf("%v, then %v with nothing left to do", whole, again)
	}
}

// pprof is the content of a profile of one sample for each executor.
func pprof(t *testing.T, executors ...string) []byte {
	t.Helper()
	f := &profile.Function{ID: 1, Name: "example.org/work.do"}
	at := &profile.Location{ID: 1, Line: []profile.Line{{Function: f}}}
	p := &profile.Profile{SampleType: []*profile.ValueType{{Type: "cpu", Unit: "nanoseconds"}}, Function: []*profile.Function{f}, Location: []*profile.Location{at}}
	for _, e := range executors {
		s := &profile.Sample{Location: []*profile.Location{at}, Value: []int64{1e9}}
		if e != "" {
			s.Label = map[string][]string{"executor": {e}, "workload": {"spin"}, "workers": {"2"}, "grain": {"10000"}}
		}
		p.Sample = append(p.Sample, s)
	}
	var out bytes.Buffer
	if err := p.Write(&out); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

// Each point that a profile has samples of has a flame graph; a profile without labels has one
// of all, one without samples none, and what is no profile is told.
func TestFlames(t *testing.T) {
	var text strings.Builder
	for _, e := range []string{"serial", "spawn", "threads"} {
		fmt.Fprintf(&text, "BenchmarkGrid/executor=%s/workload=spin/workers=2/grain=10000 1 0.5 sec/op\n", e)
	}
	rec, err := record.Read(strings.NewReader(text.String()), "three.txt")
	if err != nil {
		t.Fatal(err)
	}
	set := reports.NewSet(rec)
	for name, test := range map[string]struct {
		files map[string][]byte
		want  []string
		error string
	}{
		"no files":      {nil, nil, ""},
		"by point":      {map[string][]byte{"cpu.pb.gz": pprof(t, "spawn", "threads")}, []string{"flame-cpu-2", "flame-cpu-3"}, ""},
		"in passes":     {map[string][]byte{"passes/heap.pb.gz": pprof(t, "spawn")}, []string{"flame-heap-2"}, ""},
		"no labels":     {map[string][]byte{"block.pb.gz": pprof(t, "")}, []string{"flame-block"}, ""},
		"no samples":    {map[string][]byte{"mutex.pb.gz": pprof(t)}, nil, ""},
		"no profile":    {map[string][]byte{"cpu.pb.gz": []byte("x"), "mutex.pb.gz": pprof(t, "spawn")}, []string{"flame-mutex-2"}, "no profile of pprof"},
		"another point": {map[string][]byte{"cpu.pb.gz": pprof(t, "goroutines")}, []string{"flame-cpu"}, ""},
	} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			for file, content := range test.files {
				path := filepath.Join(dir, file)
				if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
					t.Fatal(err)
				}
				if err := os.WriteFile(path, content, 0o600); err != nil {
					t.Fatal(err)
				}
			}
			drawn, errs := flames(set, dir)
			var names []string
			for _, d := range drawn {
				names = append(names, d.Name)
				if svg, err := d.SVG(); err != nil || !bytes.Contains(svg, []byte("work.do")) || d.Section != reports.Where.Name {
					t.Errorf("%s in %s: %v\n%s", d.Name, d.Section, err, svg)
				}
			}
			slices.Sort(names)
			if err := errors.Join(errs...); !slices.Equal(names, test.want) || (err == nil) != (test.error == "") || err != nil && !strings.Contains(err.Error(), test.error) {
				t.Errorf("%q, %v; want %q, %q", names, err, test.want, test.error)
			}
			if name == "no files" {
				if _, err := os.Stat(filepath.Join(dir, passesDir)); !errors.Is(err, fs.ErrNotExist) {
					t.Error("looking made something")
				}
			}
		})
	}
}
