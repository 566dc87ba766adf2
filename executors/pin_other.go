//go:build !linux

package executors

import "errors"

var errNoPinning = errors.New("executors: workers can be pinned to CPUs on Linux only")

func canPin([]int) error  { return errNoPinning }
func pinThread(int) error { return errNoPinning }
