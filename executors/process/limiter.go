package process

import (
	"log/slog"
	"sync/atomic"
)

// minMemory is enough for the Go runtime and a small program.
const minMemory = 64 << 20

// Ways to enforce Options.MemoryLimit, see Pool.MemoryLimiter.
const (
	byCgroup  = "cgroup"
	byRlimit  = "rlimit"
	byNothing = "none"
)

// A limiter enforces Options.MemoryLimit.
type limiter struct {
	bytes int64        // 0: no limit
	way   atomic.Value // string, one of the above
}

// choose finds out how the limit is enforced here, and complains if it is not.
func (l *limiter) choose(bytes int64, say func(level slog.Level, text string, args ...any)) {
	l.bytes = bytes
	l.way.Store(byNothing)
	if bytes == 0 {
		return
	}
	way := memoryLimiter()
	if l.way.Store(way); way == byNothing {
		say(slog.LevelWarn, "process: the memory limit of worker processes is not enforced on this machine; their garbage collectors work against it", "limit", bytes)
	}
}

// group makes the group of a worker that is about to be started, nil if its memory is not
// limited by one; alone reports whether it has to set a limit itself.
func (l *limiter) group() (g *memoryGroup, alone bool) {
	way := l.way.Load()
	if way == byCgroup {
		g = newMemoryGroup(groupBase(), l.bytes)
	}
	return g, g == nil && way != byNothing
}

// giveUpGroups is called when a process could not be started in its group.
func (l *limiter) giveUpGroups() { l.way.Store(byRlimit) }
