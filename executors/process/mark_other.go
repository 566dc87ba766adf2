//go:build !linux

package process

func (*child) mark(uint32, moment) {}
