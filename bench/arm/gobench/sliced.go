package compare

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"golang.org/x/perf/benchfmt"

	"poolbench/bench/host"
)

// A sliced arm runs each chunk in a process of its own, as go test -bench does: for
// binaries that cannot be stepped.
type sliced struct {
	ctx      context.Context
	launch   launch
	name     string // as printed, without "Benchmark", with -GOMAXPROCS
	patience time.Duration
}

func (s *sliced) run(n int, _ uint64) (chunk, error) {
	p, err := host.Start(s.ctx, s.launch.command(fmt.Sprintf("-test.benchtime=%dx", n), "-test.benchmem"))
	if err != nil {
		return chunk{}, err
	}
	p.Wait(s.patience)
	if err := p.Failure(); err != nil {
		return chunk{}, err
	}
	for _, r := range parseResults(p.Output()) {
		if string(r.Name.Full()) != s.name {
			continue
		}
		ns, metrics := parseValues(r)
		c := chunk{ns: ns * float64(n), allocs: metrics["allocs/op"] * float64(n), bytes: metrics["B/op"] * float64(n), metrics: metrics}
		delete(metrics, "allocs/op")
		delete(metrics, "B/op")
		if c.ns <= 0 {
			return chunk{}, errors.New("printed no time per operation")
		}
		return c, nil
	}
	return chunk{}, p.WithWords("printed no result line")
}

// parseValues takes the time and the other values of a result line, in the units in
// which they were printed. Throughput, which is time said again, is left out.
func parseValues(r *benchfmt.Result) (ns float64, metrics map[string]float64) {
	metrics = map[string]float64{}
	for _, v := range r.Values {
		unit, value := v.OrigUnit, v.OrigValue
		if unit == "" {
			unit, value = v.Unit, v.Value
		}
		switch unit {
		case "ns/op":
			ns = value
		case "sec/op":
			ns = 1e9 * value
		case "MB/s", "B/s":
		default:
			metrics[unit] = value
		}
	}
	return ns, metrics
}

// parseResults takes the benchmark result lines out of a text that may hold
// anything.
func parseResults(text string) []*benchfmt.Result {
	var lines strings.Builder
	for line := range strings.Lines(text) {
		if strings.HasPrefix(line, "Benchmark") && len(line) < 32<<10 || strings.HasPrefix(line, "pkg: ") {
			lines.WriteString(strings.TrimRight(line, "\r\n") + "\n")
		}
	}
	var out []*benchfmt.Result
	r := benchfmt.NewReader(strings.NewReader(lines.String()), "output")
	for r.Scan() {
		if res, ok := r.Result().(*benchfmt.Result); ok {
			out = append(out, res.Clone())
		}
	}
	return out
}
