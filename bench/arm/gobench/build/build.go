// Package build makes the test binaries of two versions of a Go module, base and
// head, so that they can be measured against each other.
//
//  1. Each version is written into a directory of its own, from the Git objects or
//     from the user's files (tree.go), with submodules and links (entries.go) and with
//     what modules take from directories beside them (local.go). The user's checkout,
//     index and .git are only read.
//  2. The packages with benchmarks are found in both (packages.go).
//  3. Test binaries are linked several times with other function orders, and with a
//     patched package testing that can be stepped from outside (overlay.go).
//
// Paths of base and head have the same length, since the size of arguments and
// environment moves the stack and with it the time that code takes (Mytkowicz et
// al., "Producing Wrong Data Without Doing Anything Obviously Wrong!").
package build

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"

	"poolbench/bench/arm/gobench/reach"
	"poolbench/bench/host"
)

// A Side is one of the two builds. Copy is a byte-identical copy of base, for
// controls.
type Side int

const (
	Base Side = iota
	Head
	Copy
)

// String is "base", "head" or "copy": words of one length, see the package comment.
func (s Side) String() string { return [...]string{"base", "head", "copy"}[s] }

// WorkTree as a revision means the files as they are, uncommitted changes and new
// files included, ignored files not.
const WorkTree = "worktree"

// Options say what to build.
type Options struct {
	Dir        string   // directory in the module; "" is the current one
	Base, Head string   // Git revisions, or WorkTree; an empty Head means WorkTree
	Packages   []string // package patterns as go list takes them; none means ./...
	Seed       uint64   // of the function orders
	// Stage is told what is being done, when it is not nil.
	Stage func(what string)
}

// A Builds is the test binaries of two versions, in a temporary directory until
// Close. Its methods are safe for concurrent use.
type Builds struct {
	Packages  []Package // sorted by Path; those with benchmarks in either version
	Stepped   bool      // the binaries understand the stepping protocol
	Notes     []string  // what is not as it should be, one sentence each
	Revisions [2]string // of base and head: commit, with "+changes" or without

	dir       string    // everything is in here
	top       string    // of the user's checkout
	workspace [2]string // by side: GOWORK; "" before it is chosen
	outside   []string  // what both versions use as it is, by its path

	lock    *os.File
	options Options
	trees   [2]string // by side: the directory of the module in its tree
	overlay [2]string // by side: overlay file, "" for none
	layout  bool      // the linker takes the layout flags, if it is to order functions at random
	inPlace bool      // there is one version, the user's files

	prebuilt int // how many pairs of ready binaries there are; 0 when they are linked

	versions [2]string // of Go, by side

	mu       sync.Mutex
	compared bool                  // the trees
	changed  []string              // paths in the trees that differ
	relinks  map[int][2]relink     // by package number and side
	changes  map[int]*reach.Change // of their code, by package number; as far as somebody asked
}

// An InputError is a mistake in what was asked for, not a failure of the build.
type InputError struct{ Text string }

func (e *InputError) Error() string { return e.Text }

func inputError(format string, args ...any) error {
	return &InputError{fmt.Sprintf(format, args...)}
}

// A BuildError is a version that does not build, with the compiler's words.
type BuildError struct {
	Side  Side
	Pkg   string
	Words string   // bounded, may have several lines
	Notes []string // what may be the reason, one sentence each

	InPlace bool // there is no other version
}

func (e *BuildError) Error() string {
	what := e.Side.String() + " does not build (" + e.Pkg + "):"
	if e.InPlace {
		what = e.Pkg + " does not build:"
	}
	return strings.Join(append([]string{what, e.Words}, e.Notes...), "\n")
}

// New writes both versions out, finds their packages and links each one once, which
// compiles everything. The caller must Close the result; on an error nothing is
// left.
func New(ctx context.Context, o Options) (_ *Builds, err error) {
	o.Head = cmp.Or(o.Head, WorkTree)
	if len(o.Packages) == 0 {
		o.Packages = []string{"./..."}
	}
	if o.Stage == nil {
		o.Stage = func(string) {}
	}
	b := &Builds{options: o, relinks: map[int][2]relink{}, changes: map[int]*reach.Change{}, layout: true}
	if err := b.open(); err != nil {
		return nil, err
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, b.Close())
		}
	}()
	o.Stage("writing out both versions")
	if err := b.writeTrees(ctx); err != nil {
		return nil, err
	}
	if err := b.bringAlong(ctx); err != nil {
		return nil, err
	}
	if err := b.findPackages(ctx); err != nil {
		return nil, b.noted(ctx, err)
	}
	if err := b.prepareOverlays(ctx); err != nil {
		return nil, err
	}
	return b, b.noted(ctx, b.compile(ctx))
}

// NewTrees writes both versions out and no more: Packages stays empty. The caller must Close
// the result; on an error nothing is left.
func NewTrees(ctx context.Context, o Options) (_ *Builds, err error) {
	o.Head = cmp.Or(o.Head, WorkTree)
	if o.Stage == nil {
		o.Stage = func(string) {}
	}
	b := &Builds{options: o}
	if err := b.open(); err != nil {
		return nil, err
	}
	o.Stage("writing out both versions")
	if err := b.writeTrees(ctx); err != nil {
		return nil, errors.Join(err, b.Close())
	}
	return b, nil
}

