package process

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"time"

	"golang.org/x/sys/unix"
)

// A memoryGroup is the cgroup (version 2) of one worker and all it starts, with a
// limit on their memory.
type memoryGroup struct {
	dir  string
	file *os.File // of dir
}

var groups atomic.Int64

// newMemoryGroup makes a group below the cgroup base; nil if that is not possible.
func newMemoryGroup(base string, limit int64) *memoryGroup {
	dir := filepath.Join(base, fmt.Sprintf("poolbench-%d-%d", os.Getpid(), groups.Add(1)))
	if err := os.Mkdir(dir, 0o755); err != nil {
		return nil
	}
	g := &memoryGroup{dir: dir}
	err := g.set("memory.max", strconv.FormatInt(limit, 10))
	if err == nil {
		g.set("memory.swap.max", "0")  // not there without swap
		g.set("memory.oom.group", "1") // not there before Linux 4.19
		g.file, err = os.Open(dir)
	}
	if err != nil {
		g.remove()
		return nil
	}
	return g
}

func (g *memoryGroup) set(name, value string) error {
	return os.WriteFile(filepath.Join(g.dir, name), []byte(value), 0o644)
}

// attributes start a process as the leader of a process group, in g if that is not
// nil.
func (g *memoryGroup) attributes() *syscall.SysProcAttr {
	a := &syscall.SysProcAttr{Setpgid: true}
	if g != nil {
		a.UseCgroupFD, a.CgroupFD = true, int(g.file.Fd())
	}
	return a
}

// exceeded reports whether the kernel has killed something because the group had
// reached its own limit, not one further up.
func (g *memoryGroup) exceeded() bool {
	events, _ := os.ReadFile(filepath.Join(g.dir, "memory.events"))
	return counter(events, "oom") > 0 && counter(events, "oom_kill") > 0
}

// counter finds a number in a file of lines like "oom_kill 3"; 0 if it is not there.
func counter(file []byte, name string) int64 {
	for line := range bytes.Lines(file) {
		if f := strings.Fields(string(line)); len(f) == 2 && f[0] == name {
			n, _ := strconv.ParseInt(f[1], 10, 64)
			return n
		}
	}
	return 0
}

// remove ends all that is left in the group and removes it.
func (g *memoryGroup) remove() {
	if g.file != nil {
		g.file.Close()
	}
	g.set("cgroup.kill", "1") // since Linux 5.14
	for range 20 {
		if err := unix.Rmdir(g.dir); err != unix.EBUSY {
			return
		}
		time.Sleep(5 * time.Millisecond)
	}
}

// groupBase is the cgroup below which groups for workers can be made; "" if there
// is none.
var groupBase = sync.OnceValue(func() string {
	mounts, _ := os.ReadFile("/proc/self/mounts")
	own, _ := os.ReadFile("/proc/self/cgroup")
	for _, base := range candidates(mounts, own) {
		if !delegated(base) || !hasController(base) {
			continue
		}
		if g := newMemoryGroup(base, minMemory); g != nil {
			g.remove()
			return base
		}
	}
	return ""
})

// candidates are the cgroup beside which this process lives, and its own. (A cgroup
// with controllers for those below it has no processes of its own, except the root.)
func candidates(mounts, own []byte) []string {
	root, path := "", ""
	for line := range bytes.Lines(mounts) {
		if f := strings.Fields(string(line)); len(f) > 2 && f[2] == "cgroup2" {
			root = f[1]
			break
		}
	}
	for line := range bytes.Lines(own) {
		if p, ok := strings.CutPrefix(strings.TrimSpace(string(line)), "0::"); ok {
			path = p
		}
	}
	if root == "" || !strings.HasPrefix(path, "/") || slices.Contains(strings.Split(path, "/"), "..") {
		return nil
	}
	if path == "/" {
		return []string{root}
	}
	return []string{filepath.Join(root, filepath.Dir(path)), filepath.Join(root, path)}
}

// hasController reports whether children of the cgroup can have a memory limit.
func hasController(base string) bool {
	on, _ := os.ReadFile(filepath.Join(base, "cgroup.subtree_control"))
	return slices.Contains(strings.Fields(string(on)), "memory")
}

// delegated reports whether the cgroup is ours to manage: systemd has marked it so,
// or somebody has given it to this user, who is not root. Root may write anywhere,
// which does not mean that it should.
func delegated(base string) bool {
	for _, name := range []string{"user.delegate", "trusted.delegate"} {
		var mark [8]byte
		if n, err := unix.Getxattr(base, name, mark[:]); err == nil && string(mark[:n]) == "1" {
			return true
		}
	}
	var st unix.Stat_t
	uid := os.Geteuid()
	return uid != 0 && unix.Stat(base, &st) == nil && int(st.Uid) == uid
}
