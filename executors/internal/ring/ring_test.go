package ring

import "testing"

func TestOrder(t *testing.T) {
	var r Ring[int]
	next := 1
	for i := 1; i <= 10_000; i++ {
		r.PushBack(i)
		if i%3 == 0 {
			if got := r.Pop(); got != next {
				t.Fatalf("got %d, want %d", got, next)
			}
			next++
		}
	}
	for ; r.Len() > 0; next++ {
		if got := r.Pop(); got != next {
			t.Fatalf("got %d, want %d", got, next)
		}
	}
	if r.Pop() != 0 || next != 10_001 || len(r.slots) != kept {
		t.Errorf("an empty queue keeps %d slots", len(r.slots))
	}
}

func TestBothEnds(t *testing.T) {
	var r Ring[int]
	for i := range 100 {
		r.PushBack(100 + i)
		r.PushFront(99 - i)
	}
	for i := range 200 {
		if at, got := r.At(0), r.PopFront(); got != i || at != i {
			t.Fatalf("element %d is %d, then %d", i, at, got)
		}
	}
}

// What was taken is not kept.
func TestForgets(t *testing.T) {
	var r Ring[*int]
	for range 10 {
		r.PushBack(new(int))
	}
	for r.Len() > 0 {
		r.PopFront()
	}
	for _, p := range r.slots {
		if p != nil {
			t.Fatal("an element is kept")
		}
	}
}
