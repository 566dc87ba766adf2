package reports_test

import (
	"strings"
	"testing"

	"poolbench/reports"
)

// The share under the lock is 2/S − 1 of two threads, and stands behind the choice as its
// reason.
func TestSaysLock(t *testing.T) {
	for _, test := range []struct {
		name               string
		threads, processes float64
		says               []string
	}{
		{"all of it", 1, 1.9, []string{"use python-processes with 2 workers, since 100 % [", "of its time is under the interpreter's lock, as two threads run at 1.00× ["}},
		{"none of it", 1.95, 1.5, []string{"use python-threads with 2 workers, since 2.6 % ["}},
		{"half of it", 4.0 / 3, 1.9, []string{"use python-processes with 2 workers, since 50 % ["}},
		{"nothing gains", 0.98, 0.5, []string{"use no pool: none gains what matters; 104.1 % ["}},
	} {
		s := paired(t, computes, arm{"python-threads", 2, around(test.threads, 0.02, 20)}, arm{"python-processes", 2, around(test.processes, 0.02, 20)})
		has(t, said(s, reports.Lock), test.says...)
		if !strings.Contains(screen(t, s), "under the lock") {
			t.Errorf("%s: not on the last screen", test.name)
		}
	}
	has(t, said(paired(t, computes, arm{"python-threads", 2, around(1.5, 1, 20)}), reports.Lock), "cannot be told yet")
	for name, arms := range map[string][]arm{"other threads": {{"threads", 2, around(1.9, 0.02, 20)}}, "four threads": {{"python-threads", 4, around(1.9, 0.02, 20)}}, "few blocks": {{"python-threads", 2, around(1.9, 0.02, 3)}}} {
		if text := said(paired(t, computes, arms...), reports.Lock); text != "" {
			t.Errorf("%s: %s", name, text)
		}
	}
}
