//go:build unix

package process_test

import (
	"testing"

	"poolbench/executors/executortest"
	"poolbench/executors/process"
)

// notHere are the cases of the suite that a process pool refuses to take part in.
var notHere = map[string]string{
	"X14": "a process pool refuses executors.RunInCaller: there is no isolation in the caller",
}

type tester struct{ *testing.T }

func (t tester) Run(name string, f func(tester)) bool {
	return t.T.Run(name, func(sub *testing.T) {
		if reason := notHere[name]; reason != "" {
			sub.Skip(reason)
		}
		f(tester{sub})
	})
}

func TestConformance(t *testing.T) { executortest.Run(tester{t}, process.Kind) }
