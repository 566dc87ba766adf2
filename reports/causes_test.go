package reports_test

import (
	"math"
	"slices"
	"strings"
	"testing"

	"poolbench/bench/record"
	"poolbench/reports"
	"poolbench/reports/checker"
	"poolbench/reports/planted"
)

// profiled is the planted world of passes, with other shares of one pool where they are given.
func profiled(t *testing.T, change func(w *planted.World)) (*record.Record, *reports.Set) {
	t.Helper()
	w := planted.Worlds(1, 20, 0.02)["profiled"]
	if change != nil {
		change(&w)
	}
	rec, err := w.Record()
	if err != nil {
		t.Fatal(err)
	}
	return rec, reports.NewSet(rec)
}

func lossOf(t *testing.T, s *reports.Set, executor string) reports.Loss {
	t.Helper()
	for _, l := range reports.Losses(s) {
		if l.Executor == executor {
			return l
		}
	}
	t.Fatalf("no loss of %s", executor)
	return reports.Loss{}
}

// Points of passes are in no analysis of the grid: it is the same with and without them.
func TestPassesAreApart(t *testing.T) {
	plain, _ := profiled(t, func(w *planted.World) { w.Passes = nil })
	with, s := profiled(t, nil)
	if len(s.Passes().Points()) == 0 {
		t.Fatal("no points of passes")
	}
	for _, p := range s.Passes().Points() {
		if p.Pass() == "" || p.IsGrid() {
			t.Errorf("%s is no point of a pass", p.Name())
		}
	}
	questions := []reports.Question{reports.Which, reports.Short, reports.Expect, reports.Trust}
	for i, a := range reports.Answer(reports.NewSet(plain), questions...) {
		b := reports.Answer(s, questions...)[i]
		for j, sentence := range a.Sentences {
			if sentence.Text != b.Sentences[j].Text {
				t.Errorf("without passes %q, with them %q", sentence.Text, b.Sentences[j].Text)
			}
		}
	}
	if n := reports.NewSet(with).Blocks(); n != 20 {
		t.Errorf("%d blocks, want those of the grid", n)
	}
	tabled := map[string]bool{}
	for _, u := range reports.Values(s) {
		for _, row := range u.Rows {
			tabled[row.Point.Name()+" "+u.Unit.Name] = true
		}
	}
	for _, p := range s.Passes().Points() {
		unit := map[string]string{"stages": record.UnitBusy, "counters": record.UnitMutexWait, "mutex": record.UnitMutexWait}[p.Pass()]
		if !tabled[p.Name()+" "+unit] {
			t.Errorf("%s has no row for %s", p.Name(), unit)
		}
	}
}

func stagesOf(busy, busiest, starved, unserved, starting float64) map[string]float64 {
	return map[string]float64{record.UnitBusy: busy, record.UnitBusiest: busiest, record.UnitStarved: starved, record.UnitUnserved: unserved, record.UnitStarting: starting}
}

// Work that hardly computes has slices that took no CPU time, of which nothing is told: that
// takes the interval from no cause.
func TestCausesWithoutCPUTime(t *testing.T) {
	rec, _ := profiled(t, nil)
	for _, r := range rec.Results {
		if r.Block%4 > 0 {
			delete(r.Values, record.UnitUser)
		}
	}
	if l := lossOf(t, reports.NewSet(rec), "goroutines"); !l.Sure || !l.Lost.Known() {
		t.Errorf("%+v", l)
	}
}

// told has goroutines tell these values of the pass stages, and those of the others.
func told(stages, others map[string]float64) func(pass, executor string, workers int) map[string]float64 {
	return func(pass, executor string, _ int) map[string]float64 {
		switch {
		case executor != "goroutines":
			return nil
		case pass == "stages":
			return stages
		}
		return others
	}
}

