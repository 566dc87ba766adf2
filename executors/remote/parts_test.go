package remote

import (
	"context"
	"errors"
	"slices"
	"testing"

	"poolbench/executors"
)

func TestRequeueRestoresTheOrder(t *testing.T) {
	d := NewBacklog()
	items := make([]*Item, 10)
	for i := range items {
		items[i] = &Item{Order: uint64(i)}
	}
	for _, it := range items[6:] {
		d.PushBack(it)
	}
	d.Requeue([]*Item{items[1], items[4]})
	d.Requeue(nil)
	d.Requeue([]*Item{items[5], items[0]})
	d.Requeue([]*Item{items[2], items[3]})
	for i, it := range d.TakeAll() {
		if it.Order != uint64(i) {
			t.Errorf("item %d is %d", i, it.Order)
		}
	}
}

// A window is deep only for short tasks and a long queue.
func TestWindow(t *testing.T) {
	depth := func(est int64, queued, workers int) int {
		w, fn := &Window{}, &Func{}
		fn.est.Store(est)
		for n := queued; n > 0; n-- {
			it := &Item{Func: fn}
			if !w.Admits(it, n, workers) {
				break
			}
			w.Reserve(it)
			w.Push(it)
		}
		return w.Len()
	}
	for _, c := range []struct {
		est             int64
		queued, workers int
		want            int
	}{
		{0, 1000, 2, 1},             // unknown
		{1000, 1, 2, 1},             //
		{1000, 3, 2, 1},             // 3 tasks for 2 workers: none in advance
		{1000, 10000, 2, MaxWindow}, //
		{10_000, 10000, 2, 400},     // WindowTarget / 10 µs
		{1_000_000, 10000, 2, 4},    //
		{3_000_000, 10000, 2, 1},    // two would be more than WindowTarget
		{1000, 50, 1, 50},           // there are no others
		{100_000_000, 10000, 2, 1},  // long
		{1000, 100, 2, 21},          // a fair share: 20 of the 80 left, and the first
	} {
		if got := depth(c.est, c.queued, c.workers); got != c.want {
			t.Errorf("%d ns, %d queued, %d workers: window of %d, want %d", c.est, c.queued, c.workers, got, c.want)
		}
	}
}

func TestFunctionLearns(t *testing.T) {
	f := Func{}
	f.Observe(1000)
	f.Observe(50_000_000)
	if f.Expected() != outlier {
		t.Errorf("one outlier counts as %d", f.Expected())
	}
	for range 10 {
		f.Observe(5_000_000)
	}
	if f.Expected() != 5_000_000 {
		t.Errorf("long calls count as %d", f.Expected())
	}
	for range 100 {
		f.Observe(1000)
	}
	if f.Expected() > 2000 {
		t.Errorf("after 100 short calls: %d", f.Expected())
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

// What comes back finds its place among what is left, and cannot be taken out any more.
func TestBacklog(t *testing.T) {
	b := NewBacklog()
	var items []*Item
	for i := range 6 {
		items = append(items, &Item{Order: uint64(i), Remote: &namedRemote{}})
		b.PushBack(items[i])
	}
	for i := range 3 {
		if it := b.PopFront(); it != items[i] {
			t.Fatalf("item %d is %d", i, it.Order)
		}
		items[i].Started = i != 1
	}
	b.PushBack(items[1])
	b.PopFront()
	b.Requeue([]*Item{items[2], items[0], items[3]})
	if _, ok := b.Remove(items[4].Remote); !ok {
		t.Error("an item in the middle is not to be found")
	}
	for _, i := range []int{0, 2, 4} {
		if _, ok := b.Remove(items[i].Remote); ok {
			t.Errorf("item %d was taken out", i)
		}
	}
	var order []uint64
	for _, it := range b.TakeAll() {
		order = append(order, it.Order)
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
