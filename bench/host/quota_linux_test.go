package host

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"
)

func TestParseQuota(t *testing.T) {
	for text, want := range map[string]float64{"50000 100000\n": 0.5, "400000 100000\n": 4, "max 100000\n": 0, "-1\n 100000\n": 0, "": 0, " ": 0, "0 0": 0, "x y": 0} {
		got, ok := parseQuota(text)
		if got != want || ok != (want > 0) {
			t.Errorf("%q: %v, %v; want %v", text, got, ok, want)
		}
	}
}

func TestParseGroups(t *testing.T) {
	got := parseGroups("9:name=systemd:/a\n2:cpuacct:/b\n1:cpu:/c\n0::/d/e\nmalformed\n")
	var dirs []string
	for _, g := range got {
		dirs = append(dirs, g.dir)
	}
	want := []string{
		"/sys/fs/cgroup/cpu/c", "/sys/fs/cgroup/cpu,cpuacct/c", "/sys/fs/cgroup/cpu", "/sys/fs/cgroup/cpu,cpuacct",
		"/sys/fs/cgroup/d/e", "/sys/fs/cgroup/unified/d/e", "/sys/fs/cgroup/d", "/sys/fs/cgroup/unified/d", "/sys/fs/cgroup", "/sys/fs/cgroup/unified",
	}
	if !slices.Equal(dirs, want) || got[0].version != 1 || got[4].version != 2 {
		t.Errorf("groups %v, want %v", got, want)
	}
}

func TestParseThrottlingAndPressure(t *testing.T) {
	for text, want := range map[string]throttling{
		"nr_periods 10\nnr_throttled 2\nthrottled_time 5000\n":                  {10, 2, 5 * time.Microsecond},
		"usage_usec 9\nnr_periods 10\nnr_throttled 2\nthrottled_usec 5000\nx y": {10, 2, 5 * time.Millisecond},
	} {
		if got := parseThrottling(text); got != want {
			t.Errorf("%q: %+v; want %+v", text, got, want)
		}
	}
	if got := parseThrottling("usage_usec 9\n"); got.periods != 0 {
		t.Errorf("a group without a quota: %+v", got)
	}
	if got, ok := parsePressure("some avg10=25.58 avg60=20.45 avg300=12.98 total=2811786\nfull avg10=0.00"); !ok || got != 2811786*time.Microsecond {
		t.Errorf("pressure %v, %v", got, ok)
	}
	if got, ok := parsePressure("nothing"); ok {
		t.Errorf("pressure of nothing: %v", got)
	}
}

func TestTopology(t *testing.T) {
	root := t.TempDir()
	for path, text := range map[string]string{
		"cpu/cpu0/topology/thread_siblings_list": "0,4\n", "cpu/cpu0/cache/index3/size": "32768K\n",
		"cpu/cpu0/cpufreq/scaling_governor": "powersave\n", "node/node0/x": "", "node/node1/x": "",
		"clocksource/clocksource0/current_clocksource": "tsc\n",
	} {
		if err := os.MkdirAll(filepath.Join(root, filepath.Dir(path)), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(root, path), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	var m Findings
	m.topology(root)
	texts := map[string]string{}
	for _, r := range m.Readings {
		if texts[r.Name] = r.Text; r.Unit != "" {
			texts[r.Name] = fmt.Sprint(r.Value, " ", r.Unit)
		}
	}
	for key, want := range map[string]string{"smt": "on: CPU 0 shares its core (0,4)", "numa": "2 nodes", "cache.l3": "32768K", "governor": "powersave", "clocksource": "tsc"} {
		if texts[key] != want {
			t.Errorf("reading %s is %q, want %q", key, texts[key], want)
		}
	}
	if len(m.Warnings) != 2 || m.Warnings[0].Topic != "numa" || m.Warnings[1].Topic != "governor" {
		t.Errorf("warnings %v", m.Warnings)
	}
	var nothing Findings
	nothing.topology(t.TempDir())
	if len(nothing.Readings)+len(nothing.Warnings) != 0 {
		t.Errorf("of nothing: %+v", nothing)
	}
}

func TestRanges(t *testing.T) {
	for want, numbers := range map[string][]int{"": nil, "0": {0}, "0-1": {0, 1}, "0-3,8": {0, 1, 2, 3, 8}, "1,3,5-6": {1, 3, 5, 6}} {
		if got := ranges(numbers); got != want {
			t.Errorf("%v is %q, want %q", numbers, got, want)
		}
	}
}
