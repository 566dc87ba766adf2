package probe

import (
	"math"
	"testing"
	"testing/synctest"
	"time"

	"poolbench/bench/arm"
	"poolbench/bench/record"
)

// Workers whose step waits take as long whatever the others do: together they deliver
// their number, less those that are idle.
func TestGangTellsWhatItDelivers(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		const workers, quota, step = 4, 20, 500 * time.Microsecond
		g := newGang(workers)
		defer g.close()
		for _, test := range []struct{ n, idle int }{{1, 0}, {2, 0}, {4, 0}, {4, 1}, {4, 3}} {
			seconds, err := g.round(func(*triad) bool { time.Sleep(step); return true }, test.n, test.idle, quota)
			if err != nil {
				t.Fatal(err)
			}
			one := (quota * step).Seconds()
			if got, want := float64(test.n)*one/seconds, float64(test.n-test.idle); math.Abs(got-want) > 1e-9 {
				t.Errorf("%d workers, %d of them idle, deliver %v times one, want %v", test.n, test.idle, got, want)
			}
		}
	})
}

func TestGangFindsWrongAnswers(t *testing.T) {
	g := newGang(2)
	defer g.close()
	if _, err := g.round(func(*triad) bool { return false }, 2, 0, 3); err == nil {
		t.Error("a wrong answer is not seen")
	}
}

// The probe of the machine is a source like any other.
func TestMachine(t *testing.T) {
	source := Machine{Workers: []int{1, 2}}.Source()
	points, err := source.Points()
	if err != nil || len(points) < 3 {
		t.Fatalf("points %v, %v", points, err)
	}
	session, err := source.Open(t.Context(), arm.Setup{
		Calibrate: func(name string, timed func(int64) float64) (record.Calibration, error) { return Calibrate(timed) },
		Tell:      func(string, any) {},
	})
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := session.Close(); err != nil {
			t.Error(err)
		}
	}()
	for _, p := range points {
		a, err := session.Arm(t.Context(), p)
		if err != nil {
			t.Fatal(err)
		}
		if s, err := a.Slice(t.Context()); err != nil || !(s.Time > 0) || math.IsInf(s.Time, 0) {
			t.Errorf("%s: %+v, %v", p, s, err)
		}
	}
	if _, err := session.Arm(t.Context(), record.NewPoint(record.CapacityBenchmark, "workers", "3")); err == nil {
		t.Error("a probe of more workers than there are")
	}
	if _, err := (Machine{Workers: []int{0}}).Source().Points(); err == nil {
		t.Error("a probe of no workers")
	}
}
