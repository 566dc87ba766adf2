package stages_test

import (
	"os"
	"testing"

	"poolbench/executors/process"
)

func TestMain(m *testing.M) {
	process.WorkerMain()
	os.Exit(m.Run())
}
