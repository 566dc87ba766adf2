package record

import (
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

// A Rename says that a benchmark of base is one of head under another name, and so are all
// below it: Encode becomes Marshal, and Encode/size=1k becomes Marshal/size=1k. Names have
// no -GOMAXPROCS suffix, "Benchmark" before them or not, and may stand behind their package
// and a dot.
type Rename struct {
	From string `json:"from"`
	To   string `json:"to"` // "" for one that is gone, whatever looks like it
}

// Of is what a benchmark of base is called in head; false when the rename does not mean
// it. Of one that is gone it is the zero value.
func (r Rename) Of(p Point) (Point, bool) {
	from, within := r.From, ""
	if pkg, name := splitPackage(from); p.Pkg != "" && pkg == p.Pkg {
		from, within = name, pkg
	}
	rest, ok := below(p.name, ShortName(from))
	if !ok {
		return Point{}, false
	}
	if r.To == "" {
		return Point{}, true
	}
	to := r.To
	if pkg, name := splitPackage(to); within != "" && pkg != "" || p.Pkg != "" && pkg == p.Pkg {
		to, p.Pkg = name, pkg
	}
	p.name = ShortName(to) + rest
	return p, true
}

// Renames are several, of which the last that means a benchmark counts.
type Renames []Rename

// Of is what a benchmark of base is called in head, as Rename.Of.
func (all Renames) Of(p Point) (to Point, means bool) {
	for _, r := range slices.Backward(all) {
		if to, means = r.Of(p); means {
			return to, true
		}
	}
	return Point{}, false
}

// below is what a name has behind that of what it is or is below: "" or "-8", "/size=1k-8".
func below(name, from string) (rest string, ok bool) {
	rest, ok = strings.CutPrefix(name, from)
	if !ok || rest == "" || rest[0] == '/' {
		return rest, ok
	}
	digits, suffix := strings.CutPrefix(rest, "-")
	_, err := strconv.ParseUint(digits, 10, 31)
	return rest, suffix && err == nil
}

// splitPackage splits a benchmark that stands behind its package: the name of a benchmark
// begins with what an identifier goes on with behind Benchmark, which no element of an
// import path has behind a dot as a rule. The package is "" where there is none.
func splitPackage(text string) (pkg, name string) {
	for i, c := range text {
		if next, _ := utf8.DecodeRuneInString(text[i+1:]); i > 0 && c == '.' && unicode.IsUpper(next) {
			return text[:i], text[i+1:]
		}
	}
	return "", text
}
