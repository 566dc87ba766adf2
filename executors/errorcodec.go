package executors

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"slices"
)

// sentinels are the errors that errors.Is finds across processes, the more specific
// first.
var sentinels = []error{
	ErrCancelled, ErrShutdown, ErrShutdownInside, ErrNotShippable, ErrUnsendable, ErrTooLarge, ErrUnknownFunc, ErrFull, ErrGoexit, ErrSettled, ErrDeadlock, ErrNilFunc, ErrNilArgument,
	context.Canceled, context.DeadlineExceeded,
	os.ErrDeadlineExceeded, fs.ErrNotExist, fs.ErrExist, fs.ErrPermission, fs.ErrInvalid, fs.ErrClosed,
	io.ErrUnexpectedEOF, io.EOF, io.ErrClosedPipe, io.ErrShortWrite, errors.ErrUnsupported,
}

// Sentinels are the errors that keep their identity on the way between processes:
// errors.Is finds them in a *RemoteError. They travel as places in this list, which is
// the same in all processes of a program, the more specific first.
//
// The errors in more are put before the others, for good. Only packages that bring
// executors give some, and only in the value of a package-level variable.
func Sentinels(more ...error) []error {
	if len(more) > 0 {
		sentinels = slices.Concat(more, sentinels)
	}
	return slices.Clone(sentinels)
}

// sentinelOf is the place from 1 of the first sentinel that err matches, 0 if none.
func sentinelOf(err error) int {
	return 1 + slices.IndexFunc(sentinels, func(s error) bool { return errors.Is(err, s) })
}

// What an encoded error begins with.
const (
	errorOfTask    = iota // place of the sentinel, type, text
	errorOfPanic          // text of the value, stack
	errorGoexit           // nothing more: it is ErrGoexit
	errorCancelled        // nothing more: it is ErrCancelled
)

const (
	// maxErrorText is how much of each text of an error travels, in bytes.
	maxErrorText = 64 << 10

	// MaxEncodedError is the most that AppendError appends, in bytes.
	MaxEncodedError = 2*maxErrorText + 16
)

// AppendError appends err, any error that a task has ended with, as it travels between
// processes, alone or as that of one call in a chunk. What can be told of it there is
// what DecodeError gives back. If the methods of err panic, that is its text.
func AppendError(b []byte, err error) (encoded []byte) {
	defer func() {
		if r := recover(); r != nil {
			encoded = appendRemote(b, err, fmt.Sprintf("(the error's own methods panicked: %v)", r), 0)
		}
	}()
	switch err { // what an executor says, not the task
	case ErrGoexit:
		return append(b, errorGoexit)
	case ErrCancelled:
		return append(b, errorCancelled)
	}
	if p := (*PanicError)(nil); errors.As(err, &p) {
		b = appendText(append(b, errorOfPanic), fmt.Sprint(p.Value))
		return appendText(b, string(p.Stack))
	}
	return appendRemote(b, err, err.Error(), sentinelOf(err))
}

func appendRemote(b []byte, err error, text string, sentinel int) []byte {
	b = binary.AppendUvarint(append(b, errorOfTask), uint64(sentinel))
	return appendText(appendText(b, fmt.Sprintf("%T", err)), text)
}

func appendText(b []byte, s string) []byte {
	return appendSized(b, []byte(s[:min(len(s), maxErrorText)]))
}

// DecodeError gives the error that the future of a call of the task function fn gets,
// if AppendError made b: ErrGoexit and ErrCancelled as they are, a *PanicError with the
// stack and the value as text, or a *RemoteError with type, text and the first of the
// Sentinels that the error matched. Each text has at most 64 KiB. The second result
// says that b is malformed.
func DecodeError(b []byte, fn string) (decoded, malformed error) {
	r := reader{b: b}
	decoded = r.error(fn)
	return decoded, r.err
}

// error takes an encoded error of a call of fn.
func (r *reader) error(fn string) error {
	switch r.byte() {
	case errorOfTask:
		place := r.uvarint()
		e := &RemoteError{Func: fn, Type: string(r.sized()), Text: string(r.sized())}
		if place > uint64(len(sentinels)) {
			break
		}
		if place > 0 {
			e.is = sentinels[place-1]
		}
		return e
	case errorOfPanic:
		return &PanicError{Value: string(r.sized()), Stack: append([]byte(nil), r.sized()...)}
	case errorGoexit:
		return ErrGoexit
	case errorCancelled:
		return ErrCancelled
	}
	r.fail()
	return r.err
}
