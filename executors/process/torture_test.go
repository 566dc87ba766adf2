//go:build unix

package process_test

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"poolbench/executors"
	"poolbench/executors/process"
)

// envTorture is the number of random kills, cancels and time limits of
// TestTorture; without it the test is short.
const envTorture = "PROCESS_TORTURE"

// A victim is the input of a task of the torture test.
type victim struct {
	N    int
	File string // where the task notes that it has started
	Work time.Duration
	Hang bool // until it is killed

	Others int // that a rally waits for
}

var suffer = executors.Define("test.suffer", func(ctx context.Context, v victim) (int, error) {
	f, err := os.OpenFile(v.File, os.O_APPEND|os.O_WRONLY, 0)
	if err != nil {
		return 0, err
	}
	_, err = f.WriteString(strconv.Itoa(v.N) + "\n")
	f.Close()
	for end := time.Now().Add(v.Work); err == nil && (v.Hang || time.Now().Before(end)); {
		if v.Hang {
			time.Sleep(time.Millisecond)
		}
	}
	return v.N, err
})

// tally is what became of the tasks.
type tally struct{ succeeded, lost, late, cancelledRunning, cancelledQueued, wrong int }

func (c *tally) add(n, got int, err error) string {
	var l *executors.WorkerLostError
	var late *process.TimeLimitError
	switch {
	case err == nil && got == n:
		c.succeeded++
	case errors.As(err, &late):
		c.late++
	case errors.As(err, &l):
		c.lost++
	case errors.Is(err, process.ErrCancelKilled):
		c.cancelledRunning++
	case errors.Is(err, executors.ErrCancelled):
		c.cancelledQueued++
	default:
		c.wrong++
		return fmt.Sprintf("task %d: %d, %v", n, got, err)
	}
	return ""
}

// TestTorture kills workers, cancels tasks and lets them exceed their time limit,
// all at random and under load. Every future settles; no task is lost or run
// twice; the pool has its full capacity at the end; L05, L06. PROCESS_TORTURE=10000
// does it as often.
func TestTorture(t *testing.T) {
	events := 150
	if n, err := strconv.Atoi(os.Getenv(envTorture)); err == nil {
		events = n
	}
	t.Run("steady", func(t *testing.T) { torture(t, events, process.Options{}, false) })
	t.Run("changing", func(t *testing.T) {
		torture(t, events, process.Options{MaxTasks: 30, MaxAge: 100 * time.Millisecond, Idle: time.Millisecond, Queue: 20}, true)
	})
}

