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
		o := output{printed: int64(len(test.text)), text: []byte(test.text)}
		if got := o.words(); got != test.want {
			t.Errorf("%q: %q, want %q", test.text, got, test.want)
		}
	}
	o := output{printed: 20_000, text: []byte(strings.Repeat("é ", 10_000))}
	if got := o.words(); len(got) > maxWords+10 {
		t.Errorf("%d bytes", len(got))
	}
}

// Of more than the limit the end is kept, and said.
func TestOutputLimit(t *testing.T) {
	for _, test := range []struct {
		limit, chunk, chunks int
		want                 string
	}{
		{0, 3, 4, "abcdefghijkl"},
		{12, 3, 4, "abcdefghijkl"},
		{5, 3, 4, "[7 bytes before this were dropped]\nhijkl"},
		{5, 12, 1, "[7 bytes before this were dropped]\nhijkl"},
		{1, 1, 12, "[11 bytes before this were dropped]\nl"},
	} {
		o := output{limit: test.limit}
		for i := range test.chunks {
			if n, err := o.Write([]byte("abcdefghijkl"[i*test.chunk : (i+1)*test.chunk])); n != test.chunk || err != nil {
				t.Fatal(n, err)
			}
		}
		if got := o.String(); got != test.want || o.size() != 12 || len(o.text) > max(12, 2*test.limit) {
			t.Errorf("%+v: %q, %d bytes of %d held", test, got, len(o.text), o.size())
		}
	}
}
