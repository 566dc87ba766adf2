package build

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"poolbench/bench/arm/gobench/reach"
	"poolbench/bench/record"
)

// Unchanged tells of the benchmark functions of a package in both versions why they need not be
// measured. The returned function gives "" for one that has to be: what cannot be decided counts
// as changed. An error is that of ctx, or of a version that does not build.
//
//  1. Equal binaries, which open no file that changed: nothing changed.
//  2. Else the packages that differ, and those that import them, are listed in both versions
//     (package reach). They are compiled once more for that.
//
// A benchmark that lists a directory or starts a program can read what nothing here sees.
func (b *Builds) Unchanged(ctx context.Context, p *Package) (func(function string) record.Unchanged, error) {
	all := func(u record.Unchanged) func(string) record.Unchanged {
		return func(string) record.Unchanged { return u }
	}
	base, head := b.relinks[p.number][Base], b.relinks[p.number][Head]
	if !p.In[Base] || !p.In[Head] || base.args == nil || head.args == nil || b.versions[Base] != b.versions[Head] {
		return all(""), nil
	}
	opens, err := b.opensChanged(ctx, p)
	if err != nil || opens {
		return all(""), err
	}
	if same, err := sameFiles(b.pairPath(p, Base, 0), b.pairPath(p, Head, 0)); err != nil || same {
		return all(record.Identical), err
	}
	change, err := b.change(ctx, p)
	switch {
	case ctx.Err() != nil:
		return nil, context.Cause(ctx)
	case err != nil:
		b.Notes = append(b.Notes, fmt.Sprintf("All benchmarks of %s are measured, as it cannot be told which of them reach the change: %s.", p.Path, firstLine(err.Error())))
		return all(""), nil
	case change.Nothing():
		return all(record.Identical), nil
	}
	return func(function string) record.Unchanged {
		if change.Reaches(p.Path, function) {
			return ""
		}
		return record.Unreached
	}, nil
}

// change compares the code of both versions of the binary of a package, once.
func (b *Builds) change(ctx context.Context, p *Package) (*reach.Change, error) {
	b.mu.Lock()
	known := b.changes[p.number]
	b.mu.Unlock()
	if known != nil {
		return known, nil
	}
	found, err := b.findChange(ctx, p)
	if err == nil {
		b.mu.Lock()
		b.changes[p.number] = found
		b.mu.Unlock()
	}
	return found, err
}

func (b *Builds) findChange(ctx context.Context, p *Package) (*reach.Change, error) {
	archives, err := b.bothArchives(p)
	if err != nil {
		return nil, err
	}
	differ := map[string]bool{}
	for path := range union(archives) {
		// Those of package main are the list of benchmarks, and the start.
		if same, err := sameFiles(archives[Base][path], archives[Head][path]); err != nil || !same {
			differ[path] = true
		}
	}
	var codes [2]*reach.Code
	var listings [2]dependencies
	read := maps.Clone(differ) // and all that import them, in either version
	for _, s := range []Side{Base, Head} {
		if listings[s], err = b.dependencies(ctx, p, s); err != nil {
			return nil, err
		}
		listings[s].addImporters(read)
	}
	for _, s := range []Side{Base, Head} {
		for path := range read {
			switch l, there := listings[s][path]; {
			case !there:
			case l.Standard && archives[Base][path] != "" && archives[Head][path] != "":
				return nil, fmt.Errorf("package %s of the standard library differs", path)
			case l.Standard:
			case l.foreign():
				return nil, fmt.Errorf("package %s has parts that are not compiled by go", path)
			}
		}
		if codes[s], err = b.list(ctx, p, s, read, listings[s]); err != nil {
			return nil, err
		}
	}
	return reach.Compare(codes[Base], codes[Head]), nil
}

// bothArchives are the compiled packages of both binaries, by import path. An error when the
// linker was asked for other things, too.
func (b *Builds) bothArchives(p *Package) (archives [2]map[string]string, err error) {
	var asked [2][]string
	for _, s := range []Side{Base, Head} {
		r := b.relinks[p.number][s]
		config := ""
		asked[s] = slices.Clone(r.env)
		for i, word := range r.args {
			switch {
			case i > 0 && r.args[i-1] == "-importcfg":
				config = word
			case i == r.out || i == r.seed || i == len(r.args)-1 || strings.HasPrefix(word, "-buildid="):
			default:
				asked[s] = append(asked[s], word)
			}
		}
		text, err := os.ReadFile(config)
		if err != nil {
			return archives, err
		}
		archives[s] = map[string]string{}
		for line := range strings.Lines(string(text)) {
			if rest, ok := strings.CutPrefix(strings.TrimSpace(line), "packagefile "); ok {
				path, file, _ := strings.Cut(rest, "=")
				archives[s][path] = file
			}
		}
		delete(archives[s], p.Path+".test")
	}
	if !slices.Equal(asked[Base], asked[Head]) {
		return archives, errors.New("they are linked with other flags")
	}
	return archives, nil
}

