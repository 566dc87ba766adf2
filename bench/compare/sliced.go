package compare

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"golang.org/x/perf/benchfmt"
)

// A sliced arm runs each chunk in a process of its own, as go test -bench does: for
// binaries that cannot be stepped.
type sliced struct {
	ctx      context.Context
	launch   launch
	name     string // as printed, without "Benchmark", with -GOMAXPROCS
	patience time.Duration
	metrics  map[string]float64
}

func (s *sliced) run(n int, _ uint64) (chunk, error) {
	p, err := startProcess(s.ctx, floodLimit, s.launch.dir, nil, nil, s.launch.path,
		s.launch.args(fmt.Sprintf("-test.benchtime=%dx", n), "-test.benchmem")...)
	if err != nil {
		return chunk{}, err
	}
	p.wait(s.patience)
	if err := p.failure(); err != nil {
		return chunk{}, err
	}
	for _, r := range parseResults(p.output.String()) {
		if string(r.Name.Full()) != s.name {
			continue
		}
		c := chunk{metrics: map[string]float64{}}
		for _, v := range r.Values {
			unit, value := v.OrigUnit, v.OrigValue
			if unit == "" {
				unit, value = v.Unit, v.Value
			}
			switch unit {
			case "ns/op":
				c.ns = value * float64(n)
			case "B/op":
				c.bytes = value * float64(n)
			case "allocs/op":
				c.allocs = value * float64(n)
			case "MB/s":
			default:
				c.metrics[unit] = value
			}
		}
		if c.ns <= 0 {
			return chunk{}, errors.New("printed no time per operation")
		}
		s.metrics = c.metrics
		return c, nil
	}
	return chunk{}, p.withWords("printed no result line")
}

func (s *sliced) finish() (map[string]float64, error) { return s.metrics, nil }
func (s *sliced) kill()                               {}
func (s *sliced) waited() (ran, waited time.Duration) { return 0, 0 }

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
