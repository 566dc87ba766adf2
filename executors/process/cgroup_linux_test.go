package process

import (
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

func TestCgroupCandidates(t *testing.T) {
	const v2, both = "cgroup2 /sys/fs/cgroup cgroup2 rw 0 0\n", "cgroup /sys/fs/cgroup/memory cgroup rw,memory 0 0\ncgroup2 /sys/fs/cgroup/unified cgroup2 rw 0 0\n"
	for _, c := range []struct {
		mounts, own string
		want        []string
	}{
		{v2, "0::/user.slice/app.service/main\n", []string{"/sys/fs/cgroup/user.slice/app.service", "/sys/fs/cgroup/user.slice/app.service/main"}},
		{v2, "0::/\n", []string{"/sys/fs/cgroup"}},
		{both, "4:memory:/x\n0::/a\n", []string{"/sys/fs/cgroup/unified", "/sys/fs/cgroup/unified/a"}},
		{v2, "0::/../outside\n", nil},
		{v2, "4:memory:/x\n", nil},
		{"proc /proc proc rw 0 0\n", "0::/\n", nil},
		{"", "", nil},
	} {
		if got := candidates([]byte(c.mounts), []byte(c.own)); !slices.Equal(got, c.want) {
			t.Errorf("%q: %v, want %v", c.own, got, c.want)
		}
	}
}

// Only a directory that somebody has marked, or given away, is used.
func TestCgroupDelegation(t *testing.T) {
	dir := t.TempDir()
	if got, want := delegated(dir), os.Geteuid() != 0; got != want {
		t.Errorf("own directory of user %d: %t", os.Geteuid(), got)
	}
	if err := unix.Setxattr(dir, "user.delegate", []byte("1"), 0); err != nil {
		t.Logf("no attributes here: %v", err)
	} else if !delegated(dir) {
		t.Error("marked, and not used")
	}
	if delegated(dir + "/missing") {
		t.Error("a directory that does not exist")
	}
	for control, want := range map[string]bool{"cpu memory pids": true, "cpu": false, "": false, "hugetlb memoryx": false} {
		os.WriteFile(dir+"/cgroup.subtree_control", []byte(control+"\n"), 0o600)
		if hasController(dir) != want {
			t.Errorf("%q: %t", control, !want)
		}
	}
}

// The files that a group writes and reads, in a directory that is no cgroup.
func TestCgroupFiles(t *testing.T) {
	base := t.TempDir()
	g := newMemoryGroup(base, 123<<20)
	if g == nil {
		t.Fatal("no group")
	}
	for name, want := range map[string]string{"memory.max": strconv.Itoa(123 << 20), "memory.swap.max": "0", "memory.oom.group": "1"} {
		if b, _ := os.ReadFile(filepath.Join(g.dir, name)); string(b) != want {
			t.Errorf("%s: %q", name, b)
		}
	}
	for events, want := range map[string]bool{
		"low 0\nhigh 0\nmax 12\noom 1\noom_kill 1\noom_group_kill 1\n": true,
		"low 0\nhigh 0\nmax 12\noom 0\noom_kill 1\n":                   false, // a limit further up
		"low 0\nhigh 0\nmax 12\noom 0\noom_kill 0\n":                   false,
		"garbage": false,
	} {
		os.WriteFile(filepath.Join(g.dir, "memory.events"), []byte(events), 0o600)
		if g.exceeded() != want {
			t.Errorf("%q: %t", events, !want)
		}
	}
	if g := newMemoryGroup(base+"/missing", 1); g != nil {
		t.Error("a group in nowhere")
	}
}

// PROCESS_TEST_CGROUP=DIR names a cgroup (version 2) below which this test may make
// one: a worker is started in it, and it is gone afterwards. The memory controller
// is not needed.
func TestCgroupOfWorker(t *testing.T) {
	base := os.Getenv("PROCESS_TEST_CGROUP")
	if base == "" {
		t.Skip("PROCESS_TEST_CGROUP names no cgroup to use")
	}
	dir := filepath.Join(base, "poolbench-test")
	if err := os.Mkdir(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	file, err := os.Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	g := &memoryGroup{dir, file}
	p, err := os.StartProcess("/bin/sh", []string{"sh", "-c", "sleep 1000 & wait"}, &os.ProcAttr{Sys: g.attributes()})
	if err != nil {
		t.Fatal(err)
	}
	in, _ := os.ReadFile("/proc/" + strconv.Itoa(p.Pid) + "/cgroup")
	if !strings.Contains(string(in), "/poolbench-test\n") {
		t.Errorf("the process is in %s", in)
	}
	for end := time.Now().Add(time.Minute); time.Now().Before(end); time.Sleep(time.Millisecond) {
		if procs, _ := os.ReadFile(filepath.Join(dir, "cgroup.procs")); strings.Count(string(procs), "\n") == 2 {
			break
		}
	}
	p.Kill() // what it has started stays in the group
	p.Wait()
	g.remove()
	if _, err := os.Stat(dir); !os.IsNotExist(err) {
		t.Errorf("the group is still there: %v", err)
	}
}
