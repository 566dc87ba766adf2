// Package executortest holds the conformance suite.
package executortest
