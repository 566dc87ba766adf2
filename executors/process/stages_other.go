//go:build !linux

package process

// sharedOrigin is origin on the wall clock: stages are wrong when that is set
// between the start of the parent and that of a worker.
var sharedOrigin = origin.UnixNano()
