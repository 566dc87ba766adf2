package gobench

import (
	"regexp"
	"strings"
)

// exactly is the -test.bench pattern that matches the benchmark of the full name
// ("BenchmarkA/b") and its sub-benchmarks only.
func exactly(name string) string {
	parts := strings.Split(name, "/")
	for i, p := range parts {
		parts[i] = "^" + regexp.QuoteMeta(p) + "$"
	}
	return strings.Join(parts, "/")
}

// within is the -test.bench pattern for those benchmarks of pattern that top, the
// name of a function, holds; "" when it holds none. It reads pattern as package
// testing does: alternatives between "|", levels between "/", each an unanchored
// regular expression.
func within(pattern, top string) (string, error) {
	var found []string
	for _, alternative := range splitOutside(pattern, '|') {
		levels := splitOutside(alternative, '/')
		var first *regexp.Regexp
		for i, level := range levels {
			re, err := regexp.Compile(strings.ReplaceAll(level, " ", "_"))
			if err != nil {
				return "", err
			}
			if i == 0 {
				first = re
			}
		}
		if first.MatchString(top) {
			levels[0] = exactly(top)
			found = append(found, strings.Join(levels, "/"))
		}
	}
	return strings.Join(found, "|"), nil
}

// splitOutside splits a regular expression at what stands in no brackets or
// parentheses, as splitRegexp of testing/match.go.
func splitOutside(s string, at byte) []string {
	var parts []string
	square, round, begin := 0, 0, 0
	for i := 0; i < len(s); i++ {
		switch c := s[i]; {
		case c == '[':
			square++
		case c == ']':
			square = max(square-1, 0) // an unmatched ] is legal
		case c == '(' && square == 0:
			round++
		case c == ')' && square == 0:
			round--
		case c == '\\':
			i++
		case c == at && square == 0 && round == 0:
			parts = append(parts, s[begin:i])
			begin = i + 1
		}
	}
	return append(parts, s[begin:])
}
