package cli

import (
	"fmt"
	"io"
	"time"

	"github.com/cheggaaa/pb/v3"

	"poolbench/bench"
	"poolbench/bench/internal/program"
	"poolbench/bench/record"
	"poolbench/reports/words"
)

// newProgress makes the progress display of run on standard error.
func newProgress(mode string, c *program.Invocation) (bench.Progress, error) {
	err := program.Choice("progress", mode, "auto", "bar", "plain", "none")
	plain := plainProgress{out: c.Stderr, name: c.Program}
	switch {
	case err != nil || mode == "none":
		return nil, err
	case mode == "bar" || mode == "auto" && program.IsTerminal(c.Stderr):
		return &barProgress{plainProgress: plain}, nil
	}
	return &plain, nil
}

// plainProgress writes a line now and then: at each stage, at failures, and a
// heartbeat.
type plainProgress struct {
	out  io.Writer
	name string // of the program
	last time.Time
}

func (p *plainProgress) say(format string, args ...any) {
	fmt.Fprintf(p.out, p.name+": "+format+"\n", args...)
}

func (p *plainProgress) Stage(name string) { p.say("%s", name) }

func (p *plainProgress) Begin(b bench.Block) {
	switch {
	case p.last.IsZero():
		p.say("measuring, %d slices a block", b.Slices)
	case time.Since(p.last) < program.Heartbeat:
		return
	default:
		p.say("%s", blockText(b))
	}
	p.last = time.Now()
}

func blockText(b bench.Block) string {
	if b.Narrow {
		return fmt.Sprintf("closing in on crossovers; %d of about %d whole blocks done", b.Whole-1, max(b.Whole-1, b.Expected))
	}
	return fmt.Sprintf("block %d of about %d", b.Whole, max(b.Whole, b.Expected))
}

func (p *plainProgress) Slice(point record.Point, err error) {
	if err != nil {
		p.say("%v failed: %v", point, err)
	}
}

func (p *plainProgress) Done(s bench.Summary) {
	text := fmt.Sprintf("%s of %s", words.Count(s.Blocks, "block"), words.Count(s.Points, "slice"))
	if s.Refined > 0 {
		text += fmt.Sprintf(", and %s that were added to the plan", words.Count(s.Refined, "point"))
	}
	p.say("%s, in %v", text, s.Elapsed.Round(time.Second))
}

// barProgress is a bar of the time budget that moves only when it is told to,
// between slices: a static bar of the library has no goroutine, and only draw
// writes.
type barProgress struct {
	plainProgress
	bar   *pb.ProgressBar
	begin time.Time // of the run
	drawn time.Time
}

const (
	barTemplate = `{{string . "block"}} {{bar . "[" "=" ">" " " "]"}} {{percent .}} {{string . "left"}}`
	redraw      = 100 * time.Millisecond
	clearLine   = "\r\x1b[K"
)

func (p *barProgress) Begin(b bench.Block) {
	if p.bar == nil {
		p.bar = pb.New64(int64(b.Budget)).SetTemplateString(barTemplate).SetMaxWidth(80).SetWriter(io.Discard).Set(pb.Static, true).Start()
		p.drawn = time.Now() // draw nothing in the first moments
		p.begin = p.drawn.Add(-b.Elapsed)
	}
	p.bar.Set("block", blockText(b))
}

func (p *barProgress) Slice(point record.Point, err error) {
	if err != nil {
		fmt.Fprint(p.out, clearLine)
		p.plainProgress.Slice(point, err)
	}
	now := time.Now()
	if now.Sub(p.drawn) < redraw {
		return
	}
	p.drawn = now
	elapsed := min(now.Sub(p.begin), time.Duration(p.bar.Total()))
	left := time.Duration(p.bar.Total()) - elapsed
	p.bar.SetCurrent(int64(elapsed)).Set("left", left.Round(time.Second).String()+" left")
	fmt.Fprint(p.out, clearLine, p.bar.String())
}

func (p *barProgress) Done(s bench.Summary) {
	if p.bar != nil {
		p.bar.Finish()
		fmt.Fprint(p.out, clearLine)
	}
	p.plainProgress.Done(s)
}