func union(sides [2]map[string]string) map[string]string {
	all := maps.Clone(sides[Base])
	maps.Copy(all, sides[Head])
	return all
}

// A dependency is what go list tells of a package in a test binary.
type dependency struct {
	ImportPath                                                   string
	Standard                                                     bool
	Imports                                                      []string
	CgoFiles, SwigFiles, SwigCXXFiles, SysoFiles, FFiles, MFiles []string
}

// foreign reports whether code of a package comes from other compilers.
func (d dependency) foreign() bool {
	return len(d.CgoFiles)+len(d.SwigFiles)+len(d.SwigCXXFiles)+len(d.SysoFiles)+len(d.FFiles)+len(d.MFiles) > 0
}

// dependencies are the packages of a test binary by import path; what a package has in its test
// variants is together.
type dependencies map[string]dependency

func (b *Builds) dependencies(ctx context.Context, p *Package, s Side) (dependencies, error) {
	args := append([]string{"list", "-deps", "-test", "-json=ImportPath,Standard,Imports,CgoFiles,SwigFiles,SwigCXXFiles,SysoFiles,FFiles,MFiles"}, b.overlayFlag(s)...)
	out, err := b.command(ctx, b.trees[s], "go", append(args, "--", p.Path)...)
	if err != nil {
		return nil, err
	}
	all := dependencies{}
	for decoder := json.NewDecoder(bytes.NewReader(out)); ; {
		var d dependency
		if err := decoder.Decode(&d); err == io.EOF {
			return all, nil
		} else if err != nil {
			return nil, fmt.Errorf("reading the output of go list: %w", err)
		}
		path := withoutVariant(d.ImportPath)
		for i, imported := range d.Imports {
			d.Imports[i] = withoutVariant(imported)
		}
		d.Imports = append(d.Imports, all[path].Imports...)
		all[path] = d
	}
}

// withoutVariant is the import path of "m" for "m [m.test]".
func withoutVariant(path string) string {
	path, _, _ = strings.Cut(path, " ")
	return path
}

// addImporters adds to some packages all that import them, however indirectly.
func (all dependencies) addImporters(some map[string]bool) {
	for again := true; again; {
		again = false
		for path, d := range all {
			if !some[path] && slices.ContainsFunc(d.Imports, func(imported string) bool { return some[imported] }) {
				some[path], again = true, true
			}
		}
	}
}

// list compiles packages of a test binary, and reads what the compiler lists.
func (b *Builds) list(ctx context.Context, p *Package, s Side, packages map[string]bool, all dependencies) (*reach.Code, error) {
	switch flags, err := b.command(ctx, b.trees[s], "go", "env", "GOFLAGS"); {
	case err != nil:
		return nil, err
	case bytes.Contains(flags, []byte("flags")):
		return nil, errors.New("GOFLAGS has flags for the compiler, which a listing would not have")
	}
	path := filepath.Join(b.dir, "listing"+exeSuffix)
	args := append([]string{"test", "-c", "-trimpath", "-buildvcs=false", "-o", path, "-ldflags=-s -w"}, b.overlayFlag(s)...)
	for _, pkg := range slices.Sorted(maps.Keys(packages)) {
		if d, there := all[pkg]; there && !d.Standard {
			args = append(args, "-gcflags="+pkg+"=-S -dwarf=false", "-asmflags="+pkg+"=-S")
		}
	}
	// The flags of a package are those of its external tests and of package main, too.
	args = append(args, "-gcflags="+p.Path+"=-S -dwarf=false", "-asmflags="+p.Path+"=-S", p.Path)
	_, listing, err := b.run(ctx, b.trees[s], nil, "go", args...)
	if err != nil {
		return nil, err
	}
	if err := os.Remove(path); err != nil {
		return nil, err
	}
	code, err := reach.Read(bytes.NewReader(listing))
	if err != nil {
		return nil, err
	}
	for pkg := range packages {
		if d, there := all[pkg]; there && !d.Standard && !code.Has(pkg) && pkg != p.Path && !d.isMain(p) {
			return nil, fmt.Errorf("the compiler listed nothing of package %s", pkg)
		}
	}
	return code, nil
}

// isMain reports whether a package is that of the main function of the test binary.
func (d dependency) isMain(p *Package) bool { return d.ImportPath == p.Path+".test" }

// overlayFlag is the flag for the patched package testing of a side; none when there is none.
func (b *Builds) overlayFlag(s Side) []string {
	if b.overlay[s] == "" {
		return nil
	}
	return []string{"-overlay=" + b.overlay[s]}
}

// sameFiles reports whether two files have the same bytes.
func sameFiles(a, b string) (bool, error) {
	if a == b {
		return true, nil
	}
	if a == "" || b == "" {
		return false, nil
	}
	one, err := os.ReadFile(a)
	if err != nil {
		return false, err
	}
	other, err := os.ReadFile(b)
	return bytes.Equal(one, other), err
}
