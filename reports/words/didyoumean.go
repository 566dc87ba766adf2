package words

import (
	"fmt"
	"strings"

	"github.com/agnivade/levenshtein"
)

// DidYouMean is ", did you mean …?" for the allowed word closest to word, or "" when
// none is close.
func DidYouMean(word string, allowed []string) string {
	best, distance := "", 1+max(2, len(word)/3)
	for _, a := range allowed {
		if d := levenshtein.ComputeDistance(strings.ToLower(word), strings.ToLower(a)); d < distance || strings.HasPrefix(a, word) && word != "" && d < distance+len(a) && best == "" {
			best, distance = a, d
		}
	}
	if best == "" {
		return ""
	}
	return fmt.Sprintf(", did you mean %q?", best)
}
