package remote

import (
	"testing"

	"golang.org/x/sys/unix"
)

// The common clock is that of the system, whatever became of the process while it was found.
func TestCommonClock(t *testing.T) {
	system := func() int64 {
		var ts unix.Timespec
		if err := unix.ClockGettime(unix.CLOCK_MONOTONIC, &ts); err != nil {
			t.Skip(err)
		}
		return ts.Nano()
	}
	for range 1000 {
		before := system()
		now := Common()
		if after := system(); now < before-commonError || now > after+commonError {
			t.Fatalf("it is %d between %d and %d, off by at most %d", now, before, after, commonError)
		}
	}
	for range 100 {
		at, most := findOrigin()
		if d := at - commonOrigin; max(d, -d) > most+commonError {
			t.Errorf("the origin is %d ± %d, and then %d ± %d", commonOrigin, commonError, at, most)
		}
	}
}
