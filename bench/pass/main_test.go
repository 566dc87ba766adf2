package pass

import (
	"flag"
	"os"
	"testing"

	"poolbench/executors/process"
)

var long = flag.Bool("long", false, "also run what takes minutes")

func TestMain(m *testing.M) {
	process.WorkerMain()
	flag.Parse()
	os.Exit(m.Run())
}
