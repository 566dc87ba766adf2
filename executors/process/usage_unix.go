//go:build unix

package process

import (
	"os"
	"runtime"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// systemUsage is what the system tells of this process.
func systemUsage() (u Usage) {
	var r syscall.Rusage
	if syscall.Getrusage(syscall.RUSAGE_SELF, &r) != nil {
		return u
	}
	u = Usage{Told: true, User: time.Duration(r.Utime.Nano()).Seconds(), System: time.Duration(r.Stime.Nano()).Seconds(),
		PeakRSS: float64(r.Maxrss), Voluntary: float64(r.Nvcsw), Involuntary: float64(r.Nivcsw),
		MinorFaults: float64(r.Minflt), MajorFaults: float64(r.Majflt)}
	if runtime.GOOS != "darwin" && runtime.GOOS != "ios" {
		u.PeakRSS *= 1024
	}
	text, _ := os.ReadFile("/proc/self/status") // Linux only
	for line := range strings.Lines(string(text)) {
		name, value, _ := strings.Cut(line, ":")
		number, _, _ := strings.Cut(strings.TrimSpace(value), " ")
		n, err := strconv.ParseFloat(number, 64)
		switch {
		case err != nil:
		case name == "VmHWM":
			u.PeakRSS = n * 1024
		case name == "Threads":
			u.Threads = n
		}
	}
	return u
}
