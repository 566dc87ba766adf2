package bench

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"poolbench/bench/arm"
	"poolbench/bench/block"
	"poolbench/bench/record"
)

// armLimit is how long an arm may take to be prepared: a thousand worker processes start
// in less.
const armLimit = time.Minute

// A roster owns the sessions of a plan and the arms that they made, each made when it
// is first needed and kept until it fails.
type roster struct {
	plan     Plan
	dir      string
	sessions []arm.Session // parallel to the sources
	arms     map[record.Point]arm.Arm
}

// openRoster opens the sessions. What is returned must be closed, also with an error.
func openRoster(ctx context.Context, plan Plan, setup arm.Setup) (*roster, error) {
	r := &roster{plan: plan, arms: map[record.Point]arm.Arm{}}
	var err error
	if r.dir, err = os.MkdirTemp("", "poolbench-"); err != nil {
		return r, fmt.Errorf("making a directory for files: %w", err)
	}
	for i, s := range plan.sources {
		setup.Dir = filepath.Join(r.dir, fmt.Sprint(i))
		if err := os.Mkdir(setup.Dir, 0o700); err != nil {
			return r, err
		}
		session, err := s.Open(ctx, setup)
		if err != nil {
			return r, fmt.Errorf("source %s: %w", s.Name, err)
		}
		r.sessions = append(r.sessions, session)
	}
	return r, nil
}

// entrants are the points with their arms. One that cannot be made has an arm that
// fails with the reason.
func (r *roster) entrants(ctx context.Context, points []record.Point) []block.Entrant {
	var out []block.Entrant
	for _, p := range points {
		if r.arms[p] == nil {
			r.arms[p] = r.arm(ctx, p)
		}
		out = append(out, block.Entrant{Point: p, Arm: r.arms[p]})
	}
	return out
}

func (r *roster) arm(ctx context.Context, p record.Point) arm.Arm {
	i, ok := r.plan.source(p)
	if !ok {
		return arm.Failed{Err: fmt.Errorf("no source has the point %s", p)}
	}
	a, err := block.Guarded(ctx, armLimit, func(ctx context.Context) (arm.Arm, error) { return r.sessions[i].Arm(ctx, p) })
	if err == nil && a == nil {
		err = fmt.Errorf("the source %s gave no arm", r.plan.sources[i].Name)
	}
	if err != nil {
		return arm.Failed{Err: err}
	}
	return a
}

// failed closes the arm of a point: the next one is a new one.
func (r *roster) failed(p record.Point) error {
	a := r.arms[p]
	delete(r.arms, p)
	if a == nil {
		return nil
	}
	return a.Close()
}

// ready lets sessions tell what they can now that everything stands.
func (r *roster) ready(ctx context.Context) {
	for _, s := range r.sessions {
		if s, ok := s.(arm.Readier); ok {
			s.Ready(ctx)
		}
	}
}

// close closes the sessions, the last one first, and removes their files.
func (r *roster) close() (sessions, files error) {
	for i := len(r.sessions) - 1; i >= 0; i-- {
		sessions = errors.Join(sessions, r.sessions[i].Close())
	}
	return sessions, os.RemoveAll(r.dir)
}
