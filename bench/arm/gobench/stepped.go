package gobench

import (
	"bufio"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"math"
	"os"
	"slices"
	"strconv"
	"strings"
	"time"

	"poolbench/bench/arm"
	"poolbench/bench/host"
	"poolbench/bench/record"
	"poolbench/executors/affinity"
)

// A stepped runner is a live process that waits for a word before each slice. The
// protocol stands in build/stepping.go.txt.
type stepped struct {
	process  *host.Process
	commands *os.File
	replies  *os.File
	reader   *bufio.Reader
	patience time.Duration // for each reply
	pinned   bool          // to one CPU
	last     bool          // no benchmark is asked for after this one
}

// Flags of a slice, as in the protocol.
const (
	countMemory    = 1 << 0
	collectGarbage = 1 << 1
	takeLonger     = 1 << 2 // by 5 %; a sliced runner cannot
	callAnew       = 1 << 3 // a sliced runner always does
)

// launch is how a test binary is started for one benchmark.
type launch struct {
	path, dir string
	pattern   string // for -test.bench
	procs     int
	env       []string
	patience  time.Duration // for an answer, or for all of it
}

// printLimit is how much is kept of what a process prints, in bytes.
const printLimit = 4 << 20

// command runs the benchmark, with more flags.
func (l launch) command(more ...string) host.Command {
	return l.plain(append([]string{"-test.run=^$", "-test.bench=" + l.pattern, "-test.cpu=" + strconv.Itoa(l.procs),
		"-test.count=1", "-test.timeout=0", "-test.paniconexit0"}, more...)...)
}

// plain runs the binary with these flags only.
func (l launch) plain(args ...string) host.Command {
	return host.Command{Name: l.path, Args: args, Dir: l.dir, Env: slices.Clone(l.env), Limit: printLimit, Patience: l.patience}
}

// startStepped starts a binary that was built with the overlay; mode is "list" or
// "step". It must be killed.
func startStepped(l launch, mode string) (*stepped, error) {
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
	s := &stepped{commands: commands, replies: replies, reader: bufio.NewReader(replies), patience: l.patience}
	c := l.command()
	c.Env, c.Files = append(c.Env, "POOLBENCH_STEPPED="+mode), []*os.File{in, out}
	if s.process, err = host.Start(context.Background(), c); err != nil {
		s.close()
		return nil, err
	}
	return s, nil
}

func (s *stepped) close() {
	s.commands.Close()
	s.replies.Close()
}

// kill ends the process, if it has not ended.
func (s *stepped) kill() {
	s.process.Kill(nil)
	s.close()
}

// read returns the fields of the next reply. The end of the context ends the process,
// and then the error says how it ended.
func (s *stepped) read(ctx context.Context) ([]string, error) {
	defer context.AfterFunc(ctx, func() { s.process.Kill(context.Cause(ctx)) })()
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
	if ctx.Err() != nil {
		return nil, context.Cause(ctx)
	}
	if err := s.process.Failure(); err != nil {
		return nil, err
	}
	return nil, errEarly
}

// errEarly: exit code 0 and yet not all replies.
var errEarly = errors.New("the process ended before the benchmark did")

