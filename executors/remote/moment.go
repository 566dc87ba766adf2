package remote

import "time"

// A Moment is a time in ns since the start of the process: one reading of one
// clock, where time.Now reads two.
type Moment int64

var origin = time.Now()

// Now is the present moment.
func Now() Moment { return Moment(time.Since(origin)) }

// Common is Now on a clock that all processes of the machine share, in ns; where there
// is none it is the time of day.
func Common() int64 { return commonOrigin + int64(Now()) }
