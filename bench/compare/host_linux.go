package compare

import (
	"os"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// ticks is USER_HZ, the unit of /proc/stat, which is 100 on every Linux that Go
// runs on.
const ticks = 100

// readHost reads /proc/stat: user nice system idle iowait irq softirq steal; guest
// time is part of user time.
func readHost() hostReading {
	r := hostReading{total: -1, ours: -1, load: -1}
	text, err := os.ReadFile("/proc/stat")
	fields := strings.Fields(firstLine(string(text)))
	if err == nil && len(fields) >= 9 && fields[0] == "cpu" {
		r.total = 0
		for i, f := range fields[1:9] {
			v, _ := strconv.ParseFloat(f, 64)
			r.total += v / ticks
			switch i {
			case 3, 4:
				r.idle += v / ticks
			case 7:
				r.steal = v / ticks
			}
		}
	}
	r.ours = cpuSeconds(syscall.RUSAGE_SELF) + cpuSeconds(syscall.RUSAGE_CHILDREN)
	if text, err := os.ReadFile("/proc/loadavg"); err == nil {
		if v, err := strconv.ParseFloat(strings.SplitN(string(text), " ", 2)[0], 64); err == nil {
			r.load = v
		}
	}
	return r
}

func firstLine(text string) string {
	line, _, _ := strings.Cut(text, "\n")
	return line
}

func cpuSeconds(who int) float64 {
	var u syscall.Rusage
	if syscall.Getrusage(who, &u) != nil {
		return 0
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano()).Seconds()
}
