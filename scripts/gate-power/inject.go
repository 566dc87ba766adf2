package main

import (
	"bytes"
	"errors"
	"fmt"
	"go/ast"
	"go/format"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// A place is a benchmark function whose iterations can be counted otherwise.
type place struct {
	file     string // path
	function string
}

// errNotCountable marks a benchmark that has no loop of a form that count knows.
var errNotCountable = errors.New("no loop up to b.N and none over b.Loop()")

// countable are the benchmarks of some directories that count iterations in a way we
// can change without changing another benchmark, by function name. Of functions of
// one name in several packages the first is taken.
func countable(dirs []string) (map[string]place, error) {
	places := map[string]place{}
	for _, dir := range dirs {
		paths, err := filepath.Glob(filepath.Join(dir, "*_test.go"))
		if err != nil {
			return nil, err
		}
		for _, path := range paths {
			file, err := parser.ParseFile(token.NewFileSet(), path, nil, parser.SkipObjectResolution)
			if err != nil {
				continue // not ours to complain of: go test will
			}
			for _, name := range countableIn(file) {
				if _, taken := places[name]; !taken {
					places[name] = place{path, name}
				}
			}
		}
	}
	return places, nil
}

// countableIn are the benchmarks of a file that can be changed alone.
func countableIn(file *ast.File) (names []string) {
	users := map[string]int{} // benchmarks, by the function that counts
	for _, d := range file.Decls {
		if f, ok := d.(*ast.FuncDecl); ok && f.Recv == nil && strings.HasPrefix(f.Name.Name, "Benchmark") {
			names = append(names, f.Name.Name)
			for _, counts := range counting(file, f.Name.Name) {
				users[counts.Name.Name]++
			}
		}
	}
	return slices.DeleteFunc(names, func(name string) bool {
		functions := counting(file, name)
		return len(functions) == 0 || slices.ContainsFunc(functions, func(f *ast.FuncDecl) bool { return users[f.Name.Name] > 1 })
	})
}

// counting are the functions that a benchmark counts its iterations in: itself, or
// else those of its file that it names, or that those name.
func counting(file *ast.File, benchmark string) (found []*ast.FuncDecl) {
	functions := map[string]*ast.FuncDecl{}
	for _, d := range file.Decls {
		if f, ok := d.(*ast.FuncDecl); ok && f.Recv == nil && f.Body != nil {
			functions[f.Name.Name] = f
		}
	}
	seen := map[string]bool{}
	var visit func(name string)
	visit = func(name string) {
		f := functions[name]
		if f == nil || seen[name] {
			return
		}
		seen[name] = true
		if count(f, false) > 0 {
			found = append(found, f)
			return
		}
		ast.Inspect(f.Body, func(node ast.Node) bool {
			if id, ok := node.(*ast.Ident); ok {
				visit(id.Name)
			}
			return true
		})
	}
	visit(benchmark)
	return found
}

// count says how many loops of a function count iterations, and if change is set
// makes them ask how often to run, once a loop:
//
//	for i := 0; i < b.N; i++ {…}    for i, poolbenchN := 0, poolbenchIterations(b); i < poolbenchN; i++ {…}
//	for range b.N {…}               for range poolbenchIterations(b) {…}
//	for b.Loop() {…}                for b.Loop() { poolbenchBegin(b); for range poolbenchTimes(b) {…}; poolbenchEnd(b) }
func count(f *ast.FuncDecl, change bool) int {
	n := 0
	ast.Inspect(f, func(node ast.Node) bool {
		switch loop := node.(type) {
		case *ast.RangeStmt:
			if b := receiver(loop.X, "N"); b != "" {
				n++
				if change {
					loop.X = call("poolbenchIterations", b)
				}
			}
		case *ast.ForStmt:
			if !counts(loop) {
				break
			}
			n++
			if !change {
				break
			}
			if condition, ok := loop.Cond.(*ast.CallExpr); ok {
				b := receiver(condition.Fun, "Loop")
				inner := &ast.RangeStmt{Tok: token.ILLEGAL, X: call("poolbenchTimes", b), Body: loop.Body}
				loop.Body = &ast.BlockStmt{List: []ast.Stmt{
					&ast.ExprStmt{X: call("poolbenchBegin", b)}, inner, &ast.ExprStmt{X: call("poolbenchEnd", b)},
				}}
				return false
			}
			changeCounter(loop)
		}
		return true
	})
	return n
}

// counts reports whether a loop is one over b.Loop(), or one with a counter of its
// own up to b.N.
func counts(loop *ast.ForStmt) bool {
	switch condition := loop.Cond.(type) {
	case *ast.CallExpr:
		return receiver(condition.Fun, "Loop") != ""
	case *ast.BinaryExpr:
		init, ok := loop.Init.(*ast.AssignStmt)
		return ok && init.Tok == token.DEFINE && receiver(condition.Y, "N") != ""
	}
	return false
}

// changeCounter takes the limit of a counter out of the condition, which is asked for
// every iteration.
func changeCounter(loop *ast.ForStmt) {
	const limit = "poolbenchN"
	init, condition := loop.Init.(*ast.AssignStmt), loop.Cond.(*ast.BinaryExpr)
	init.Lhs = append(init.Lhs, ast.NewIdent(limit))
	init.Rhs = append(init.Rhs, call("poolbenchIterations", receiver(condition.Y, "N")))
	condition.Y = ast.NewIdent(limit)
}

// receiver is the b of b.N; empty when the expression is something else.
func receiver(e ast.Expr, field string) string {
	if s, ok := e.(*ast.SelectorExpr); ok && s.Sel.Name == field {
		if b, ok := s.X.(*ast.Ident); ok {
			return b.Name
		}
	}
	return ""
}

func call(function, argument string) *ast.CallExpr {
	return &ast.CallExpr{Fun: ast.NewIdent(function), Args: []ast.Expr{ast.NewIdent(argument)}}
}

// inject rewrites one benchmark and adds the counter beside it. Benchmarks other than
// name, and those below it, keep their iterations.
func inject(p place, name string, percent float64) error {
	fset := token.NewFileSet()
	file, err := parser.ParseFile(fset, p.file, nil, parser.ParseComments|parser.SkipObjectResolution)
	if err != nil {
		return err
	}
	n := 0
	for _, f := range counting(file, p.function) {
		n += count(f, true)
	}
	if n == 0 {
		return fmt.Errorf("%s in %s: %w", p.function, p.file, errNotCountable)
	}
	var out bytes.Buffer
	if err := format.Node(&out, fset, file); err != nil {
		return err
	}
	if err := os.WriteFile(p.file, out.Bytes(), 0o666); err != nil {
		return err
	}
	counter := fmt.Sprintf(counterSource, file.Name.Name, name, 1+percent/100)
	return os.WriteFile(filepath.Join(filepath.Dir(p.file), "poolbench_power_test.go"), []byte(counter), 0o666)
}

// counterSource is the same in both commits but for one number. The fraction of an
// iteration that is left over is carried on, so that the mean is exact however few
// iterations a batch has. One iteration more in twenty is not 5 % of a batch of one,
// though: where an iteration is long, a slowdown is spun out at its end instead.
const counterSource = `package %s

import (
	"strings"
	"testing"
	"time"
)

const poolbenchName = %q

var (
	poolbenchFactor = float64(%v)
	poolbenchCarry  float64
	poolbenchBegan  time.Time
	poolbenchShort  bool // an iteration took less than 100 µs
)

func poolbenchMeant(b *testing.B) bool {
	return b.Name() == poolbenchName || strings.HasPrefix(b.Name(), poolbenchName+"/")
}

func poolbenchIterations(b *testing.B) int {
	if !poolbenchMeant(b) {
		return b.N
	}
	exact := float64(b.N)*poolbenchFactor + poolbenchCarry
	poolbenchCarry = exact - float64(int(exact))
	return int(exact)
}

func poolbenchTimes(b *testing.B) int {
	if !poolbenchMeant(b) || !poolbenchShort && poolbenchFactor >= 1 {
		return 1
	}
	exact := poolbenchFactor + poolbenchCarry
	poolbenchCarry = exact - float64(int(exact))
	return int(exact)
}

func poolbenchBegin(b *testing.B) {
	if !poolbenchShort && poolbenchMeant(b) {
		poolbenchBegan = time.Now()
	}
}

func poolbenchEnd(b *testing.B) {
	if poolbenchShort || !poolbenchMeant(b) {
		return
	}
	took := time.Since(poolbenchBegan)
	poolbenchShort = took < 100*time.Microsecond
	for until := time.Duration(float64(took) * poolbenchFactor); time.Since(poolbenchBegan) < until; {
	}
}
`

// unrelatedSource is a function that nothing calls but that is linked.
const unrelatedSource = `package %s

import "strings"

var PoolbenchUnrelated = func(words []string) (n int) {
	for i, w := range words {
		n += i * strings.Count(w, "a")
	}
	return n
}
`
