package process_test

import (
	"bytes"
	"context"
	"hash/crc32"
	"runtime"
	"testing"

	"poolbench/executors"
	"poolbench/executors/process"
)

var (
	loanSum = executors.Define("test.loanSum", func(_ context.Context, in executors.Loan) (uint32, error) {
		return crc32.ChecksumIEEE(in.Bytes()), nil
	})
	loanBack = executors.Define("test.loanBack", func(_ context.Context, in executors.Loan) (executors.Loan, error) {
		return executors.Lend(in.Bytes()), nil
	})
)

// What is lent arrives, of any size, and is there until it is released, also when its
// worker has gone; what is never released costs later ones their place in the memory, and
// nothing else.
func TestLoans(t *testing.T) {
	p := newPool(t, process.Options{Workers: 1})
	var kept []executors.Loan
	var want [][]byte
	for size := 1; size < 40<<20; size = size*4 + 1 {
		b := bytes.Repeat([]byte{byte(size), byte(size >> 8), 3}, size/3+1)[:size]
		if got := result(t, submit(t, p, loanSum, executors.Lend(b))); got != crc32.ChecksumIEEE(b) {
			t.Errorf("%d bytes arrive as others", size)
		}
		kept, want = append(kept, result(t, submit(t, p, loanBack, executors.Lend(b)))), append(want, b)
	}
	if err := p.Kill(limit(t)); err != nil {
		t.Fatal(err)
	}
	for i, l := range kept {
		if !bytes.Equal(l.Bytes(), want[i]) {
			t.Errorf("%d bytes come back as others", len(want[i]))
		}
		l.Release()
		l.Release()
		if l.Bytes() != nil {
			t.Error("a loan has bytes after its release")
		}
	}
	if n := mappings(t); n != 0 {
		t.Errorf("%d areas are mapped still", n)
	}
}

// More loans than there are places, kept and forgotten.
func TestManyLoans(t *testing.T) {
	p := newPool(t, process.Options{Workers: 2})
	b := make([]byte, 64<<10)
	for round := range 3 {
		var kept []executors.Loan
		for i := range 300 {
			b[0] = byte(i)
			kept = append(kept, result(t, submit(t, p, loanBack, executors.Lend(bytes.Clone(b)))))
		}
		for i, l := range kept {
			if l.Bytes()[0] != byte(i) || len(l.Bytes()) != len(b) {
				t.Fatalf("loan %d is another", i)
			}
			if round == 0 {
				l.Release()
			}
		}
		kept = nil
		runtime.GC()
	}
}
