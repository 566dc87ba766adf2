package remote

import "golang.org/x/sys/unix"

// commonOrigin is origin on the monotonic clock of the system, by at most commonError.
var commonOrigin, commonError = findOrigin()

// goodError is the error, in ns, with which looking for the origin ends at once.
const goodError = 500

// findOrigin reads the clock of the system between two readings of the own one. Between any
// two the process may lose its CPU for milliseconds, by which all that it tells others would
// be wrong: of several attempts the one with the closest readings counts.
func findOrigin() (at, most int64) {
	for try := range 20 {
		var ts unix.Timespec
		before := int64(Now())
		if unix.ClockGettime(unix.CLOCK_MONOTONIC, &ts) != nil {
			return origin.UnixNano(), 0
		}
		apart := int64(Now()) - before
		if try == 0 || apart < 2*most {
			at, most = ts.Nano()-before-apart/2, (apart+1)/2
		}
		if most <= goodError {
			break
		}
	}
	return at, most
}
