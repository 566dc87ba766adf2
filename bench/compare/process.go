package compare

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"sync"
	"time"
	"unicode"
)

// errEnded is why a process is killed that has nothing left to say.
var errEnded = errors.New("ended")

// floodLimit bounds what a benchmark may print, in bytes. Its own numbers take a few
// hundred.
const floodLimit = 4 << 20

// A process is one run of a program, in a process group of its own.
type process struct {
	cmd    *exec.Cmd
	cancel context.CancelCauseFunc
	ctx    context.Context // done when it must end, with the reason
	output *output
	done   chan struct{} // closed when it has ended and all its output is read
}

// startProcess starts a program that is killed with all it started when the
// context ends, when it prints more than limit bytes, and by kill.
func startProcess(ctx context.Context, limit int, dir string, env []string, files []*os.File, name string, args ...string) (*process, error) {
	p := &process{done: make(chan struct{})}
	p.ctx, p.cancel = context.WithCancelCause(ctx)
	p.output = &output{limit: limit, full: func() {
		p.cancel(fmt.Errorf("printed more than %d MiB", limit>>20))
	}}
	p.cmd = exec.CommandContext(p.ctx, name, args...)
	p.cmd.Dir, p.cmd.ExtraFiles = dir, files
	p.cmd.Env = append(os.Environ(), env...)
	if dir != "" {
		p.cmd.Env = append(p.cmd.Env, "PWD="+dir)
	}
	p.cmd.Stdout, p.cmd.Stderr = p.output, p.output
	p.cmd.WaitDelay = 2 * time.Second // for output held open by what it started
	ownGroup(p.cmd)
	if err := p.cmd.Start(); err != nil {
		p.cancel(nil)
		return nil, err
	}
	go func() {
		p.cmd.Wait()
		killGroup(p.cmd)
		close(p.done)
	}()
	return p, nil
}

// wait waits for the end, at most for patience, and then kills.
func (p *process) wait(patience time.Duration) {
	select {
	case <-p.done:
	case <-time.After(patience):
		p.cancel(fmt.Errorf("did not end within %v", patience))
		<-p.done
	}
	p.cancel(errEnded)
}

// kill ends it now, if it has not ended.
func (p *process) kill(why error) {
	p.cancel(why)
	<-p.done
}

// failure says how it ended, in one line with the words of the program; nil when it
// ended well. Only after its end.
func (p *process) failure() error {
	state := p.cmd.ProcessState
	cause := context.Cause(p.ctx)
	switch {
	case cause != nil && cause != errEnded:
		return p.withWords(cause.Error())
	case state == nil:
		return p.withWords("could not be waited for")
	case !state.Success():
		return p.withWords("ended with " + state.String())
	}
	return nil
}

func (p *process) withWords(what string) error {
	if words := p.output.words(); words != "" {
		what += ": " + words
	}
	return errors.New(what)
}

// output keeps what a program prints. It is safe for concurrent use.
type output struct {
	mu    sync.Mutex
	text  []byte
	limit int
	full  func() // called once when there is more
}

func (o *output) Write(text []byte) (int, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	room := o.limit - len(o.text)
	o.text = append(o.text, text[:min(room, len(text))]...)
	if room < len(text) && o.full != nil {
		o.full()
		o.full = nil
	}
	return len(text), nil
}

func (o *output) String() string {
	o.mu.Lock()
	defer o.mu.Unlock()
	return string(o.text)
}

// passed reports whether a test binary said that it came to its end.
func (o *output) passed() bool {
	text := o.String()
	return strings.HasPrefix(text, "PASS\n") || strings.Contains(text, "\nPASS\n")
}

// maxWords bounds what is repeated of a program's words, in bytes.
const maxWords = 300

// words are what a program said that tells most, in one line: from the panic, the
// fatal error or the failure on, else from its beginning.
func (o *output) words() string {
	text := o.String()
	for _, mark := range []string{"panic: ", "fatal error: ", "--- FAIL", "--- SKIP", "flag provided but not defined"} {
		if i := strings.Index(text, mark); i >= 0 {
			text = text[i:]
			break
		}
	}
	if i := strings.Index(text, "\ngoroutine "); i > 0 {
		text = text[:i]
	}
	return oneLine(text)
}

// oneLine makes text fit for a line of a record.
func oneLine(text string) string {
	if len(text) > 4*maxWords {
		text = text[:4*maxWords]
	}
	text = strings.Join(strings.FieldsFunc(strings.ToValidUTF8(text, "?"), func(r rune) bool {
		return unicode.IsSpace(r) || !unicode.IsPrint(r)
	}), " ")
	if len(text) > maxWords {
		text = strings.ToValidUTF8(text[:maxWords], "") + " …"
	}
	return text
}
