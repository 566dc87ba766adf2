package process

import (
	"sync"
	"time"

	"poolbench/executors"
	"poolbench/executors/remote"
)

// Outputs that methods of users' types decode are decoded in goroutines of their own: a
// method may take for ever, panic or end its goroutine, and must hold nobody up but the
// future of its task.
type slowDecodes struct {
	mu   sync.Mutex
	list map[*slowDecode]struct{}
}

type slowDecode struct {
	item  *remote.Item
	since time.Time
	limit time.Duration // 0: none
	pid   int
}

// begin decodes the output of a task that a worker has answered, settles it, and then calls
// done.
func (s *slowDecodes) begin(it *remote.Item, pid int, output []byte, done func()) {
	d := &slowDecode{it, time.Now(), it.Func.Limit, pid}
	s.add(d)
	if len(output) < executors.LargeValue {
		output = append([]byte(nil), output...)
	}
	go func() {
		defer func() { // also when the method has ended the goroutine
			if s.remove(d) {
				it.Remote.Settle(nil, executors.ErrGoexit) // without effect if it is settled
				done()
			}
		}()
		it.Remote.Settle(output, nil)
	}()
}

func (s *slowDecodes) add(d *slowDecode) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.list == nil {
		s.list = map[*slowDecode]struct{}{}
	}
	s.list[d] = struct{}{}
}

// remove reports whether d was there: whoever removes it counts it as settled.
func (s *slowDecodes) remove(d *slowDecode) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	_, ok := s.list[d]
	delete(s.list, d)
	return ok
}

// all are those that go on.
func (s *slowDecodes) all() (all []*slowDecode) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for d := range s.list {
		all = append(all, d)
	}
	return all
}

// names are the functions whose outputs are being decoded.
func (s *slowDecodes) names() (names []string) {
	for _, d := range s.all() {
		names = append(names, d.item.Func.Name+" whose output is being decoded")
	}
	return names
}

// end settles the task of d with err, though its output is still being decoded, and
// reports whether it was.
func (s *slowDecodes) end(d *slowDecode, err error) bool {
	if !s.remove(d) {
		return false
	}
	d.item.Remote.Settle(nil, err)
	return true
}

// endAll is end for all, and tells how many they were.
func (s *slowDecodes) endAll(err error) (n int) {
	for _, d := range s.all() {
		if s.end(d, err) {
			n++
		}
	}
	return n
}

// overdue settles the tasks whose output takes longer to decode than they may run.
func (s *slowDecodes) overdue(now time.Time) (n int) {
	for _, d := range s.all() {
		if d.limit > 0 && now.Sub(d.since) >= d.limit && s.end(d, &TimeLimitError{Func: d.item.Func.Name, Pid: d.pid, Limit: d.limit, Decoding: true}) {
			n++
		}
	}
	return n
}
