package pass

import (
	"context"
	"flag"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"poolbench/bench/arm"
	"poolbench/bench/record"
	"poolbench/executors"
	"poolbench/executors/process"
	"poolbench/executors/stages"
	"poolbench/reports"
	"poolbench/reports/estimate"
	"poolbench/workloads"
)

var (
	runs = flag.Int("runs", 40, "runs of TestCausalProfile")
	skip = flag.Int("skip", 0, "runs of TestCausalProfile that were before, for a sitting of its own")
)

func medianOf(values []float64) float64 {
	values = slices.Clone(values)
	slices.Sort(values)
	return (values[(len(values)-1)/2] + values[len(values)/2]) / 2
}

// A comparison gives a gain of each stage that a delay reaches, of no other, and leaves
// nothing slowed behind.
func TestDelays(t *testing.T) {
	for _, kind := range kinds {
		t.Run(kind.Name, func(t *testing.T) {
			a := armOf(t, kind, workloads.Spin, 20*time.Microsecond)
			s, _, err := compareDelays(context.Background(), a, time.Millisecond)
			if err != nil {
				t.Fatal(err)
			}
			if _, ok := s.Values[record.Gain("run")]; !ok {
				t.Error("nothing is said of run")
			}
			for _, stage := range []stages.Stage{stages.Queue, stages.Reply} {
				if v, ok := s.Values[record.Gain(string(stage))]; ok {
					t.Errorf("gain of %s: %v", stage, v)
				}
			}
			if _, ok := s.Values[record.RestGain]; !ok {
				t.Error("nothing is said of the rest")
			}
			after, _, err := Stages.Around(context.Background(), a)
			if run := after.Values[record.Stage("run", "p50")]; err != nil || run > 1.5*s.Values[record.Stage("run", "p50")] {
				t.Errorf("tasks take %v afterwards, %v", run, err)
			}
		})
	}
}

func TestDelaysOfWaiting(t *testing.T) {
	_, _, err := Delays.Around(context.Background(), armOf(t, executors.Goroutines, workloads.Sleep, time.Millisecond))
	if err != errWaits {
		t.Error(err)
	}
}

// A setting is a cost in a known stage, and the same setting with half of it.
type setting struct {
	stage       stages.Stage
	kind        executors.Kind
	cost, grain time.Duration
	workers     int
}

func (s setting) String() string {
	return fmt.Sprintf("%s: %v in %s, tasks of %v", s.kind.Name, s.cost, s.stage, s.grain)
}

func (s setting) arm(t *testing.T) arm.Arm {
	if s.stage == stages.Encode {
		return armWith(t, s.kind, s.workers, costly, s.grain)
	}
	return armWith(t, paying(s.kind), s.workers, workloads.Spin, s.grain)
}

// plant has the stage cost so much.
func (s setting) plant(cost time.Duration) {
	steps := plantedPace().steps(cost)
	switch s.stage {
	case stages.Submit:
		planted.submit.Store(steps)
	case stages.Start:
		planted.start.Store(steps)
	case stages.Encode:
		planted.encode.Store(steps)
	}
}

// costless is a stage that has next to no cost, and so gains nothing.
func (s setting) costless() stages.Stage {
	switch {
	case s.kind.Name == process.Kind.Name:
		return stages.Decode
	case s.stage == stages.Submit:
		return stages.Start
	}
	return stages.Submit
}

// plantedPace is the same in all runs, so that costs are the same amount of computing.
var plantedPace = sync.OnceValue(paceNow)

// fast is the cost with which the stage, and not the cost alone, is twice as fast: a stage takes some
// time without it.
func (s setting) fast(t *testing.T, a arm.Arm) time.Duration {
	var all []float64
	for range trialBlocks {
		s.plant(s.cost)
		_, _, dose, err := watchDoses(context.Background(), a)
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, dose[s.stage].Seconds()*float64(plantedPace()/paceNow()))
	}
	return max(0, s.cost-time.Duration(1e9*medianOf(all)/2))
}

// causalSettings are of pools whose threads all have a CPU, of 2: the caller of a pool of worker
// processes has one of its own.
func causalSettings() (all []setting) {
	const us = time.Microsecond
	for _, cost := range []time.Duration{5 * us, 20 * us, 50 * us} {
		all = append(all,
			setting{stages.Submit, executors.Goroutines, cost, 2 * cost, 2}, setting{stages.Start, executors.Goroutines, cost, 2 * cost, 2},
			setting{stages.Submit, process.Kind, cost, cost / 4, 1}, setting{stages.Encode, process.Kind, cost, cost / 4, 1})
	}
	return all
}

