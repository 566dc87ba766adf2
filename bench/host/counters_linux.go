package host

import (
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// tellsSteal: the system counts what the hypervisor took.
const tellsSteal = true

// pressure reads the totals of /proc/pressure (PSI, Linux 4.20 and newer), which
// gopsutil does not.
func pressure() map[string]time.Duration {
	waiting := map[string]time.Duration{}
	for _, resource := range pressureResources {
		text, err := os.ReadFile(filepath.Join("/proc/pressure", resource))
		if err != nil {
			continue
		}
		if total, ok := parsePressure(string(text)); ok {
			waiting[resource] = total
		}
	}
	return waiting
}

// parsePressure is the total of the line "some avg10=… avg60=… avg300=… total=µs".
func parsePressure(text string) (time.Duration, bool) {
	var a, b, c float64
	var total int64
	_, err := fmt.Sscanf(text, "some avg10=%f avg60=%f avg300=%f total=%d", &a, &b, &c, &total)
	return time.Duration(total) * time.Microsecond, err == nil
}

// cpuThrottling reads what the quota did to the group of this process, of either
// version of control groups. A group without a quota of its own counts nothing, so
// the group above it that has periods is taken. nil when there is none.
func cpuThrottling() *throttling {
	for _, g := range cpuGroups() {
		text, _ := os.ReadFile(filepath.Join(g.dir, "cpu.stat"))
		if t := parseThrottling(string(text)); t.periods > 0 {
			return &t
		}
	}
	return nil
}

// parseThrottling reads cpu.stat: throttled_usec is of version 2, throttled_time
// (in nanoseconds) of version 1.
func parseThrottling(text string) (t throttling) {
	for line := range strings.Lines(text) {
		key, value, _ := strings.Cut(strings.TrimSpace(line), " ")
		n, err := strconv.ParseInt(value, 10, 64)
		if err != nil {
			continue
		}
		switch key {
		case "nr_periods":
			t.periods = n
		case "nr_throttled":
			t.throttled = n
		case "throttled_usec":
			t.stopped = time.Duration(n) * time.Microsecond
		case "throttled_time":
			t.stopped = time.Duration(n)
		}
	}
	return t
}

// ourSeconds is the CPU time of this process and of the processes it has waited for.
func ourSeconds() float64 {
	return ownSeconds() + usedSeconds(syscall.RUSAGE_CHILDREN)
}

// ownSeconds is the CPU time of this process, of threads that have ended, too.
func ownSeconds() float64 { return usedSeconds(syscall.RUSAGE_SELF) }

func usedSeconds(who int) float64 {
	var u syscall.Rusage
	if syscall.Getrusage(who, &u) != nil {
		return 0
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano()).Seconds()
}