// Each cause is named first where its evidence is, with its share of the lost time.
func TestCausesAreNamed(t *testing.T) {
	stages := stagesOf
	const useful = 0.6 // speedup 1.2 on 2 workers
	for _, test := range []struct {
		cause    string
		stages   map[string]float64
		counters map[string]float64
		share    float64
	}{
		{"a lock", stages(0.6, 0.6, 0, 0.4, 0), map[string]float64{record.UnitMutexWait: 0.36}, 0.9},
		{"dispatch", stages(0.6, 0.61, 0, 0.39, 0), map[string]float64{record.UnitMutexWait: 0.02}, 0.37 / 0.4},
		{"imbalance", stages(0.6, 0.96, 0, 0.04, 0), nil, 0.9},
		{"imbalance", stages(0.6, 0.6, 0.04, 0, 0), nil, 0.9}, // the end, while others run
		{"a serial part", stages(0.6, 0.61, 0.38, 0.01, 0), nil, 0.95},
		{"start-up", stages(0.6, 0.6, 0, 0.1, 0.3), nil, 0.75},
		{"garbage collection", stages(0.97, 0.98, 0, 0, 0), map[string]float64{record.UnitGCShare: 0.4, record.UnitUser: 1.5, record.UnitSystem: 0.1}, 0.32 / 0.4},
		{"garbage collection", stages(0.98, 0.99, 0, 0, 0), map[string]float64{record.UnitGCShare: 0.3, record.UnitUser: 1.9, record.UnitSystem: 0.1, record.UnitRunnable: 0.7}, 0.3 / 0.4}, // others are ready meanwhile
		{"throttling", stages(0.9, 0.9, 0, 0.1, 0), map[string]float64{record.UnitThrottled: 0.6}, 0.75},
		{"starvation", stages(0.98, 0.99, 0, 0, 0), map[string]float64{record.UnitRunnable: 0.7}, 0.35 / 0.4},
		{reports.Unexplained, stages(0.98, 1, 0, 0, 0), nil, 0.95},
	} {
		t.Run(test.cause, func(t *testing.T) {
			rec, s := profiled(t, func(w *planted.World) { w.Passes = told(test.stages, test.counters) })
			l := lossOf(t, s, "goroutines")
			first := l.Blamed[0]
			name := first.Cause.Name
			if name == "" {
				name = reports.Unexplained
			}
			if name != test.cause || l.Sure == (test.cause == reports.Unexplained) {
				t.Errorf("%q first, sure: %v, want %q: %+v", name, l.Sure, test.cause, l.Blamed)
			}
			if math.Abs(first.Share.Value-test.share) > 0.05 {
				t.Errorf("share %v, want %v", first.Share.Value, test.share)
			}
			sum := 0.0
			for _, b := range l.Blamed {
				sum += b.Share.Value
			}
			if math.Abs(sum-1) > 1e-9 || math.Abs(l.Lost.Value-(1-useful)) > 0.05 {
				t.Errorf("the shares add up to %v, of %v lost", sum, l.Lost.Value)
			}
			for _, err := range checker.Check(rec, reports.Answer(s, reports.Questions()...)) {
				t.Error(err)
			}
		})
	}
}

