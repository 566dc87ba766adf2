package gobench

import (
	"context"
	"fmt"

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

func (s *sliced) run(ctx context.Context, n int, _ uint64) (arm.Slice, error) {
	p, err := host.Run(ctx, s.launch.command(fmt.Sprintf("-test.benchtime=%dx", n), "-test.benchmem"))
	if err != nil {
		return arm.Slice{}, err
	}
	for _, r := range record.Printed(p.Output()) {
		if r.Point.Name() == s.name {
			slice := arm.Slice{Time: r.Values[record.UnitTime], Values: r.Values}
			delete(r.Values, record.UnitTime)
			return slice, nil
		}
	}
	return arm.Slice{}, p.WithWords("printed no result line")
}

func (s *sliced) end(context.Context) (map[string]float64, error) { return nil, nil }
func (s *sliced) pin(int)                                         {}
func (s *sliced) ran() map[int]float64                            { return nil }
