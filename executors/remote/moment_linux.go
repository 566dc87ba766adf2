package remote

import "golang.org/x/sys/unix"

// commonOrigin is origin on the monotonic clock of the system.
var commonOrigin = func() int64 {
	var ts unix.Timespec
	if unix.ClockGettime(unix.CLOCK_MONOTONIC, &ts) != nil {
		return origin.UnixNano()
	}
	return ts.Nano() - int64(Now())
}()
