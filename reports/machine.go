package reports

import (
	"strings"

	"poolbench/reports/words"
)

// MachineLine is "2 cores · AMD EPYC · linux/amd64 · go1.26", without what the
// record does not say.
func MachineLine(d *Data) string {
	m := d.Machine
	var parts []string
	if m.CPU != "" {
		parts = append(parts, m.CPU)
	}
	if m.Cores > 0 {
		parts = append(parts, words.Count(m.Cores, "core"))
	}
	if m.OS != "" {
		parts = append(parts, strings.Trim(m.OS+"/"+m.Arch, "/"))
	}
	if m.GoVersion != "" {
		parts = append(parts, m.GoVersion)
	}
	if m.Start != "" {
		parts = append(parts, m.Start)
	}
	return strings.Join(parts, " · ")
}
