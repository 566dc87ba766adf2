//go:build unix

package process_test

import (
	"testing"

	"poolbench/executors/executortest"
	"poolbench/executors/process"
)

func TestConformance(t *testing.T) { executortest.Run(t, process.Kind) }
