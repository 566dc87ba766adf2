package reports

import (
	"bytes"
	"fmt"
	"math"
	"math/rand/v2"
	"testing"
	"time"

	"poolbench/bench/record"
	"poolbench/reports/estimate"
)

// A simulated executor has planted costs and runs in virtual time: a dispatcher that
// hands out a task every period, workers that take the inline cost and the inflated
// work of each, a start, and a last task that is longer by the tail.
type simulated struct {
	fixed, inline, period time.Duration
	inflation, tail       float64
}

// run is the makespan of tasks of some work on workers, in seconds, and the mean time
// within a task.
func (s simulated) run(work float64, tasks, workers int) (makespan, inside float64) {
	free := make([]float64, workers)
	for i := range free {
		free[i] = s.fixed.Seconds()
	}
	for t := range tasks {
		handed := s.fixed.Seconds() + float64(t+1)*s.period.Seconds()
		next := 0
		for i, at := range free {
			if at < free[next] {
				next = i
			}
		}
		busy := s.inflation * work
		inside += busy / float64(tasks)
		free[next] = max(free[next], handed) + s.inline.Seconds() + busy
	}
	for _, at := range free {
		makespan = max(makespan, at)
	}
	if workers > 1 {
		makespan += s.tail * s.inflation * work
	}
	return makespan, inside
}

// A laboratory measures simulated executors.
type laboratory struct {
	seed      uint64
	blocks    int
	noise     float64
	drift     float64
	inside    bool // tasks are timed from inside
	executors map[string]simulated
	names     []string
	workers   []int
	grains    []time.Duration
	tasks     func(grain time.Duration) int
	resource  string
	cores     int
}

func (l laboratory) write(t testing.TB) *record.Record {
	t.Helper()
	rng := rand.New(rand.NewPCG(l.seed, 2))
	var out bytes.Buffer
	rw := record.NewWriter(&out, []record.Field{{Key: "goos", Value: "linux"}, {Key: "goarch", Value: "amd64"}})
	rw.Fact("run", "1")
	rw.Fact("cores", l.cores)
	rw.Fact("workload", record.Workload{Name: "spin", Resource: l.resource})
	for b := 1; b <= l.blocks; b++ {
		rw.Block(b)
		shared := math.Exp(rng.NormFloat64() * l.drift)
		put := func(p record.Point, seconds, inside float64, tasks int) {
			noise := shared * math.Exp(rng.NormFloat64()*l.noise)
			values := map[string]float64{record.UnitTime: seconds * noise, record.UnitTasks: float64(tasks)}
			if l.inside && inside > 0 {
				values[record.UnitTaskTime], values[record.UnitTaskShare] = inside*noise, 0.5
			}
			if err := rw.Result(record.Result{Point: p, Values: values}); err != nil {
				t.Fatal(err)
			}
		}
		for _, g := range l.grains {
			n := l.tasks(g)
			put(record.GridPoint(record.Serial, "spin", 1, g), g.Seconds()*float64(n), 0, n)
			for _, name := range l.names {
				for _, p := range l.workers {
					seconds, inside := l.executors[name].run(g.Seconds(), n, p)
					put(record.GridPoint(name, "spin", p, g), seconds, inside, n)
				}
			}
		}
	}
	rw.Fact("end", record.End{Blocks: l.blocks, Elapsed: 1})
	rec, err := record.Read(&out, "simulated.txt")
	if err != nil {
		t.Fatal(err)
	}
	return rec
}

// simulation has one executor, "pool", on 8 cores; jobs take about 20 ms of work.
func simulation(s simulated) laboratory {
	return laboratory{seed: 1, blocks: 20, inside: true, executors: map[string]simulated{"pool": s}, names: []string{"pool"},
		workers: []int{1, 2, 4, 8}, grains: ratio4(time.Microsecond, 6), resource: "wait", cores: 8,
		tasks: func(g time.Duration) int { return max(48, min(2048, int(20*time.Millisecond/g)/8*8)) }}
}

// ratio4 is a grid from low that grows n times by a factor of 4.
func ratio4(low time.Duration, n int) []time.Duration {
	grains := []time.Duration{low}
	for range n {
		grains = append(grains, grains[len(grains)-1]*4)
	}
	return grains
}

func masterOf(t *testing.T, d *Set, executor string) Master {
	t.Helper()
	for _, m := range Masters(d) {
		if m.Executor == executor {
			return m
		}
	}
	t.Fatalf("no master model of %s in %+v", executor, Masters(d))
	return Master{}
}

