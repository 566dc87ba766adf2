package build

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
)

// A Package is one package with benchmarks.
type Package struct {
	Path     string      // import path
	In       [2]bool     // by side: whether it has benchmarks there
	Declared [2][]string // by side: their functions, as far as its sources show

	dir    [2]string   // by side: its directory
	tests  [2][]string // by side: its test files
	number int         // of its binaries
}

// Tests are the paths of its test files in a version, to be read; none when its binaries came
// ready.
func (p *Package) Tests(s Side) []string { return p.tests[s] }

// listed is what go list tells.
type listed struct {
	ImportPath, Dir           string
	TestGoFiles, XTestGoFiles []string
	Error                     *struct{ Err string }
}

// benchmarkFunc finds benchmarks without compiling. What it takes for one and is
// none (in a comment, say) only costs a binary.
var benchmarkFunc = regexp.MustCompile(`(?m)^func\s+(Benchmark(?:[\p{Lu}\p{Lt}\p{Lo}\pN_][\pL\pN_]*)?)\s*\(`)

// findPackages lists the packages of both versions that have benchmarks.
func (b *Builds) findPackages(ctx context.Context) error {
	found := map[string]*Package{}
	trouble := ""
	for _, s := range b.sides() {
		args := append([]string{"list", "-e", "-json=ImportPath,Dir,TestGoFiles,XTestGoFiles,Error", "--"}, b.options.Packages...)
		out, err := b.command(ctx, b.trees[s], "go", args...)
		if err != nil {
			if ctx.Err() != nil {
				return err
			}
			return &BuildError{Side: s, Pkg: "go list", Words: err.Error(), InPlace: b.inPlace}
		}
		for decoder := json.NewDecoder(bytes.NewReader(out)); ; {
			var l listed
			if err := decoder.Decode(&l); err == io.EOF {
				break
			} else if err != nil {
				return fmt.Errorf("reading the output of go list: %w", err)
			}
			if l.Error != nil {
				trouble = ": " + firstLine(l.Error.Err)
			}
			declared := benchmarksOf(l)
			if l.Dir == "" || len(declared) == 0 {
				continue
			}
			p := found[l.ImportPath]
			if p == nil {
				p = &Package{Path: l.ImportPath}
				found[l.ImportPath] = p
			}
			p.In[s], p.Declared[s], p.dir[s], p.tests[s] = true, declared, l.Dir, l.testFiles()
		}
	}
	if len(found) == 0 {
		where := ", in base or head"
		if b.inPlace {
			where = ""
		}
		return inputError("no package of %s has a benchmark%s%s", strings.Join(b.options.Packages, " "), where, trouble)
	}
	for i, path := range slices.Sorted(maps.Keys(found)) {
		p := *found[path]
		p.number = i
		b.Packages = append(b.Packages, p)
	}
	return nil
}

func (l listed) testFiles() (paths []string) {
	for _, name := range slices.Concat(l.TestGoFiles, l.XTestGoFiles) {
		paths = append(paths, filepath.Join(l.Dir, name))
	}
	return paths
}

func benchmarksOf(l listed) (functions []string) {
	for _, path := range l.testFiles() {
		// What cannot be read the compiler will tell.
		text, _ := os.ReadFile(path)
		for _, found := range benchmarkFunc.FindAllSubmatch(text, -1) {
			functions = append(functions, string(found[1]))
		}
	}
	return functions
}
