// Package goroutine tells goroutines apart.
//
// Go has no names for goroutines on purpose, and a context is how to say where one is.
// This is for the one question that a context cannot answer: whether a call that was
// given another one comes from the very goroutine that it would wait for.
package goroutine

// An ID tells a living goroutine from all others. That of one that has ended may be that
// of a later one: forget it before. It is 0, and tells nothing, where Known is false.
type ID uintptr
