package host

import (
	"os"
	"path/filepath"
	"strconv"
	"strings"
)

// A cpuGroup is a control group that limits the CPU time of this process.
type cpuGroup struct {
	dir     string
	version int // of control groups, 1 or 2
}

// cpuGroups are the group of this process and all above it, nearest first, of
// both versions. Some of the directories may not exist: a container sees its own
// group as the root.
func cpuGroups() []cpuGroup {
	text, err := os.ReadFile("/proc/self/cgroup")
	if err != nil {
		return nil
	}
	return parseGroups(string(text))
}

// parseGroups reads lines of /proc/self/cgroup, "ID:CONTROLLERS:PATH"; version 2
// has ID 0 and no controllers.
func parseGroups(text string) []cpuGroup {
	var groups []cpuGroup
	for line := range strings.Lines(text) {
		fields := strings.SplitN(strings.TrimSpace(line), ":", 3)
		if len(fields) != 3 {
			continue
		}
		var roots []string
		version := 1
		for controller := range strings.SplitSeq(fields[1], ",") {
			if controller == "cpu" {
				roots = []string{"/sys/fs/cgroup/cpu", "/sys/fs/cgroup/cpu,cpuacct"}
			}
		}
		if fields[0] == "0" && fields[1] == "" {
			roots, version = []string{"/sys/fs/cgroup", "/sys/fs/cgroup/unified"}, 2
		}
		for group := filepath.Clean("/" + fields[2]); len(roots) > 0; group = filepath.Dir(group) {
			for _, root := range roots {
				groups = append(groups, cpuGroup{filepath.Join(root, group), version})
			}
			if group == "/" {
				break
			}
		}
	}
	return groups
}

// cpuQuota is the CPU time per time that control groups allow this process: the
// least of its group and those above it. False without a limit.
func cpuQuota() (cpus float64, ok bool) {
	for _, g := range cpuGroups() {
		var text string
		if g.version == 2 {
			limit, _ := os.ReadFile(filepath.Join(g.dir, "cpu.max"))
			text = string(limit)
		} else {
			quota, _ := os.ReadFile(filepath.Join(g.dir, "cpu.cfs_quota_us"))
			period, _ := os.ReadFile(filepath.Join(g.dir, "cpu.cfs_period_us"))
			text = string(quota) + " " + string(period)
		}
		if quota, limited := parseQuota(text); limited && (!ok || quota < cpus) {
			cpus, ok = quota, true
		}
	}
	return cpus, ok
}

// parseQuota reads "QUOTA PERIOD" in microseconds; no limit is "max" in version 2
// and -1 in version 1.
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