// CPUs that others had are told beside the cause, which is judged on what the machine gave:
// its share of the rest is what it is with all CPUs.
func TestCausesWithoutAllCPUs(t *testing.T) {
	for _, test := range []struct {
		name, cause   string
		stages        map[string]float64 // with all CPUs
		counters      map[string]float64
		rest          float64 // share of the cause of what is lost with all CPUs
		lone          bool
		short         float64
		missing, lost float64
	}{
		// Of a speedup of 1.2 on 2 workers 0.6 is useful. Slices are 1/(1-0.2) as long: of the time
		// of the workers 0.2 is missing and 0.8 × 0.4 lost else, 0.52 together.
		{"lock", "a lock", stagesOf(0.6, 0.6, 0, 0.4, 0), map[string]float64{record.UnitMutexWait: 0.36}, 0.9, true, 0.2, 0.2 / 0.52, 0.52},
		{"lock of computing workers", "a lock", stagesOf(0.9, 0.9, 0, 0.1, 0), map[string]float64{record.UnitMutexWait: 0.36}, 0.9, false, 0.2, 0.2 / 0.52, 0.52},
		{"dispatch", "dispatch", stagesOf(0.6, 0.61, 0, 0.39, 0), map[string]float64{record.UnitMutexWait: 0.02}, 0.37 / 0.4, true, 0.2, 0.2 / 0.52, 0.52},
		{"imbalance", "imbalance", stagesOf(0.6, 0.96, 0, 0.04, 0), nil, 0.9, false, 0.2, 0.2 / 0.52, 0.52},
		{"collection", "garbage collection", stagesOf(0.97, 0.98, 0, 0, 0), map[string]float64{record.UnitGCShare: 0.4, record.UnitUser: 1.5, record.UnitSystem: 0.1}, 0.32 / 0.4, false, 0.2, 0.2 / 0.52, 0.52},
		{"starvation", "starvation", stagesOf(0.98, 0.99, 0, 0, 0), map[string]float64{record.UnitRunnable: 0.7}, 0.35 / 0.4, false, 0.2, 0.2 / 0.52, 0.52},
		{"no starvation", "dispatch", stagesOf(0.7, 0.7, 0, 0.3, 0), map[string]float64{record.UnitRunnable: 0}, 0.75, false, 0.2, 0.2 / 0.52, 0.52},
		{"most of it", "missing capacity", stagesOf(0.7, 0.7, 0, 0.3, 0), nil, 0, false, 0.5, 0.5 / 0.7, 0.7},
	} {
		t.Run(test.name, func(t *testing.T) {
			rec, s := profiled(t, func(w *planted.World) {
				w.Passes = told(test.stages, test.counters)
				w.Short = func(pass, executor string, workers, block int) (float64, bool) {
					switch {
					case executor != "goroutines":
						return 0, false
					case pass == "": // the same in all, so that shares of it are known
						return test.short, test.lone
					}
					return test.short * float64(block%3) / 2, test.lone // another time, another share
				}
			})
			l := lossOf(t, s, "goroutines")
			first := l.Blamed[0]
			if first.Cause.Name != test.cause || !l.Sure {
				t.Errorf("%q first, sure: %v, want %q: %+v", first.Cause.Name, l.Sure, test.cause, l.Blamed)
			}
			for what, x := range map[string][2]float64{"missing": {l.Missing.Value, test.missing}, "lost": {l.Lost.Value, test.lost},
				"the cause": {first.Share.Value, max(test.rest*(1-test.missing), test.missing*(1-math.Ceil(test.rest)))}} {
				if math.Abs(x[0]-x[1]) > 0.05 {
					t.Errorf("%s is %v, want %v: %+v", what, x[0], x[1], l.Blamed)
				}
			}
			for _, err := range checker.Check(rec, reports.Answer(s, reports.Questions()...)) {
				t.Error(err)
			}
		})
	}
}

// Where threads lack a CPU but slices are no longer for it, nothing is missing: a job that one
// thread at a time can do has no use for more. That they lack it is told where no cause is.
func TestCPUsOfNoUse(t *testing.T) {
	rec, _ := profiled(t, func(w *planted.World) {
		w.Short = func(string, string, int, int) (float64, bool) { return 0, false }
	})
	for i, r := range rec.Results {
		if r.Point.Workers() == 2 && r.Values[record.UnitTime] > 0 {
			seconds := r.Values[record.UnitTime]
			lacked := (float64(2+r.Block%2)*0.2 + 1e-4*float64(r.Block)) * seconds // in most of the calmest 0.4
			rec.Results[i].Values[record.UnitRan], rec.Results[i].Values[record.UnitWaited], rec.Results[i].Values[record.UnitOthers] = 1.05*seconds, lacked, lacked
		}
	}
	s := reports.NewSet(rec)
	l := lossOf(t, s, "threads")
	if math.Abs(l.Missing.Value) > 0.02 || math.Abs(l.Lacked.Value-0.2) > 0.02 || l.Sure {
		t.Errorf("missing %v, lacked %v, sure: %v", l.Missing, l.Lacked, l.Sure)
	}
	told := slices.ContainsFunc(reports.Where.Answer(s).Sentences, func(x reports.Sentence) bool {
		return strings.Contains(x.Text, "cannot be told where workers are without a CPU for 20 %")
	})
	if !told {
		t.Error("no sentence says that workers lacked a CPU")
	}
	for _, err := range checker.Check(rec, reports.Answer(s, reports.Questions()...)) {
		t.Error(err)
	}
}

