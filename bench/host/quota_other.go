//go:build !linux

package host

// cpuQuota knows of no limits here.
func cpuQuota() (cpus float64, ok bool) { return 0, false }
