//go:build !linux

package process

// A memoryGroup does not exist here; all are nil.
type memoryGroup struct{}

func newMemoryGroup(string, int64) *memoryGroup { return nil }
func groupBase() string                         { return "" }
func (*memoryGroup) exceeded() bool             { return false }
func (*memoryGroup) remove()                    {}
