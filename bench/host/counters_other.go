//go:build !linux

package host

import "time"

// All this is told by Linux only.

const tellsSteal = false

func pressure() map[string]time.Duration { return nil }

func cpuThrottling() (throttling, bool) { return throttling{}, false }

func ourSeconds() float64 { return -1 }
