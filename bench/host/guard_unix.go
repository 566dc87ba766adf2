//go:build unix

package host

import (
	"crypto/rand"
	"io"
	"os/exec"
	"syscall"
	"time"
)

// A guard is a process that outlives this one by a moment: at the end of its input,
// which comes when we end it or die, however that happens, it kills its process group,
// in which is what it guards, and what has left the group but still has its mark in its
// environment, where the system shows that.
type guard struct {
	cmd  *exec.Cmd
	hold io.Closer // its input
	mark string    // NAME=value
}

// guardMark names the variable that marks what is guarded.
const guardMark = "POOLBENCH_GUARDED"

// guardScript looks twice, for what starts something else at the same time.
const guardScript = `read -r line
for round in 1 2; do
	for file in $(grep -ls "$1" /proc/[0-9]*/environ 2>/dev/null); do
		process=${file#/proc/}
		kill -KILL "${process%/environ}" 2>/dev/null
	done
done
kill -KILL 0`

func startGuard() (*guard, error) {
	g := &guard{mark: guardMark + "=" + rand.Text()}
	g.cmd = exec.Command("/bin/sh", "-c", guardScript, "poolbench-guard", g.mark)
	ownGroup(g.cmd)
	hold, err := g.cmd.StdinPipe()
	if err != nil {
		return nil, err
	}
	g.hold = hold
	return g, g.cmd.Start()
}

// admit has a program that is to be started guarded.
func (g *guard) admit(cmd *exec.Cmd) {
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true, Pgid: g.cmd.Process.Pid}
	cmd.Env = append(cmd.Env, g.mark)
}

// guardPatience is how long a guard may take; it takes some milliseconds.
const guardPatience = 2 * time.Second

// end kills everything that is guarded and waits for that. It may be called once.
func (g *guard) end() {
	late := time.AfterFunc(guardPatience, func() { _ = killGroup(g.cmd) })
	_ = g.hold.Close()
	_ = g.cmd.Wait() // it has killed itself
	late.Stop()
	_ = killGroup(g.cmd) // somebody else may have killed the guard
}
