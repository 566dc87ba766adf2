package workloads

import "context"

// slotsAxis is an axis of those that wait for one of K slots.
var slotsAxis = Axis{"slots", "that can be taken at once, from 1; 0 for any number", []string{"4"}}

// waitsInSlots is the Curve of tasks that wait in one of the slots of p.
func waitsInSlots(p Params) Curve {
	k, _ := p.Count(slotsAxis)
	return unequal(p, Workers, k)
}

// slots limit how many do something at once; nil is no limit.
type slots chan struct{}

// newSlots makes k slots, each free; 0 is no limit.
func newSlots(k int) slots {
	if k == 0 {
		return nil
	}
	return make(slots, k)
}

// take waits for a slot, which the caller gives back, or for the end of ctx.
func (s slots) take(ctx context.Context) error {
	if s == nil {
		return nil
	}
	select {
	case s <- struct{}{}:
		return nil
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}

func (s slots) give() {
	if s != nil {
		<-s
	}
}
