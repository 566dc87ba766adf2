package pass_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"
)

// throttled puts this process into a control group of its own with a CPU quota, of either
// version; end puts it back and removes the group. Where that is not permitted the test is
// skipped.
func throttled(t *testing.T, cpus float64) (end func()) {
	t.Helper()
	const period = 20 * time.Millisecond
	quota := strconv.FormatInt(int64(cpus*float64(period.Microseconds())), 10)
	length := strconv.FormatInt(period.Microseconds(), 10)
	own := groupsOf(t)
	var why error
	for _, version := range []struct {
		root, own string
		limits    [][2]string
	}{
		{"/sys/fs/cgroup/cpu", own["cpu"], [][2]string{{"cpu.cfs_period_us", length}, {"cpu.cfs_quota_us", quota}}},
		{"/sys/fs/cgroup", own[""], [][2]string{{"cpu.max", quota + " " + length}}},
	} {
		before := filepath.Join(version.root, version.own)
		dir := filepath.Join(before, fmt.Sprintf("poolbench-planted-%d", os.Getpid()))
		if why = os.Mkdir(dir, 0o755); why != nil {
			continue
		}
		enter := func(group string) error {
			return os.WriteFile(filepath.Join(group, "cgroup.procs"), []byte(strconv.Itoa(os.Getpid())), 0)
		}
		end = func() {
			if err := enter(before); err != nil {
				t.Errorf("going back to the control group %s: %v", before, err)
			}
			for range 100 { // threads leave it one after the other
				if why = os.Remove(dir); why == nil {
					return
				}
				time.Sleep(10 * time.Millisecond)
			}
			t.Errorf("removing the control group: %v", why)
		}
		for _, limit := range version.limits {
			if why == nil {
				why = os.WriteFile(filepath.Join(dir, limit[0]), []byte(limit[1]), 0)
			}
		}
		if why == nil {
			why = enter(dir)
		}
		if why == nil {
			return end
		}
		os.Remove(dir)
	}
	t.Skipf("no CPU quota can be set here: %v", why)
	return nil
}

// groupsOf are the control groups of this process, by controller; "" for version 2.
func groupsOf(t *testing.T) map[string]string {
	text, err := os.ReadFile("/proc/self/cgroup")
	if err != nil {
		t.Skipf("no CPU quota can be set here: %v", err)
	}
	out := map[string]string{}
	for line := range strings.Lines(string(text)) {
		if fields := strings.SplitN(strings.TrimSpace(line), ":", 3); len(fields) == 3 {
			for controller := range strings.SplitSeq(fields[1], ",") {
				out[controller] = fields[2]
			}
		}
	}
	return out
}
