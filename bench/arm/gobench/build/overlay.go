package build

import (
	"embed"
	"encoding/json"
	"errors"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// stepping are the files added to package testing: what the patched places of benchmark.go
// call, and what that needs of the system. The comment of the first one is the protocol.
//
//go:embed stepping.go.txt stepping_linux.go.txt stepping_other.go.txt
var stepping embed.FS

// Overlay writes into dir a build overlay that makes the benchmarks of a test
// binary wait for a word before each chunk of iterations, and returns the path of
// its JSON file for go test -overlay. It patches a copy of benchmark.go of package
// testing in goroot; no file of the user's is touched. A benchmark.go that lacks
// the places to patch, as another version of Go may, is an error.
func Overlay(dir, goroot string) (string, error) {
	original := filepath.Join(goroot, "src", "testing", "benchmark.go")
	source, err := os.ReadFile(original)
	if err != nil {
		return "", err
	}
	patched, err := patch(source)
	if err != nil {
		return "", fmt.Errorf("package testing in %s: %w", goroot, err)
	}
	replace := map[string]string{original: filepath.Join(dir, "benchmark.go")}
	files, err := stepping.ReadDir(".")
	for _, file := range files {
		text, _ := stepping.ReadFile(file.Name())
		name := strings.TrimSuffix(file.Name(), ".txt")
		replace[filepath.Join(goroot, "src", "testing", "poolbench_"+name)] = filepath.Join(dir, name)
		err = errors.Join(err, os.WriteFile(filepath.Join(dir, name), text, 0o666))
	}
	index, failed := json.Marshal(map[string]any{"Replace": replace})
	path := filepath.Join(dir, "overlay.json")
	return path, errors.Join(err, failed,
		os.WriteFile(filepath.Join(dir, "benchmark.go"), patched, 0o666),
		os.WriteFile(path, index, 0o666))
}

// An edit replaces source[from:to].
type edit struct {
	from, to int
	text     string
}

// patch inserts the calls of stepping.go.txt. No line moves, so that the positions
// in a panic stay those of the original.
func patch(source []byte) ([]byte, error) {
	files := token.NewFileSet()
	file, err := parser.ParseFile(files, "benchmark.go", source, parser.SkipObjectResolution)
	if err != nil {
		return nil, err
	}
	text := func(n ast.Node) string {
		return string(source[files.Position(n.Pos()).Offset:files.Position(n.End()).Offset])
	}
	var edits []edit
	for _, p := range []struct {
		function string
		is       func(ast.Stmt) bool
		edit     func(from, to int) edit
	}{
		{"runN", func(s ast.Stmt) bool { return text(s) == "runtime.GC()" }, guard("b.stepCollects()", "runtime.GC()")},
		{"StartTimer", readsMemory(text), guard("b.stepReads(stepStart)", readMemory)},
		{"StopTimer", readsMemory(text), guard("b.stepReads(stepStop)", readMemory)},
		{"ResetTimer", readsMemory(text), guard("b.stepReads(stepReset)", readMemory)},
		{"launch", func(s ast.Stmt) bool { _, ok := s.(*ast.DeferStmt); return ok },
			func(_, to int) edit { return edit{to, to, "; if b.stepping() { b.stepLaunch(); return }"} }},
		{"loopSlowPath", func(s ast.Stmt) bool {
			i, ok := s.(*ast.IfStmt)
			return ok && text(i.Cond) == "b.loop.n == 0"
		}, func(from, _ int) edit {
			return edit{from, from, "if b.stepping() { return b.stepLoop() }; b.stepOnce(); "}
		}},
	} {
		body := methodOfB(file, p.function, text)
		if body == nil {
			return nil, fmt.Errorf("no method %s of B to patch", p.function)
		}
		var places []ast.Stmt
		ast.Inspect(body, func(n ast.Node) bool {
			if s, ok := n.(ast.Stmt); ok && p.is(s) {
				places = append(places, s)
			}
			return true
		})
		if len(places) != 1 {
			return nil, fmt.Errorf("method %s of B is not as expected", p.function)
		}
		edits = append(edits, p.edit(files.Position(places[0].Pos()).Offset, files.Position(places[0].End()).Offset))
	}
	slices.SortFunc(edits, func(a, b edit) int { return b.from - a.from })
	out := slices.Clone(source)
	for _, e := range edits {
		out = slices.Replace(out, e.from, e.to, []byte(e.text)...)
	}
	return out, nil
}

// readMemory is what the timers do each time, stopping the world, which takes longer
// than many an iteration.
const readMemory = "runtime.ReadMemStats(&memStats)"

func readsMemory(text func(ast.Node) string) func(ast.Stmt) bool {
	return func(s ast.Stmt) bool { return text(s) == readMemory }
}

// guard makes a statement depend on a condition.
func guard(condition, statement string) func(from, to int) edit {
	return func(from, to int) edit { return edit{from, to, "if " + condition + " { " + statement + " }"} }
}

// methodOfB is the body of (b *B) name; nil when there is none.
func methodOfB(file *ast.File, name string, text func(ast.Node) string) *ast.BlockStmt {
	for _, d := range file.Decls {
		if f, ok := d.(*ast.FuncDecl); ok && f.Name.Name == name && f.Recv != nil && text(f.Recv) == "(b *B)" {
			return f.Body
		}
	}
	return nil
}
