package reach

import "strings"

// Prefixes of the names of types and of the tables of methods.
const (
	typePrefix = "type:"
	itabPrefix = "go:itab."
)

// A state is how a symbol is reached.
type state struct {
	name  string
	iface bool // a type whose methods can be called by way of an interface
}

// reaches reports whether symbols that differ can be reached from others. Methods are reached
// with the type once it can be in an interface, by the rules of the linker (cmd/link:deadcode.go),
// but all of them, whether somebody calls one of that name or not.
func (c *Code) reaches(from []string, differ map[string]bool) bool {
	seen := map[state]bool{}
	var next []state
	visit := func(s state) {
		if !seen[s] {
			seen[s] = true
			next = append(next, s)
		}
	}
	for _, name := range from {
		visit(state{name, false})
	}
	for len(next) > 0 {
		at := next[len(next)-1]
		next = next[:len(next)-1]
		if differ[at.name] {
			return true
		}
		s := c.symbols[at.name]
		if s == nil {
			continue
		}
		inside := at.iface || strings.HasPrefix(at.name, itabPrefix)
		for _, r := range s.refs {
			switch {
			case r.kind == method && !inside:
			case r.kind == iface, inside && strings.HasPrefix(r.to, typePrefix):
				visit(state{r.to, true})
			default:
				visit(state{r.to, false})
			}
		}
	}
	return false
}
