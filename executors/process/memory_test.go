package process

import (
	"strings"
	"testing"
)

// What a Go runtime says when it is refused memory, and what it says otherwise.
func TestLastWordsOfMemory(t *testing.T) {
	crash := func(addr, goroutine, frame string) string {
		return "SIGSEGV: segmentation violation\nPC=0x433d3d m=3 sigcode=1 addr=" + addr + "\n\n" + goroutine + "\n" + frame + "\n\t/go/src/x.go:520 +0x5d\n"
	}
	const g0, drain = "goroutine 0 gp=0x36670f4492c0 m=3 mp=0x36670f47d008 [idle]:", "runtime.(*spanQueue).tryDrain(0x366700000400?, 0x43c585?, 0xa8df88?)"
	for _, c := range []struct {
		name, stderr string
		want         bool
	}{
		{"refused", "runtime: out of memory: cannot allocate 4194304-byte block\nfatal error: out of memory\n\ngoroutine 1:\n", true},
		{"metadata", "fatal error: runtime: cannot allocate memory\n", true},
		{"null in the collector", "hello\n" + crash("0x0", g0, drain), true},
		{"near null", crash("0x1ff8", g0, drain), true},
		{"cut off before", noteUnsure + crash("0x0", g0, drain), true},
		{"a task says so", "could not get memory: out of memory\n", false},
		{"far from null", crash("0x7f0000000000", g0, drain), false},
		{"C code", crash("0x0", g0, "main._Cfunc_crash()"), false},
		{"a goroutine", crash("0x0", "goroutine 7 [running]:", drain), false},
		{"nil in Go", "panic: runtime error: invalid memory address or nil pointer dereference\n[signal SIGSEGV: segmentation violation code=0x1 addr=0x0 pc=0x4]\n", false},
		{"cut off", "SIGSEGV: segmentation violation\n", false},
		{"nothing", "", false},
	} {
		if got := ranOutOfMemory(c.stderr) || crashedWithoutMemory(c.stderr); got != c.want {
			t.Errorf("%s: %t for\n%s", c.name, got, strings.TrimSpace(c.stderr))
		}
	}
}
