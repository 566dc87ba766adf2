package score

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"sync"
	"time"

	"poolbench/executors/peers"
)

// Run tries every behaviour on every peer, width trials at the same time, each in
// a child process that is killed after limit. Most of the time is spent waiting
// for those that hang, so width may exceed the number of CPUs. The error says
// that the children could not be run; what a peer does is a verdict.
func Run(ctx context.Context, ps []peers.Peer, bs []Behaviour, limit time.Duration, width int) (*Score, error) {
	self, err := os.Executable()
	if err != nil {
		return nil, fmt.Errorf("score: finding the program to start again: %w", err)
	}
	s := &Score{Peers: ps, Behaviours: bs, Verdicts: make([][]Verdict, len(bs))}
	var (
		wg    sync.WaitGroup
		slots = make(chan struct{}, width)
		errs  = make([]error, len(bs)*len(ps))
	)
	for i, b := range bs {
		s.Verdicts[i] = make([]Verdict, len(ps))
		for j, p := range ps {
			wg.Go(func() {
				slots <- struct{}{}
				defer func() { <-slots }()
				s.Verdicts[i][j], errs[i*len(ps)+j] = try(ctx, self, p, b, limit)
			})
		}
	}
	wg.Wait()
	return s, errors.Join(errs...)
}

// try runs one trial in a child process.
func try(ctx context.Context, self string, p peers.Peer, b Behaviour, limit time.Duration) (Verdict, error) {
	limited, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	child := exec.CommandContext(limited, self)
	child.Env = append(os.Environ(), childEnv+"="+p.Name+" "+b.ID)
	var stdout, stderr bytes.Buffer
	child.Stdout, child.Stderr = &stdout, &stderr
	child.WaitDelay = time.Second
	err := child.Run()
	if ctx.Err() != nil {
		return Verdict{}, context.Cause(ctx)
	}
	var exit *exec.ExitError
	if err != nil && limited.Err() == nil && !errors.As(err, &exit) {
		return Verdict{}, fmt.Errorf("score: %s on %s: %w", b.ID, p.Name, err)
	}
	return judge(stdout.String(), stderr.String(), limited.Err() != nil), nil
}

// judge reads what a child left behind.
func judge(stdout, stderr string, overdue bool) Verdict {
	var step, listenFor, verdict string
	for line := range strings.Lines(stdout) {
		line = strings.TrimSuffix(line, "\n")
		if text, ok := strings.CutPrefix(line, stepPrefix); ok {
			step = text
		} else if text, ok := strings.CutPrefix(line, listenPrefix); ok {
			listenFor = text
		} else if text, ok := strings.CutPrefix(line, verdictPrefix); ok && verdict == "" {
			verdict = text
		}
	}
	outcome, why, _ := strings.Cut(verdict, ": ")
	switch {
	case strings.Contains(stderr, "WARNING: DATA RACE"): // only seen with -race
		return Verdict{Failed, "a data race"}
	case verdict != "" && Outcome(outcome) != Held:
		return Verdict{Outcome(outcome), why}
	case verdict == "" && (overdue || strings.Contains(stderr, "all goroutines are asleep")):
		return Verdict{Hung, step}
	case listenFor != "" && !strings.Contains(stderr, listenFor):
		return Verdict{Failed, "nothing was written"}
	case listenFor == "" && verdict == "":
		return Verdict{Failed, "the process ended: " + cause(stderr)}
	}
	return Verdict{Outcome: Held}
}

// cause is the line of a Go crash that says what happened.
func cause(stderr string) string {
	for line := range strings.Lines(stderr) {
		line = strings.TrimSpace(line)
		if strings.HasPrefix(line, "panic: ") || strings.HasPrefix(line, "fatal error: ") || strings.HasPrefix(line, "score: ") {
			return strings.TrimSuffix(line, " [recovered, repanicked]")
		}
	}
	return "no reason given"
}
