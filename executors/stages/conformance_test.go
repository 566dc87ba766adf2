package stages_test

import (
	"testing"

	"poolbench/executors"
	"poolbench/executors/executortest"
	"poolbench/executors/stages"
)

// A watched executor keeps to the contract that the executor keeps to.
func TestConformance(t *testing.T) {
	kind := executors.Goroutines
	kind.Name = "watched"
	build := kind.New
	kind.New = func(o executors.Options) (executors.Executor, error) {
		ex, err := build(o)
		if err != nil {
			return nil, err
		}
		return stages.Watch(ex, stages.Labels("executor", "watched")), nil
	}
	executortest.Run(t, kind)
}