// TestCausalProfile plants costs in stages, has their gains predicted, and measures the
// gains: what a job saves in which the stage takes half as long.
func TestCausalProfile(t *testing.T) {
	if !*long {
		t.Skip("it measures for minutes: -long")
	}
	var trials []trial
	settings := causalSettings()
	for i := range *runs {
		i += *skip
		s := settings[i%len(settings)]
		t.Run(fmt.Sprint(i), func(t *testing.T) { trials = append(trials, tryOnce(t, s)) })
	}
	judge(t, trials)
}

// A trial is what one run of a setting said.
type trial struct {
	of        setting
	predicted map[stages.Stage]estimate.Estimate
	truths    []float64 // measured, in its blocks
	most      []float64 // that the stage without a cost can save, of the time that it takes nevertheless, in its blocks
}

// trialBlocks is how many comparisons a run has: the fewest of which the exact interval leaves
// out the two that are furthest out.
const trialBlocks = 9

// truthTurns is how often the truth is measured in each of them: those of all runs of a setting
// together have an interval that is short beside that of a prediction.
const truthTurns = 4

func tryOnce(t *testing.T, s setting) trial {
	ctx := context.Background()
	a := s.arm(t)
	defer s.plant(0)
	less := s.fast(t, a)
	gains := map[stages.Stage]*reports.Gains{}
	out := trial{of: s, predicted: map[stages.Stage]estimate.Estimate{}}
	for b := range trialBlocks {
		s.plant(s.cost)
		found, _, err := compareDelays(ctx, a, armTime, s.costless())
		if err != nil {
			t.Fatal(err)
		}
		for _, stage := range causal {
			if v, ok := found.Values[record.Gain(string(stage))]; ok {
				if gains[stage] == nil {
					gains[stage] = new(reports.Gains)
				}
				gains[stage].Add(b, v, found.Values[record.RestGain])
			}
		}
		out.most = append(out.most, found.Values[record.Stage(string(s.costless()), "p50")]*found.Values[record.UnitTasks]/2/found.Time)
		for turn := range truthTurns {
			times := map[time.Duration]float64{}
			costs := []time.Duration{s.cost, less}
			if turn%2 == 1 {
				slices.Reverse(costs)
			}
			for _, cost := range costs {
				s.plant(cost)
				times[cost], _, err = timeArm(armTime, func() (float64, error) {
					slice, err := a.Slice(ctx)
					return slice.Time, err
				})
				if err != nil {
					t.Fatal(err)
				}
			}
			out.truths = append(out.truths, 1-times[less]/times[s.cost])
		}
	}
	for stage, series := range gains {
		out.predicted[stage] = series.Estimate()
	}
	return out
}

// judge compares predictions with truths, which are of all runs of a setting together: their
// interval is much shorter than that of one prediction. A stage without a cost takes some time
// all the same, so that it need not save exactly nothing: from 0 to what that time allows.
func judge(t *testing.T, trials []trial) {
	truths := map[string][]float64{}
	for _, tr := range trials {
		truths[tr.of.String()] = append(truths[tr.of.String()], tr.truths...)
	}
	covered, without, excluded, impossible := 0, 0, 0, 0
	var widths []float64
	for _, tr := range trials {
		truth, e := medianOf(truths[tr.of.String()]), tr.predicted[tr.of.stage]
		in := e.Low <= truth && truth <= e.High
		if in {
			covered++
		}
		widths = append(widths, (e.High-e.Low)/truth)
		var text strings.Builder
		text.WriteString(fmt.Sprintf("%-60s gains %.3f, predicted %.3f [%.3f, %.3f] %v;", tr.of, truth, e.Value, e.Low, e.High, in))
		for _, stage := range causal {
			if e, ok := tr.predicted[stage]; ok && e.Known() && stage != tr.of.stage {
				text.WriteString(fmt.Sprintf(" %s %.3f [%.3f, %.3f]", stage, e.Value, e.Low, e.High))
			}
		}
		if e, ok := tr.predicted[tr.of.costless()]; ok && e.Known() {
			most := medianOf(tr.most)
			text.WriteString(fmt.Sprintf("; %s takes what saves at most %.3f", tr.of.costless(), most))
			without++
			if e.Low > 0 || e.High < 0 {
				excluded++
			}
			if e.Low > most || e.High < 0 {
				impossible++
			}
		}
		t.Log(text.String())
	}
	width := medianOf(widths)
	t.Logf("%d of %d intervals cover the truth; their median width is %.2f of the gain; %d of %d intervals of stages without a cost leave out 0, %d all that they can save", covered, len(trials), width, excluded, without, impossible)
	if 40*covered < 35*len(trials) || width > 0.5 || 10*excluded > without {
		t.Error("not as good as it should be")
	}
}
