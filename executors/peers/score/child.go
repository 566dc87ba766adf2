package score

import (
	"fmt"
	"os"
	"strings"

	"poolbench/executors/peers"
)

// childEnv holds "peer behaviour" in a child process.
const childEnv = "POOLBENCH_PEERS_TRIAL"

// Lines of a child's standard output: where it is, what to look for in its
// standard error, and at last its verdict.
const (
	stepPrefix    = "step "
	listenPrefix  = "listen "
	verdictPrefix = "verdict "
)

// ChildMain runs a trial and does not return if this process was started by Run
// for one.
func ChildMain() {
	spec, ok := os.LookupEnv(childEnv)
	if !ok {
		return
	}
	peerName, id, _ := strings.Cut(spec, " ")
	peer, ok := peers.ByName(peerName)
	if !ok {
		fmt.Fprintf(os.Stderr, "score: no peer %q\n", peerName)
		os.Exit(2)
	}
	for _, b := range Behaviours() {
		if b.ID == id {
			t := &trial{peer: peer}
			var p peers.Pool
			if b.workers > 0 {
				p = t.open(b.workers)
			}
			b.run(t, p)
			t.end(Verdict{Outcome: Held})
		}
	}
	fmt.Fprintf(os.Stderr, "score: no behaviour %q\n", id)
	os.Exit(2)
}

// A trial is one behaviour being tried on one peer. Its methods may be called by
// any goroutine.
type trial struct{ peer peers.Peer }

// step says what comes next, which is what a hang is reported with.
func (t *trial) step(doing string) { fmt.Printf("%s%s\n", stepPrefix, doing) }

// listen changes what holds: that the text is written to standard error before
// the process ends, in whatever way.
func (t *trial) listen(text string) { fmt.Printf("%s%s\n", listenPrefix, text) }

// end prints the verdict and ends the process, whatever else still runs in it.
func (t *trial) end(v Verdict) {
	// One write, so that two goroutines that end at the same time do not mix.
	fmt.Printf("%s%s: %s\n", verdictPrefix, v.Outcome, strings.ReplaceAll(v.Why, "\n", " "))
	os.Exit(0)
}

func (t *trial) failf(format string, args ...any) {
	t.end(Verdict{Failed, fmt.Sprintf(format, args...)})
}

// need ends the trial as not applicable unless the peer has what the behaviour
// is about.
func (t *trial) need(has bool, what string) {
	if !has {
		t.end(Verdict{NotApplicable, what})
	}
}
