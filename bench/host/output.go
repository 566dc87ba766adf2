package host

import (
	"fmt"
	"io"
	"strings"
	"sync"
	"unicode"
)

// output keeps what a program prints, of more than the limit the end. It is safe for
// concurrent use.
type output struct {
	mu      sync.Mutex
	text    []byte // up to twice the limit, so that the beginning is seldom cut off
	limit   int    // 0 is none
	printed int64  // bytes
}

func (o *output) Write(text []byte) (int, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.printed += int64(len(text))
	o.text = append(o.text, text...)
	if o.limit > 0 && len(o.text) > 2*o.limit {
		o.text = append(o.text[:0], o.text[len(o.text)-o.limit:]...)
	}
	return len(text), nil
}

// and is where a stream goes that another one sees, too.
func (o *output) and(seen io.Writer) io.Writer {
	if seen == nil {
		return o
	}
	return io.MultiWriter(o, seen)
}

// String is what was printed; where its beginning was dropped, the first line says so.
func (o *output) String() string {
	o.mu.Lock()
	defer o.mu.Unlock()
	kept := o.text
	if o.limit > 0 {
		kept = kept[max(0, len(kept)-o.limit):]
	}
	if dropped := o.printed - int64(len(kept)); dropped > 0 {
		return fmt.Sprintf("[%d bytes before this were dropped]\n%s", dropped, kept)
	}
	return string(kept)
}

// size is how much was printed, in bytes.
func (o *output) size() int64 {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.printed
}

// maxWords bounds what is repeated of a program's words, in bytes.
const maxWords = 300

// words are what a program said that tells most, in one line: from the panic, the
// fatal error or the failure on, else from its beginning.
func (o *output) words() string {
	text := o.String()
	for _, mark := range []string{"panic: ", "fatal error: ", "--- FAIL", "--- SKIP", "flag provided but not defined"} {
		if i := strings.Index(text, mark); i >= 0 {
			text = text[i:]
			break
		}
	}
	if i := strings.Index(text, "\ngoroutine "); i > 0 {
		text = text[:i]
	}
	return OneLine(text)
}

// OneLine makes text fit for a line of a record, bounded.
func OneLine(text string) string {
	if len(text) > 4*maxWords {
		text = text[:4*maxWords]
	}
	text = strings.Join(strings.FieldsFunc(strings.ToValidUTF8(text, "?"), func(r rune) bool {
		return unicode.IsSpace(r) || !unicode.IsPrint(r)
	}), " ")
	if len(text) > maxWords {
		text = strings.ToValidUTF8(text[:maxWords], "") + " …"
	}
	return text
}
