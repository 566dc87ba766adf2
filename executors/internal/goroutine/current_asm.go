//go:build amd64 || arm64

package goroutine

// Known tells whether goroutines can be told apart on this architecture.
const Known = true

// Current is the ID of the calling goroutine: the address at which the runtime keeps it.
// It costs about as much as a call.
func Current() ID
