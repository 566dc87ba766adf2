package gate

import (
	"fmt"

	"poolbench/bench/record"
	"poolbench/reports"
)

// A block is busy when the measured processes had to wait for a CPU for more than
// busyWaiting of the time in which they wanted one; where the system does not tell,
// when the other processes used more than busyOthers of all CPUs. Stolen time
// counts as theirs.
const (
	busyWaiting = 0.15
	busyStolen  = 0.10
	busyOthers  = 0.60
)

func busyBlock(h record.Host) bool {
	if h.Steal > busyStolen {
		return true
	}
	if h.Waited >= 0 {
		return h.Waited > busyWaiting
	}
	return max(h.Others, 0)+max(h.Steal, 0) > busyOthers
}

// busyHost says what kept the machine busy during most blocks; empty when nothing
// did.
func busyHost(hosts []record.Host) string {
	busy := 0
	var others, waited, stolen []float64
	for _, h := range hosts {
		if busyBlock(h) {
			busy++
		}
		others, waited, stolen = append(others, h.Others), append(waited, h.Waited), append(stolen, h.Steal)
	}
	if 2*busy <= len(hosts) {
		return ""
	}
	text := fmt.Sprintf("in %d of %d blocks", busy, len(hosts))
	if m := median(others); m > 0 {
		text = fmt.Sprintf("other processes used %s of the CPUs, %s", reports.Percent(m), text)
	}
	if m := median(waited); m > busyWaiting {
		text += fmt.Sprintf("; ours waited for a CPU %s of the time", reports.Percent(m))
	}
	if m := median(stolen); m > busyStolen {
		text += fmt.Sprintf("; the hypervisor took %s", reports.Percent(m))
	}
	return text
}
