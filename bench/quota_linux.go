package bench

import (
	"os"
	"path/filepath"
	"strconv"
	"strings"
)

// cpuQuota is the CPU time per time that control groups (version 2) allow this
// process: the least of its group and those above it. False without a limit.
func cpuQuota() (cpus float64, ok bool) {
	text, err := os.ReadFile("/proc/self/cgroup")
	if err != nil {
		return 0, false
	}
	for line := range strings.Lines(string(text)) {
		group, found := strings.CutPrefix(strings.TrimSpace(line), "0::")
		if !found {
			continue
		}
		for group = filepath.Clean("/" + group); ; group = filepath.Dir(group) {
			limit, err := os.ReadFile(filepath.Join("/sys/fs/cgroup", group, "cpu.max"))
			if quota, limited := parseQuota(string(limit)); err == nil && limited && (!ok || quota < cpus) {
				cpus, ok = quota, true
			}
			if group == "/" {
				break
			}
		}
	}
	return cpus, ok
}

// parseQuota reads cpu.max: "QUOTA PERIOD" in microseconds, or "max PERIOD".
func parseQuota(text string) (cpus float64, ok bool) {
	fields := strings.Fields(text)
	if len(fields) != 2 {
		return 0, false
	}
	quota, err1 := strconv.ParseFloat(fields[0], 64)
	period, err2 := strconv.ParseFloat(fields[1], 64)
	if err1 != nil || err2 != nil || quota <= 0 || period <= 0 {
		return 0, false
	}
	return quota / period, true
}
