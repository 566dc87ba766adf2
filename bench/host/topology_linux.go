package host

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"poolbench/executors/affinity"
)

// describeTopology notes what /sys shows of CPUs and memory, and the CPUs this
// process may use. gopsutil tells none of it.
func describeTopology(f *Findings) {
	f.topology("/sys/devices/system")
	if cpus, err := affinity.Allowed(); err == nil {
		f.text("affinity", ranges(cpus))
	}
}

// topology reads the files below root, /sys/devices/system.
func (f *Findings) topology(root string) {
	read := func(path string) string {
		text, err := os.ReadFile(filepath.Join(root, path))
		if err != nil {
			return ""
		}
		return strings.TrimSpace(string(text))
	}
	siblings := read("cpu/cpu0/topology/thread_siblings_list")
	if siblings != "" {
		f.text("smt", map[bool]string{true: "on: CPU 0 shares its core (" + siblings + ")", false: "off"}[strings.ContainsAny(siblings, ",-")])
	}
	if nodes, err := filepath.Glob(filepath.Join(root, "node/node[0-9]*")); err == nil && len(nodes) > 0 {
		f.read("numa", float64(len(nodes)), "nodes")
		if len(nodes) > 1 {
			f.warn("numa", fmt.Sprintf("Memory is spread over %d NUMA nodes: what a task costs depends on where it runs.", len(nodes)),
				"Bind the run to one node (numactl --cpunodebind=0 --membind=0), or take the wider intervals as they are.")
		}
	}
	f.text("cache.l3", read("cpu/cpu0/cache/index3/size"))
	governor := read("cpu/cpu0/cpufreq/scaling_governor")
	f.text("governor", governor)
	if governor == "powersave" && read("cpu/cpu0/cpufreq/scaling_driver") != "intel_pstate" {
		f.warn("governor", "The CPUs run in powersave mode, at a low or changing clock rate.",
			"Plug in the charger and choose the performance governor (cpupower frequency-set -g performance).")
	}
	f.text("clocksource", read("clocksource/clocksource0/current_clocksource"))
}

// ranges writes ascending numbers as "0-3,8".
func ranges(numbers []int) string {
	var parts []string
	for i := 0; i < len(numbers); {
		k := i
		for k+1 < len(numbers) && numbers[k+1] == numbers[k]+1 {
			k++
		}
		part := fmt.Sprint(numbers[i])
		if k > i {
			part += fmt.Sprintf("-%d", numbers[k])
		}
		parts = append(parts, part)
		i = k + 1
	}
	return strings.Join(parts, ",")
}
