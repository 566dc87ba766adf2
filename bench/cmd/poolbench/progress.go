package main

import (
	"fmt"
	"io"
	"time"

	"github.com/cheggaaa/pb/v3"

	"poolbench/bench"
)

// newProgress makes the progress display of run on w.
func newProgress(mode string, w io.Writer) (bench.Progress, error) {
	switch mode {
	case "auto":
		if isTerminal(w) {
			return &barProgress{out: w}, nil
		}
		return &plainProgress{out: w}, nil
	case "bar":
		return &barProgress{out: w}, nil
	case "plain":
		return &plainProgress{out: w}, nil
	case "none":
		return nil, nil
	}
	allowed := []string{"auto", "bar", "plain", "none"}
	return nil, usageError("-progress: unknown value %q%s; there is %v", mode, nearest(mode, allowed), allowed)
}

// heartbeat is how often plain progress says that it is alive, so that a CI
// runner does not end the job for silence.
const heartbeat = 20 * time.Second

// plainProgress writes a line now and then: at each stage, at failures, and a
// heartbeat.
type plainProgress struct {
	out  io.Writer
	last time.Time
}

func (p *plainProgress) Stage(name string) { fmt.Fprintf(p.out, "poolbench: %s\n", name) }

func (p *plainProgress) Begin(block, blocks, trials int) {
	if p.last.IsZero() {
		fmt.Fprintf(p.out, "poolbench: measuring, %d trials a block\n", trials)
		p.last = time.Now()
		return
	}
	if time.Since(p.last) >= heartbeat {
		p.last = time.Now()
		fmt.Fprintf(p.out, "poolbench: block %d of about %d\n", block, max(block, blocks))
	}
}

func (p *plainProgress) Trial(t bench.Trial, err error) {
	if err != nil {
		fmt.Fprintf(p.out, "poolbench: %v failed: %v\n", t, err)
	}
}

func (p *plainProgress) Done(s bench.Summary) {
	fmt.Fprintf(p.out, "poolbench: %d blocks of %d trials in %v\n", s.Blocks, s.Arms, s.Elapsed.Round(time.Second))
}

// barProgress is a bar that moves only when it is told to, between trials: a
// static bar of the library has no goroutine, and only draw writes.
type barProgress struct {
	out   io.Writer
	bar   *pb.ProgressBar
	drawn time.Time
	done  int
}

const (
	barTemplate = `{{string . "block"}} {{bar . "[" "=" ">" " " "]"}} {{percent .}} {{rtime . "eta %s"}}`
	redraw      = 100 * time.Millisecond
	clearLine   = "\r\x1b[K"
)

func (p *barProgress) Stage(name string) { fmt.Fprintf(p.out, "poolbench: %s\n", name) }

func (p *barProgress) Begin(block, blocks, trials int) {
	total := int64(max(block, blocks) * trials)
	if p.bar == nil {
		p.bar = pb.New64(total).SetTemplateString(barTemplate).SetMaxWidth(80).SetWriter(io.Discard).Set(pb.Static, true).Start()
		p.drawn = time.Now() // draw nothing in the first moments
	}
	p.done = (block - 1) * trials
	p.bar.SetTotal(total).SetCurrent(int64(p.done)).Set("block", fmt.Sprintf("block %d of about %d", block, max(block, blocks)))
}

func (p *barProgress) Trial(t bench.Trial, err error) {
	if err != nil {
		fmt.Fprintf(p.out, "%spoolbench: %v failed: %v\n", clearLine, t, err)
	}
	p.done++
	if time.Since(p.drawn) >= redraw {
		p.drawn = time.Now()
		fmt.Fprint(p.out, clearLine, p.bar.SetCurrent(int64(p.done)).String())
	}
}

func (p *barProgress) Done(s bench.Summary) {
	if p.bar != nil {
		p.bar.Finish()
		fmt.Fprint(p.out, clearLine)
	}
	fmt.Fprintf(p.out, "poolbench: %d blocks of %d trials in %v\n", s.Blocks, s.Arms, s.Elapsed.Round(time.Second))
}
