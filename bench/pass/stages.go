package pass

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"time"

	"poolbench/bench/arm"
	"poolbench/bench/record"
	"poolbench/executors"
	"poolbench/executors/stages"
)

// Stages tells where the time of each task went, as units of each stage, and how long
// workers were within tasks, in the calmest slices. It runs the slice with its executor wrapped: slices without the
// pass have nothing of it.
var Stages = Pass{
	Name: "stages",
	Doc:  "where the time of each task goes: submit, queue, start, run, and the way to a worker process and back",
	Around: func(ctx context.Context, a arm.Arm) (arm.Slice, []Artefact, error) {
		var all []arm.Slice
		for until := time.Now().Add(aboutOf(ctx).Time); ; {
			s, w, err := watchSlice(ctx, a)
			if err != nil {
				return s, nil, err
			}
			if w != nil {
				addTimes(&s, w.Times())
				addWaits(&s, w)
			}
			if all = append(all, s); !time.Now().Before(until) || ctx.Err() != nil {
				return mean(picked(all, calm(all))), nil, nil
			}
		}
	},
}

// addWaits adds what the busiest worker waited for, where all tasks were watched. When the job
// began is not known, only how long it took: what was before the first task was submitted
// counts as if it was after the last.
func addWaits(s *arm.Slice, w *stages.Watched) {
	tasks, _ := w.Tasks()
	if w.Times().Share() < 1 || len(tasks) == 0 {
		return
	}
	ran, begin := make([]Ran, len(tasks)), tasks[0].Submit
	for i, t := range tasks {
		ran[i] = Ran{t.Worker, t.Submit, t.Start, t.End}
		begin = min(begin, t.Submit)
	}
	maps.Copy(s.Values, Waits(ran, w.Workers(), begin, begin+int64(s.Time*1e9)))
}

// errNoExecutor is that of passes which look at tasks, where there are none.
var errNoExecutor = errors.New("it does not run tasks on an executor of this program, so that its stages cannot be told")

// watchSlice runs a slice on a watched executor. A plain loop submits nothing: it has no
// Watched.
func watchSlice(ctx context.Context, a arm.Arm) (arm.Slice, *stages.Watched, error) {
	on, ok := a.(arm.OnExecutor)
	if !ok {
		return arm.Slice{}, nil, errNoExecutor
	}
	var w *stages.Watched
	s, err := on.SliceOn(ctx, func(ex executors.Executor) (executors.Executor, func()) {
		if executors.IsInline(ex) {
			return ex, nil
		}
		w = stages.Watch(ex)
		return w, nil
	})
	if w != nil {
		w.Stop()
	}
	if err != nil {
		return s, w, fmt.Errorf("with its stages timed: %w", err)
	}
	return s, w, nil
}

// addTimes adds what was found as units.
func addTimes(s *arm.Slice, t stages.Times) {
	if t.Watched == 0 {
		return
	}
	if s.Values == nil {
		s.Values = map[string]float64{}
	}
	s.Values[record.UnitWatched] = min(1, t.Share())
	for _, of := range t.Stages {
		name := string(of.Stage)
		s.Values[record.Stage(name, "mean")] = of.Mean.Seconds()
		for value, share := range map[string]float64{"p50": 0.5, "p90": 0.9, "p99": 0.99} {
			s.Values[record.Stage(name, value)] = of.Quantile(share).Seconds()
		}
	}
	sum := 0.0
	for _, busy := range t.Busy {
		sum += busy.Seconds()
	}
	s.Values[record.UnitBusy] = sum / float64(len(t.Busy))
	s.Values[record.UnitBusiest] = t.Busy[0].Seconds()
}
