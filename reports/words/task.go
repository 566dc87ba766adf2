package words

import (
	"fmt"
	"strings"
	"time"
)

// Task is "spin at 10 µs and 64 B": a workload with what its tasks are, without what is 0.
func Task(workload string, grain time.Duration, payload int) string {
	var parts []string
	if grain != 0 {
		parts = append(parts, Grain(grain))
	}
	if payload != 0 {
		parts = append(parts, fmt.Sprintf("%d B", payload))
	}
	if len(parts) == 0 {
		return workload
	}
	return workload + " at " + strings.Join(parts, " and ")
}
