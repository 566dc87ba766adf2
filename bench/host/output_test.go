package host

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