// The five costs of a simulated executor come back, and what they predict is what is
// measured.
func TestMasterIsRecovered(t *testing.T) {
	for _, s := range []simulated{
		{fixed: 300 * time.Microsecond, inline: 8 * time.Microsecond, period: 3 * time.Microsecond, inflation: 1.2, tail: 2},
		{fixed: 2 * time.Millisecond, inline: 40 * time.Microsecond, period: 9 * time.Microsecond, inflation: 1.05, tail: 1},
		{fixed: 200 * time.Microsecond, inline: 2 * time.Microsecond, period: 1 * time.Microsecond, inflation: 1.5, tail: 3},
	} {
		t.Run(fmt.Sprintf("%+v", s), func(t *testing.T) {
			m := masterOf(t, NewSet(simulation(s).write(t)), "pool")
			if m.Why != "" || !m.Inside {
				t.Fatalf("%+v", m)
			}
			near(t, "F", m.Fixed.Value, s.fixed.Seconds(), 0.1)
			near(t, "h", m.Inline.Value, s.inline.Seconds(), 0.05)
			near(t, "φ", m.Inflation.Value, s.inflation, 0.001)
			near(t, "d", m.Period.Value, s.period.Seconds(), 0.05)
			near(t, "tail", m.Tail.Value, s.tail, 0.15)
			t.Logf("F %v h %v d %v φ %v tail %v misfit %v", m.Fixed.Value, m.Inline.Value, m.Period.Value, m.Inflation.Value, m.Tail.Value, m.Misfit)
			e, ok := m.CrossoverError()
			t.Logf("crossover %v against %v; pools %d %d regret %v", m.Predicted.At, m.Measured.At, m.PredictedPool, m.MeasuredPool, m.Regret)
			if !ok || math.Abs(e) > 0.05 {
				t.Errorf("the crossover is predicted %+v, measured %+v", m.Predicted, m.Measured)
			}
			if m.PredictedPool != m.MeasuredPool || m.Regret > 0.05 {
				t.Errorf("the best pool is predicted %d, measured %d", m.PredictedPool, m.MeasuredPool)
			}
		})
	}
}

// With noise and drift the intervals of the costs hold what was planted.
func TestMasterCoverage(t *testing.T) {
	seeds := seedsFor(12, 200)
	s := simulated{fixed: 300 * time.Microsecond, inline: 8 * time.Microsecond, period: 3 * time.Microsecond, inflation: 1.2, tail: 2}
	names := []string{"F", "h", "φ", "d", "tail"}
	truth := []float64{s.fixed.Seconds(), s.inline.Seconds(), s.inflation, s.period.Seconds(), s.tail}
	covered := make([]uint64, len(names))
	for seed := range seeds {
		l := simulation(s)
		l.seed, l.noise, l.drift = seed, 0.02, 0.1
		m := masterOf(t, NewSet(l.write(t)), "pool")
		for i, e := range []estimate.Estimate{m.Fixed, m.Inline, m.Inflation, m.Period, m.Tail} {
			if e.Low <= truth[i] && truth[i] <= e.High {
				covered[i]++
			}
		}
	}
	for i, name := range names {
		rate := float64(covered[i]) / float64(seeds)
		t.Logf("%s: %.0f %% of %d covered", name, 100*rate, seeds)
		if rate < 0.8 {
			t.Errorf("%s is covered %.0f %% of the time", name, 100*rate)
		}
	}
}

// What cannot be told has a reason, and no number that is not one.
func TestMasterOutcomes(t *testing.T) {
	usual := simulated{fixed: 300 * time.Microsecond, inline: 8 * time.Microsecond, period: 3 * time.Microsecond, inflation: 1.2, tail: 2}
	for _, test := range []struct {
		name   string
		change func(l *laboratory)
		check  func(m Master) bool
	}{
		{"few blocks", func(l *laboratory) { l.blocks = 5 }, func(m Master) bool { return m.Why != "" }},
		{"one pool size, few grains", func(l *laboratory) { l.workers, l.grains = []int{2}, l.grains[:4] }, func(m Master) bool { return m.Why != "" }},
		{"one pool size", func(l *laboratory) { l.workers = []int{4} }, func(m Master) bool { return m.PredictedPool == 0 }},
		{"no costs at all", func(l *laboratory) { l.executors["pool"] = simulated{inflation: 1} }, func(m Master) bool {
			return m.Why == "" && m.Inline.Value < 1e-9 && m.Fixed.Value < 1e-6 && m.Predicted.Outcome == estimate.Always
		}},
		{"never pays", func(l *laboratory) { l.executors["pool"] = simulated{inflation: 9, inline: time.Microsecond} }, func(m Master) bool {
			return m.Why == "" && m.Predicted.Outcome == estimate.Never && m.Measured.Outcome == estimate.Never
		}},
		{"not from inside", func(l *laboratory) { l.inside = false }, func(m Master) bool {
			return m.Why == "" && !m.Inside && math.Abs(m.Inflation.Value-1.2) < 0.02
		}},
		{"workers that a machine of 2 cores cannot have", func(l *laboratory) { l.cores, l.resource = 2, "cpu" }, func(m Master) bool { return m.Why != "" && m.Misfit > 1 }},
	} {
		t.Run(test.name, func(t *testing.T) {
			l := simulation(usual)
			test.change(&l)
			d := NewSet(l.write(t))
			checkNumbers(t, d)
			for _, m := range Masters(d) {
				t.Logf("%+v", m)
				if !test.check(m) {
					t.Errorf("%+v", m)
				}
				for _, e := range []estimate.Estimate{m.Fixed, m.Inline, m.Inflation, m.Period, m.Tail, m.Predicted.At} {
					if e.Low > e.Value || e.Value > e.High || e.Low < 0 {
						t.Errorf("an interval without its value: %+v", e)
					}
				}
			}
		})
	}
}
