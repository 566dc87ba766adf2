package workloads

import (
	"time"

	"golang.org/x/sys/windows"
)

// kernelSleep keeps its thread in a system call for d at least.
func kernelSleep(d time.Duration) error {
	windows.SleepEx(uint32((d+time.Millisecond-1)/time.Millisecond), false)
	return nil
}
