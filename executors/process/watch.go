package process

import "time"

// A stopwatch tells how long the monitor has seen the same task.
type stopwatch struct {
	seq   uint32 // 0: none
	since time.Time
}

// sees notes that seq is there now and returns for how long it has been.
func (s *stopwatch) sees(seq uint32, now time.Time) time.Duration {
	if s.seq != seq {
		s.seq, s.since = seq, now
	}
	return now.Sub(s.since)
}

// A watch is what the monitor knows of a line. Guarded by line.mu.
type watch struct {
	oldest    uint32 // of the window when it looked last
	unclaimed int    // how often in a row it has seen the worker not begin with that
	looked    time.Time
	deafFor   time.Duration // for how long it has not begun with what it was given
	deaf      bool          // its tasks were taken back for that
	runs      stopwatch     // of the running task
	cancelled stopwatch     // of the running task, since it was cancelled
	verdict   error         // why the worker is killed; nil while it is not
	on        uint32        // because of which task
}

// longestTick is the most that may have passed between two looks: more of it was no time of
// the worker, for it may be the whole machine that slept. On a busy machine a tick takes many
// times monitorTick.
const longestTick = time.Second

// passed is the time since the look before, which this one takes the place of.
func (w *watch) passed(now time.Time) time.Duration {
	d := min(now.Sub(w.looked), longestTick)
	w.looked = now
	return d
}
