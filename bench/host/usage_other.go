//go:build !linux

package host

import "errors"

// UsageOf is what a process has used; here the system does not tell.
func UsageOf(int) (Usage, bool) { return Usage{}, false }

// ForgetPeak is for systems that tell of a peak.
func ForgetPeak(int) error { return errors.ErrUnsupported }
