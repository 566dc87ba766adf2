package bench

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"runtime"
	"time"

	"poolbench/bench/host"
	"poolbench/executors/affinity"
	"poolbench/workloads"
)

// probeVariable marks a process as a probe: "INDEX UNITS".
const probeVariable = "POOLBENCH_PROBE"

// probeWork is how long one process computes in one round of the capacity probe.
const probeWork = 2 * time.Millisecond

// What a probe process is told to do, in one byte.
const (
	probeCompute = '.'
	probeTriad   = 'm'
)

// errNoMain means that a started probe would run the whole program again.
var errNoMain = errors.New("bench: the probe processes need bench.Main to be called at the start of main or TestMain")

// mainCalled is set by Main: only then may this binary be started as a probe.
var mainCalled bool

// probeMain is the life of a probe process: for every byte that comes in it does
// its work and sends a byte back, until the pipe is closed.
func probeMain() {
	mainCalled = true
	value, ok := os.LookupEnv(probeVariable)
	if !ok {
		return
	}
	var index int
	var units int64
	if _, err := fmt.Sscanf(value, "%d %d", &index, &units); err != nil {
		fmt.Fprintf(os.Stderr, "bench: %s=%q: %v\n", probeVariable, value, err)
		os.Exit(2)
	}
	// Where processes have no groups of their own, Ctrl-C reaches this one, too; the parent decides when to end.
	signal.Ignore(os.Interrupt)
	runtime.LockOSThread()
	_ = affinity.PinNth(index) // where that cannot be, it runs where it likes
	message := make([]byte, 1)
	var memory triad // made when it is first asked for
	for {
		if _, err := io.ReadFull(os.Stdin, message); err != nil {
			os.Exit(0)
		}
		ok := false
		switch message[0] {
		case probeCompute:
			ok = workloads.Spin.Kernel(units) != 0 // the state of the chain is never 0
		case probeTriad:
			ok = memory.run()
		}
		if !ok {
			os.Exit(3)
		}
		if _, err := os.Stdout.Write(message); err != nil {
			os.Exit(0)
		}
	}
}

// probeProcesses measure what the machine can deliver: P independent processes,
// each pinned to a CPU where the system allows it, do the same work at the same
// time and share nothing. Between rounds they are blocked in a read.
type probeProcesses struct {
	units     int64
	processes []*probeProcess // by index; nil where one died
}

type probeProcess struct {
	process *host.Process
	in, out *os.File
}

// newProbeProcesses starts n processes.
func newProbeProcesses(n int, units int64) (*probeProcesses, error) {
	if !mainCalled {
		return nil, errNoMain
	}
	p := &probeProcesses{units: units, processes: make([]*probeProcess, n)}
	if err := p.start(n); err != nil {
		p.close()
		return nil, err
	}
	return p, nil
}

// start starts those of the first n processes that are missing.
func (p *probeProcesses) start(n int) error {
	for i := range p.processes[:n] {
		if p.processes[i] == nil {
			process, err := startProbe(i, p.units)
			if err != nil {
				return fmt.Errorf("starting probe process %d: %w", i, err)
			}
			p.processes[i] = process
		}
	}
	return nil
}

func startProbe(index int, units int64) (*probeProcess, error) {
	self, err := os.Executable()
	if err != nil {
		return nil, err
	}
	childIn, in, err := os.Pipe()
	if err != nil {
		return nil, err
	}
	defer childIn.Close()
	out, childOut, err := os.Pipe()
	if err != nil {
		in.Close()
		return nil, err
	}
	defer childOut.Close()
	p, err := host.Start(context.Background(), host.Command{
		Name: self, Env: []string{fmt.Sprintf("%s=%d %d", probeVariable, index, units), "GOMAXPROCS=1"},
		Stdin: childIn, Stdout: childOut, Stderr: os.Stderr,
	})
	if err != nil {
		in.Close()
		out.Close()
		return nil, err
	}
	return &probeProcess{p, in, out}, nil
}

// round lets the first n processes do one work (probeCompute or probeTriad) and returns the time from the first
// start to the last reply. After an error the processes are started afresh.
func (p *probeProcesses) round(ctx context.Context, work byte, n int) (time.Duration, error) {
	if err := p.start(n); err != nil {
		return 0, err
	}
	if deadline, ok := ctx.Deadline(); ok {
		for _, process := range p.processes[:n] {
			// Not every system has deadlines on pipes; then a hang is not noticed.
			_ = process.out.SetReadDeadline(deadline)
		}
	}
	message := []byte{work}
	begin := time.Now()
	err := func() error {
		for _, process := range p.processes[:n] {
			if _, err := process.in.Write(message); err != nil {
				return err
			}
		}
		for _, process := range p.processes[:n] {
			if _, err := io.ReadFull(process.out, message); err != nil {
				return err
			}
		}
		return nil
	}()
	elapsed := time.Since(begin)
	if err != nil {
		p.close()
		return 0, fmt.Errorf("a probe process gave no reply: %w", err)
	}
	return elapsed, nil
}

// close ends all processes and waits for them.
func (p *probeProcesses) close() {
	for i, process := range p.processes {
		if process == nil {
			continue
		}
		p.processes[i] = nil
		process.in.Close()
		process.process.Wait(2 * time.Second) // one that still computes ends with its work; one that hangs is killed
		process.out.Close()
	}
}
