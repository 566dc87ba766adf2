//go:build unix

package process

import (
	"errors"
	"fmt"
	"io"
	"os"
	"syscall"

	"golang.org/x/sys/unix"
)

const supported = true

// Descriptors of a worker.
const (
	fdTasks   = 3 // tasks in
	fdReplies = 4 // replies out, control in
	fdPage    = 5
)

// launch starts a process and fills in what is needed to talk to it.
func launch(pr *process, t ticket) (err error) {
	var files opened
	defer func() {
		closeAll(files.child)
		if err != nil {
			closeAll(files.parent)
			pr.unmap()
		}
	}()
	null, err := os.Open(os.DevNull)
	if err != nil {
		return err
	}
	files.child = append(files.child, null)
	for i := range pr.pipes {
		if pr.pipes[i], err = files.pipe(); err != nil {
			return err
		}
	}
	if pr.taskEnd, err = files.socketpair(false); err != nil {
		return err
	}
	if pr.replyEnd, err = files.socketpair(true); err != nil {
		return err
	}
	if page, file := newPage(); page != nil {
		pr.page, t.page = page, true
		files.child = append(files.child, file)
	}
	given := files.child
	if pr.shared != nil {
		t.shared = len(given)
		given = append(given[:t.shared:t.shared], pr.shared)
	}
	path, err := executable()
	if err != nil {
		return err
	}
	pr.proc, err = os.StartProcess(path, arguments(), &os.ProcAttr{
		Env: environment(t), Files: given, Sys: pr.group.attributes(),
	})
	if err != nil {
		return err
	}
	pr.pid = pr.proc.Pid
	return nil
}

// opened are descriptors on their way into a process.
type opened struct{ child, parent []*os.File }

func closeAll(files []*os.File) {
	for _, f := range files {
		f.Close()
	}
}

func (o *opened) pipe() (*os.File, error) {
	r, w, err := os.Pipe()
	if err != nil {
		return nil, err
	}
	o.child, o.parent = append(o.child, w), append(o.parent, r)
	return r, nil
}

// socketpair opens a channel. With polled set, the parent's end can be waited for
// without a thread. The channel of tasks is not polled, because the poller would
// be woken each time the worker has read something. The worker's ends block,
// because for it nothing is faster. (Both ends are open file descriptions of their
// own: the modes do not meet.)
func (o *opened) socketpair(polled bool) (*os.File, error) {
	fds, err := cloexecSocketpair()
	if err != nil {
		return nil, os.NewSyscallError("socketpair", err)
	}
	if err := syscall.SetNonblock(fds[0], polled); err != nil {
		syscall.Close(fds[0])
		syscall.Close(fds[1])
		return nil, os.NewSyscallError("fcntl", err)
	}
	parent := os.NewFile(uintptr(fds[0]), "channel")
	o.parent = append(o.parent, parent)
	o.child = append(o.child, os.NewFile(uintptr(fds[1]), "channel of worker"))
	return parent, nil
}

// tryWrite writes what fits without waiting; EAGAIN if that is nothing.
func tryWrite(fd uintptr, b [2][]byte) (int, error) {
	for {
		n, err := unix.SendmsgBuffers(int(fd), b[:], nil, nil, syscall.MSG_DONTWAIT)
		if err != syscall.EINTR {
			return max(n, 0), err
		}
	}
}

// writeBoth writes a and then b.
func (c fdConn) writeBoth(a, b []byte) (int, error) {
	n, err := unix.SendmsgBuffers(int(c), [][]byte{a, b}, nil, nil, 0)
	if err == syscall.EINTR {
		n, err = 0, nil
	}
	if n = max(n, 0); err != nil || n == len(a)+len(b) {
		return n, err
	}
	rest, err := c.Write(a[min(n, len(a)):])
	if err == nil {
		var m int
		m, err = c.Write(b[max(n-len(a), 0):])
		rest += m
	}
	return n + rest, err
}

// tryRead reads what is there. A descriptor that does not block gives EAGAIN if that
// is nothing.
func tryRead(fd int, b []byte) (int, error) {
	for {
		n, err := syscall.Read(fd, b)
		switch {
		case err == syscall.EINTR:
		case n == 0 && err == nil:
			return 0, io.EOF
		default:
			return max(n, 0), err
		}
	}
}

// shutWrites ends a write that waits.
func shutWrites(f *os.File) {
	if raw, err := f.SyscallConn(); err == nil {
		raw.Control(func(fd uintptr) { syscall.Shutdown(int(fd), syscall.SHUT_WR) })
	}
}

// killGroup ends the process group of a worker that has not been reaped. The
// group does not exist if the worker died before it could make one.
func killGroup(pid int) { syscall.Kill(-pid, syscall.SIGKILL) }

func terminateGroup(pid int) { syscall.Kill(-pid, syscall.SIGTERM) }

// signalName is "" for a process that exited.
func signalName(st *os.ProcessState) string {
	if ws, ok := st.Sys().(syscall.WaitStatus); ok && ws.Signaled() {
		return ws.Signal().String()
	}
	return ""
}

// openChannels finds the channels in a worker, and keeps them from what the
// tasks start.
func openChannels(t ticket) (tasks io.Reader, replies replyConn, pg *page, err error) {
	for _, fd := range []int{fdTasks, fdReplies} {
		if _, err := syscall.GetsockoptInt(fd, syscall.SOL_SOCKET, syscall.SO_TYPE); err != nil {
			return nil, nil, nil, fmt.Errorf("process: started as a worker, but descriptor %d is no channel: %w", fd, err)
		}
		syscall.CloseOnExec(fd)
		syscall.SetNonblock(fd, false)
	}
	if t.page {
		syscall.CloseOnExec(fdPage)
		if pg, err = openPage(fdPage); err != nil {
			return nil, nil, nil, err
		}
	}
	return fdConn(fdTasks), fdConn(fdReplies), pg, nil
}

// die ends this worker, whose parent is gone, and everything in its group.
func die() {
	if syscall.Getpgrp() == os.Getpid() {
		syscall.Kill(0, syscall.SIGKILL)
	}
	os.Exit(exitNoWorker)
}

// An fdConn reads and writes a descriptor with blocking system calls.
type fdConn int

func (c fdConn) Read(b []byte) (int, error) { return tryRead(int(c), b) }

func (c fdConn) Write(b []byte) (int, error) {
	done := 0
	for done < len(b) {
		n, err := syscall.Write(int(c), b[done:])
		if err != nil && !errors.Is(err, syscall.EINTR) {
			return done, err
		}
		done += max(n, 0)
	}
	return done, nil
}
