// Package reach tells which functions of a program can reach code or data that another
// version of the program has otherwise.
//
//  1. Read takes what the compiler and the assembler hand to the linker, as they print it
//     with -S: of each symbol its bytes and its relocations, without line numbers
//     (listing.go).
//  2. Compare finds the symbols that differ. A comment, or a line that moved, makes none.
//  3. Reaches follows the relocations, from the functions that are asked about and from all
//     that runs whatever is asked: the initialization of the packages (flood.go).
//  4. Functions tells of each function whether its code differs, and what is inlined into it.
//
// So what was inlined, made of a generic function, embedded, assembled, or built in with
// another tag is in the symbols as the compiler made them, and nothing here knows of it.
//
// The linker's own -dumpdep was no way: it prints the first way to each symbol and not the
// others. A call graph of the source was none: it has neither assembly nor the decisions of
// the compiler.
//
// Packages that import nothing that differs need not be read, since they cannot name any
// of it: what they get by way of a value, its maker reaches.
package reach

import "maps"

// A Code is the symbols of one version of a program.
type Code struct {
	symbols  map[string]*symbol
	packages map[string]bool // those read, by import path
	roots    []string        // symbols that run or may run whatever is asked for
}

// A symbol is what all packages have to say of one name.
type symbol struct {
	contents map[[32]byte]bool // hashes of header, bytes and relocations
	refs     []ref             // may repeat
	places   map[Place]bool    // where its instructions are from, with what is inlined; nil of what is no code
	hidden   bool              // its bytes are not listed, as those of a large embedded file: it counts as one that differs
}

// A Place is a line of a source file, by its path as -trimpath has it: import path and name, or
// module, version, directory and name.
type Place struct {
	File string
	Line int
}

// A ref is a relocation.
type ref struct {
	kind refKind
	to   string
}

type refKind int

const (
	plain  refKind = iota
	iface          // the type becomes part of an interface value, so that its methods can be called
	method         // of a type to a method of it
)

// A Change is what differs between two versions.
type Change struct {
	codes   [2]*Code
	differ  map[string]bool
	always  bool // what runs whatever is asked reaches what differs
	nothing bool
}

// Compare compares two versions.
func Compare(base, head *Code) *Change {
	c := &Change{codes: [2]*Code{base, head}, differ: map[string]bool{}}
	for side, code := range c.codes {
		other := c.codes[1-side]
		for name, s := range code.symbols {
			if o := other.symbols[name]; o == nil || s.hidden || !maps.Equal(s.contents, o.contents) {
				c.differ[name] = true
			}
		}
	}
	c.nothing = len(c.differ) == 0
	for _, code := range c.codes {
		c.always = c.always || code.reaches(code.roots, c.differ)
	}
	return c
}

// A Function is the machine code of a function, with that of its closures and of all its
// instances.
type Function struct {
	Differs bool
	Places  [2]map[Place]bool // by version: where it is from, with what is inlined; nil where there is none
}

// Functions are those of the packages that were read, by their names as Enclosing and
// WithoutArguments have them.
func (c *Change) Functions() map[string]Function {
	all := map[string]Function{}
	for side, code := range c.codes {
		for name, s := range code.symbols {
			if s.places == nil {
				continue
			}
			name, differs := Enclosing(WithoutArguments(name)), c.differ[name]
			f := all[name]
			f.Differs = f.Differs || differs
			if f.Places[side] == nil {
				f.Places[side] = map[Place]bool{}
			}
			maps.Copy(f.Places[side], s.places)
			all[name] = f
		}
	}
	return all
}

// Nothing reports whether no symbol differs.
func (c *Change) Nothing() bool { return c.nothing }

// Reaches reports whether, in either version, a function of a package or of its external
// tests can reach what differs. pkg is the import path.
func (c *Change) Reaches(pkg, function string) bool {
	if c.nothing || c.always {
		return c.always
	}
	for _, code := range c.codes {
		var from []string
		for _, path := range []string{pkg, pkg + externalTests} {
			from = append(from, prefixOf(path)+"."+function)
		}
		if code.reaches(from, c.differ) {
			return true
		}
	}
	return false
}

// Has reports whether something was read of a package.
func (c *Code) Has(pkg string) bool { return c.packages[pkg] }

// externalTests ends the import path of the package of the _test.go files that are of another
// package.
const externalTests = "_test"
