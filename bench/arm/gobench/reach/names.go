package reach

import (
	"fmt"
	"net/url"
	"strings"
)

// packageOf is the prefix of a symbol's name that is its package; the names of types and of
// strings have none.
func packageOf(name string) string {
	end := strings.IndexAny(name, "[(")
	if end < 0 {
		end = len(name)
	}
	slash := strings.LastIndex(name[:end], "/") + 1
	dot := strings.Index(name[slash:end], ".")
	if dot < 0 {
		return ""
	}
	return name[:slash+dot]
}

// SplitSymbol splits the name of a symbol into the import path of its package and the rest;
// the path is "" where there is none.
func SplitSymbol(name string) (path, rest string) {
	prefix := packageOf(name)
	if prefix == "" {
		return "", name
	}
	path, rest = prefix, name[len(prefix)+1:]
	if strings.Contains(prefix, "%") {
		if plain, err := url.PathUnescape(prefix); err == nil {
			path = plain
		}
	}
	return path, rest
}

// prefixOf is an import path as symbols have it (cmd/internal/objabi:path.go).
func prefixOf(path string) string {
	slash := strings.LastIndex(path, "/")
	var b strings.Builder
	for i := range len(path) {
		c := path[i]
		if c <= ' ' || c == '.' && i > slash || c == '%' || c == '"' || c >= 0x7f {
			fmt.Fprintf(&b, "%%%02x", c)
		} else {
			b.WriteByte(c)
		}
	}
	return b.String()
}

// WithoutArguments is a function without its type arguments.
func WithoutArguments(symbol string) string {
	var b strings.Builder
	depth := 0
	for _, r := range symbol {
		switch {
		case r == '[':
			depth++
		case r == ']' && depth > 0:
			depth--
		case depth == 0:
			b.WriteRune(r)
		}
	}
	return b.String()
}

// Enclosing is the function whose declaration has the code of a symbol: closures, and what the
// compiler makes for go and defer, are part of it.
func Enclosing(symbol string) string {
	pkg, rest := SplitSymbol(symbol)
	parts := strings.Split(rest, ".")
	for i, part := range parts {
		if before, _, found := strings.Cut(part, "-range"); found { // the body of a loop over a function
			parts = append(parts[:i], before)
			break
		}
		if i == 0 || strings.HasPrefix(part, "(") {
			continue
		}
		if made := strings.TrimRight(part, "0123456789"); made == "" || made == "func" && part != made || made == "gowrap" || made == "deferwrap" ||
			strings.HasPrefix(made, "init") && i > 1 {
			parts = parts[:i]
			break
		}
	}
	last := strings.TrimSuffix(strings.Join(parts, "."), "-fm")
	if pkg == "" {
		return last
	}
	return pkg + "." + last
}
