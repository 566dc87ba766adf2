//go:build !linux

package host

// systemSleeps are not measured here.
func systemSleeps() []sleepMethod { return nil }
