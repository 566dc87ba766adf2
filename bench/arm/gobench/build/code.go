package build

import (
	"bytes"
	"fmt"
	"go/ast"
	"go/parser"
	"go/scanner"
	"go/token"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"poolbench/bench/arm/gobench/reach"
	"poolbench/bench/record"
)

// A code is what is known of the functions of packages in both versions, by their names in the
// symbol table without type arguments and closures.
type code struct {
	edited  map[string][2]Place // functions whose source differs, and their code where that is known; where they are declared, by side
	machine map[string]bool     // whether the machine code differs, of those that were listed; nil when nothing was
	hosts   map[string]string   // the one edited function that is inlined into another one, by that
}

func (c code) of(function string) record.Code {
	differs, listed := c.machine[function]
	switch _, edited := c.edited[function]; {
	case edited:
		return record.CodeEdited
	case c.machine == nil:
		return record.CodeUnknown
	case listed && differs:
		return record.CodeCompiled
	}
	return record.CodeSame
}

// compareCode compares packages, whose directories are by import path and side. The source of a
// function is its tokens: comments and the form of its lines are no difference. change may be nil.
func compareCode(dirs map[string][2]string, change *reach.Change) (code, error) {
	c := code{edited: map[string][2]Place{}, hosts: map[string]string{}}
	var functions map[string]reach.Function
	if change != nil {
		functions, c.machine = change.Functions(), map[string]bool{}
		for name, f := range functions {
			c.machine[name] = f.Differs
		}
	}
	var ranges [2]map[string][]declared // of edited functions, by side and file
	for s := range ranges {
		ranges[s] = map[string][]declared{}
	}
	for pkg, dir := range dirs {
		var sides [2]map[string]declared
		for s, of := range differingFiles(dir) {
			sides[s] = map[string]declared{}
			for _, file := range of {
				if err := declarations(pkg, filepath.Join(dir[s], file), sides[s]); err != nil {
					return c, err
				}
			}
		}
		for s := range sides {
			for name, d := range sides[s] {
				f, listed := functions[name]
				if sides[Base][name].text == sides[Head][name].text || listed && !f.Differs {
					continue
				}
				at := c.edited[name]
				at[s] = d.Place
				c.edited[name] = at
				key := pkg + "/" + filepath.Base(d.File)
				ranges[s][key] = append(ranges[s][key], d)
			}
		}
	}
	for name, f := range functions {
		if _, edited := c.edited[name]; !edited && f.Differs {
			c.host(name, f, ranges)
		}
	}
	return c, nil
}

// host notes which edited function is inlined into another function.
func (c code) host(name string, f reach.Function, ranges [2]map[string][]declared) {
	found := map[string]bool{}
	for s, places := range f.Places {
		for at := range places {
			for _, d := range ranges[s][withoutVersion(at.File)] {
				if d.Line <= at.Line && at.Line <= d.last {
					found[d.name] = true
				}
			}
		}
	}
	if len(found) == 1 {
		for edited := range found {
			c.hosts[name] = edited
		}
	}
}

// withoutVersion is the path of a file by its package, as -trimpath has it: m@v1.2.3/d/d.go.
func withoutVersion(file string) string {
	before, after, found := strings.Cut(file, "@")
	if !found {
		return file
	}
	_, rest, _ := strings.Cut(after, "/")
	return path.Join(before, rest)
}

// differingFiles are the Go files of a directory that are not the same in both versions, by side.
// What cannot be read is the compiler's to tell of.
func differingFiles(dir [2]string) (names [2][]string) {
	var texts [2]map[string][]byte
	for s := range dir {
		texts[s] = map[string][]byte{}
		if dir[s] == "" {
			continue
		}
		entries, _ := os.ReadDir(dir[s])
		for _, e := range entries {
			if filepath.Ext(e.Name()) != ".go" {
				continue
			}
			if text, err := os.ReadFile(filepath.Join(dir[s], e.Name())); err == nil {
				texts[s][e.Name()] = text
			}
		}
	}
	for s := range texts {
		for name, text := range texts[s] {
			if other, there := texts[1-s][name]; !there || !bytes.Equal(text, other) {
				names[s] = append(names[s], name)
			}
		}
		slices.Sort(names[s])
	}
	return names
}