// torture is TestTorture for one set of options; with resize, the number of
// workers changes all the time.
func torture(t *testing.T, events int, o process.Options, resize bool) {
	ctx, stop := context.WithTimeout(context.Background(), 30*time.Second+time.Duration(events)*20*time.Millisecond)
	defer stop()
	journal := t.TempDir() + "/journal"
	if err := os.WriteFile(journal, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	const workers = 2
	o.Workers, o.TimeLimit, o.Grace = workers, 40*time.Millisecond, time.Millisecond
	o.TimeLimits = map[string]time.Duration{rally.Name(): 0}
	p := newPool(t, o)
	seed := uint64(time.Now().UnixNano())
	rnd := rand.New(rand.NewPCG(seed, 1))
	begin := time.Now()

	var futures []*executors.Future[int]
	var mu sync.Mutex
	var settled tally
	var kills, cancels, hangs int
	var background sync.WaitGroup
	limitLoad := make(chan struct{}, 200)
	add := func(v victim) *executors.Future[int] {
		limitLoad <- struct{}{}
		v.N, v.File = len(futures), journal
		f := submit(t, p, suffer, v)
		futures = append(futures, f)
		background.Go(func() {
			got, err := f.Result(ctx)
			mu.Lock()
			if what := settled.add(v.N, got, err); what != "" {
				t.Error(what)
			}
			mu.Unlock()
			<-limitLoad
		})
		return f
	}
	for done := 0; done < events && ctx.Err() == nil; {
		for range rnd.IntN(20) {
			add(victim{Work: time.Duration(rnd.IntN(300)) * time.Microsecond})
		}
		if resize && rnd.IntN(10) == 0 {
			if err := p.Resize(1 + rnd.IntN(2*workers)); err != nil {
				t.Error(err)
			}
		}
		switch k := rnd.IntN(10); {
		case k < 4:
			if pids := p.Pids(); len(pids) > 0 {
				syscall.Kill(pids[rnd.IntN(len(pids))], syscall.SIGKILL)
				kills++
				done++
			}
		case k < 9:
			if f := futures[max(0, len(futures)-1-rnd.IntN(100)):]; len(f) > 0 && f[0].State() != executors.Finished {
				f[0].Cancel()
				cancels++
				done++
			}
		default:
			f := add(victim{Hang: true})
			hangs++
			done++
			if rnd.IntN(2) == 0 {
				wait := time.Duration(rnd.IntN(20)) * time.Millisecond
				background.Go(func() {
					for f.State() == executors.Pending {
						time.Sleep(time.Millisecond)
					}
					time.Sleep(wait)
					f.Cancel()
				})
				cancels++
				done++
			}
		}
	}
	background.Wait()
	took := time.Since(begin)
	if hung := settled.late + settled.cancelledRunning + settled.lost + settled.cancelledQueued; hung < hangs {
		t.Errorf("%d tasks hang, but only %d were ended", hangs, hung)
	}
	if settled.lost > kills {
		t.Errorf("%d tasks were lost by %d kills", settled.lost, kills)
	}
	started := checkJournal(t, journal, len(futures), settled)
	if err := p.Resize(workers); err != nil {
		t.Error(err)
	}
	if o.Idle == 0 {
		eventually(t, "full capacity", func() bool { return len(p.Pids()) == workers })
	}
	rallies := checkCapacity(t, p, workers)
	if got := result(t, submit(t, p, echo, 1)); got != 1 {
		t.Error(got)
	}
	s := p.Stats()
	t.Logf("seed %d: %d tasks in %.1f s; %d kills, %d cancels, %d tasks that hang", seed, len(futures), took.Seconds(), kills, cancels, hangs)
	t.Logf("%d succeeded, %d lost with their worker, %d exceeded the limit, %d cancelled running, %d cancelled before; %d started; %d workers used",
		settled.succeeded, settled.lost, settled.late, settled.cancelledRunning, settled.cancelledQueued, started, s.Started)
	if int(s.Submitted) != len(futures)+rallies+1 || s.Succeeded+s.Failed+s.Cancelled != s.Submitted || s.Queued != 0 {
		t.Errorf("%+v", s)
	}
}

// checkCapacity has as many tasks run at the same time as there are workers, and
// returns how many that are.
func checkCapacity(t *testing.T, p *process.Pool, workers int) (submitted int) {
	dir := t.TempDir()
	var all []*executors.Future[int]
	for i := range workers {
		all = append(all, submit(t, p, rally, victim{N: i, File: dir, Others: workers - 1}))
	}
	for _, f := range all {
		if err := f.Err(limit(t)); err != nil {
			t.Errorf("%d tasks never ran at the same time: %v", workers, err)
		}
	}
	return len(all)
}

// rally leaves a file, and returns when there are those of the others. It has no time limit.
var rally = executors.Define("test.rally", func(ctx context.Context, v victim) (int, error) {
	if err := os.WriteFile(v.File+"/"+strconv.Itoa(v.N), nil, 0o600); err != nil {
		return 0, err
	}
	for ctx.Err() == nil {
		if found, _ := os.ReadDir(v.File); len(found) > v.Others {
			return v.N, nil
		}
		time.Sleep(time.Millisecond)
	}
	return 0, ctx.Err()
})

// checkJournal counts the tasks that were started, each at most once, and all
// that succeeded among them.
func checkJournal(t *testing.T, name string, tasks int, c tally) (started int) {
	b, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	runs := make([]int, tasks)
	for line := range strings.FieldsSeq(string(b)) {
		n, err := strconv.Atoi(line)
		if err != nil || n >= tasks {
			t.Fatalf("journal: %q", line)
		}
		if runs[n]++; runs[n] > 1 {
			t.Errorf("task %d ran %d times", n, runs[n])
		}
		started++
	}
	if started < c.succeeded+c.late+c.cancelledRunning {
		t.Errorf("%d tasks were started, but %+v", started, c)
	}
	return started
}
