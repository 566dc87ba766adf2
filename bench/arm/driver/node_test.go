package driver

import (
	"slices"
	"testing"
	"time"

	"poolbench/bench/record"
)

// The second driver does its work by the same protocol, and answers what is right.
func TestNode(t *testing.T) {
	r, err := Node.Find(t.Context(), "")
	if err != nil {
		t.Skipf("no Node.js here runs the driver: %v", err)
	}
	t.Logf("%s: %s", r.Name, r.About())
	g := Grid{Runtimes: []*Runtime{r}, Workers: []int{1, 3}, Grains: []time.Duration{100 * time.Microsecond}, Chunks: []int{1, 10}, Units: true}
	points, err := g.Source().Points()
	if err != nil {
		t.Fatal(err)
	}
	for _, w := range Node.Workloads {
		if !slices.ContainsFunc(points, func(p record.Point) bool { return p.Workload() == w.Name && p.Executor() == "node-threads" }) {
			t.Errorf("%s is not among the points of threads", w.Name)
		}
	}
	answersAll(t, g)
}
