package gate

import (
	"fmt"

	"poolbench/bench/record"
	"poolbench/reports/estimate"
	"poolbench/reports/words"
)

// A block is busy when the measured processes had to wait for a CPU for more than
// busyWaiting of the time in which they wanted one, and other processes used more
// than busyOthers of all CPUs (benchmarks with many threads wait for each other on
// a quiet machine too); or when the hypervisor took more than busyStolen. Where the
// system tells nothing of waiting, others must use more than busyAlone.
const (
	busyWaiting = 0.15
	busyOthers  = 0.20
	busyAlone   = 0.60
	busyStolen  = 0.10
)

func busyBlock(h record.Host) bool {
	switch {
	case h.Steal > busyStolen:
		return true
	case h.Waited < 0:
		return h.Others > busyAlone
	}
	return h.Waited > busyWaiting && (h.Others < 0 || h.Others > busyOthers)
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
	if m := estimate.Median(others); m > 0 {
		text = fmt.Sprintf("other processes used %s of the CPUs, %s", words.Percent(m), text)
	}
	if m := estimate.Median(waited); m > busyWaiting {
		text += fmt.Sprintf("; ours waited for a CPU %s of the time", words.Percent(m))
	}
	if m := estimate.Median(stolen); m > busyStolen {
		text += fmt.Sprintf("; the hypervisor took %s", words.Percent(m))
	}
	return text
}
