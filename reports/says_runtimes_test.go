package reports_test

import (
	"fmt"
	"strings"
	"testing"

	"poolbench/bench/record"
	"poolbench/reports"
	"poolbench/reports/planted"
	"poolbench/reports/words"
)

// severalRuntimes are ours and two others, whose units take 200 and 12 times as long.
func severalRuntimes(t *testing.T) *reports.Set {
	t.Helper()
	return world(t, planted.Worlds(1, 20, 0.03)["runtimes"])
}

// A speedup is against the plain loop of the same runtime, and no sentence but those of
// Runtimes compares two.
func TestSpeedupsStayInTheirRuntime(t *testing.T) {
	s := severalRuntimes(t)
	loops := map[string]string{"": "serial", "cpython-3.11.7": "python-serial", "node-20.1.0": "node-serial"}
	for _, x := range reports.Scalings(s) {
		runtime := x.Baseline.Get(record.AxisRuntime)
		if x.Baseline.Executor() != loops[runtime] {
			t.Errorf("%s is against %s", x.Title(), x.Baseline)
		}
		for _, p := range x.Points() {
			if p.Point.Get(record.AxisRuntime) != runtime {
				t.Errorf("%s is against %s", p.Point, x.Baseline)
			}
		}
	}
	for _, section := range reports.Answer(s, reports.Questions()...) {
		for _, sentence := range section.Sentences {
			for _, c := range sentence.Claims {
				for i, p := range c.Of {
					if len(c.Against) == 0 || section.Name == reports.Runtimes.Name {
						continue
					}
					if against := c.Against[min(i, len(c.Against)-1)]; p.Get(record.AxisRuntime) != against.Get(record.AxisRuntime) {
						t.Errorf("%s: %q compares %s with %s", section.Name, sentence.Text, p, against)
					}
				}
			}
		}
	}
	has(t, said(s, reports.Which), "python-processes with 2 workers: 1.17× python-serial", "node-threads with 2 workers: 1.87× node-serial", "goroutines with 2 workers, the smallest")
}

// Runtimes stand side by side in absolute time, of tasks that hold the same work.
func TestRuntimesSideBySide(t *testing.T) {
	s := severalRuntimes(t)
	has(t, said(s, reports.Runtimes), "spin of 2000 units takes at best, per task, 1.2 µs in Go (goroutines with 2 workers)", "µs in cpython-3.11.7 (python-processes with 2 workers), 205× [20", "as long",
		"in node-20.1.0 (node-threads with 2 workers)", "absolute times of the same work",
		"METG(50 %) on spin with 2 workers: 180 µs [170, 190] with python-processes, 3.0× [2.8, 3.2] that of processes, 58 µs [55, 63]", "not: at 125 µs")
	section := reports.Answer(s, reports.Runtimes)[0]
	table := section.Tables[0]
	if !strings.Contains(table.Title, "Absolute") || !strings.Contains(table.Caption, "not speedups") {
		t.Errorf("%q, %q", table.Title, table.Caption)
	}
	var rows []string
	for _, row := range append([][]string{table.Header}, plain(table.Rows)...) {
		rows = append(rows, strings.Join(row, " | "))
	}
	has(t, strings.Join(rows, "\n"), "work | executor | workers | Go | cpython-3.11.7 | node-20.1.0", "spin of 2000 units | plain loop | 1 | 1.9 µs | 380 µs | 23 µs",
		"| processes | 2 | 16 µs | 240 µs | –", "| threads | 2 | – | 410 µs | 17 µs")
}

// Empty tasks are compared between pools of one kind: the plain loop is best in every runtime.
func TestEmptyTasksOfRuntimes(t *testing.T) {
	var text strings.Builder
	text.WriteString("# fact cores 2\n" + computes + "# fact source {\"name\":\"python\",\"baseline\":\"python-serial\",\"executors\":[\"python-serial\",\"python-processes\",\"python-threads\"]}\n")
	for b := range 8 {
		fmt.Fprintf(&text, "# block %d\n", b+1)
		for _, arm := range []struct {
			executor, runtime string
			workers           int
			micros            float64
		}{{"serial", "", 1, 0.1}, {"processes", "", 2, 10}, {"goroutines", "", 2, 1}, {"python-serial", "/runtime=cpython-3.11.7", 1, 0.2}, {"python-processes", "/runtime=cpython-3.11.7", 2, 120},
			{"python-threads", "/runtime=cpython-3.11.7", 2, 20}} {
			fmt.Fprintf(&text, "BenchmarkGrid/executor=%s/workload=w/workers=%d/grain=0%s 1 %g sec/op 64 tasks/op\n", arm.executor, arm.workers, arm.runtime, 64e-6*arm.micros*(1+0.002*float64(b)))
		}
	}
	rec, err := record.Read(strings.NewReader(text.String()), "empty.txt")
	if err != nil {
		t.Fatal(err)
	}
	has(t, said(holds(t, rec), reports.Runtimes), "w, which does nothing, takes with 2 workers, per task, 120 µs in python-processes, 12.0× [12.0, 12.0] as long as processes (10 µs): absolute times")
}

// One runtime has nobody to stand beside.
func TestOneRuntimeAlone(t *testing.T) {
	w := planted.Worlds(1, 20, 0.03)["runtimes"]
	w.Runtimes = nil
	if text := said(world(t, w), reports.Runtimes); text != "" {
		t.Error(text)
	}
}

// plain are the rows of a table as text.
func plain(rows [][]words.Cell) (out [][]string) {
	for _, row := range rows {
		var cells []string
		for _, c := range row {
			cells = append(cells, c.Plain(false))
		}
		out = append(out, cells)
	}
	return out
}
