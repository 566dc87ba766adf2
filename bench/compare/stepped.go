package compare

import (
	"bufio"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"os"
	"strconv"
	"strings"
	"time"
)

// A stepped arm is a live process that waits for a word before each chunk. The
// protocol stands in build/stepping.go.txt.
type stepped struct {
	process  *process
	commands *os.File
	replies  *os.File
	reader   *bufio.Reader
	patience time.Duration // for each reply
}

// launch is how a test binary is started for one benchmark.
type launch struct {
	path, dir string
	pattern   string // for -test.bench
	procs     int
}

func (l launch) args(more ...string) []string {
	return append([]string{"-test.run=^$", "-test.bench=" + l.pattern, "-test.cpu=" + strconv.Itoa(l.procs),
		"-test.count=1", "-test.timeout=0"}, more...)
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
	s.process, err = startProcess(ctx, floodLimit, l.dir, []string{"POOLBENCH_STEP=" + mode}, []*os.File{in, out}, l.path, l.args(args...)...)
	if err != nil {
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
		s.process.kill(fmt.Errorf("gave no answer within %v", s.patience))
	default:
		s.process.wait(s.patience)
	}
	if err := s.process.failure(); err != nil {
		return nil, err
	}
	return nil, errEarly
}

// errEarly: exit code 0 and yet not all replies.
var errEarly = errors.New("the process ended before the benchmark did")

// awaitReady waits for the benchmark of the name to be ready.
func (s *stepped) awaitReady(name string) error {
	reply, err := s.read()
	switch {
	case err == errEarly:
		return s.process.withWords("ended without running the benchmark")
	case err != nil:
		return err
	case len(reply) != 2 || reply[0] != "ready":
		return fmt.Errorf("unexpected reply %q", reply)
	case reply[1] != name:
		return fmt.Errorf("%s ran instead", reply[1])
	}
	return nil
}

func (s *stepped) run(n int, flags uint64) (chunk, error) {
	var command [16]byte
	binary.LittleEndian.PutUint64(command[:], uint64(n))
	binary.LittleEndian.PutUint64(command[8:], flags)
	// A failed write means that the process has ended: reading tells how.
	_, _ = s.commands.Write(command[:])
	reply, err := s.read()
	switch {
	case err == errEarly:
		return chunk{}, s.process.withWords("the process ended with exit status 0 within the benchmark")
	case err != nil:
		return chunk{}, err
	}
	return parseChunk(reply)
}

func parseChunk(reply []string) (c chunk, err error) {
	if len(reply) < 7 || reply[0] != "chunk" {
		return c, fmt.Errorf("unexpected reply %q", reply)
	}
	for i, p := range []*float64{&c.ns, &c.allocs, &c.bytes, &c.setBytes, &c.ran, &c.waited} {
		if *p, err = strconv.ParseFloat(reply[1+i], 64); err != nil {
			return c, fmt.Errorf("unexpected reply %q", reply)
		}
	}
	c.metrics, err = parseMetrics(reply[7:])
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

func (s *stepped) finish() (map[string]float64, error) {
	_, _ = s.commands.Write(make([]byte, 16))
	reply, err := s.read()
	switch {
	case err == errEarly:
		return nil, s.process.withWords("the process ended with exit status 0 within the benchmark")
	case err != nil:
		return nil, err
	case len(reply) == 0 || reply[0] != "done":
		return nil, fmt.Errorf("unexpected reply %q", reply)
	}
	s.commands.Close()
	s.process.wait(s.patience)
	s.close()
	if err := s.process.failure(); err != nil {
		return nil, err
	}
	return parseMetrics(reply[1:])
}

func (s *stepped) kill() {
	s.process.kill(errEnded)
	s.close()
}
