package ring

import (
	"math/rand/v2"
	"slices"
	"testing"
)

// Beside a slice, whatever is done: the order of the others stays, what cannot be taken out
// is not, and holes are never more than elements.
func TestQueue(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	for range 300 {
		q := Queue[int, *int]{Key: func(p *int) (int, bool) { return *p, *p%5 != 0 }}
		var model []*int
		for next := 1; next < 400; {
			switch n := rng.IntN(20); {
			case n < 9:
				v := new(int)
				*v = next
				next++
				q.PushBack(v)
				model = append(model, v)
			case n < 10:
				v := new(int)
				*v = next
				next++
				q.PushFront(v)
				model = slices.Insert(model, 0, v)
			case n < 14:
				var want *int
				if len(model) > 0 {
					want, model = model[0], model[1:]
				}
				if got := q.PopFront(); got != want {
					t.Fatalf("got %v, want %v", got, want)
				}
			case len(model) > 0:
				i := rng.IntN(len(model))
				v := model[i]
				got, ok := q.Remove(*v)
				if ok != (*v%5 != 0) || ok && got != v {
					t.Fatalf("taking out %d gave %v, %v", *v, got, ok)
				}
				if _, ok := q.Remove(*v); ok {
					t.Fatalf("%d was taken out twice", *v)
				}
				if ok {
					model = slices.Delete(model, i, i+1)
				}
			}
			if q.Len() != len(model) || len(model) > 0 && q.Front() != model[0] || q.holes > q.Len() {
				t.Fatalf("%d elements and %d holes, want %d", q.Len(), q.holes, len(model))
			}
		}
		if got := q.TakeAll(); !slices.Equal(got, model) {
			t.Fatalf("%d are left, want %d", len(got), len(model))
		}
		if _, ok := q.Remove(1); ok || q.Len() != 0 || q.PopFront() != nil {
			t.Error("the queue is not empty")
		}
	}
}

// Taking n elements out of a queue of n takes no quadratic time, in any order: this ends.
func TestQueueTakesOutQuickly(t *testing.T) {
	const n = 200_000
	for _, order := range [][]int{rand.New(rand.NewPCG(1, 2)).Perm(n), nil} {
		q := Queue[int, *int]{Key: func(p *int) (int, bool) { return *p, true }}
		for i := range n {
			q.PushBack(&i)
		}
		for i := range n {
			k := n - 1 - i
			if order != nil {
				k = order[i]
			}
			if v, ok := q.Remove(k); !ok || *v != k {
				t.Fatal(k, v, ok)
			}
		}
		if q.ring.Len() != 0 || len(q.ring.slots) > kept {
			t.Errorf("%d slots are kept", len(q.ring.slots))
		}
	}
}
