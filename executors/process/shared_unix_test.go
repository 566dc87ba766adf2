//go:build unix

package process_test

import (
	"bytes"
	"context"
	"errors"
	"hash/crc32"
	"io/fs"
	"os"
	"strings"
	"syscall"
	"testing"

	"poolbench/executors"
	"poolbench/executors/process"
)

var (
	// sharedSum is the checksum of a shared object, and where it is mapped from.
	sharedSum = executors.Define("test.sharedSum", func(_ context.Context, name string) (mapped, error) {
		b, err := process.Shared(name)
		if err != nil {
			return mapped{}, err
		}
		maps, _ := os.ReadFile("/proc/self/maps")
		m := mapped{Pid: os.Getpid(), Sum: crc32.ChecksumIEEE(b)}
		for line := range strings.Lines(string(maps)) {
			if f := strings.Fields(line); len(f) > 5 && strings.HasPrefix(f[5], "/memfd:poolbench-shared") {
				m.Mode, m.Inode, m.Mappings = f[1], f[4], m.Mappings+1
			}
		}
		return m, nil
	})
	sharedSpoil = executors.Define("test.sharedSpoil", func(_ context.Context, name string) (int, error) {
		b, err := process.Shared(name)
		if err == nil {
			b[0]++
		}
		return 0, err
	})
	sharedInit = executors.Define("test.sharedInit", func(context.Context, struct{}) (struct{}, error) {
		_, err := process.Shared("big")
		return struct{}{}, err
	})
)

type mapped struct {
	Pid         int
	Sum         uint32
	Mode, Inode string
	Mappings    int
}

// N06, L20: every worker sees the objects, initialisers and replacements too; there
// is one copy of them on the machine; nobody can change them.
func TestShared(t *testing.T) {
	big := bytes.Repeat([]byte("poolbench"), 1<<20)
	want := crc32.ChecksumIEEE(big)
	objects := map[string][]byte{"big": big, "small": []byte("s"), "empty": nil}
	p := newPool(t, process.Options{Workers: 2, Shared: objects, InitFunc: sharedInit})
	big[0]++ // the pool has a copy
	if err := p.Start(limit(t)); err != nil {
		t.Fatal(err)
	}
	seen := map[int]mapped{}
	see := func(workers int) {
		eventually(t, "tasks in all workers", func() bool {
			var futures []*executors.Future[mapped]
			for range 4 {
				futures = append(futures, submit(t, p, sharedSum, "big"))
			}
			for _, f := range futures {
				m := result(t, f)
				seen[m.Pid] = m
			}
			return len(seen) >= workers
		})
	}
	see(2)
	err := failed(t, submit(t, p, sharedSpoil, "big"))
	if e := lost(t, err); !strings.Contains(e.Stderr, "unexpected fault address") {
		t.Errorf("writing to it: %v; %s", err, e.Stderr)
	}
	for _, pid := range p.Pids() {
		syscall.Kill(pid, syscall.SIGKILL)
	}
	see(4)
	var inode string
	for pid, m := range seen {
		if m.Sum != want {
			t.Errorf("worker %d sees something else", pid)
		}
		if m.Mappings == 0 {
			continue // not Linux
		}
		if inode == "" {
			inode = m.Inode
		}
		if m.Mappings != 1 || m.Mode != "r--s" || m.Inode != inode {
			t.Errorf("worker %d: %+v, another has inode %s", pid, m, inode)
		}
	}
	if got := result(t, submit(t, p, sharedSum, "empty")).Sum; got != 0 {
		t.Errorf("empty: %x", got)
	}
	err = failed(t, submit(t, p, sharedSum, "missing"))
	if !errors.Is(err, fs.ErrNotExist) || !strings.Contains(err.Error(), `"big" "empty" "small"`) {
		t.Errorf("missing: %v", err)
	}
	if err := p.Shutdown(limit(t)); err != nil {
		t.Error(err)
	}
}
