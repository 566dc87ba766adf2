package process

import (
	"bytes"
	"os"
	"slices"
	"sync"
	"syscall"
)

// The standard streams of a worker, as numbers in the shared memory.
const (
	streamOut = iota
	streamErr
	streams
)

var streamNames = [streams]string{"stdout", "stderr"}

// A printout is the end of what a worker writes to one of its standard streams,
// and which tasks wrote it.
//
// Who wrote it cannot be seen in a pipe. What can be known: the task that had been
// claimed when the bytes were taken out is the last that can have written them.
// The first is the one that had been claimed when the pipe was seen empty: by the
// parent after it had read, or by the worker when the task began (see child.mark).
// For a task of more than a millisecond, first and last are the same.
type printout struct {
	mu    sync.Mutex
	ring  []byte // at most max bytes
	max   int
	next  int    // where the next byte goes once the ring is full
	total uint64 // bytes ever written
	marks []mark // of the bytes in the ring, ascending; the first may begin before it
	knows bool   // there is shared memory that tells what runs
	lines lineCutter
	crash []byte // the first bytes of the last crash report of a Go runtime
	begun uint64 // offset of crash
}

// A mark says who wrote the bytes from an offset up to the next mark.
type mark struct {
	from        uint64
	first, last uint32 // tasks, by seq
}

const (
	maxMarks = 256
	maxCrash = 2 << 10
)

// drain reads f to its end, so that whoever writes to it never blocks. Each line
// is given to log, if that is not nil, with the last task that can have written it.
func (o *printout) drain(f *os.File, mem *segment, stream int, log func(stream int, line []byte, seq uint32)) {
	raw, err := f.SyscallConn()
	if err != nil {
		return
	}
	o.knows = mem != nil
	buf := make([]byte, 16<<10)
	var first uint32
	for {
		n := 0
		var readErr error
		err := raw.Read(func(fd uintptr) bool {
			now, clean := mem.current(), mem.clean(stream)
			n, readErr = tryRead(int(fd), buf)
			if readErr == syscall.EAGAIN {
				first = now
				return false
			}
			if int32(clean-first) > 0 {
				first = clean
			}
			return true
		})
		if err != nil || readErr != nil {
			break
		}
		last := mem.current()
		o.add(buf[:n], first, last)
		mem.setPrints()
		o.lines.cut(buf[:n], func(line []byte) { o.line(stream, line, last, log) })
	}
	o.lines.rest(func(line []byte) { o.line(stream, line, mem.current(), log) })
}

func (o *printout) line(stream int, line []byte, seq uint32, log func(int, []byte, uint32)) {
	o.noteCrash(line)
	if log != nil {
		log(stream, line, seq)
	}
}

// noteCrash keeps the beginning of a crash report, which says what happened and
// which the goroutines that follow it may push out of the ring.
func (o *printout) noteCrash(line []byte) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if isCrash(line) {
		o.crash, o.begun = o.crash[:0], o.lines.begin
	} else if len(o.crash) == 0 {
		return
	}
	if len(o.crash)+len(line) < maxCrash {
		o.crash = append(append(o.crash, line...), '\n')
	}
}

// isCrash recognises the first line of what a Go runtime says before it ends.
func isCrash(line []byte) bool {
	return slices.ContainsFunc([]string{"panic: ", "fatal error: ", "SIG"}, func(s string) bool { return bytes.HasPrefix(line, []byte(s)) })
}

// add appends b, written by the tasks from first to last.
func (o *printout) add(b []byte, first, last uint32) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if n := len(o.marks); n == 0 || o.marks[n-1].first != first || o.marks[n-1].last != last {
		o.marks = append(o.marks, mark{o.total, first, last})
	}
	o.total += uint64(len(b))
	if len(b) > o.max {
		b = b[len(b)-o.max:]
	}
	if room := o.max - len(o.ring); room > 0 {
		k := min(room, len(b))
		o.ring = append(o.ring, b[:k]...)
		b = b[k:]
	}
	for len(b) > 0 {
		k := copy(o.ring[o.next:], b)
		o.next = (o.next + k) % o.max
		b = b[k:]
	}
	for len(o.marks) > 1 && (o.marks[1].from <= o.start() || len(o.marks) > maxMarks) {
		if o.marks[1].from > o.start() { // too many: the two oldest become one
			o.marks[1].from, o.marks[1].first = o.marks[0].from, o.marks[0].first
		}
		o.marks = append(o.marks[:0], o.marks[1:]...)
	}
}

// start is the offset of the oldest byte in the ring.
func (o *printout) start() uint64 { return o.total - uint64(len(o.ring)) }

// String is all that is left.
func (o *printout) String() string {
	return o.of(0)
}

// from is what is left of the bytes from an offset on.
func (o *printout) from(offset uint64) string {
	all := string(o.ring[o.next:]) + string(o.ring[:o.next])
	s := all[max(offset, o.start())-o.start():]
	if len(o.crash) > 0 && o.begun >= offset && o.begun < o.start() {
		s = string(o.crash) + "[…]\n" + s
	}
	return s
}

// Notes that come before what a task may not have printed itself.
const (
	noteUnsure = "[some of this may have been printed before the task started]\n"
	noteBefore = "[nothing was printed while the task ran; before it:]\n"
)

// of is what the task seq has printed, with a note if some of it, or all, is or may
// be from before; everything for 0, which is no task. The drain has ended.
func (o *printout) of(seq uint32) string {
	o.mu.Lock()
	defer o.mu.Unlock()
	switch {
	case seq == 0 || o.total == 0:
		return o.from(0)
	case !o.knows:
		return noteUnsure + o.from(0)
	}
	for i, m := range o.marks {
		if int32(m.last-seq) < 0 {
			continue
		}
		offset := m.from
		if i == 0 {
			offset = min(offset, o.start())
		}
		if itsEnd := len(o.crash) > 0 && o.begun == m.from; int32(m.first-seq) < 0 && !itsEnd {
			return noteUnsure + o.from(offset)
		}
		return o.from(offset)
	}
	return noteBefore + o.from(0)
}

// A lineCutter cuts a stream into lines of at most maxLine bytes; longer ones come
// in several.
type lineCutter struct {
	partial []byte
	begin   uint64 // offset of the line that is being given away, or is partial
}

const maxLine = 4 << 10

// cut calls yield with each line that is complete, without its end.
func (c *lineCutter) cut(b []byte, yield func([]byte)) {
	for len(b) > 0 {
		n := bytes.IndexByte(b, '\n')
		used := n + 1
		if n < 0 {
			n, used = len(b), len(b)
		}
		room := maxLine - len(c.partial)
		whole := used > n || n > room
		if n > room {
			n, used = room, room
		}
		line := b[:n]
		if len(c.partial) > 0 || !whole {
			c.partial = append(c.partial, line...)
			line = c.partial
		}
		if whole {
			yield(line)
			c.begin += uint64(len(line) + used - n)
			c.partial = c.partial[:0]
		}
		b = b[used:]
	}
}

// rest calls yield with what follows the end of the last line, if anything.
func (c *lineCutter) rest(yield func([]byte)) {
	if len(c.partial) > 0 {
		yield(c.partial)
	}
}
