package gobench

import (
	"go/ast"
	"go/parser"
	"go/scanner"
	"go/token"
	"maps"
	"os"
	"slices"
)

// A body is what a function says, without comments and layout.
type body struct {
	words    []string       // all of it, with its own name left out
	names    map[string]int // how often it has each identifier that tells something
	literals map[string]int // how often it has each literal
	unique   bool           // it is declared once, in all the files
}

// bodies are those of functions in Go files. What cannot be read or parsed has none.
func bodies(paths, functions []string) map[string]body {
	found := map[string]body{}
	for _, path := range paths {
		source, err := os.ReadFile(path)
		if err != nil {
			continue
		}
		files := token.NewFileSet()
		file, err := parser.ParseFile(files, path, source, parser.SkipObjectResolution)
		if err != nil {
			continue
		}
		for _, d := range file.Decls {
			f, ok := d.(*ast.FuncDecl)
			if !ok || f.Recv != nil || f.Body == nil || !slices.Contains(functions, f.Name.Name) {
				continue
			}
			_, again := found[f.Name.Name]
			b := bodyOf(source[files.Position(f.Body.Pos()).Offset:files.Position(f.Body.End()).Offset], f.Name.Name)
			b.unique = !again
			found[f.Name.Name] = b
		}
	}
	return found
}

// common are the words that most benchmarks have: they tell nothing of one.
var common = map[string]bool{"b": true, "i": true, "N": true, "_": true, "Loop": true, "B": true, "testing": true, "ReportAllocs": true,
	"ResetTimer": true, "StartTimer": true, "StopTimer": true, "Run": true, "err": true, "nil": true, "Fatal": true, "Error": true, "0": true}

// bodyOf reads a function's body.
func bodyOf(source []byte, own string) body {
	b := body{names: map[string]int{}, literals: map[string]int{}}
	files := token.NewFileSet()
	var s scanner.Scanner
	s.Init(files.AddFile("", -1, len(source)), source, nil, 0)
	for {
		_, kind, text := s.Scan()
		switch {
		case kind == token.EOF:
			return b
		case kind == token.SEMICOLON: // written, or the end of a line
			continue
		case kind == token.IDENT && text == own:
			text = "" // it calls itself
		case common[text]:
		case kind == token.IDENT:
			b.names[text]++
		case kind.IsLiteral():
			b.literals[text]++
		}
		if text == "" {
			text = kind.String()
		}
		b.words = append(b.words, text)
	}
}

// leastAlike is which share of the names that tell something two functions must have in
// common to be taken for one, if they have the same literals: another literal is other work.
const leastAlike = 0.8

// alike is how much two bodies look like one, in (0, 1]; 0 when they are not taken for one.
func (b body) alike(other body) float64 {
	total, shared := 0, 0
	for name, n := range b.names {
		total, shared = total+n, shared+min(n, other.names[name])
	}
	for _, n := range other.names {
		total += n
	}
	switch {
	case !b.unique || !other.unique || total == 0 || !maps.Equal(b.literals, other.literals):
		return 0
	case slices.Equal(b.words, other.words):
		return 1
	}
	if share := 2 * float64(shared) / float64(total); share >= leastAlike {
		return 0.99 * share // less than one in which nothing differs
	}
	return 0
}

// likelyPairs are the functions of base that look like one of head, by name: those of which
// each looks like the other more than like any third.
func likelyPairs(base, head map[string]body) map[string]string {
	best := func(b body, others map[string]body) (name string) {
		most := 0.0
		for other, o := range others {
			switch alike := b.alike(o); {
			case alike > most:
				name, most = other, alike
			case alike == most:
				name = "" // nobody can tell which
			}
		}
		return name
	}
	pairs := map[string]string{}
	for from, b := range base {
		if to := best(b, head); to != "" && best(head[to], base) == from {
			pairs[from] = to
		}
	}
	return pairs
}
