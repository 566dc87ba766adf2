//go:build !linux

package compare

import "time"

func readHost() hostReading { return hostReading{total: -1, ours: -1, load: -1} }

func schedule(int) (ran, waited time.Duration) { return 0, 0 }
