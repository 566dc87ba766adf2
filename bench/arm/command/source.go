package command

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"poolbench/bench/arm"
	"poolbench/bench/host"
	"poolbench/bench/record"
)

// A Line is a command line that is a point of a grid, and its arm.
type Line struct {
	Point record.Point // of a grid: with executor, workload and workers
	Shell string       // for the shell; one run is one operation
	Want  string       // what it prints to either stream, but for spaces around it; "" when that is not looked at
}

// Source is the source of command lines. A slice runs one from its start to its end; its
// time is the wall time of that. Who needs more of an arm.Source sets it in the result.
func Source(name, doc, baseline string, lines ...Line) arm.Source {
	return arm.Source{
		Name: name, Doc: doc, Baseline: baseline,
		Points: func() (points []record.Point, err error) {
			for _, l := range lines {
				if err := l.Point.Check(); err != nil {
					return nil, err
				}
				if !l.Point.IsGrid() {
					return nil, fmt.Errorf("command: the point %q of %q has no executor, workload and workers", l.Point.Name(), l.Shell)
				}
				points = append(points, l.Point)
			}
			return points, nil
		},
		Open: func(context.Context, arm.Setup) (arm.Session, error) { return session(lines), nil },
	}
}

type session []Line

// Arm is that of arm.Session.
func (s session) Arm(_ context.Context, p record.Point) (arm.Arm, error) {
	i := slices.IndexFunc(s, func(l Line) bool { return l.Point == p })
	if i < 0 {
		return nil, fmt.Errorf("no command line is the point %s", p)
	}
	return s[i], nil
}

// Close is that of arm.Session.
func (session) Close() error { return nil }

// Slice is that of arm.Arm.
func (l Line) Slice(ctx context.Context) (arm.Slice, error) {
	shell := host.Shell(l.Shell)
	shell.Limit = max(outputLimit, 2*len(l.Want)) // of what is wanted all can be compared
	begin := time.Now()
	p, err := host.Run(ctx, shell)
	elapsed := time.Since(begin)
	if err != nil {
		return arm.Slice{}, err
	}
	if l.Want != "" && strings.TrimSpace(p.Output()) != strings.TrimSpace(l.Want) {
		return arm.Slice{}, p.WithWords(fmt.Sprintf("printed something else than %.80q", l.Want))
	}
	return arm.Slice{Time: elapsed.Seconds()}, nil
}

// Close is that of arm.Arm.
func (Line) Close() error { return nil }
