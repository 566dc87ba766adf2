package host

import (
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
)

// UsageOf reads what a process has used; false when the system does not tell.
func UsageOf(pid int) (u Usage, ok bool) {
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	if err != nil {
		return u, false
	}
	kib, ok := statusNumber(string(text), "VmHWM:")
	if !ok {
		return u, false
	}
	u.PeakRSS = 1024 * kib
	threads, _ := filepath.Glob(fmt.Sprintf("/proc/%d/task/[0-9]*/status", pid))
	for _, path := range threads {
		text, err := os.ReadFile(path)
		if err != nil {
			continue // it has ended meanwhile
		}
		voluntary, _ := statusNumber(string(text), "voluntary_ctxt_switches:")
		involuntary, _ := statusNumber(string(text), "nonvoluntary_ctxt_switches:")
		u.Voluntary, u.Involuntary = u.Voluntary+voluntary, u.Involuntary+involuntary
	}
	return u, len(threads) > 0
}

// statusNumber is the number behind a key of /proc/PID/status.
func statusNumber(text, key string) (v float64, ok bool) {
	for line := range strings.Lines(text) {
		if rest, found := strings.CutPrefix(line, key); found {
			number, _, _ := strings.Cut(strings.TrimSpace(rest), " ")
			v, err := strconv.ParseFloat(number, 64)
			return v, err == nil
		}
	}
	return 0, false
}

// ForgetPeak lets the peak of a process begin anew, if the system can do that.
func ForgetPeak(pid int) error {
	return os.WriteFile(fmt.Sprintf("/proc/%d/clear_refs", pid), []byte("5"), 0)
}
