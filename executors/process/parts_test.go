package process

import (
	"context"
	"errors"
	"fmt"
	"math"
	"os"
	"slices"
	"strings"
	"testing"

	"poolbench/executors"
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

func TestDequeBothEnds(t *testing.T) {
	var d deque
	for i := range 100 {
		d.PushBack(&item{seq: uint32(100 + i)})
		d.PushFront(&item{seq: uint32(99 - i)})
	}
	for i := range 50 {
		if got := d.PopFront().seq; got != uint32(i) {
			t.Fatalf("item %d is %d", i, got)
		}
	}
	for i, it := range d.takeAll() {
		if it.seq != uint32(50+i) {
			t.Fatalf("item %d is %d", 50+i, it.seq)
		}
	}
	if d.Len() != 0 {
		t.Error(d.Len())
	}
}

func TestRequeueRestoresTheOrder(t *testing.T) {
	d := newBacklog()
	items := make([]*item, 10)
	for i := range items {
		items[i] = &item{order: uint64(i)}
	}
	for _, it := range items[6:] {
		d.PushBack(it)
	}
	d.requeue([]*item{items[1], items[4]})
	d.requeue(nil)
	d.requeue([]*item{items[5], items[0]})
	d.requeue([]*item{items[2], items[3]})
	for i, it := range d.TakeAll() {
		if it.order != uint64(i) {
			t.Errorf("item %d is %d", i, it.order)
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
	if _, err := decodeError([]byte{255}, "fn"); !errors.Is(err, errFrame) {
		t.Error(err)
	}
	if readLimit(0) < executors.MaxEncodedError+stampSize {
		t.Error(readLimit(0))
	}
	for _, n := range []int{0, 1 << 20, math.MaxInt32} {
		if got := uint64(replyLimit(n)); got < uint64(n)+uint64(n)/2+executors.MaxEncodedError {
			t.Errorf("%d: replies of %d bytes", n, got)
		}
	}
}

// A window is deep only for short tasks and a long queue.
func TestWindow(t *testing.T) {
	depth := func(est int64, queued, workers int) int {
		w := &worker{}
		fn := &function{est: est}
		for n := queued; n > 0; n-- {
			it := &item{fn: fn, est: est}
			if !w.admits(it, n, workers) {
				break
			}
			w.est += est
			w.window.PushBack(it)
		}
		return w.window.Len()
	}
	for _, c := range []struct {
		est             int64
		queued, workers int
		want            int
	}{
		{0, 1000, 2, 1},             // unknown
		{1000, 1, 2, 1},             //
		{1000, 3, 2, 1},             // 3 tasks for 2 workers: none in advance
		{1000, 10000, 2, 200},       // windowTarget / 1 µs
		{100, 100000, 2, maxWindow}, //
		{10_000, 10000, 2, 20},      // windowTarget / 10 µs
		{1_000_000, 10000, 2, 2},    // one ahead
		{100_000_000, 10000, 2, 1},  // long
		{1000, 100, 2, 21},          // a fair share: 20 of the 80 left, and the first
	} {
		if got := depth(c.est, c.queued, c.workers); got != c.want {
			t.Errorf("%d ns, %d queued, %d workers: window of %d, want %d", c.est, c.queued, c.workers, got, c.want)
		}
	}
}

func TestFunctionLearns(t *testing.T) {
	f := function{}
	f.observe(1000)
	f.observe(50_000_000)
	if f.est != windowTarget/10 {
		t.Errorf("one outlier counts as %d", f.est)
	}
	for range 10 {
		f.observe(5_000_000)
	}
	if f.est != 5_000_000 {
		t.Errorf("long calls count as %d", f.est)
	}
	for range 100 {
		f.observe(1000)
	}
	if f.est > 2000 {
		t.Errorf("after 100 short calls: %d", f.est)
	}
}

// The context of a task behaves like one of the standard library.
func TestTaskContext(t *testing.T) {
	var tc taskContext
	child, stop := context.WithCancel(&tc)
	defer stop()
	if tc.Err() != nil || child.Err() != nil {
		t.Fatal("ended at once")
	}
	tc.end()
	<-child.Done()
	if !errors.Is(tc.Err(), context.Canceled) || !errors.Is(child.Err(), context.Canceled) {
		t.Error(tc.Err(), child.Err())
	}
	var late taskContext // first looked at when the task has returned
	late.release()
	select {
	case <-late.Done():
	default:
		t.Error("a context without a task lives on")
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

// What comes back finds its place among what is left, and cannot be taken out any more.
func TestBacklog(t *testing.T) {
	b := newBacklog()
	var items []*item
	for i := range 6 {
		items = append(items, &item{order: uint64(i), remote: &namedRemote{}})
		b.PushBack(items[i])
	}
	for i := range 3 {
		if it := b.PopFront(); it != items[i] {
			t.Fatalf("item %d is %d", i, it.order)
		}
		items[i].claimed = i != 1
	}
	b.PushBack(items[1])
	b.PopFront()
	b.requeue([]*item{items[2], items[0], items[3]})
	if _, ok := b.Remove(items[4].remote); !ok {
		t.Error("an item in the middle is not to be found")
	}
	for _, i := range []int{0, 2, 4} {
		if _, ok := b.Remove(items[i].remote); ok {
			t.Errorf("item %d was taken out", i)
		}
	}
	var order []uint64
	for _, it := range b.TakeAll() {
		order = append(order, it.order)
	}
	if !slices.Equal(order, []uint64{0, 2, 3, 5, 1}) {
		t.Errorf("order %v", order)
	}
}

// namedRemote is a remote call that is told from others by its address.
type namedRemote struct {
	executors.Remote
	_ int
}
