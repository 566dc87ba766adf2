package process

import (
	"encoding/binary"
	"errors"
	"fmt"

	"poolbench/executors"
)

// A fault is how an error of a task travels: as text, with the name of its type
// and the well-known error it matched.
type fault struct {
	class    faultClass
	sentinel uint8 // index into sentinels + 1; 0 if none
	typ      string
	text     string
	stack    string
}

type faultClass uint8

const (
	faultError     faultClass = iota
	faultPanic                // text is the panic value
	faultGoexit               //
	faultCancelled            // cancelled before it started
	faultEnd                  // not a class
)

// sentinels are the errors that errors.Is finds across processes. Chunks of calls
// take them from the same list.
var sentinels = executors.Sentinels(ErrNested, ErrTooLarge, ErrUnsupported)

// maxFaultText bounds each text of a fault, in bytes.
const maxFaultText = 64 << 10

// describe makes a fault of any error, even one whose methods panic.
func describe(err error) (f fault) {
	defer func() {
		if r := recover(); r != nil {
			f = fault{typ: fmt.Sprintf("%T", err), text: fmt.Sprintf("(the error's own methods panicked: %v)", r)}
		}
	}()
	var p *executors.PanicError
	switch {
	case errors.Is(err, executors.ErrGoexit):
		return fault{class: faultGoexit}
	case errors.As(err, &p):
		return fault{class: faultPanic, typ: fmt.Sprintf("%T", p.Value), text: fmt.Sprint(p.Value), stack: string(p.Stack)}
	}
	f = fault{typ: fmt.Sprintf("%T", err), text: err.Error()}
	for i, s := range sentinels {
		if errors.Is(err, s) {
			f.sentinel = uint8(i + 1)
			break
		}
	}
	return f
}

func (f fault) append(b []byte) []byte {
	b = append(b, byte(f.class), f.sentinel)
	for _, s := range []string{f.typ, f.text, f.stack} {
		s = s[:min(len(s), maxFaultText)]
		b = binary.LittleEndian.AppendUint32(b, uint32(len(s)))
		b = append(b, s...)
	}
	return b
}

func parseFault(b []byte) (fault, error) {
	if len(b) < 2 || faultClass(b[0]) >= faultEnd || int(b[1]) > len(sentinels) {
		return fault{}, fmt.Errorf("%w: bad fault", errFrame)
	}
	f := fault{class: faultClass(b[0]), sentinel: b[1]}
	b = b[2:]
	for _, s := range []*string{&f.typ, &f.text, &f.stack} {
		if len(b) < 4 || uint64(binary.LittleEndian.Uint32(b)) > uint64(len(b)-4) {
			return fault{}, fmt.Errorf("%w: fault cut short", errFrame)
		}
		n := binary.LittleEndian.Uint32(b)
		*s, b = string(b[4:4+n]), b[4+n:]
	}
	return f, nil
}

// err is the error that the future of a task of fn gets.
func (f fault) err(fn string) error {
	switch f.class {
	case faultPanic:
		return &executors.PanicError{Value: f.text, Stack: []byte(f.stack)}
	case faultGoexit:
		return executors.ErrGoexit
	case faultCancelled:
		return executors.ErrCancelled
	}
	var is error
	if f.sentinel > 0 {
		is = sentinels[f.sentinel-1]
	}
	return executors.NewRemoteError(fn, f.typ, f.text, is)
}
