package reports

import (
	"slices"
	"strings"
	"time"

	"poolbench/reports/words"
)

// MachineLine is "AMD EPYC · 2 cores · linux/amd64 · go1.26", without what the record
// does not say.
func MachineLine(s *Set) string {
	rec := s.Record
	parts := []string{rec.Key("cpu"), "", strings.Trim(rec.Key("goos")+"/"+rec.Key("goarch"), "/"), rec.Key("go"), ""}
	if rec.Facts.Cores > 0 {
		parts[1] = words.Count(rec.Facts.Cores, "core")
	}
	if !rec.Facts.Start.IsZero() {
		parts[4] = rec.Facts.Start.Format(time.RFC3339)
	}
	return strings.Join(slices.DeleteFunc(parts, func(part string) bool { return part == "" }), " · ")
}
