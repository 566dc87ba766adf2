//go:build unix

package process

import (
	"os"
	"syscall"
)

const supported = true

// launch starts a process and fills in what is needed to talk to it.
func launch(pr *osProcess, t ticket, common *files) (err error) {
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
	given, err := pr.share(&files, &t, common)
	if err != nil {
		return err
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

// share adds the memory that the process is to share, and returns its descriptors.
func (pr *osProcess) share(files *opened, t *ticket, common *files) (given []*os.File, err error) {
	given = files.child
	if common.bell != nil {
		segment, file, key := newSegment()
		if segment != nil {
			pr.segment, t.memory, t.key = segment, true, key
			files.child = append(files.child, file)
			given = append(files.child[:len(files.child):len(files.child)], common.bellFile, lifeline())
		}
	}
	if common.shared != nil {
		t.shared = len(given)
		given = append(given[:t.shared:t.shared], common.shared)
	}
	return given, nil
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
