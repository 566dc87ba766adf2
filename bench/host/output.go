package host

import (
	"strings"
	"sync"
	"unicode"
)

// output keeps what a program prints. It is safe for concurrent use.
type output struct {
	mu    sync.Mutex
	text  []byte
	limit int    // 0 is none
	full  func() // called once when there is more
}

func (o *output) Write(text []byte) (int, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	room := len(text)
	if o.limit > 0 {
		room = min(room, o.limit-len(o.text))
	}
	o.text = append(o.text, text[:room]...)
	if room < len(text) && o.full != nil {
		o.full()
		o.full = nil
	}
	return len(text), nil
}

func (o *output) String() string {
	o.mu.Lock()
	defer o.mu.Unlock()
	return string(o.text)
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
