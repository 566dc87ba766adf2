package build

import (
	"bytes"
	"context"
	"debug/buildinfo"
	"encoding/json"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"poolbench/bench/arm/gobench/reach"
	"poolbench/bench/host"
	"poolbench/bench/record"
)

// Owned are the packages of the test binary of a package whose code may differ between base
// and head: those of the modules in the trees, and of others that have not the same version
// in both.
type Owned struct {
	dirs    map[string][2]string // by import path and side: where the files are; "" where there are none
	modules []string             // paths, where packages are not known
	code    code
}

// Has reports whether a package is one of them, by its path in the symbol table: external
// tests are a package of their own there.
func (o Owned) Has(path string) bool {
	path = strings.TrimSuffix(path, "_test")
	if _, ok := o.dirs[path]; ok {
		return true
	}
	return slices.ContainsFunc(o.modules, func(m string) bool { return path == m || strings.HasPrefix(path, m+"/") })
}

// Of tells what became of the code of a function of one of them, by its name in the symbol table
// without type arguments and closures.
func (o Owned) Of(function string) record.Code { return o.code.of(function) }

// Inlines is the function with other source that, in either version, is inlined into another one
// of which that is not so; "" for none, and for several.
func (o Owned) Inlines(into string) string { return o.code.hosts[into] }

// Owned finds them. Of binaries that were given it knows the main module only.
func (b *Builds) Owned(ctx context.Context, p *Package) (Owned, error) {
	if b.prebuilt > 0 {
		return b.ownedByInfo(p)
	}
	type module struct {
		Path, Version string
		Main          bool
		Replace       *struct{ Path, Version string }
	}
	type found struct {
		ImportPath, Dir string
		Module          *module
	}
	var versions [2]map[string]string // by package
	own := Owned{dirs: map[string][2]string{}}
	dirs := map[string][2]string{}
	local := map[string]bool{}
	for _, s := range []Side{Base, Head} {
		versions[s] = map[string]string{}
		args := append([]string{"list", "-e", "-deps", "-test", "-json=ImportPath,Dir,Module"}, b.overlayFlag(s)...)
		out, err := b.command(ctx, b.trees[s], "go", append(args, "--", p.Path)...)
		if err != nil {
			return own, err
		}
		for decoder := json.NewDecoder(bytes.NewReader(out)); ; {
			var f found
			if err := decoder.Decode(&f); err == io.EOF {
				break
			} else if err != nil {
				return own, fmt.Errorf("reading the output of go list: %w", err)
			}
			m := f.Module
			if m == nil { // of the standard library
				continue
			}
			path := strings.TrimSuffix(withoutVariant(f.ImportPath), ".test")
			path = strings.TrimSuffix(path, "_test")
			at := dirs[path]
			at[s] = f.Dir
			dirs[path] = at
			version := m.Path + "@" + m.Version
			if m.Replace != nil {
				version = m.Replace.Path + "@" + m.Replace.Version
			}
			versions[s][path] = version
			local[path] = local[path] || m.Main || m.Replace != nil && m.Replace.Version == ""
		}
	}
	for path, at := range dirs {
		if local[path] || versions[Base][path] != versions[Head][path] {
			own.dirs[path] = at
		}
	}
	change, err := b.change(ctx, p)
	if ctx.Err() != nil {
		return own, context.Cause(ctx)
	}
	if err != nil {
		change = nil // the source has to do
	}
	own.code, err = compareCode(own.dirs, change)
	return own, err
}

// ownedByInfo reads what go build wrote into the binary.
func (b *Builds) ownedByInfo(p *Package) (own Owned, err error) {
	for _, s := range []Side{Base, Head} {
		info, err := buildinfo.ReadFile(b.pairPath(p, s, 0))
		if err != nil {
			return own, fmt.Errorf("the binary of %v does not say of which module it is: %w", s, err)
		}
		if info.Main.Path == "" {
			return own, fmt.Errorf("the binary of %v does not say of which module it is", s)
		}
		if !slices.Contains(own.modules, info.Main.Path) {
			own.modules = append(own.modules, info.Main.Path)
		}
	}
	return own, nil
}

