//go:build !linux

package remote

var commonOrigin = origin.UnixNano()
