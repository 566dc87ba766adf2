package remote

import (
	"context"
	"errors"
	"slices"
	"sync"
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
		{1000, 3, 2, 3},             // done before another worker would run
		{50_000, 3, 2, 1},           // 3 tasks for 2 workers: none in advance
		{1000, 10000, 2, MaxWindow}, //
		{10_000, 10000, 2, 400},     // WindowTarget / 10 µs
		{1_000_000, 10000, 2, 4},    //
		{3_000_000, 10000, 2, 1},    // two would be more than WindowTarget
		{1000, 50, 1, 50},           // there are no others
		{100_000_000, 10000, 2, 1},  // long
		{1000, 100, 2, 50},          // what takes less than to wake another worker
		{10_000, 100, 2, 21},        // a fair share: 20 of the 80 left, and the first
	} {
		if got := depth(c.est, c.queued, c.workers); got != c.want {
			t.Errorf("%d ns, %d queued, %d workers: window of %d, want %d", c.est, c.queued, c.workers, got, c.want)
		}
	}
}

// A worker wakes its executor as late as it can, but so early that it does not run dry.
func TestWindowRefill(t *testing.T) {
	for _, c := range []struct {
		est    int64
		n      int
		behind int // items that are left then
	}{
		{1000, 0, 0},
		{1000, 1, 0},
		{1000, 2, 0},
		{1000, 5, 2},
		{1000, 1024, 511},  // half
		{10_000, 400, 100}, // refillTime
		{100_000, 40, 10},
		{300_000, 13, 3},
		{3_000_000, 2, 0},
	} {
		w, fn := &Window{}, &Func{}
		fn.est.Store(c.est)
		for range c.n {
			it := &Item{Func: fn}
			w.Reserve(it)
			w.Push(it)
		}
		want := uint32(c.n - c.behind)
		if got := w.Refill(); got != want {
			t.Errorf("%d tasks of %d ns: woken at task %d, want %d", c.n, c.est, got, want)
		}
	}
}

func TestFunctionLearns(t *testing.T) {
	f := &Func{}
	observe := func(ns uint32) {
		var l Learner
		l.Observe(f, ns)
		l.Close()
	}
	observe(1000)
	observe(50_000_000)
	if f.Expected() != outlier {
		t.Errorf("one outlier counts as %d", f.Expected())
	}
	for range 10 {
		observe(5_000_000)
	}
	if f.Expected() != 5_000_000 {
		t.Errorf("long calls count as %d", f.Expected())
	}
	for range 100 {
		observe(1000)
	}
	if f.Expected() > 2000 {
		t.Errorf("after 100 short calls: %d", f.Expected())
	}
	other := &Func{}
	var l Learner
	l.Observe(f, 7_000_000)
	l.Observe(other, 300)
	l.Observe(f, 8_000_000)
	l.Close()
	if f.Expected() < 10_000 || other.Expected() != 300 {
		t.Errorf("of two functions in turn it knows %d and %d", f.Expected(), other.Expected())
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

// A cancel reaches its task before it starts, or while it runs, and what has ended not at
// all; nothing is kept of it.
func TestChildCancel(t *testing.T) {
	var c Child
	c.Cancel(2)
	first, ok := c.begin(1)
	if !ok || first.Err() != nil {
		t.Error("a task is cancelled because another one was")
	}
	if _, ok := c.begin(2); ok {
		t.Error("a task begins that was cancelled")
	}
	third, ok := c.begin(3)
	c.Cancel(1)
	if c.Cancel(3); !ok || third.Err() == nil || first.Err() != nil {
		t.Errorf("%v, %v, %v", ok, third.Err(), first.Err())
	}
	const last = 20_000
	next := make(chan uint32, 8)
	go func() {
		for seq := uint32(4); seq <= last; seq++ {
			next <- seq
			c.Cancel(seq)
		}
		close(next)
	}()
	for seq := range next {
		c.begin(seq)
	}
	if len(c.cancelled) > 0 || c.early.Load() != 0 {
		t.Errorf("%d cancels are kept", len(c.cancelled))
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

// An item of a stock is given out once at a time, with nothing of its former task, and a
// burst leaves no more than a bound behind.
func TestStock(t *testing.T) {
	var s Stock
	var mu sync.Mutex
	var wg sync.WaitGroup
	for range 4 {
		wg.Go(func() {
			for range 5000 {
				it := s.Take(nil)
				if it.Seq != 0 || it.Func != nil || it.next != nil {
					t.Errorf("not as new: %+v", it)
				}
				mu.Lock()
				s.Lay()
				mu.Unlock()
				it.Seq++ // a race, if somebody else has it too
				it.Func = &Func{}
				var l ItemList
				l.Add(it)
				mu.Lock()
				s.Put(l)
				mu.Unlock()
			}
		})
	}
	wg.Wait()
	var burst ItemList
	for range mostStock + 1 {
		burst.Add(s.Take(nil))
	}
	s.Put(burst)
	s.Put(ItemList{})
	if s.n > 2*mostStock || burst.Len() != mostStock+1 {
		t.Errorf("%d items of a burst of %d are kept", s.n, burst.Len())
	}
	kept := s.n
	var more ItemList
	more.Add(new(Item))
	s.Put(more)
	if s.n != kept {
		t.Errorf("a full stock takes more: %d", s.n)
	}
	listed := 0
	for it := s.first; it != nil; it = it.next {
		listed++
	}
	if listed != s.n {
		t.Errorf("%d items are said to be %d", listed, s.n)
	}
}
