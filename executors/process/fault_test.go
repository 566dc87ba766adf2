package process

import (
	"slices"
	"strings"
	"testing"

	"poolbench/executors"
)

// What errors.Is finds in the error of a call does not depend on whether the call was
// one of a chunk.
func TestOneListOfSentinels(t *testing.T) {
	if !slices.Equal(sentinels, executors.Sentinels()) || !slices.Contains(sentinels, ErrNested) {
		t.Errorf("%v\n%v", sentinels, executors.Sentinels())
	}
}

// FuzzFault feeds the parent's decoder of errors with what a broken worker may send.
func FuzzFault(f *testing.F) {
	f.Add(fault{typ: "t", text: "x", stack: "s"}.append(nil))
	f.Add(fault{class: faultPanic, sentinel: 3, text: strings.Repeat("x", maxFaultText)}.append(nil))
	f.Add([]byte{0, 0, 255, 255, 255, 255})
	f.Fuzz(func(t *testing.T, b []byte) {
		parsed, err := parseFault(b)
		if err != nil {
			return
		}
		if len(parsed.typ)+len(parsed.text)+len(parsed.stack) > len(b) {
			t.Fatalf("%d bytes became %+v", len(b), parsed)
		}
		if parsed.err("fn") == nil {
			t.Fatalf("no error of %+v", parsed)
		}
		_ = parsed.err("fn").Error()
	})
}

// FuzzLastWords: what a worker prints before it ends is read, too.
func FuzzLastWords(f *testing.F) {
	f.Add("fatal error: out of memory\n", 3)
	f.Add("x\nSIGSEGV: segmentation violation\nPC=0x4 m=3 sigcode=1 addr=0x0\n\ngoroutine 0 gp=0x1 m=3 [idle]:\nruntime.f()\n", 7)
	f.Fuzz(func(t *testing.T, s string, piece int) {
		o := printout{max: 64, knows: true}
		var joined strings.Builder
		take := func(line []byte) {
			joined.Write(line)
			o.noteCrash(line)
		}
		seq := uint32(1)
		for rest := s; len(rest) > 0; seq++ {
			n := min(len(rest), 1+max(piece, -piece)&0xff)
			o.add([]byte(rest[:n]), seq-1, seq)
			o.lines.cut([]byte(rest[:n]), take)
			rest = rest[n:]
		}
		o.lines.rest(take)
		if got, want := joined.String(), strings.ReplaceAll(s, "\n", ""); got != want {
			t.Fatalf("lines are %q, want %q", got, want)
		}
		text := o.of(seq - 1)
		if len(text) > 64+maxCrash+len(noteUnsure)+len("[…]\n") {
			t.Fatalf("%d bytes kept", len(text))
		}
		ranOutOfMemory(s)
		crashedWithoutMemory(s)
	})
}
