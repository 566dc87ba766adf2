package bench

import (
	"context"
	"fmt"
	"slices"
	"time"

	"poolbench/bench/arm"
	"poolbench/bench/block"
	"poolbench/bench/pass"
	"poolbench/bench/record"
)

// DefaultPassTime is how long a pass looks at a point unless told otherwise.
const DefaultPassTime = time.Second

// passRounds is how often each pass looks at each point, in a block each: intervals need 6
// (estimate.MinBlocks, of reports), and exact ones of 9 leave out the block on each side that
// something disturbed.
const passRounds = 9

// PassesTake is about how long passes take beyond the budget of a run with so many points.
func (c Config) PassesTake(points int) time.Duration {
	var all time.Duration
	for _, p := range c.Passes {
		if p.Once {
			continue
		}
		all += time.Duration(points) * (c.withDefaults().PassTime + passRounds*p.Beyond)
	}
	return all
}

// looked is how many rounds of passes the record has that this run goes on with: blocks in
// which each looked at each of the points, or failed to.
func (r *run) looked(points []record.Point) (rounds int) {
	if r.Resume == nil {
		return 0
	}
	for b := range r.Resume.Blocks() {
		seen := map[record.Point]bool{}
		for _, result := range b.Results {
			seen[result.Point] = true
		}
		for _, f := range b.Failures {
			seen[f.Point] = true
		}
		missing := slices.ContainsFunc(r.Passes, func(p pass.Pass) bool {
			return !(p.Once && rounds > 0) && slices.ContainsFunc(points, func(at record.Point) bool { return !seen[at.With(record.AxisPass, p.Name)] })
		})
		if !missing {
			rounds++
		}
	}
	return rounds
}

// passes runs the passes, in blocks of their own.
func (r *run) passes(ctx context.Context) error {
	if len(r.Passes) == 0 {
		return nil
	}
	points := slices.DeleteFunc(r.standing(slices.Concat(r.plan.Points, r.refiner.points)), func(p record.Point) bool { return !p.IsGrid() })
	r.Progress.Stage(fmt.Sprintf("passes: %d of each of %d points, about %v", len(r.Passes), len(points), r.PassesTake(len(points)).Round(time.Second)))
	for round := r.looked(points); round < passRounds; round++ {
		r.block++
		if err := r.out.Block(r.block); err != nil {
			return err
		}
		for _, p := range r.Passes {
			if p.Once && round > 0 {
				continue
			}
			for _, point := range points {
				if ctx.Err() != nil {
					return context.Cause(ctx)
				}
				if err := r.look(ctx, p, point, r.block); err != nil {
					return err
				}
			}
		}
	}
	return nil
}

// look runs a pass on a point.
func (r *run) look(ctx context.Context, p pass.Pass, point record.Point, number int) error {
	e := r.roster.entrants(ctx, []record.Point{point})[0]
	of := point.With(record.AxisPass, p.Name)
	type seen struct {
		slice     arm.Slice
		artefacts []pass.Artefact
		warnings  []record.Warning
		err       error
	}
	limit := r.SliceLimit + r.PassTime
	s, err := block.Guarded(ctx, limit, func(ctx context.Context) (s seen, _ error) {
		ctx = pass.With(ctx, pass.About{Point: point, Time: r.PassTime / passRounds,
			Tell: func(w record.Warning) { s.warnings = append(s.warnings, w) }})
		s.slice, s.artefacts, s.err = p.Around(ctx, e.Arm)
		return s, nil
	})
	if err == nil {
		err = s.err
	}
	if err != nil && ctx.Err() != nil {
		return context.Cause(ctx)
	}
	for _, w := range s.warnings {
		if !slices.Contains(r.summary.Warnings, w) { // once in a record
			r.tell("warning", w)
		}
	}
	if r.Artefact != nil {
		for _, a := range s.artefacts {
			if err := r.Artefact(of, a); err != nil {
				return err
			}
		}
	}
	result := record.Result{Point: of, Block: number, Iterations: max(1, s.slice.Iterations), Values: s.slice.Values}
	if err == nil {
		if s.slice.Time > 0 {
			result.Values[record.UnitTime] = s.slice.Time
		}
		err = result.Check()
	}
	r.Progress.Slice(of, err)
	if err != nil {
		r.closeArm(point)
		r.summary.Failures++
		return r.out.Failure(of, err.Error())
	}
	r.summary.Slices++
	return r.out.Result(result)
}
