package executors

import (
	"runtime"
	"sync/atomic"
)

// A Loan is bytes that are read where they lie, for tasks with so large inputs or outputs
// that copying them counts:
//
//	var Sum = executors.Define("sum", func(_ context.Context, in executors.Loan) (uint32, error) {
//		return crc32.ChecksumIEEE(in.Bytes()), nil
//	})
//	f, err := executors.Submit(ctx, pool, Sum, executors.Lend(data))
//
// As an input it is valid until the task returns: whoever wants to keep it copies it. As
// an output it is valid until Release, after which its memory is used again; without
// Release, until nothing refers to the Loan any more. Executors in this process hand the
// bytes over as they are, worker processes copy them once each way, into memory that both
// processes see; too large ones, or too many at a time, are copied into memory of their
// own. Nil and empty bytes are the same here.
//
// The zero Loan has no bytes. The bytes must not be written to. Go test -bench Payload of
// package process compares it with []byte.
type Loan struct{ l *loan }

type loan struct {
	b       []byte
	lender  *lender // nil if the memory is nobody else's
	cleanup runtime.Cleanup
}

// A lender wants its memory back, once.
type lender struct {
	back    atomic.Bool
	release func()
}

func (l *lender) giveBack() {
	if l.back.CompareAndSwap(false, true) {
		l.release()
	}
}

// Lend makes a Loan of b, which must not change as long as anybody reads it.
func Lend(b []byte) Loan { return Loan{&loan{b: b}} }

// borrow makes a Loan of memory that is to be given back.
func borrow(b []byte, release func()) Loan {
	l := &loan{b: b, lender: &lender{release: release}}
	l.cleanup = runtime.AddCleanup(l, (*lender).giveBack, l.lender)
	return Loan{l}
}

// Bytes are the bytes; nil after Release.
func (l Loan) Bytes() []byte {
	if l.l == nil {
		return nil
	}
	return l.l.b
}

// Release gives the memory back: nobody may look at Bytes any more. Only the first call
// counts. It must not be called while another goroutine calls Bytes.
func (l Loan) Release() {
	if l.l == nil {
		return
	}
	l.l.b = nil
	if l.l.lender != nil {
		l.l.cleanup.Stop()
		l.l.lender.giveBack()
	}
}

var loanCodec = valueCodec[Loan]{
	append: func(b []byte, v Loan, limit int) ([]byte, error) { return appendLarge(b, v.Bytes(), limit) },
	decode: func(b []byte) (Loan, error) { return Lend(keepLarge(b)), nil },
}
