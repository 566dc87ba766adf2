package words

import (
	"path"
	"regexp"
	"strings"
)

// Function is a function for people, by its name in a symbol table: without the directories of its
// package and without type arguments, "block.Guarded[…]". Where a major version ends the path of the package the
// directory above is kept: "cbor/v2.Marshal".
func Function(name string) string {
	head, rest, generic := strings.Cut(name, "[")
	short := head[strings.LastIndex(head, "/")+1:]
	if above := path.Base(path.Dir(head)); version.MatchString(short) && above != "." {
		short = above + "/" + short
	}
	if i := strings.LastIndex(rest, "]"); generic && i >= 0 {
		return short + "[…]" + rest[i+1:]
	}
	return short
}

var version = regexp.MustCompile(`^v[0-9]+\.`)
