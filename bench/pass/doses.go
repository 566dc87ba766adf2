package pass

import (
	"context"
	"slices"
	"time"

	"poolbench/bench/arm"
	"poolbench/executors/stages"
)

// doses are how long a delay in each stage is. A stage that is missing has none.
type doses map[stages.Stage]time.Duration

// causal are the stages into which delays are planted.
var causal = []stages.Stage{stages.Submit, stages.Encode, stages.Send, stages.Start, stages.Run, stages.Decode}

// looks is how many slices are watched to tell how long stages take: one may have been
// disturbed as a whole.
const looks = 5

// watchDoses is how long a task is in each stage by itself: the median of some slices. The
// slice and the times are those of the last. A plain loop has no doses.
func watchDoses(ctx context.Context, a arm.Arm) (s arm.Slice, times stages.Times, dose doses, err error) {
	seen := map[stages.Stage][]time.Duration{}
	for range looks {
		var w *stages.Watched
		if s, w, err = watchSlice(ctx, a); w == nil || err != nil {
			return s, times, nil, err
		}
		times = w.Times()
		for stage, d := range dosesOf(times) {
			seen[stage] = append(seen[stage], d)
		}
	}
	dose = doses{}
	for stage, of := range seen {
		slices.Sort(of)
		dose[stage] = of[len(of)/2]
	}
	return s, times, dose, nil
}

func (d doses) without(stage stages.Stage) doses {
	out := doses{}
	for s, dose := range d {
		if s != stage {
			out[s] = dose
		}
	}
	return out
}

// dosesOf is how long a task is in each stage by itself, in one slice.
func dosesOf(t stages.Times) doses {
	out := doses{}
	for _, stage := range causal {
		if of, ok := t.Of(stage); ok {
			out[stage] = typical(of, stage == stages.Run)
		}
	}
	// Submit has the encoding in it; and where there is one, the worker is another process,
	// whose start is to be woken, or nothing where it has tasks in advance: no work of a task.
	if encode, ok := out[stages.Encode]; ok {
		out[stages.Submit] = max(0, out[stages.Submit]-encode)
		delete(out, stages.Start)
	}
	return out
}

// away is what a thread that lost its CPU is away for at least: slices of schedulers are
// longer.
const away = time.Millisecond

// rare is how many times as long as nine tasks of ten a stage of the pool takes at most: a
// thread of it is also away for as long as another one, which it woke, has its CPU.
const rare = 10

// typical is how long a stage takes for a task. A thread that lost its CPU is no part of it:
// where most tasks take the same it is the median, else the mean of those that took less than
// away longer, and, unless it is the task's own function, of which few may be long, were not
// rare.
func typical(of stages.Time, own bool) time.Duration {
	half, most := of.Quantile(0.5), of.Quantile(0.9)
	if 2*most <= 3*half {
		return half
	}
	longest := half + away
	if !own {
		longest = min(longest, rare*most)
	}
	return of.MeanWithin(longest)
}
