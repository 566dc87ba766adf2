//go:build !linux

package bench

// systemSleeps are not measured here.
func systemSleeps() []sleepMethod { return nil }
