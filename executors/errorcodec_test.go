package executors

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"reflect"
	"strings"
	"testing"
)

// A silent error has methods that panic.
type silent struct{ unwrap bool }

func (s silent) Error() string {
	if s.unwrap {
		return "text"
	}
	panic("no text")
}

func (s silent) Unwrap() error { panic("no cause") }

// What arrives of each error, whether of a call alone or of one in a chunk.
func TestErrorsTravel(t *testing.T) {
	long := strings.Repeat("x", 10*maxErrorText)
	remote := func(typ, text string, is error) error {
		return &RemoteError{Func: "fn", Type: typ, Text: text, is: is}
	}
	rows := []struct {
		name      string
		sent, got error
	}{
		{"plain", errors.New("plain"), remote("*errors.errorString", "plain", nil)},
		{"no text", errors.New(""), remote("*errors.errorString", "", nil)},
		{"nil pointer", (*WaitError)(nil), remote("*executors.WaitError", "(the error's own methods panicked: runtime error: invalid memory address or nil pointer dereference)", nil)},
		{"methods that panic", silent{}, remote("executors.silent", "(the error's own methods panicked: no cause)", nil)},
		{"a chain that panics", silent{unwrap: true}, remote("executors.silent", "(the error's own methods panicked: no cause)", nil)},
		{"long", errors.New(long), remote("*errors.errorString", long[:maxErrorText], nil)},
		{"the first sentinel", fmt.Errorf("a: %w (%w)", ErrCancelled, io.EOF), remote("*fmt.wrapErrors", "a: "+ErrCancelled.Error()+" (EOF)", ErrCancelled)},
		{"by Is", &fs.PathError{Op: "open", Path: "f", Err: os.ErrNotExist}, remote("*fs.PathError", "open f: file does not exist", fs.ErrNotExist)},
		{"deadline", context.DeadlineExceeded, remote("context.deadlineExceededError", "context deadline exceeded", context.DeadlineExceeded)},
		{"remote already", remote("T", "text", io.EOF), remote("*executors.RemoteError", "text", io.EOF)},
		{"panic", &PanicError{Value: "value", Stack: []byte("here")}, &PanicError{Value: "value", Stack: []byte("here")}},
		{"panic with an error", fmt.Errorf("in: %w", &PanicError{Value: io.EOF}), &PanicError{Value: "EOF"}},
		{"panic with Goexit", &PanicError{Value: ErrGoexit}, &PanicError{Value: ErrGoexit.Error()}},
		{"long panic", &PanicError{Value: long, Stack: []byte(long)}, &PanicError{Value: long[:maxErrorText], Stack: []byte(long[:maxErrorText])}},
		{"no panic", (*PanicError)(nil), remote("*executors.PanicError", "(the error's own methods panicked: runtime error: invalid memory address or nil pointer dereference)", nil)},
		{"Goexit", ErrGoexit, ErrGoexit},
		{"cancelled", ErrCancelled, ErrCancelled},
	}
	for _, s := range Sentinels() {
		wrapped := fmt.Errorf("wrapped: %w", s)
		rows = append(rows, struct {
			name      string
			sent, got error
		}{s.Error(), wrapped, remote("*fmt.wrapError", wrapped.Error(), s)})
	}
	chunk := newResults[string](len(rows))
	for i, r := range rows {
		chunk.setError(i, r.sent)
	}
	chunk.reached = len(rows)
	chunk.sent = &outbound[string]{fn: "fn", item: codecFor[string](), limit: 1 << 30}
	chunk.send()
	chunk, err := decodeOutcomes("fn", codecFor[string](), chunk.sent.b)
	if err != nil {
		t.Fatal(err)
	}
	for i, r := range rows {
		b := AppendError([]byte("before"), r.sent)
		if len(b) > MaxEncodedError+len("before") || !strings.HasPrefix(string(b), "before") {
			t.Errorf("%s: %d bytes", r.name, len(b))
		}
		alone, err := DecodeError(b[len("before"):], "fn")
		if err != nil || !reflect.DeepEqual(alone, r.got) {
			t.Errorf("%s: %#v, %v; want %#v", r.name, alone, err, r.got)
		}
		if _, among := chunk.at(i, nil); !reflect.DeepEqual(among, r.got) {
			t.Errorf("%s, in a chunk: %#v, want %#v", r.name, among, r.got)
		}
	}
}

func TestMalformedErrors(t *testing.T) {
	for _, b := range [][]byte{nil, {errorCancelled + 1}, {errorOfTask, 250, 1, 0, 0}, {errorOfTask, 0, 9, 'x'}, {errorOfPanic, 1, 'x'}} {
		if decoded, err := DecodeError(b, "fn"); err == nil {
			t.Errorf("%v is %#v", b, decoded)
		}
	}
}

// FuzzDecodeError feeds the decoder of errors with what a broken worker may send.
func FuzzDecodeError(f *testing.F) {
	f.Add(AppendError(nil, io.EOF))
	f.Add(AppendError(nil, &PanicError{Value: "x", Stack: []byte("here")}))
	f.Add([]byte{errorOfTask, 0, 255, 255, 255, 255, 15})
	f.Fuzz(func(t *testing.T, b []byte) {
		decoded, err := DecodeError(b, "fn")
		if err != nil {
			return
		}
		again, err := DecodeError(AppendError(nil, decoded), "fn")
		text := decoded.Error()
		if err != nil || len(text) > len(b)+len(ErrCancelled.Error()) || len(text) < maxErrorText && again.Error() != text {
			t.Fatalf("%d bytes became %#v, then %#v, %v", len(b), decoded, again, err)
		}
	})
}
