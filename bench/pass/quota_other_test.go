//go:build !linux

package pass_test

import "testing"

// throttled skips: there are no control groups.
func throttled(t *testing.T, _ float64) (end func()) {
	t.Helper()
	t.Skip("this system has no CPU quotas for a process")
	return nil
}
