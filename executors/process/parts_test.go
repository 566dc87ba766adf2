package process

import (
	"errors"
	"fmt"
	"math"
	"os"
	"strings"
	"testing"

	"poolbench/executors"
	"poolbench/executors/remote"
)

// What a pool can do beyond the contract.
var _ interface {
	executors.Attendant
	executors.Dropper
	executors.Killer
	executors.Resizer
	executors.Starter
	executors.StatsKeeper
} = (*Pool)(nil)

func TestTailKeepsTheEnd(t *testing.T) {
	var all strings.Builder
	tl := printout{max: 10}
	for i := range 40 {
		s := strings.Repeat(string(rune('a'+i%26)), i%13)
		all.WriteString(s)
		tl.add([]byte(s), uint32(i), uint32(i))
		want := all.String()
		want = want[max(0, len(want)-10):]
		if got := tl.String(); got != want {
			t.Fatalf("after %d bytes: %q, want %q", all.Len(), got, want)
		}
	}
}

// Errors of this package keep their identity, and every encoded error fits into a
// frame.
func TestErrorsPass(t *testing.T) {
	for _, want := range []error{ErrNested, ErrTooLarge, ErrUnsupported} {
		got, err := decodeError(executors.AppendError(nil, fmt.Errorf("wrapped: %w", want)), "fn")
		if err != nil || !errors.Is(got, want) {
			t.Errorf("%v becomes %v, %v", want, got, err)
		}
	}
	if _, err := decodeError([]byte{255}, "fn"); !errors.Is(err, remote.ErrMalformed) {
		t.Error(err)
	}
	if remote.ReadLimit(0) < executors.MaxEncodedError {
		t.Error(remote.ReadLimit(0))
	}
	for _, n := range []int{0, 1 << 20, math.MaxInt32} {
		if got := uint64(remote.ReplyLimit(n)); got < uint64(n)+uint64(n)/2+executors.MaxEncodedError {
			t.Errorf("%d: replies of %d bytes", n, got)
		}
	}
}

// Before WorkerMain was called no pool is made and no process is started.
func TestPoolWithoutEntryRefused(t *testing.T) {
	entered.Store(false)
	defer entered.Store(true)
	if err := Kind.Check(); !errors.Is(err, ErrNoEntry) {
		t.Error(err)
	}
	if _, err := New(executors.Options{Workers: 1}); !errors.Is(err, ErrNoEntry) {
		t.Error(err)
	}
	WorkerMain()
	if err := Kind.Check(); err != nil {
		t.Error(err)
	}
}

func TestNestedPoolRefused(t *testing.T) {
	t.Setenv(envDepth, "1")
	if _, err := New(executors.Options{Workers: 1}); !errors.Is(err, ErrNested) {
		t.Error(err)
	}
	for _, kv := range environment(ticket{}) {
		if strings.HasPrefix(kv, "GORACE=") && os.Getenv("GORACE") != "" && !strings.Contains(kv, os.Getenv("GORACE")) {
			t.Error(kv)
		}
	}
}
