//go:build !linux

package compare

func allowedCPUs() []int { return nil }
