package inproc

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"poolbench/executors"
)

func gridOf(kinds ...executors.Kind) Grid { return Grid{Executors: kinds} }

// losing loses every task; what is submitted stays pending.
type losing struct{}

func (losing) Submit(executors.Task) error { return nil }
func (losing) Workers() int                { return 1 }

// stuck is an executor with a task that never ends: Shutdown waits for its
// context, or for ever when it is deaf.
type stuck struct {
	losing
	deaf bool
	log  *calls
}

func (s stuck) Shutdown(ctx context.Context) error {
	s.log.add("shutdown")
	if s.deaf {
		time.Sleep(time.Hour)
	}
	<-ctx.Done()
	time.Sleep(time.Millisecond) // it takes its time
	s.log.add("gave up")
	return context.Cause(ctx)
}

// mortal is one that can be killed.
type mortal struct{ stuck }

func (m mortal) Kill(context.Context) error {
	m.log.add("kill")
	return nil
}

func TestPoolsEnd(t *testing.T) {
	key := poolKey{"stuck", 1}
	var log calls
	for name, c := range map[string]struct {
		ex      executors.Executor
		discard bool
		want    string
		took    time.Duration
		wrong   bool
	}{
		"discard":        {stuck{log: &log}, true, "[shutdown gave up]", shutdownLimit + time.Millisecond, true},
		"discard mortal": {mortal{stuck{log: &log}}, true, "[kill]", 0, false},
		"discard deaf":   {stuck{log: &log, deaf: true}, true, "[shutdown]", politeLimit + shutdownLimit + time.Second, true},
		"close":          {stuck{log: &log}, false, "[shutdown gave up]", shutdownLimit + time.Millisecond, true},
		"close mortal":   {mortal{stuck{log: &log}}, false, "[shutdown gave up kill]", politeLimit + time.Millisecond, false},
		"close deaf":     {stuck{log: &log, deaf: true}, false, "[shutdown]", politeLimit + shutdownLimit + time.Second, true},
	} {
		synctest.Test(t, func(t *testing.T) {
			log.reset()
			p := newPools(gridOf(executors.Kind{Name: "stuck", New: func(executors.Options) (executors.Executor, error) { return c.ex, nil }}))
			if _, err := p.get(t.Context(), key); err != nil {
				t.Fatal(err)
			}
			begin := time.Now()
			if c.discard {
				p.discard(key)
			} else if err := p.close(); (err != nil) != c.wrong {
				t.Errorf("%s: close says %v", name, err)
			}
			synctest.Wait()
			if got, took := log.String(), time.Since(begin); got != c.want || took != c.took {
				t.Errorf("%s: %s in %v, want %s in %v", name, got, took, c.want, c.took)
			}
			if err := p.close(); (err != nil) != c.wrong {
				t.Errorf("%s: close says %v", name, err)
			}
			time.Sleep(2 * time.Hour) // until the deaf one is through
		})
	}
}

// slowStart is an executor that has to be started.
type slowStart struct {
	mortal
	err error
}

func (s slowStart) Start(context.Context) error {
	s.log.add("start")
	return s.err
}

func TestPoolsStart(t *testing.T) {
	key := poolKey{"slow", 1}
	for _, c := range []struct {
		err  error
		want string
	}{
		{nil, "[start]"},
		{errors.New("no room"), "[start kill]"},
	} {
		var log calls
		p := newPools(gridOf(executors.Kind{Name: "slow", New: func(executors.Options) (executors.Executor, error) {
			return slowStart{mortal{stuck{log: &log}}, c.err}, nil
		}}))
		_, err := p.get(t.Context(), key)
		if !errors.Is(err, c.err) || log.String() != c.want {
			t.Errorf("error %v, calls %v; want %v, %s", err, &log, c.err, c.want)
		}
	}
}

// calls are the methods that were called.
type calls struct {
	mu    sync.Mutex
	names []string
}

func (c *calls) add(name string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.names = append(c.names, name)
}

func (c *calls) reset() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.names = nil
}

func (c *calls) String() string {
	c.mu.Lock()
	defer c.mu.Unlock()
	return fmt.Sprint(c.names)
}
