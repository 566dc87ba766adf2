//go:build unix

package host

import (
	"os"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"
)

// What a guarded program has started ends with it, in its process group and, on Linux, out
// of it, whether it ends by itself or is killed; and so does the guard.
func TestGuard(t *testing.T) {
	for name, end := range map[string]func(*Process){
		"by itself": func(p *Process) { p.Wait(long) },
		"killed":    func(p *Process) { p.Kill(nil) },
	} {
		line := "sleep 1000 & echo $!; "
		if _, err := os.Stat("/proc/self/environ"); err == nil {
			line += "setsid sleep 1000 & echo $!; "
		}
		c := Shell(line + "echo end; [ " + map[string]string{"by itself": "1", "killed": ""}[name] + " ] || exec sleep 1000")
		c.Guarded = true
		p, err := Start(t.Context(), c)
		if err != nil {
			t.Fatal(err)
		}
		guard := p.guard.cmd.Process.Pid
		if group, err := syscall.Getpgid(p.Pid); name == "killed" && (err != nil || group != guard) {
			t.Errorf("%s: it is in group %d, and the guard is %d: %v", name, group, guard, err)
		}
		waitFor(p, "end")
		end(p)
		for _, word := range append(strings.Fields(strings.TrimSuffix(p.Output(), "end\n")), strconv.Itoa(guard)) {
			pid, err := strconv.Atoi(word)
			if err != nil {
				t.Fatal(err)
			}
			for syscall.Kill(pid, 0) == nil && !isZombie(pid) { // killed, and about to be reaped by whoever has it now
				time.Sleep(time.Millisecond)
			}
		}
	}
}

func isZombie(pid int) bool {
	text, err := os.ReadFile("/proc/" + strconv.Itoa(pid) + "/stat")
	_, rest, _ := strings.Cut(string(text), ") ")
	return err == nil && strings.HasPrefix(rest, "Z")
}
