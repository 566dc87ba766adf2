package executortest_test

import (
	"testing"

	"poolbench/executors"
	"poolbench/executors/executortest"
)

func TestConformance(t *testing.T) {
	for _, kind := range executors.All() {
		t.Run(kind.Name, func(t *testing.T) { executortest.Run(t, kind) })
	}
}
