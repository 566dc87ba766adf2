//go:build !linux

package host

import "time"

// What only Linux tells.

const tellsSteal = false

func describeTopology(*Findings) {}

func cpuQuota() (cpus float64, ok bool) { return 0, false }

func pressure() map[string]time.Duration { return nil }

func cpuThrottling() *throttling { return nil }

func ourSeconds() float64 { return -1 }

func ownSeconds() float64 { return 0 }
