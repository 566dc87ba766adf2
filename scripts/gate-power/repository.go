package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"go/parser"
	"go/token"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"poolbench/bench/host"
)

// A repository is a copy of the module with commits of its own.
type repository struct {
	dir    string
	places map[string]place
}

func newRepository(ctx context.Context, c *config) (*repository, error) {
	dir, err := os.MkdirTemp("", "gate-power-")
	if err != nil {
		return nil, err
	}
	r := &repository{dir: dir}
	if err := r.fill(ctx, c); err != nil {
		return nil, errors.Join(err, r.remove())
	}
	return r, nil
}

func (r *repository) fill(ctx context.Context, c *config) error {
	if err := os.CopyFS(r.dir, moduleFS{os.DirFS(c.module)}); err != nil { // writable, which a module cache is not
		return fmt.Errorf("copying %s: %w", c.module, err)
	}
	if _, err := os.Stat(filepath.Join(r.dir, "go.mod")); err != nil {
		return fmt.Errorf("%s is no module: it has no go.mod", c.module)
	}
	if err := r.git(ctx, "init", "-q"); err != nil {
		return err
	}
	if err := r.commit(ctx, "the module as it is", "pristine"); err != nil {
		return err
	}
	dirs, err := r.output(ctx, "go", append([]string{"list", "-f", "{{.Dir}}"}, strings.Split(c.packages, ",")...)...)
	if err != nil {
		return err
	}
	r.places, err = countable(strings.Fields(string(dirs)))
	return err
}

// A moduleFS has the directories and plain files of a module, without what a version
// control system keeps there.
type moduleFS struct{ fs.FS }

func (m moduleFS) ReadDir(name string) ([]fs.DirEntry, error) {
	entries, err := fs.ReadDir(m.FS, name)
	return slices.DeleteFunc(entries, func(e fs.DirEntry) bool {
		return e.Name() == ".git" || !e.IsDir() && !e.Type().IsRegular()
	}), err
}

func (r *repository) git(ctx context.Context, args ...string) error {
	_, err := r.output(ctx, "git", append([]string{"-c", "user.name=gate-power", "-c", "user.email=gate-power@localhost", "-c", "commit.gpgsign=false"}, args...)...)
	return err
}

func (r *repository) output(ctx context.Context, program string, args ...string) ([]byte, error) {
	out, words, err := host.Run(ctx, host.Command{Name: program, Args: args, Dir: r.dir, Env: []string{"GIT_CONFIG_GLOBAL=/dev/null"}})
	if err != nil {
		return out, fmt.Errorf("%s %s: %w: %s", program, strings.Join(args, " "), err, bytes.TrimSpace(append(words, out...)))
	}
	return out, nil
}

// commit keeps everything in the directory under a tag.
func (r *repository) commit(ctx context.Context, message, tag string) error {
	return errors.Join(
		r.git(ctx, "add", "-A"),
		r.git(ctx, "commit", "-q", "--allow-empty", "-m", message),
		r.git(ctx, "tag", "-f", tag),
	)
}

// targets are the benchmarks that can be changed, leaves only, as go test names them
// without the -GOMAXPROCS suffix.
func (r *repository) targets(ctx context.Context, c *config) ([]string, error) {
	if c.in != "" {
		if _, ok := r.places[function(c.in)]; !ok {
			return nil, fmt.Errorf("-in %s: %w", c.in, errNotCountable)
		}
		return []string{c.in}, nil
	}
	args := append([]string{"test", "-run", "^$", "-bench", c.bench, "-benchtime", "1x"}, strings.Split(c.packages, ",")...)
	out, err := r.output(ctx, "go", args...)
	if err != nil {
		return nil, err
	}
	seen := map[string]bool{}
	for line := range strings.Lines(string(out)) {
		fields := strings.Fields(line)
		if len(fields) < 4 || !strings.HasPrefix(fields[0], "Benchmark") {
			continue
		}
		name := bare(fields[0])
		if _, ok := r.places[function(name)]; ok {
			seen[name] = true
		}
	}
	if len(seen) == 0 {
		return nil, fmt.Errorf("none of the benchmarks that match %q can be changed: %w", c.bench, errNotCountable)
	}
	return slices.Sorted(maps.Keys(seen)), nil
}

// function is the benchmark function of a name.
func function(name string) string {
	f, _, _ := strings.Cut(name, "/")
	return f
}

// procs is the -GOMAXPROCS at the end of a name.
var procs = regexp.MustCompile(`-[0-9]+$`)

func bare(name string) string { return procs.ReplaceAllString(name, "") }

// prepare makes the two commits of a run: "base" and "head".
func (r *repository) prepare(ctx context.Context, c *config, target string) error {
	p := r.places[function(target)]
	for _, side := range []struct {
		tag     string
		percent float64
	}{{"base", 0}, {"head", c.change}} {
		if err := errors.Join(r.git(ctx, "checkout", "-q", "--force", "--detach", "pristine"), r.git(ctx, "clean", "-qfd")); err != nil {
			return err
		}
		if err := inject(p, target, side.percent); err != nil {
			return err
		}
		if c.unrelated && side.tag == "head" {
			if err := addUnrelated(filepath.Dir(p.file)); err != nil {
				return err
			}
		}
		if err := r.commit(ctx, side.tag, side.tag); err != nil {
			return err
		}
	}
	return nil
}

// addUnrelated adds a function to the package in dir.
func addUnrelated(dir string) error {
	files, err := filepath.Glob(filepath.Join(dir, "*.go"))
	if err != nil {
		return err
	}
	for _, file := range files {
		if strings.HasSuffix(file, "_test.go") {
			continue
		}
		parsed, err := parser.ParseFile(token.NewFileSet(), file, nil, parser.PackageClauseOnly)
		if err != nil || parsed.Name.Name == "main" && filepath.Base(dir) != "main" && strings.Contains(filepath.Base(file), "gen") {
			continue
		}
		return os.WriteFile(filepath.Join(dir, "poolbench_unrelated.go"), fmt.Appendf(nil, unrelatedSource, parsed.Name.Name), 0o666)
	}
	return fmt.Errorf("%s has no file to add a function beside", dir)
}

func (r *repository) remove() error { return os.RemoveAll(r.dir) }
