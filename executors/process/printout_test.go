package process

import (
	"bytes"
	"math/rand/v2"
	"strings"
	"testing"
)

func TestPrintoutOfATask(t *testing.T) {
	type piece struct {
		text        string
		first, last uint32
	}
	for _, c := range []struct {
		name   string
		pieces []piece
		seq    uint32
		want   string
	}{
		{"nothing", nil, 1, ""},
		{"its own", []piece{{"a\n", 1, 1}, {"b\n", 2, 2}, {"c\n", 2, 2}}, 2, "b\nc\n"},
		{"mixed", []piece{{"a\n", 1, 1}, {"b\n", 1, 2}, {"c\n", 2, 2}}, 2, noteUnsure + "b\nc\n"},
		{"only before", []piece{{"a\n", 1, 1}, {"b\n", 1, 2}}, 3, noteBefore + "a\nb\n"},
		{"before any task", []piece{{"a\n", 0, 0}}, 1, noteBefore + "a\n"},
		{"no task", []piece{{"a\n", 0, 0}, {"b\n", 1, 1}}, 0, "a\nb\n"},
		{"pushed out", []piece{{"0123456789abcdef\n", 3, 3}}, 3, "789abcdef\n"},
		{"after the wrap", []piece{{"a\n", 1<<32 - 1, 1<<32 - 1}, {"b\n", 2, 2}}, 2, "b\n"},
		{"before the wrap", []piece{{"a\n", 1<<32 - 2, 1<<32 - 2}}, 2, noteBefore + "a\n"},
	} {
		o := printout{max: 10, knows: true}
		for _, p := range c.pieces {
			o.add([]byte(p.text), p.first, p.last)
		}
		if got := o.of(c.seq); got != c.want {
			t.Errorf("%s: %q, want %q", c.name, got, c.want)
		}
	}
	o := printout{max: 10}
	o.add([]byte("a\n"), 0, 0)
	if got := o.of(1); got != noteUnsure+"a\n" {
		t.Errorf("without a page: %q", got)
	}
}

// A crash report is the last thing a worker prints: it is of the task that died.
func TestPrintoutOfACrash(t *testing.T) {
	const report = "panic: oops\n\ngoroutine 7 [running]:\n"
	o := printout{max: 100, knows: true}
	for i, text := range []string{"before\n", report} {
		o.add([]byte(text), uint32(1+i), uint32(1+4*i))
		o.lines.cut([]byte(text), o.noteCrash)
	}
	if got := o.of(5); got != report {
		t.Errorf("%q", got)
	}
}

// Whatever is printed in whatever pieces, memory is bounded and no byte of a task is
// given to a later one.
func TestPrintoutIsBounded(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	o := printout{max: 2000, knows: true}
	var all []byte
	owner := map[uint64]uint32{}
	for seq := uint32(1); seq < 5000; seq++ {
		for range rng.IntN(3) {
			b := []byte(strings.Repeat("x", rng.IntN(20)) + "\n")
			for i := range b {
				owner[uint64(len(all)+i)] = seq
			}
			all = append(all, b...)
			o.add(b, seq-uint32(rng.IntN(2)), seq)
		}
		if len(o.ring) > 2000 || len(o.marks) > maxMarks {
			t.Fatalf("%d bytes, %d marks", len(o.ring), len(o.marks))
		}
		got := o.of(seq)
		if strings.HasPrefix(got, "[") {
			continue
		}
		if from := uint64(len(all) - len(got)); got != string(all[from:]) || got != "" && owner[from] != seq {
			t.Fatalf("task %d is said to have printed %q", seq, got)
		}
	}
}

func TestLineCutter(t *testing.T) {
	rng := rand.New(rand.NewPCG(3, 4))
	var text []byte
	for range 400 {
		text = append(text, bytes.Repeat([]byte{'a' + byte(rng.IntN(26))}, rng.IntN(60)*rng.IntN(60))...)
		text = append(text, "\n\n"[:rng.IntN(3)]...)
	}
	var c lineCutter
	var lines []string
	check := func(line []byte) {
		if len(line) > maxLine || !bytes.HasPrefix(text[c.begin:], line) {
			t.Fatalf("line %d of %d bytes is not at %d", len(lines), len(line), c.begin)
		}
		lines = append(lines, string(line))
	}
	for rest := text; len(rest) > 0; {
		n := min(rng.IntN(9000), len(rest))
		c.cut(rest[:n], check)
		rest = rest[n:]
	}
	c.rest(check)
	if got, want := strings.Join(lines, ""), strings.ReplaceAll(string(text), "\n", ""); got != want {
		t.Errorf("%d bytes in lines, want %d", len(got), len(want))
	}
}

func TestPrintoutKeepsTheBeginningOfACrash(t *testing.T) {
	o := printout{max: 1000, knows: true}
	dump := "starting\nfatal error: all is lost\n\n" + strings.Repeat("goroutine 7 [running]:\n", 500)
	o.add([]byte(dump), 5, 5)
	o.lines.cut([]byte(dump), func(line []byte) { o.noteCrash(line) })
	got := o.of(5)
	if !strings.HasPrefix(got, "fatal error: all is lost\n\ngoroutine 7") || !strings.Contains(got, "\n[…]\n") || len(got) > 1000+maxCrash+100 {
		t.Errorf("%d bytes: %.200q", len(got), got)
	}
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
