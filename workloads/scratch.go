package workloads

import "sync"

// A shelf has what a task works on alone and the next one can use again: at most as many
// as tasks were under way at once in this process. A sync.Pool would forget them with
// every collection of garbage, of which there is one before each timed run.
type shelf[K comparable, V any] struct {
	make func(K) V
	drop func(V) // nil when there is nothing to do

	mu   sync.Mutex
	free map[K][]V
}

// take takes one of that kind, or makes it.
func (s *shelf[K, V]) take(kind K) (v V) {
	s.mu.Lock()
	free := s.free[kind]
	if n := len(free); n > 0 {
		v, s.free[kind] = free[n-1], free[:n-1]
		s.mu.Unlock()
		return v
	}
	s.mu.Unlock()
	return s.make(kind)
}

func (s *shelf[K, V]) put(kind K, v V) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.free == nil {
		s.free = map[K][]V{}
	}
	s.free[kind] = append(s.free[kind], v)
}

// clear gives up those of that kind that nobody has taken.
func (s *shelf[K, V]) clear(kind K) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.drop != nil {
		for _, v := range s.free[kind] {
			s.drop(v)
		}
	}
	delete(s.free, kind)
	return nil
}

// A table has what all tasks of this process read: each kind is made when the first task
// needs it, and stays until the process ends.
type table[K comparable, V any] struct {
	make func(K) V

	mu   sync.RWMutex
	made map[K]func() V
}

func (t *table[K, V]) get(kind K) V {
	t.mu.RLock()
	made := t.made[kind]
	t.mu.RUnlock()
	if made == nil {
		t.mu.Lock()
		if t.made == nil {
			t.made = map[K]func() V{}
		}
		if made = t.made[kind]; made == nil {
			made = sync.OnceValue(func() V { return t.make(kind) })
			t.made[kind] = made
		}
		t.mu.Unlock()
	}
	return made()
}
