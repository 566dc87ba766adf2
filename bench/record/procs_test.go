package record_test

import (
	"maps"
	"strings"
	"testing"

	. "poolbench/bench/record"
)

func TestTellProcs(t *testing.T) {
	for _, test := range []struct {
		names string
		want  Procs
		bare  string // of the last
	}{
		{"A-8", Procs{8: true}, "A"},
		{"A", Procs{1: true}, "A"},
		{"A A-2 A-4", Procs{1: true, 2: true, 4: true}, "A"},
		{"Fine-8 Copy/size-100-8", Procs{8: true}, "Copy/size-100"},
		{"Fine Copy/size-100", Procs{1: true}, "Copy/size-100"},
		{"Copy/size-100", Procs{1: true}, "Copy/size-100"},
		{"Copy/size-100 Copy/other", Procs{1: true}, "Copy/other"},
		{"Copy/a-8 Copy/b-8", Procs{8: true}, "Copy/b"},
		{"Store/Add Store/Add-1", Procs{1: true}, "Store/Add-1"},
		{"Store/Add Store/Add-1 Store/Add-2 Store/Add-1-2", Procs{1: true, 2: true}, "Store/Add-1"},
		{"Copy/a-8 Copy/b-007", Procs{1: true}, "Copy/b-007"},
		{"G/executor=x/workload=y/workers=2-8", Procs{8: true}, "G/executor=x/workload=y/workers=2"},
		{"G/executor=x/workload=y/workers=2 G/executor=x/workload=y/workers=2-4 G/executor=x/workload=z/workers=2-4", Procs{1: true, 4: true}, "G/executor=x/workload=z/workers=2"},
		{"G/executor=x/workload=y/workers=auto-8", Procs{1: true}, "G/executor=x/workload=y/workers=auto-8"},
		{"Benchmark-2 x/size-100", Procs{2: true}, "x/size-100"},
	} {
		names := strings.Fields(test.names)
		got := TellProcs(names)
		if !maps.Equal(got, test.want) {
			t.Errorf("%s: %v, want %v", test.names, got, test.want)
		}
		if bare, _ := got.Split(names[len(names)-1]); bare != test.bare {
			t.Errorf("%s: the last is %s, want %s", test.names, bare, test.bare)
		}
	}
}
