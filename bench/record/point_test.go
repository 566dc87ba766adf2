package record_test

import (
	"strings"
	"testing"
	"time"

	. "poolbench/bench/record"
)

func TestPointNames(t *testing.T) {
	for _, test := range []struct {
		point        Point
		name, people string
	}{
		{goroutines, "Grid/executor=goroutines/workload=spin/workers=2/grain=10000", "goroutines × 2, spin, 10 µs"},
		{plain, "Grid/executor=serial/workload=spin/workers=1/grain=10000", "serial, spin, 10 µs"},
		{GridPoint("x", "tiny", 8, 0).With("payload", "64"), "Grid/executor=x/workload=tiny/workers=8/grain=0/payload=64", "x × 8, tiny, 64 B"},
		{GridPoint("x", "y", 1, 0).With("start", "fork").With("dial", "0.5").With("chunk", "4"), "Grid/executor=x/workload=y/workers=1/grain=0/chunk=4/start=fork/dial=0.5", "x × 1, y, chunk=4, start=fork, dial=0.5"},
		{NewPoint("Grid", "executor", "x", "workload", "spin", "workers", "2", "units", "2000"), "Grid/executor=x/workload=spin/workers=2/grain=0/units=2000", "x × 2, spin, 2000 units"},
		{NewPoint(CapacityBenchmark, "workers", "2"), "Capacity/workers=2", "capacity × 2"},
		{NewPoint("Encode", "size", "1k"), "Encode/size=1k", "Encode/size=1k"},
	} {
		if got := test.point.Name(); got != test.name {
			t.Errorf("name %q, want %q", got, test.name)
		}
		if got := test.point.String(); got != test.people {
			t.Errorf("%q, want %q", got, test.people)
		}
		if got, err := ParsePoint("", test.name); err != nil || got != test.point || got.Check() != nil {
			t.Errorf("%s: %+v, %v", test.name, got, err)
		}
	}
}

func TestParsePoint(t *testing.T) {
	mine := func(pairs ...string) Point {
		return NewPoint("Mine", append([]string{"executor", "x", "workload", "spin", "workers", "3"}, pairs...)...)
	}
	for _, test := range []struct {
		name string
		want Point // the zero value for no point of a grid
		err  string
	}{
		{"Mine/workload=spin/executor=x/workers=3", mine(), ""},
		{"Mine/workload=spin/executor=x/workers=03/payload=0", mine(), ""},
		{"Mine/colour=red/executor=x/workload=spin/workers=3/area=1", mine("area", "1", "colour", "red"), ""},
		{"Grid/executor=serial/workload=spin", GridPoint("serial", "spin", 1, 0), ""},
		{"Grid/executor=serial/workload=spin/workers=7", GridPoint("serial", "spin", 1, 0), ""},
		{"Grid/executor=x/workload=y/workers=1/grain=10us", GridPoint("x", "y", 1, 10*time.Microsecond), ""},
		{"Grid/executor=x/workload=y", Point{}, ""},
		{"Grid/executor=x/workers=1", Point{}, ""},
		{"Grid/executor=x/workload=y/workers=0", Point{}, "not a count"},
		{"Grid/executor=x/workload=y/workers=1/workers=2", Point{}, "workers comes twice"},
		{"Grid/executor=x/workload=y/workers=two", Point{}, "not a count"},
		{"Grid/executor=x/workload=y/workers=1/grain=-1", Point{}, "neither nanoseconds nor a duration"},
		{"Grid/executor=x/workload=y/workers=1/payload=-1", Point{}, "not a count"},
		{"Grid/executor=x/workload=y/workers=1/fast", Point{}, ""},
		{"Grid/fast", Point{}, ""},
		{"Grid", Point{}, ""},
		{"", Point{}, ""},
	} {
		got, err := ParsePoint("", test.name)
		if test.err == "" && err != nil || test.err != "" && (err == nil || !strings.Contains(err.Error(), test.err)) {
			t.Errorf("%q: %v, want %q", test.name, err, test.err)
		}
		if err == nil && test.want != (Point{}) && got != test.want {
			t.Errorf("%q: %q, want %q", test.name, got.Name(), test.want.Name())
		}
		if err == nil && test.want == (Point{}) && (got.IsGrid() || got.Name() != test.name) {
			t.Errorf("%q became %q", test.name, got.Name())
		}
	}
}

// Axes that nobody knows separate points; which of them say how is data, and a record
// may have two baselines.
func TestBaselines(t *testing.T) {
	f := Facts{Sources: []Source{{Name: "snakes", Baseline: "python-serial", Executors: []string{"python-threads"}, Axes: []Axis{{Name: "gil", How: true}, {Name: "weight"}}}}}
	snake := GridPoint("python-threads", "spin", 4, time.Millisecond).With("gil", "off").With("weight", "3").With("start", "spawn")
	for _, test := range []struct{ of, want Point }{
		{snake, GridPoint("python-serial", "spin", 1, time.Millisecond).With("weight", "3")},
		{f.Baseline(snake), f.Baseline(snake)},
		{snake.With("runtime", "3.14t"), GridPoint("python-serial", "spin", 1, time.Millisecond).With("weight", "3").With("runtime", "3.14t")},
		{goroutines, plain},
		{goroutines.With("colour", "red"), plain.With("colour", "red")},
	} {
		if got := f.Baseline(test.of); got != test.want {
			t.Errorf("the baseline of %s is %s, want %s", test.of.Name(), got.Name(), test.want.Name())
		}
		if got := f.IsBaseline(test.of); got != (test.of == test.want) {
			t.Errorf("%s is a baseline: %t", test.of.Name(), got)
		}
	}
	if what, how := f.What(snake).Name(), f.How(snake).Name(); what != "Grid/workload=spin/grain=1000000/weight=3" || how != "Grid/executor=python-threads/workers=4/start=spawn/gil=off" {
		t.Errorf("what %s, how %s", what, how)
	}
}

func TestCheckPoint(t *testing.T) {
	for _, bad := range []Point{{}, NewPoint("A b"), NewPoint("Grid", "executor", "x", "workload", "y", "workers", "0"), NewPoint("Grid", "executor", "a/b", "workload", "y", "workers", "1")} {
		if bad.Check() == nil {
			t.Errorf("%q may be measured", bad.Name())
		}
	}
}

func TestCompareValues(t *testing.T) {
	order := []string{"2", "10", "1e3", "", "blue", "red"}
	for i, a := range order {
		for j, b := range order {
			if got := CompareValues(a, b); (got < 0) != (i < j) || (got > 0) != (i > j) {
				t.Errorf("%q and %q: %d", a, b, got)
			}
		}
	}
}
