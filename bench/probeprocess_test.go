package bench

import (
	"context"
	"testing"
)

func TestProbeProcesses(t *testing.T) {
	p, err := newProbeProcesses(2, 1000)
	if err != nil {
		t.Fatal(err)
	}
	defer p.close()
	for _, work := range []byte{probeCompute, probeTriad} {
		for _, n := range []int{1, 2, 1} {
			if d, err := p.round(t.Context(), work, n); err != nil || d <= 0 {
				t.Fatalf("round of %d: %v, %v", n, d, err)
			}
		}
	}
	// A process that dies fails its round only.
	p.processes[1].process.Kill(nil)
	if _, err := p.round(t.Context(), probeCompute, 2); err == nil {
		t.Error("a dead probe gives a result")
	}
	if _, err := p.round(t.Context(), probeCompute, 2); err != nil {
		t.Errorf("after a dead probe was replaced: %v", err)
	}
	commands := []*probeProcess{p.processes[0], p.processes[1]}
	p.close()
	for _, process := range commands {
		select {
		case <-process.process.Done:
		default:
			t.Error("a probe process was left behind")
		}
	}
}

func TestProbeProcessesNeedMain(t *testing.T) {
	defer func(was bool) { mainCalled = was }(mainCalled)
	mainCalled = false
	if _, err := newProbeProcesses(1, 1); err != errNoMain {
		t.Errorf("error %v, want %v: this binary would run again as a whole", err, errNoMain)
	}
}

func TestProbeRoundWithoutTime(t *testing.T) {
	p, err := newProbeProcesses(1, 1<<34) // works for half a minute
	if err != nil {
		t.Fatal(err)
	}
	process := p.processes[0].process
	ctx, cancel := context.WithTimeout(t.Context(), 1)
	defer cancel()
	if _, err := p.round(ctx, probeCompute, 1); err == nil {
		t.Error("a round beyond its time limit gives a result")
	}
	select {
	case <-process.Done:
	default:
		t.Error("a probe process that hung was left behind")
	}
}
