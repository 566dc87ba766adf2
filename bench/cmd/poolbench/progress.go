package main

import (
	"fmt"
	"io"
	"time"

	"github.com/schollz/progressbar/v3"

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
	if block == 1 {
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

// barProgress is a bar that moves only when it is told to, between trials: the
// library draws from Set, at most ten times a second, and has no goroutine of
// its own for a bar of known length.
type barProgress struct {
	out    io.Writer
	bar    *progressbar.ProgressBar
	trials int
	done   int
}

func (p *barProgress) Stage(name string) { fmt.Fprintf(p.out, "poolbench: %s\n", name) }

func (p *barProgress) Begin(block, blocks, trials int) {
	total := max(block, blocks) * trials
	if p.bar == nil {
		p.bar = progressbar.NewOptions(total,
			progressbar.OptionSetWriter(p.out),
			progressbar.OptionThrottle(100*time.Millisecond),
			progressbar.OptionClearOnFinish(),
			progressbar.OptionSetWidth(24),
			progressbar.OptionSetPredictTime(true))
	}
	if total != p.bar.GetMax() {
		p.bar.ChangeMax(total)
	}
	p.trials = trials
	p.done = (block - 1) * trials
	p.bar.Describe(fmt.Sprintf("block %d of about %d", block, max(block, blocks)))
}

func (p *barProgress) Trial(t bench.Trial, err error) {
	if err != nil {
		p.bar.Clear()
		fmt.Fprintf(p.out, "poolbench: %v failed: %v\n", t, err)
	}
	// The last step would end the bar, and there may be another block.
	if p.done++; p.done < p.bar.GetMax() {
		p.bar.Set(p.done)
	}
}

func (p *barProgress) Done(s bench.Summary) {
	if p.bar != nil {
		p.bar.Finish()
	}
	fmt.Fprintf(p.out, "poolbench: %d blocks of %d trials in %v\n", s.Blocks, s.Arms, s.Elapsed.Round(time.Second))
}
