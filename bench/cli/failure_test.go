package cli

import (
	"testing"
	"time"

	"poolbench/bench"
	"poolbench/bench/internal/program"
	"poolbench/bench/record"
)

// How a run went decides on the exit code.
func TestExitCodeOfARun(t *testing.T) {
	left := record.GridPoint("processes", "sleep", 2, time.Millisecond)
	for _, test := range []struct {
		summary bench.Summary
		code    int
	}{
		{bench.Summary{Blocks: 3, Slices: 9}, program.OK},
		{bench.Summary{Blocks: 3, Slices: 9, Failures: 1}, program.Failed},
		{bench.Summary{Blocks: 3, Slices: 9, Failures: 2, Left: []record.Point{left}}, program.Failed},
		{bench.Summary{Blocks: 3, Slices: 9, Failures: 2, Interrupted: true}, program.Interrupted},
	} {
		if code := program.ExitCode(failure(test.summary)); code != test.code {
			t.Errorf("%+v: exit %d, want %d", test.summary, code, test.code)
		}
	}
}
