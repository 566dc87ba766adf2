package compare

import (
	"bufio"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"os"
	"slices"
	"strconv"
	"strings"
	"time"

	"poolbench/bench/host"
	"poolbench/executors/affinity"
)

// A stepped arm is a live process that waits for a word before each chunk. The
// protocol stands in build/stepping.go.txt.
type stepped struct {
	process  *host.Process
	commands *os.File
	replies  *os.File
	reader   *bufio.Reader
	patience time.Duration // for each reply
	pinned   bool          // to one CPU
}

// launch is how a test binary is started for one benchmark.
type launch struct {
	path, dir string
	pattern   string // for -test.bench
	procs     int
	env       []string
}

// floodLimit bounds what a benchmark may print, in bytes. Its own numbers take a few
// hundred.
const floodLimit = 4 << 20

// command runs the benchmark, with more flags.
func (l launch) command(more ...string) host.Command {
	return l.plain(append([]string{"-test.run=^$", "-test.bench=" + l.pattern, "-test.cpu=" + strconv.Itoa(l.procs),
		"-test.count=1", "-test.timeout=0", "-test.paniconexit0"}, more...)...)
}

// plain runs the binary with these flags only.
func (l launch) plain(args ...string) host.Command {
	return host.Command{Name: l.path, Args: args, Dir: l.dir, Env: slices.Clone(l.env), Limit: floodLimit}
}

// startStepped starts a binary that was built with the overlay; mode is "list" or
// "step".
func startStepped(ctx context.Context, l launch, mode string, patience time.Duration, args ...string) (*stepped, error) {
	in, commands, err := os.Pipe()
	if err != nil {
		return nil, err
	}
	defer in.Close()
	replies, out, err := os.Pipe()
	if err != nil {
		commands.Close()
		return nil, err
	}
	defer out.Close()
	s := &stepped{commands: commands, replies: replies, reader: bufio.NewReader(replies), patience: patience}
	c := l.command(args...)
	c.Env, c.Files = append(c.Env, "POOLBENCH_STEP="+mode), []*os.File{in, out}
	if s.process, err = host.Start(ctx, c); err != nil {
		s.close()
		return nil, err
	}
	return s, nil
}

func (s *stepped) close() {
	s.commands.Close()
	s.replies.Close()
}

// read returns the fields of the next reply. At the end of the process the error
// says how it ended.
func (s *stepped) read() ([]string, error) {
	if err := s.replies.SetReadDeadline(time.Now().Add(s.patience)); err != nil {
		return nil, err
	}
	line, err := s.reader.ReadString('\n')
	switch {
	case err == nil:
		return strings.Fields(line), nil
	case errors.Is(err, os.ErrDeadlineExceeded):
		s.process.Kill(fmt.Errorf("gave no answer within %v", s.patience))
	default:
		s.process.Wait(s.patience)
	}
	if err := s.process.Failure(); err != nil {
		return nil, err
	}
	return nil, errEarly
}

// errEarly: exit code 0 and yet not all replies.
var errEarly = errors.New("the process ended before the benchmark did")

// errOrder: the sides come by their benchmarks in another order.
var errOrder = errors.New("another benchmark came first in head")

// expect reads the next reply, which must begin with a word. A benchmark that fails
// gives none of its own; what comes then is the end of the process or the next one.
func (s *stepped) expect(word string) ([]string, error) {
	reply, err := s.read()
	switch {
	case err == errEarly:
		return nil, s.process.WithWords("the process ended with exit status 0 within the benchmark")
	case err != nil:
		return nil, err
	case len(reply) > 0 && reply[0] == word:
		return reply[1:], nil
	case len(reply) > 0 && reply[0] == "ready":
		s.process.Kill(nil) // what it has printed is read then
		return nil, s.process.WithWords("failed")
	}
	return nil, fmt.Errorf("unexpected reply %q", reply)
}

// awaitReady waits for a benchmark to be ready, and returns its full name.
func (s *stepped) awaitReady() (name string, err error) {
	reply, err := s.read()
	for err == nil && len(reply) > 0 && reply[0] == "done" {
		reply, err = s.read() // of one that nobody asked for
	}
	switch {
	case err == errEarly:
		return "", s.process.WithWords("ended without running the benchmark")
	case err != nil:
		return "", err
	case len(reply) != 2 || reply[0] != "ready":
		return "", fmt.Errorf("unexpected reply %q", reply)
	}
	return reply[1], nil
}

// command tells the benchmark to run n iterations, or to end when n is 0.
func (s *stepped) command(n int, flags uint64) {
	var text [16]byte
	binary.LittleEndian.PutUint64(text[:], uint64(n))
	binary.LittleEndian.PutUint64(text[8:], flags)
	// A failed write means that the process has ended: reading tells how.
	_, _ = s.commands.Write(text[:])
}

func (s *stepped) run(n int, flags uint64) (chunk, error) {
	s.command(n, flags)
	reply, err := s.expect("chunk")
	if err != nil {
		return chunk{}, err
	}
	return parseChunk(reply)
}

// parseChunk reads what follows the word chunk.
func parseChunk(reply []string) (c chunk, err error) {
	if len(reply) < 5 {
		return c, fmt.Errorf("unexpected reply %q", reply)
	}
	for i, p := range []*float64{&c.ns, &c.allocs, &c.bytes, &c.setBytes, &c.waited} {
		if *p, err = strconv.ParseFloat(reply[i], 64); err != nil {
			return c, fmt.Errorf("unexpected reply %q", reply)
		}
	}
	if c.knowsWaiting = c.waited >= 0; !c.knowsWaiting {
		c.waited = 0
	}
	c.metrics, err = parseMetrics(reply[5:])
	return c, err
}

// parseMetrics reads UNIT=VALUE; a unit may hold "=".
func parseMetrics(fields []string) (map[string]float64, error) {
	var metrics map[string]float64
	for _, f := range fields {
		i := strings.LastIndexByte(f, '=')
		v, err := strconv.ParseFloat(f[i+1:], 64)
		if i < 1 || err != nil {
			return nil, fmt.Errorf("unexpected metric %q", f)
		}
		if metrics == nil {
			metrics = map[string]float64{}
		}
		metrics[f[:i]] = v
	}
	return metrics, nil
}

// finish ends the benchmark and returns the metrics that it reported at its end.
func (s *stepped) finish() (map[string]float64, error) {
	s.command(0, 0)
	reply, err := s.expect("done")
	if err != nil {
		return nil, err
	}
	return parseMetrics(reply)
}

// end waits for the process to end after the last benchmark that is asked for. One
// that comes after it, as A/b/c after A/b, is not begun.
func (s *stepped) end() error {
	for {
		switch reply, err := s.read(); {
		case err == errEarly:
			return nil
		case err != nil:
			return err
		case len(reply) > 0 && reply[0] == "ready":
			return nil
		}
	}
}

func (s *stepped) pin(cpu int) {
	if cpu < 0 && !s.pinned {
		return
	}
	cpus := []int{cpu}
	if cpu < 0 {
		cpus, _ = affinity.Allowed()
	}
	s.pinned = cpu >= 0
	affinity.SetProcess(s.process.Pid, cpus)
}

func (s *stepped) ran() map[int]float64 { return affinity.Ran(s.process.Pid) }

func (s *stepped) kill() {
	s.process.Kill(nil)
	s.close()
}
