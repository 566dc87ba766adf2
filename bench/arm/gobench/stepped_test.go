package gobench

import (
	"math"
	"strings"
	"testing"
)

func FuzzReplies(f *testing.F) {
	f.Add("1 2 3 -1 1 5 a=1 b==2")
	f.Fuzz(func(t *testing.T, line string) {
		s, err := parseSlice(strings.Fields(line), 3, countMemory)
		if err == nil && (len(strings.Fields(line)) < 6 || s.Waited < 0 || s.Ran < 0 || math.IsInf(s.Time, 0)) {
			t.Errorf("%q is no slice: %+v", line, s)
		}
	})
}

func TestWaiting(t *testing.T) {
	for _, test := range []struct {
		reply       string
		ran, waited float64
	}{
		{"1000000 0 0 100000 -1 -1", 9e-4, 1e-4},
		{"1000000 0 0 2000000 -1 -1", 0, 1e-3},
		{"1000000 0 0 -1 -1 -1", 0, 0}, // the system did not tell
	} {
		if s, err := parseSlice(strings.Fields(test.reply), 1, 0); err != nil || s.Ran != test.ran || s.Waited != test.waited || s.Time != 1e-3 {
			t.Errorf("%s: %+v, %v", test.reply, s, err)
		}
	}
}
