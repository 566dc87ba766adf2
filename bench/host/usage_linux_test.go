package host

import (
	"os"
	"testing"
)

// A peak is forgotten, and comes again with what is touched anew.
func TestUsage(t *testing.T) {
	u, ok := UsageOf(os.Getpid())
	if !ok || u.PeakRSS < 1<<20 || u.Voluntary <= 0 {
		t.Fatalf("%+v, %v", u, ok)
	}
	if err := ForgetPeak(os.Getpid()); err != nil {
		t.Skip(err) // a container may not let it
	}
	before, _ := UsageOf(os.Getpid())
	const size = 64 << 20
	memory := make([]byte, size)
	for i := 0; i < size; i += 4096 {
		memory[i] = 1
	}
	after, _ := UsageOf(os.Getpid())
	if grown := after.PeakRSS - before.PeakRSS; grown < size*3/4 {
		t.Errorf("64 MiB that were touched raise the peak by %v", grown)
	}
	if memory[0] != 1 {
		t.Error("touched")
	}
	if u, ok := UsageOf(-1); ok {
		t.Errorf("no process: %+v", u)
	}
}
