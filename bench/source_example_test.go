package bench_test

import (
	"bytes"
	"context"
	"fmt"
	"log"
	"strings"
	"time"

	"poolbench/bench"
	"poolbench/bench/arm"
	"poolbench/bench/host"
	"poolbench/bench/record"
	"poolbench/reports"
	"poolbench/reports/charts"
	"poolbench/reports/gate"
	"poolbench/reports/view"
)

// A pipeline of the shell, with the size of its blocks as an axis of its own.
type dd struct{}

func (dd) points() (points []record.Point, err error) {
	for _, size := range []string{"512", "64k"} {
		for _, p := range []struct{ executor, workers string }{{"loop", "1"}, {"xargs", "1"}, {"xargs", "2"}} {
			points = append(points, record.NewPoint("Grid", "executor", p.executor, "workload", "copy", "workers", p.workers, "blocksize", size))
		}
	}
	return points, nil
}

func (dd) Arm(_ context.Context, p record.Point) (arm.Arm, error) {
	line := "dd if=/dev/zero of=/dev/null status=none count=64 bs=" + p.Get("blocksize")
	if p.Executor() == "loop" {
		return shell("for i in 1 2 3 4; do " + line + "; done"), nil
	}
	return shell("printf '1\\n2\\n3\\n4\\n' | xargs -I{} -P " + p.Get("workers") + " " + line), nil
}

func (dd) Close() error { return nil }

type shell string

func (s shell) Slice(ctx context.Context) (arm.Slice, error) {
	begin := time.Now()
	_, err := host.Run(ctx, host.Shell(string(s)))
	return arm.Slice{Time: time.Since(begin).Seconds(), Values: map[string]float64{record.UnitTasks: 4}}, err
}

func (shell) Close() error { return nil }

// Anything that can be timed is a Source: here four commands, one after the other and
// several at a time. They are measured, told, drawn and judged as a grid of executors is.
func Example_source() {
	source := arm.Source{Name: "dd", Doc: "copies of nothing", Baseline: "loop", Points: dd{}.points,
		Axes: []record.Axis{{Name: "blocksize", Doc: "bytes that are copied at once"}},
		Open: func(context.Context, arm.Setup) (arm.Session, error) { return dd{}, nil }}
	var records [2]*record.Record
	for i := range records {
		var out bytes.Buffer
		if _, err := bench.Run(context.Background(), bench.Config{Sources: []arm.Source{source}, Budget: 10 * time.Minute, Blocks: 12, Out: &out}); err != nil {
			log.Fatal(err)
		}
		var err error
		if records[i], err = record.Read(&out, "dd.txt"); err != nil {
			log.Fatal(err)
		}
	}
	set := reports.NewSet(records[0])
	drawings, _ := charts.Draw(set, charts.All()...)
	report := view.New(set, reports.Questions(), drawings)
	var text, markdown, page bytes.Buffer
	fmt.Println(view.Text(&text, report, view.Options{Verbose: true}), view.Markdown(&markdown, report), view.HTML(&page, report))
	for _, shown := range []string{text.String(), markdown.String(), page.String()} {
		fmt.Println(strings.Contains(shown, "copy, blocksize=512"), strings.Contains(shown, "xargs"))
	}
	verdict := gate.Files(records[0], records[1], gate.Options{})
	fmt.Println(drawings[0].Name, len(verdict.Cases))
	// Output:
	// <nil> <nil> <nil>
	// true true
	// true true
	// true true
	// speedup-copy__blocksize_512__against_loop 6
}