// Tree is the directory of a version that is the one which was asked for in the checkout;
// that of Copy is made when it is first asked for.
func (b *Builds) Tree(s Side) (string, error) {
	if s == Copy {
		b.mu.Lock()
		defer b.mu.Unlock()
		return b.copyDir(b.trees[Base])
	}
	return b.trees[s], nil
}

// noted adds to a version that does not build what may be the reason.
func (b *Builds) noted(ctx context.Context, err error) error {
	var broken *BuildError
	if !errors.As(err, &broken) {
		return err
	}
	broken.Notes = b.Notes
	out, failed := b.command(ctx, b.top, "git", "ls-files", "-z", "--others", "--ignored", "--exclude-standard", "--", "*.go")
	if names := strings.Split(strings.TrimSuffix(string(out), "\x00"), "\x00"); failed == nil && names[0] != "" {
		broken.Notes = append(broken.Notes, fmt.Sprintf("What Git ignores is in no build, such as %s (Go files: %d).", names[0], len(names)))
	}
	return err
}

// Names in the temporary directory.
const (
	tempPrefix = "poolbench-gate-"
	lockName   = "lock"
)

// open makes the temporary directory.
func (b *Builds) open() (err error) {
	removeAbandoned(os.TempDir())
	if b.dir, err = os.MkdirTemp("", tempPrefix); err != nil {
		return err
	}
	if b.lock, err = lockDir(b.dir); err != nil {
		return errors.Join(err, os.RemoveAll(b.dir))
	}
	dirs := []string{filepath.Join(b.dir, "shared"), filepath.Join(b.dir, "tmp")}
	for _, s := range []Side{Base, Head, Copy} {
		dirs = append(dirs, filepath.Join(b.dir, "bin", s.String()))
	}
	for _, dir := range dirs {
		if err := os.MkdirAll(dir, 0o777); err != nil {
			return errors.Join(err, b.Close())
		}
	}
	return nil
}

// SharedDirVariable is the environment variable that names a directory which the
// processes of both sides share. A benchmark that fits its work to the machine keeps
// there what it found out, so that both builds do the same work.
const SharedDirVariable = "POOLBENCH_GATE_DIR"

// Env is what the processes of both sides find in their environment beside ours: the
// shared directory, and one for temporary files, which those that are killed leave
// behind. Both are gone after Close.
func (b *Builds) Env() []string {
	return []string{SharedDirVariable + "=" + filepath.Join(b.dir, "shared"), "TMPDIR=" + filepath.Join(b.dir, "tmp")}
}

// Close removes everything that was written.
func (b *Builds) Close() error {
	if b.lock != nil {
		b.lock.Close()
	}
	err := os.RemoveAll(b.dir)
	if err != nil { // a module cache inside is read-only
		filepath.WalkDir(b.dir, func(path string, _ os.DirEntry, _ error) error { os.Chmod(path, 0o777); return nil })
		err = os.RemoveAll(b.dir)
	}
	return err
}

// prepareOverlays makes an overlay for each version: they may want different Go
// versions.
func (b *Builds) prepareOverlays(ctx context.Context) error {
	for _, s := range b.sides() {
		out, err := b.command(ctx, b.trees[s], "go", "env", "GOROOT", "GOVERSION")
		if err != nil {
			return fmt.Errorf("asking go for its version in %v: %w", s, err)
		}
		lines := strings.Split(strings.TrimSpace(string(out)), "\n")
		b.versions[s] = strings.TrimSpace(lines[len(lines)-1])
		if !canStep {
			continue
		}
		dir := filepath.Join(b.dir, "overlay", s.String())
		if err := os.MkdirAll(dir, 0o777); err != nil {
			return err
		}
		if b.overlay[s], err = Overlay(dir, strings.TrimSpace(lines[0])); err != nil {
			b.unstep(err.Error())
			return nil
		}
	}
	if !b.inPlace && b.versions[Base] != b.versions[Head] {
		b.Notes = append(b.Notes, fmt.Sprintf("Base is built with %s and head with %s: a difference may be that of the compiler.", b.versions[Base], b.versions[Head]))
	}
	b.Stepped = !slices.ContainsFunc(b.sides(), func(s Side) bool { return b.overlay[s] == "" })
	return nil
}

// unstep goes on with ordinary binaries.
func (b *Builds) unstep(reason string) {
	b.Stepped, b.overlay = false, [2]string{}
	b.Notes = append(b.Notes, "The benchmarks cannot be stepped, so that slices are processes of their own and intervals wider: "+firstLine(reason)+".")
}