// Threads that wait while nobody else has a CPU wait for each other: that is the pool's doing.
func TestWaitsForEachOther(t *testing.T) {
	rec, _ := profiled(t, func(w *planted.World) {
		w.Short = func(string, string, int, int) (float64, bool) { return 0.4, false }
	})
	for i := range rec.Results {
		if rec.Results[i].Values[record.UnitOthers] > 0 {
			rec.Results[i].Values[record.UnitOthers] = 0
		}
	}
	if l := lossOf(t, reports.NewSet(rec), "goroutines"); l.Missing.Value != 0 {
		t.Errorf("missing is %v", l.Missing)
	}
}

// Workers beyond the cores are the first cause of work that computes, and none of work that
// waits; memory is one of work that it limits; and what is level is not told.
func TestCausesOfTheMachine(t *testing.T) {
	_, s := profiled(t, nil)
	if l := lossOf(t, s, "spawn"); l.Blamed[0].Cause.Name != "oversubscription" || !l.Sure {
		t.Errorf("8 workers on 2 cores: %+v", l.Blamed)
	}
	if l := lossOf(t, s, "threads"); l.Sure {
		t.Errorf("two level causes: %+v", l.Blamed)
	}
	_, s = profiled(t, func(w *planted.World) { w.Resource = "wait" })
	if l := lossOf(t, s, "spawn"); l.Blamed[0].Cause.Name == "oversubscription" {
		t.Errorf("8 workers that wait: %+v", l.Blamed)
	}
	_, s = profiled(t, func(w *planted.World) {
		w.Memory, w.Gave, w.Curve = 1.2, func(int) float64 { return 2 }, &record.Curve{Of: record.LimitBandwidth}
		w.Passes = func(pass, executor string, workers int) map[string]float64 {
			if executor == "goroutines" && pass == "stages" {
				return map[string]float64{record.UnitBusy: 0.98, record.UnitBusiest: 0.99}
			}
			return nil
		}
	})
	if l := lossOf(t, s, "goroutines"); l.Blamed[0].Cause.Name != "memory bandwidth" {
		t.Errorf("memory that gives 1.2 of 2: %+v", l.Blamed)
	}
}

// The efficiencies multiply to the global one within 1 %, which is what was measured without
// a pass within 5 points.
func TestEfficienciesMultiply(t *testing.T) {
	_, s := profiled(t, nil)
	found := 0
	for _, e := range reports.Efficiencies(s) {
		found++
		parallel := e.Balance.Value * e.Scheduling.Value
		if math.Abs(parallel/e.Parallel.Value-1) > 0.01 || math.Abs(parallel*e.Computation.Value/e.Global.Value-1) > 0.01 {
			t.Errorf("%v: %v × %v is %v, × %v is %v", e.Point, e.Balance.Value, e.Scheduling.Value, e.Parallel.Value, e.Computation.Value, e.Global.Value)
		}
		if math.Abs(e.Global.Value-e.Measured.Value) > 0.05 {
			t.Errorf("%v: global %v, measured %v", e.Point, e.Global.Value, e.Measured.Value)
		}
	}
	if found != 4 {
		t.Errorf("%d pools with efficiencies, want 4", found)
	}
}

// The sentence names cause, share and cure, and says what is missing.
func TestCauseSentences(t *testing.T) {
	_, s := profiled(t, nil)
	text := map[string]string{}
	for _, sentence := range reports.Where.Answer(s).Sentences {
		name, rest, _ := strings.Cut(sentence.Text, ": ")
		if text[name] == "" {
			text[name] = rest
		}
	}
	for pool, want := range map[string][]string{
		"goroutines with 2 workers": {"of the workers' time is lost, first to waiting for a lock", "split it"},
		"threads with 2 workers":    {"what first cannot be told", "without the pass counters"},
		"spawn with 8 workers":      {"first to workers beyond the cores", "as many workers as there are cores"},
		"processes with 2 workers":  {"not worth a cure"},
	} {
		for _, part := range want {
			if !strings.Contains(text[pool], part) {
				t.Errorf("%s: %q lacks %q", pool, text[pool], part)
			}
		}
	}
}
