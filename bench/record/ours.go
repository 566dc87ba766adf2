package record

import (
	"bytes"
	"encoding/json"
	"slices"
	"strconv"
	"strings"
	"time"
)

// isOurs reports whether a file says that it is a record of ours: it has a block, a fact
// or a failure, as Writer or an earlier version of it wrote them. Whatever else there is of
// ours in a file (axes, probes, sides) is somebody else's otherwise.
func isOurs(text []byte) bool {
	for line := range bytes.Lines(text) {
		if comment, ok := strings.CutPrefix(plainLine(line), "# "); ok && line[len(line)-1] == '\n' && isMark(comment) {
			return true
		}
	}
	return false
}

func isMark(comment string) bool {
	word, rest, _ := strings.Cut(comment, " ")
	switch word {
	case "block":
		n, err := strconv.Atoi(rest)
		return err == nil && n > 0
	case "fact":
		name, value, _ := strings.Cut(rest, " ")
		_, ok := factFields[name]
		return (ok || name == factHost || name == factFailed) && json.Valid([]byte(value))
	case "note":
		key, value, ok := strings.Cut(rest, ":")
		topic, _, dotted := strings.Cut(key, ".")
		if _, err := time.Parse(time.RFC3339, strings.TrimSpace(value)); err == nil && (key == "start" || key == "time") {
			return true
		}
		return ok && (slices.Contains([]string{"run", "comparison", "grid", "partial"}, key) || dotted && slices.Contains([]string{"workload", "calibration", "warning"}, topic))
	case "failed":
		name, _, ok := strings.Cut(rest, ": ")
		return ok && checkWord(name) == nil
	}
	return false
}