// A declared function stands in a file.
type declared struct {
	Place
	last int // line
	name string
	text string // its tokens; of several with one name, as with build tags, of all
}

// declarations adds the functions of a file, by name. Functions in the values of package variables
// have the name that the compiler gives them. A file that is no Go adds nothing.
func declarations(pkg, name string, to map[string]declared) error {
	text, err := os.ReadFile(name)
	if err != nil {
		return fmt.Errorf("reading the source of both versions: %w", err)
	}
	files := token.NewFileSet()
	file, err := parser.ParseFile(files, name, text, parser.SkipObjectResolution|parser.ParseComments)
	if err != nil {
		return nil
	}
	if strings.HasSuffix(file.Name.Name, "_test") && strings.HasSuffix(name, "_test.go") {
		pkg += "_test"
	}
	add := func(symbol string, n ast.Node, directives *ast.CommentGroup) {
		from, end := files.PositionFor(n.Pos(), false), files.PositionFor(n.End(), false)
		d := declared{Place: Place{File: filepath.Base(name), Line: from.Line}, last: end.Line, name: pkg + "." + symbol}
		d.text = to[d.name].text + directivesOf(directives) + tokens(text[from.Offset:end.Offset])
		to[d.name] = d
	}
	for _, d := range file.Decls {
		switch d := d.(type) {
		case *ast.FuncDecl:
			add(symbolOf(d), d, d.Doc)
		case *ast.GenDecl:
			if d.Tok == token.VAR && hasFunction(d) {
				for _, made := range []string{"glob", "init"} {
					add(made, d, nil)
				}
			}
		}
	}
	return nil
}

func hasFunction(n ast.Node) (has bool) {
	ast.Inspect(n, func(n ast.Node) bool {
		_, is := n.(*ast.FuncLit)
		has = has || is
		return !has
	})
	return has
}

// symbolOf is the name of a function in its package, as in the symbol table without type arguments.
func symbolOf(d *ast.FuncDecl) string {
	if d.Recv == nil || len(d.Recv.List) == 0 {
		return d.Name.Name
	}
	of, pointer := d.Recv.List[0].Type, false
	for {
		switch t := of.(type) {
		case *ast.ParenExpr:
			of = t.X
		case *ast.StarExpr:
			of, pointer = t.X, true
		case *ast.IndexExpr:
			of = t.X
		case *ast.IndexListExpr:
			of = t.X
		case *ast.Ident:
			if pointer {
				return "(*" + t.Name + ")." + d.Name.Name
			}
			return t.Name + "." + d.Name.Name
		default:
			return d.Name.Name
		}
	}
}

// directivesOf are the lines for the compiler in a comment.
func directivesOf(doc *ast.CommentGroup) (lines string) {
	if doc == nil {
		return ""
	}
	for _, c := range doc.List {
		if strings.HasPrefix(c.Text, "//go:") {
			lines += c.Text + "\n"
		}
	}
	return lines
}

// tokens are those of a piece of source, without what only lines make necessary.
func tokens(source []byte) string {
	var s scanner.Scanner
	files := token.NewFileSet()
	s.Init(files.AddFile("", files.Base(), len(source)), source, nil, 0)
	var out strings.Builder
	for pending := ""; ; {
		_, kind, literal := s.Scan()
		if kind == token.EOF {
			return out.String()
		}
		if kind != token.RBRACE && kind != token.RPAREN {
			out.WriteString(pending)
		}
		if pending = ""; kind == token.SEMICOLON || kind == token.COMMA {
			pending = kind.String() + " "
			continue
		}
		if literal == "" {
			literal = kind.String()
		}
		out.WriteString(literal + " ")
	}
}
