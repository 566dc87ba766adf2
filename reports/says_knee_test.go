package reports_test

import (
	"fmt"
	"strings"
	"testing"

	"poolbench/bench/record"
	"poolbench/reports"
)

// The knee is where half of the tasks wait longer than they take, by pool size.
func TestKnees(t *testing.T) {
	var text strings.Builder
	for b := 1; b <= 8; b++ {
		fmt.Fprintf(&text, "# block %d\n", b)
		for load, late := range map[string][2]float64{"0.5": {2.6, 2.1}, "0.9": {5.1, 2.2}, "1.8": {90, 6}} {
			axis := "/rate=" + load
			if load == "0.5" {
				axis = "" // the usual one
			}
			for workers, ms := range late {
				for executor, more := range map[string]float64{"serial": 1, "goroutines": 1.01} {
					if executor == "serial" && workers == 1 {
						continue
					}
					fmt.Fprintf(&text, "BenchmarkGrid/executor=%s/workload=arrivals/workers=%d/grain=2000000%s-2 1 0.8 sec/op 200 tasks/op 0.002 task-sec/op 1 task-share %g p50-sec/op %g p99-sec/op %s erlang\n",
						executor, workers+1, axis, ms*more*1e-3*(1+0.01*float64(b%3)), 3*ms*1e-3, load)
				}
			}
		}
	}
	rec, err := record.Read(strings.NewReader(text.String()), "knees.txt")
	if err != nil {
		t.Fatal(err)
	}
	s := holds(t, rec)
	has(t, said(s, reports.Latencies), "goroutines with 1 worker keeps up with arrivals that keep busy 0.50 to 0.90 workers; at the median a task is done after 2.7 ms at 0.50, 5.2 ms at 0.90",
		"goroutines with 2 workers keeps up with arrivals that keep busy 0.90 to 1.8 workers", "not: beside")
	table := reports.Answer(s, reports.Latencies)[0].Tables[0]
	if len(table.Rows) != 3 || len(table.Header) != 7 || table.Rows[0][3].Text != "0.50 to 0.90" {
		t.Errorf("%v %v", table.Header, table.Rows)
	}
}
