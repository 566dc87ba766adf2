package workloads

import (
	"errors"
	"fmt"
	"math"
	"strconv"
	"time"
)

var arrivalRate = Axis{"rate", "tasks that arrive in the time of one: the workers that they keep busy, above 0 and up to 100", []string{"0.5", "0.9", "1.8", "3.6"}}

const unitLoad = "erlang"

// Arrivals is tasks that wait for the grain, and that arrive one by one at random times
// (Poisson, by the seed), whether earlier ones are done or not. Values are how long after its
// arrival each was done, by the plan: a task that is submitted late, because the submitter was
// held up, has been late since then, so that there is no coordinated omission (Tene, "How NOT
// to measure latency"). Tasks are submitted when a timer of the runtime fires, which in an
// idle process is up to 1 ms late.
//
// Below as many arrivals as workers can take the latency is that of a queue M/D/P, which is
// flat and then steep; above it grows as long as the job lasts. The makespan is that of the
// arrivals, so a speedup says nothing below 1 arrival per task. The plain loop takes one task
// after the other as they arrive.
var Arrivals = register(Workload{
	Name:     "arrivals",
	Doc:      "tasks that wait for the grain and arrive at random times: how late they are done",
	Resource: Wait,
	Grains:   []time.Duration{2 * time.Millisecond},
	Axes:     []Axis{arrivalRate},
	Tasks:    200,
	New:      newArrivals,
	Truth:    "a number made from the seed of each task; in virtual time latencies are those of the queue M/D/P",
	Source:   "none: the makespan is that of the arrivals, whatever the workers, until these are too few",
})

// arrivals is the job. Where it does not say otherwise it is its tasks.
type arrivals struct {
	*stage[nap, uint64]
	rate float64
	plan []time.Duration // when each task arrives, from the begin; ascending
	late latencies
}

func newArrivals(p Params) (Job, error) {
	rate, err := strconv.ParseFloat(p.Text(arrivalRate), 64)
	if err != nil || !(rate > 0 && rate <= 100) {
		return nil, fmt.Errorf("workloads: rate=%q is no number above 0 and up to 100", p.Text(arrivalRate))
	}
	s, err := napBatch(func(uint64) time.Duration { return p.Grain }, false).stage(p, newTaskClock(p.Grain, p.Tasks))
	if err != nil {
		return nil, err
	}
	a := &arrivals{stage: s, rate: rate, plan: make([]time.Duration, p.Tasks), late: newLatencies()}
	random, at := stream(taskSeed(^p.Seed, p.Tasks)), 0.0
	for i := range a.plan {
		at += -math.Log(1-float64(random.next()>>11)/(1<<53)) * p.Grain.Seconds() / rate
		a.plan[i] = time.Duration(at * float64(time.Second))
	}
	return a, nil
}

func (a *arrivals) reset() {
	a.stage.reset()
	a.late.reset()
}

// Values is that of Meter.
func (a *arrivals) Values() map[string]float64 {
	values := a.late.values()
	if values != nil {
		values[unitLoad] = a.rate
	}
	return values
}

// Check is that of Job.
func (a *arrivals) Check() error {
	if a.late.histogram.TotalCount() != int64(len(a.plan)) {
		return errors.New("not all tasks were done")
	}
	return a.stage.Check()
}
