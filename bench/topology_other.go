//go:build !linux

package bench

// describeTopology finds nothing out here.
func (m *machine) describeTopology() {}