// expect reads the next reply, which must begin with a word. A benchmark that fails
// gives none of its own; what comes then is the end of the process or the next one.
func (s *stepped) expect(ctx context.Context, word string) ([]string, error) {
	reply, err := s.read(ctx)
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
func (s *stepped) awaitReady(ctx context.Context) (name string, err error) {
	reply, err := s.read(ctx)
	for err == nil && len(reply) > 0 && reply[0] == "done" {
		reply, err = s.read(ctx) // of one that nobody asked for
	}
	switch {
	case err == errEarly:
		return "", s.process.WithWords("ended without running the benchmark, which it had before (does its name change from run to run?)")
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

func (s *stepped) run(ctx context.Context, n int, flags uint64) (stint, error) {
	s.command(n, flags)
	reply, err := s.expect(ctx, "slice")
	if err != nil {
		return stint{}, err
	}
	return parseSlice(reply, n, flags)
}

// parseSlice reads what follows the word slice, of n iterations. As in what package
// testing prints, a value that the benchmark reports takes the place of one that was
// measured, and a time of 0 says that there is none.
func parseSlice(reply []string, n int, flags uint64) (s stint, err error) {
	var numbers [6]float64 // as in the protocol
	if len(reply) < len(numbers) {
		return s, fmt.Errorf("unexpected reply %q", reply)
	}
	for i := range numbers {
		v, err := strconv.ParseInt(reply[i], 10, 64)
		if err != nil || v < 0 && i < 3 {
			return s, fmt.Errorf("unexpected reply %q", reply)
		}
		numbers[i] = float64(v)
	}
	ns, waited := numbers[0], min(numbers[3], numbers[0])
	values, err := parseMetrics(reply[len(numbers):])
	if err != nil {
		return s, err
	}
	s.clock = ns
	s.cycles, s.locked = numbers[4], numbers[5]/1e9
	s.Slice = arm.Slice{Time: ns / float64(n) / 1e9, Values: values}
	if waited >= 0 { // what it did not wait it ran, or slept, which is no sign of a busy machine
		s.Ran, s.Waited = (ns-waited)/1e9, waited/1e9
	}
	// Whole numbers, as package testing prints them: less than one for each iteration is
	// what the runtime allocates now and then.
	for unit, total := range map[string]float64{record.UnitAllocs: numbers[1], record.UnitBytes: numbers[2]} {
		if v, own := values[unit]; own {
			values[unit] = math.Trunc(v)
		} else if flags&countMemory != 0 {
			values[unit] = math.Floor(total / float64(n))
		}
	}
	if own, ok := values[record.UnitTime]; ok {
		delete(values, record.UnitTime)
		s.own, s.Time, s.Untimed = true, own, own == 0
		if !(own >= 0) || math.IsInf(own, 0) {
			err = fmt.Errorf("reports %.6g ns/op, which is no time", own*1e9)
		}
	}
	return s, err
}

// parseMetrics reads UNIT=VALUE; a unit may hold "=". Of the units of package testing
// those are there that the benchmark spells as it does, the time also where it is no
// number: other spellings stand beside what was measured.
func parseMetrics(fields []string) (map[string]float64, error) {
	spelled := map[string]float64{}
	for _, f := range fields {
		i := strings.LastIndexByte(f, '=')
		v, err := strconv.ParseFloat(f[i+1:], 64)
		if i < 1 || err != nil {
			return nil, fmt.Errorf("unexpected metric %q", f)
		}
		spelled[f[:i]] = v
	}
	values := record.Tidied(spelled)
	for spelling, unit := range map[string]string{"ns/op": record.UnitTime, "B/op": record.UnitBytes} {
		if _, own := spelled[spelling]; !own {
			delete(values, unit)
		}
	}
	if ns, own := spelled["ns/op"]; own {
		values[record.UnitTime] = ns / 1e9
	}
	return values, nil
}

// end ends the benchmark and returns the metrics that it reported at its end. After the
// last one it waits for the end of the process: a clean-up may fail, too.
func (s *stepped) end(ctx context.Context) (metrics map[string]float64, err error) {
	s.command(0, 0)
	reply, err := s.expect(ctx, "done")
	if err == nil {
		metrics, err = parseMetrics(reply)
	}
	for s.last && err == nil {
		// One that comes after it, as A/b/c after A/b, is not begun.
		if reply, err = s.read(ctx); len(reply) > 0 && reply[0] == "ready" {
			break
		}
	}
	if err == errEarly {
		err = nil
	}
	return metrics, err
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

func (s *stepped) pid() int { return s.process.Pid }

func (s *stepped) printed() int64 { return s.process.Printed() }

func (s *stepped) ran() (ran map[int]float64) {
	for id, of := range affinity.Stints(s.process.Pid) {
		if ran == nil {
			ran = map[int]float64{}
		}
		ran[id] = of.Ran
	}
	return ran
}