// compile links every package once. Where the overlay or the layout flags do not
// fit, everything is built without them.
func (b *Builds) compile(ctx context.Context) error {
	for i := range b.Packages {
		p := &b.Packages[i]
		b.options.Stage("building " + p.Path)
		err := b.Link(ctx, p, 0)
		if err == nil {
			continue
		}
		var broken *BuildError
		switch {
		case ctx.Err() != nil || !errors.As(err, &broken):
			return err
		case b.layout && strings.Contains(broken.Words, "flag provided but not defined"):
			b.layout = false
			b.Notes = append(b.Notes, "This Go cannot order functions at random: a change may be one of code layout only.")
		case b.Stepped && strings.Contains(broken.Words, "testing"):
			b.unstep(broken.Words)
		default:
			return err
		}
		return b.compile(ctx)
	}
	return nil
}

// Pairs is how many seed pairs there are when want are asked for.
func (b *Builds) Pairs(want int) int {
	if b.prebuilt == 0 && !b.layout {
		return 1
	}
	return cmp.Or(b.prebuilt, want)
}

// Link makes sure that the binaries of the package are there for seed pair number
// pair, from 0. Base and head of a pair have the same seed: code that is in both then
// has nearly the same place, and another one in the next pair.
func (b *Builds) Link(ctx context.Context, p *Package, pair int) error {
	var errs [2]error
	var wg sync.WaitGroup
	for _, s := range []Side{Base, Head} {
		if p.In[s] {
			wg.Go(func() { errs[s] = b.link(ctx, p, s, pair) })
		}
	}
	wg.Wait()
	return cmp.Or(errs[Base], errs[Head])
}

// layoutSeed is the linker's seed for a seed pair, above 0 (0 means no random
// order).
func (b *Builds) layoutSeed(pair int) uint32 {
	return 1 + rand.New(rand.NewPCG(b.options.Seed, uint64(pair))).Uint32N(math.MaxInt32)
}

// pairPath is where a binary lies.
func (b *Builds) pairPath(p *Package, s Side, pair int) string {
	return filepath.Join(b.dir, "bin", s.String(), fmt.Sprintf("%04d-%04d.test%s", p.number, pair, exeSuffix))
}

// Binary is the path of a linked binary and the directory to run it in.
func (b *Builds) Binary(p *Package, s Side, pair int) (path, dir string, err error) {
	path = b.pairPath(p, s, pair)
	if s != Copy {
		return path, p.dir[s], nil
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	if _, err := os.Stat(path); err != nil {
		if err := copyFile(path, b.pairPath(p, Base, pair)); err != nil {
			return "", "", err
		}
	}
	dir, err = b.copyDir(p.dir[Base])
	return path, dir, err
}

// copyDir is where the copy of base runs: in a copy of base's tree, so that files in
// its directory are its own, as those of base and head are. A directory that is not in
// the tree is shared.
func (b *Builds) copyDir(base string) (string, error) {
	from, to := filepath.Join(b.dir, Base.String()), filepath.Join(b.dir, Copy.String())
	rest, err := filepath.Rel(from, base)
	if err != nil || !filepath.IsLocal(rest) {
		return base, nil
	}
	if _, err := os.Stat(to); err != nil {
		if err := os.CopyFS(to, os.DirFS(from)); err != nil {
			return "", fmt.Errorf("copying the tree of base: %w", err)
		}
	}
	return filepath.Join(to, rest), nil
}

// command runs a program and returns what it prints; its error holds its words. A
// cancelled context kills it with all that it started.
func (b *Builds) command(ctx context.Context, dir, name string, args ...string) ([]byte, error) {
	stdout, _, err := b.run(ctx, dir, nil, name, args...)
	return stdout, err
}

// run is command with more in the environment, and returns what is printed to either.
func (b *Builds) run(ctx context.Context, dir string, env []string, name string, args ...string) (stdout, stderr []byte, err error) {
	// The user's own index must not be written, not even refreshed.
	own := []string{"GIT_INDEX_FILE=" + filepath.Join(b.dir, "index"), "GIT_OPTIONAL_LOCKS=0", "LC_ALL=C"}
	for s, tree := range b.trees {
		if dir == tree && b.workspace[s] != "" {
			own = append(own, "GOWORK="+b.workspace[s])
		}
	}
	var out, errs bytes.Buffer
	_, err = host.Run(ctx, host.Command{Name: name, Args: args, Dir: dir, Env: append(own, env...), Stdout: &out, Stderr: &errs})
	switch {
	case err == nil:
		return out.Bytes(), errs.Bytes(), nil
	case ctx.Err() != nil:
		return nil, nil, err
	case errors.Is(err, exec.ErrNotFound):
		return nil, nil, inputError("%s is needed and not in PATH", name)
	}
	return nil, nil, errors.New(cmp.Or(bounded(strings.TrimSpace(errs.String()+out.String())), err.Error()))
}

// maxWords bounds what is repeated of a compiler's words, in bytes.
const maxWords = 4 << 10

func bounded(text string) string {
	if len(text) > maxWords {
		text = strings.ToValidUTF8(text[:maxWords], "") + "\n…"
	}
	return text
}

func firstLine(text string) string {
	line, _, _ := strings.Cut(strings.TrimSpace(text), "\n")
	return strings.TrimRight(line, ".:")
}
