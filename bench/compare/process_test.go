package compare

import (
	"strings"
	"testing"
)

func TestWords(t *testing.T) {
	for _, test := range []struct{ text, want string }{
		{"", ""},
		{"goos: linux\npanic: oh\n\nno [recovered]\n\ngoroutine 7 [running]:\nmain.f()", "panic: oh no [recovered]"},
		{"x\n--- FAIL: BenchmarkA\n    a_test.go:3: wrong\n", "--- FAIL: BenchmarkA a_test.go:3: wrong"},
		{"just\x00 \x1b[31mwords\xff", "just [31mwords?"},
	} {
		o := output{text: []byte(test.text)}
		if got := o.words(); got != test.want {
			t.Errorf("%q: %q, want %q", test.text, got, test.want)
		}
	}
	o := output{text: []byte(strings.Repeat("é ", 10_000))}
	if got := o.words(); len(got) > maxWords+10 {
		t.Errorf("%d bytes", len(got))
	}
}

func FuzzReplies(f *testing.F) {
	f.Add("1 2 3 4 -1 a=1 b==2")
	f.Fuzz(func(t *testing.T, line string) {
		c, err := parseChunk(strings.Fields(line))
		if err == nil && (len(strings.Fields(line)) < 5 || c.waited < 0) {
			t.Errorf("%q is no chunk: %+v", line, c)
		}
	})
}

func TestHost(t *testing.T) {
	begin := hostReading{total: 100, idle: 50, steal: 1, ours: 10, load: 1}
	end := hostReading{total: 120, idle: 58, steal: 2, ours: 16, load: 3}
	var w waiting
	w.add(chunk{ns: 1e6, waited: 1e5, knowsWaiting: true})
	w.add(chunk{ns: 1e6}) // the system did not tell
	h := begin.until(end, w)
	// 20 s of CPUs: 8 idle, 1 stolen, 6 ours, 5 of others.
	if h.Steal != 0.05 || h.Others != 0.25 || h.Waited != 0.1 || h.Load != 3 {
		t.Errorf("%+v", h)
	}
	unknown := hostReading{total: -1, ours: -1, load: -1}
	if h := unknown.until(unknown, waiting{}); h.Steal != -1 || h.Others != -1 || h.Waited != -1 || h.Load != -1 {
		t.Errorf("%+v", h)
	}
	if now := readHost(); now.total == 0 {
		t.Errorf("%+v", now)
	}
}
