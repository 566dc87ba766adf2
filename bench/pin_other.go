//go:build !linux

package bench

// pin does nothing where threads cannot be bound to CPUs.
func pin(int) {}
