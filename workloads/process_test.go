package workloads_test

import (
	"os"
	"testing"

	"poolbench/executors/process"
)

// Worker processes are started from this test binary.
func TestMain(m *testing.M) {
	process.WorkerMain()
	os.Exit(m.Run())
}
