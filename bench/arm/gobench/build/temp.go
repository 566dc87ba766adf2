package build

// Names in the temporary directory.
const (
	tempPrefix = "poolbench-gate-"
	lockName   = "lock"
)
