package pass

import (
	"context"
	"testing"
	"time"

	"poolbench/bench/arm"
	"poolbench/bench/record"
	"poolbench/executors"
	"poolbench/executors/process"
	"poolbench/workloads"
)

// Every executor has the stages that it can have, all units are known, and what they say
// holds together: no worker is within tasks for longer than the slice.
func TestStages(t *testing.T) {
	own := []string{"submit", "queue", "start", "run"}
	for _, kind := range kinds {
		t.Run(kind.Name, func(t *testing.T) {
			s, files, err := Stages.Around(context.Background(), armOf(t, kind, workloads.Spin, 20*time.Microsecond))
			if err != nil || len(files) > 0 {
				t.Fatal(err, files)
			}
			want := own
			if kind.Name == process.Kind.Name {
				want = append(want[:len(want):len(want)], "encode", "send", "reply", "decode")
			}
			for _, stage := range want {
				last := 0.0
				for _, value := range []string{"p50", "p90", "p99"} {
					v, ok := s.Values[record.Stage(stage, value)]
					if !ok || v < last {
						t.Errorf("%s of %s is %v, after %v", value, stage, v, last)
					}
					last = v
				}
			}
			for unit, v := range s.Values {
				if record.UnitOf(unit).Means == "" || v < 0 {
					t.Errorf("%v %s", v, unit)
				}
			}
			busy, busiest := s.Values[record.UnitBusy], s.Values[record.UnitBusiest]
			if busy <= 0 || busy > busiest || busiest > s.Time {
				t.Errorf("busy %v, the busiest %v, of %v", busy, busiest, s.Time)
			}
			if s.Values[record.UnitWatched] != 1 || s.Values[record.UnitTasks] == 0 {
				t.Errorf("%v", s.Values)
			}
		})
	}
}

// A plain loop has no stages, and what is no job on an executor cannot have any.
func TestStagesOfNothing(t *testing.T) {
	s, _, err := Stages.Around(context.Background(), armOf(t, executors.Serial, workloads.Spin, 20*time.Microsecond))
	if _, there := s.Values[record.UnitWatched]; there || err != nil || s.Time <= 0 {
		t.Errorf("%+v, %v", s, err)
	}
	if _, _, err := Stages.Around(context.Background(), arm.Failed{}); err != errNoExecutor {
		t.Error(err)
	}
}

// The timeline of real jobs keeps to the format, with a lane a worker.
func TestTimelineOfJobs(t *testing.T) {
	for _, kind := range kinds {
		t.Run(kind.Name, func(t *testing.T) {
			s, files, err := Timeline.Around(context.Background(), armOf(t, kind, workloads.Spin, 20*time.Microsecond))
			if err != nil || len(files) != 1 || files[0].Name != "timeline.json" {
				t.Fatal(err, files)
			}
			tasks := 0
			for _, e := range events(t, files[0].Content) {
				if e.Phase == "X" && e.Name == "task" {
					tasks++
				}
			}
			if tasks != int(s.Values[record.UnitTasks]) {
				t.Errorf("%d tasks of %v", tasks, s.Values[record.UnitTasks])
			}
		})
	}
}

// BenchmarkWatched is a job of tasks of 100 µs with its stages timed and without, in turns:
// how much longer it takes with them.
func BenchmarkWatched(b *testing.B) {
	for _, kind := range []executors.Kind{executors.Goroutines, process.Kind} {
		b.Run(kind.Name, func(b *testing.B) {
			a := armOf(b, kind, workloads.Spin, 100*time.Microsecond)
			ctx := context.Background()
			var ratios []float64
			for i := range 2 * max(b.N, 1) {
				var with, without arm.Slice
				var err error
				timed := func() { with, _, err = Stages.Around(ctx, a) }
				plain := func() { without, err = a.Slice(ctx) }
				first, second := timed, plain
				if i%2 == 1 {
					first, second = plain, timed
				}
				if first(); err == nil {
					second()
				}
				if err != nil {
					b.Fatal(err)
				}
				ratios = append(ratios, with.Time/without.Time)
			}
			b.ReportMetric(100*(medianOf(ratios)-1), "%slower")
			b.ReportMetric(0, "ns/op")
		})
	}
}
