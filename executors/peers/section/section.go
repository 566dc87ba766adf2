// Package section replaces generated parts of a hand-written text.
package section

import (
	"fmt"
	"os"
	"strings"
)

// Replace puts body between the lines <!-- name:begin --> and <!-- name:end -->
// of the file, and writes it only if something changed. It is an error if the
// file lacks one of them.
func Replace(path, name, body string) error {
	old, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	text, err := replace(string(old), name, body)
	if err != nil {
		return fmt.Errorf("%s: %w", path, err)
	}
	if text == string(old) {
		return nil
	}
	return os.WriteFile(path, []byte(text), 0o644)
}

func replace(text, name, body string) (string, error) {
	begin, end := "<!-- "+name+":begin -->\n", "<!-- "+name+":end -->"
	head, rest, ok := strings.Cut(text, begin)
	if !ok {
		return "", fmt.Errorf("no line %q", strings.TrimSpace(begin))
	}
	_, tail, ok := strings.Cut(rest, end)
	if !ok {
		return "", fmt.Errorf("no line %q after its beginning", end)
	}
	return head + begin + "\n" + strings.Trim(body, "\n") + "\n\n" + end + tail, nil
}