// Functions tells where functions stand, by their names in the symbol table, which of
// their lines differ between base and head, and what became of their code. A place is a file, by
// its name, and the line of the declaration, of head or of base where head has none. Those whose
// files are in no tree have none.
func (b *Builds) Functions(ctx context.Context, own Owned, places map[string][2]Place) (out []record.Function, err error) {
	files := map[string]*changedFile{}
	for name, at := range places {
		f := record.Function{Name: name, Code: own.Of(name)}
		if declared, ok := own.code.edited[name]; ok {
			at = declared
		}
		s := Head
		if at[Head].File == "" {
			s = Base
		}
		pkg, _ := reach.SplitSymbol(name)
		dir := own.dirs[strings.TrimSuffix(pkg, "_test")][s]
		below, err := filepath.Rel(b.tree(s), filepath.Join(dir, filepath.Base(at[s].File)))
		if dir != "" && err == nil && filepath.IsLocal(below) {
			key := fmt.Sprint(s, below)
			if files[key] == nil {
				if files[key], err = b.changedFile(ctx, s, below); err != nil {
					return nil, err
				}
			}
			f.File, f.Line = filepath.ToSlash(below), at[s].Line
			if f.Code == record.CodeEdited || f.Code == record.CodeUnknown {
				f.Changed = files[key].within(f.Line)
			}
		}
		if f != (record.Function{Name: name}) {
			out = append(out, f)
		}
	}
	slices.SortFunc(out, func(a, b record.Function) int { return strings.Compare(a.Name, b.Name) })
	return out, nil
}

// A Place is a line of a file.
type Place struct {
	File string
	Line int
}

// A changedFile is the declarations of functions of a file and its lines that differ from the other version.
type changedFile struct {
	functions [][2]int // first and last line of each declaration
	lines     [][2]int // first and last line of each change
}

// hunk is the header of a change of git diff, without context.
var hunk = regexp.MustCompile(`(?m)^@@ -(\d+)(?:,(\d+))? \+(\d+)(?:,(\d+))? @@`)

// changedFile reads a file of a tree.
func (b *Builds) changedFile(ctx context.Context, s Side, name string) (*changedFile, error) {
	f := &changedFile{}
	path, other := filepath.Join(b.tree(s), name), filepath.Join(b.tree(Base+Head-s), name)
	fileSet := token.NewFileSet()
	parsed, err := parser.ParseFile(fileSet, path, nil, parser.SkipObjectResolution)
	if err != nil {
		return f, nil // it was compiled; whatever this is has no lines
	}
	for _, d := range parsed.Decls {
		if fn, ok := d.(*ast.FuncDecl); ok {
			f.functions = append(f.functions, [2]int{fileSet.PositionFor(fn.Pos(), false).Line, fileSet.PositionFor(fn.End(), false).Line})
		}
	}
	if _, err := os.Stat(other); err != nil {
		f.lines = [][2]int{{1, fileSet.File(parsed.Pos()).LineCount()}}
		return f, nil
	}
	var diff bytes.Buffer
	p, err := host.Run(ctx, host.Command{Name: "git", Args: []string{"diff", "--no-index", "--no-color", "--no-ext-diff", "--no-textconv", "-U0", "--", other, path},
		Stdout: &diff, Env: []string{"GIT_OPTIONAL_LOCKS=0", "LC_ALL=C"}})
	if err != nil && (ctx.Err() != nil || p == nil || p.ExitCode() != 1) { // 1 says that they differ
		return nil, fmt.Errorf("comparing %s: %w", name, err)
	}
	for _, m := range hunk.FindAllStringSubmatch(diff.String(), -1) {
		first, _ := strconv.Atoi(m[3])
		count := 1
		if m[4] != "" {
			count, _ = strconv.Atoi(m[4])
		}
		// Where lines are only gone the ones around are named.
		f.lines = append(f.lines, [2]int{first, first + max(count, 2-min(count, 1)) - 1})
	}
	return f, nil
}

// within are the changed lines of the function that is declared at a line: "41-44, 60".
func (f *changedFile) within(line int) string {
	var parts []string
	for _, fn := range f.functions {
		if line < fn[0] || line > fn[1] {
			continue
		}
		for _, c := range f.lines {
			first, last := max(c[0], fn[0]), min(c[1], fn[1])
			switch {
			case first > last:
			case first == last:
				parts = append(parts, strconv.Itoa(first))
			default:
				parts = append(parts, fmt.Sprintf("%d-%d", first, last))
			}
		}
	}
	return strings.Join(parts, ", ")
}
