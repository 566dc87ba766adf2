package charts

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"poolbench/reports"
	"poolbench/reports/estimate"
	"poolbench/reports/words"
)

var notInNames = regexp.MustCompile(`[^a-z0-9-]`)

// fileName makes a name safe as a file name and as an XML id.
func fileName(s string) string {
	out := notInNames.ReplaceAllString(strings.ToLower(s), "_")
	return out[:min(60, len(out))]
}

// MachineLine says where the numbers are from.
func MachineLine(set *reports.Set) string {
	if line := words.OneLine(reports.MachineLine(set)); line != "" {
		return line
	}
	return "The record does not describe the machine"
}

// Shaded says what the bands of a panel are; how is what there is to add to it.
func Shaded(n Panel, how string) string {
	var blocks []int
	for _, s := range n.Series {
		for _, p := range s.Points {
			if p.banded() {
				blocks = append(blocks, p.N)
			}
		}
	}
	if len(blocks) == 0 {
		return fmt.Sprintf("No intervals: they need at least %d blocks.", estimate.MinBlocks)
	}
	over := words.Count(slices.Max(blocks), "block")
	if least := slices.Min(blocks); least < slices.Max(blocks) {
		over = fmt.Sprintf("%d to %s", least, over)
	}
	return "Shaded: 95 % interval over " + over + how + "."
}
