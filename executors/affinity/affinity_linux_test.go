package affinity

import (
	"errors"
	"os"
	"os/exec"
	"runtime"
	"slices"
	"testing"

	"golang.org/x/sys/unix"
)

// onThread runs f on a thread that ends with it, as one that was pinned must.
func onThread(f func()) {
	done := make(chan struct{})
	go func() {
		defer close(done)
		runtime.LockOSThread()
		f()
	}()
	<-done
}

func TestPin(t *testing.T) {
	all, err := Allowed()
	if err != nil || len(all) == 0 || !slices.IsSorted(all) {
		t.Fatal(all, err)
	}
	for index := range 2 * len(all) {
		onThread(func() {
			if err := PinNth(index); err != nil {
				t.Error(err)
			}
			if now, err := Allowed(); err != nil || !slices.Equal(now, all[index%len(all):][:1]) {
				t.Errorf("pinned to number %d of %v, it may use %v (%v)", index, all, now, err)
			}
		})
	}
	for _, cpu := range []int{-1, -1000, 1 << 20} {
		if err := Pin(cpu); !errors.Is(err, unix.EINVAL) {
			t.Errorf("CPU %d: %v", cpu, err)
		}
	}
}

func TestProcess(t *testing.T) {
	all, err := Allowed()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command("cat")
	in, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Skip(err)
	}
	defer cmd.Wait()
	defer in.Close()
	for _, cpus := range [][]int{all[len(all)-1:], all} {
		SetProcess(cmd.Process.Pid, cpus)
		var set unix.CPUSet
		for _, cpu := range cpus {
			set.Set(cpu)
		}
		var now unix.CPUSet
		if err := unix.SchedGetaffinity(cmd.Process.Pid, &now); err != nil || now != set {
			t.Errorf("it was to use %v (%v)", cpus, err)
		}
	}
	if of := Stints(os.Getpid()); len(of) == 0 && exists("/proc/self/schedstat") {
		t.Error("nothing is told of our own threads")
	}
	if of := Stints(-1); of != nil {
		t.Errorf("threads of no process: %v", of)
	}
	SetProcess(-1, all) // changes nothing
}

func exists(path string) bool {
	_, err := os.Stat(path)
	return err == nil
}
