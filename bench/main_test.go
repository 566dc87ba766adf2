package bench_test

import (
	"os"
	"testing"

	"poolbench/bench"
)

// Tests start worker and probe processes from this test binary.
func TestMain(m *testing.M) {
	bench.Main()
	os.Exit(m.Run())
}
