package inproc

import (
	"os"
	"testing"

	"poolbench/executors/process"
)

// Tests start worker processes from this test binary.
func TestMain(m *testing.M) {
	process.WorkerMain()
	os.Exit(m.Run())
}
