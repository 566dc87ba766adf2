//go:build !linux

package bench

import "time"

// pressure and cpuThrottling are told by Linux only.
func pressure() map[string]time.Duration { return nil }

func cpuThrottling() (throttling, bool) { return throttling{}, false }
