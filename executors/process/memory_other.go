//go:build !linux

package process

import "errors"

const hasMemory = false

func memoryLimiter() string   { return byNothing }
func limitMemory(int64) error { return errors.ErrUnsupported }
func resident() int64         { return 0 }

func (*page) setBaseline(int64) {}
func (*page) setResident(int64) {}
func (*page) growth() int64     { return 0 }
