package gobench

import (
	"context"
	"fmt"
	"time"

	"poolbench/bench/arm"
	"poolbench/bench/host"
	"poolbench/bench/record"
)

// A sliced runner runs each slice in a process of its own, as go test -bench does: for
// binaries that cannot be stepped.
type sliced struct {
	launch launch
	name   string // as printed, without "Benchmark", with -GOMAXPROCS
}

func (s *sliced) run(ctx context.Context, n int, _ uint64) (stint, error) {
	begin := time.Now()
	results, p, err := s.launch.results(ctx, fmt.Sprintf("-test.benchtime=%dx", n))
	if err != nil {
		return stint{}, err
	}
	for _, r := range results {
		if r.Point.Name() != s.name {
			continue
		}
		seconds, timed := r.Values[record.UnitTime]
		delete(r.Values, record.UnitTime)
		got := stint{Slice: arm.Slice{Time: seconds, Untimed: !timed, Values: r.Values}, clock: seconds * float64(n) * 1e9, own: !timed}
		if !timed {
			got.clock = float64(time.Since(begin))
		}
		return got, nil
	}
	return stint{}, p.WithWords("printed no result line")
}

// results runs the benchmark, with more flags. The process is nil when it could not be
// started.
func (l launch) results(ctx context.Context, more ...string) ([]record.Result, *host.Process, error) {
	// Without -test.v a name is printed before the benchmark runs, and what that prints
	// tears the line.
	c := l.command(append(more, "-test.v", "-test.benchmem")...)
	var out record.Printout
	c.Seen[0] = &out
	p, err := host.Run(ctx, c)
	if p == nil {
		return nil, nil, err
	}
	return out.Results(), p, err
}

func (s *sliced) end(context.Context) (map[string]float64, error) { return nil, nil }
func (s *sliced) pin(int)                                         {}
func (s *sliced) ran() map[int]float64                            { return nil }
func (s *sliced) pid() int                                        { return 0 }
func (s *sliced) printed() int64                                  { return 0 }
