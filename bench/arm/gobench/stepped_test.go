package compare

import (
	"strings"
	"testing"
)

func FuzzReplies(f *testing.F) {
	f.Add("1 2 3 4 -1 a=1 b==2")
	f.Fuzz(func(t *testing.T, line string) {
		c, err := parseChunk(strings.Fields(line))
		if err == nil && (len(strings.Fields(line)) < 5 || c.waited < 0) {
			t.Errorf("%q is no chunk: %+v", line, c)
		}
	})
}

func TestWaiting(t *testing.T) {
	var w waiting
	w.add(chunk{ns: 1e6, waited: 1e5, knowsWaiting: true})
	w.add(chunk{ns: 1e6}) // the system did not tell
	if w != (waiting{ran: 9e5, waited: 1e5}) {
		t.Errorf("%+v", w)
	}
}
