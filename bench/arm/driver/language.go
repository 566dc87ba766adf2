package driver

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"time"

	"poolbench/bench/host"
	"poolbench/workloads"
)

// Languages are those that have a driver here.
var Languages = []*Language{Python, Node}

// A Language is a driver: a file in some language, and what it offers.
type Language struct {
	Name      string     // "python": the source, and what its executors begin with
	Doc       string     // one line
	Programs  []string   // that can run it, looked up in PATH, the first that is there
	Beside    []string   // that are measured beside that one, if they are there: other builds
	Executors []Executor // the plain loop first
	Workloads []Workload

	// File and Text are the driver; Command is what a program is given to run it once it
	// lies in a directory.
	File, Text string
	Command    func(dir string) (args, env []string)

	// Functions says that it can run somebody's own function.
	Functions bool
}

// An Executor is one that a language may have.
type Executor struct {
	Name, Doc string
	Starts    []string // start methods, the usual one first; nil where there is no choice
	Chunks    bool     // tasks can be handed over several at a time
}

// A Workload is work that a driver knows.
type Workload struct {
	Name, Doc string
	Resource  workloads.Resource
	Grains    []time.Duration // of the language, ascending; {0} where grain means nothing
	Payloads  []int           // bytes; nil for none
	Kernel    bool            // it has units, whose cost is calibrated
	Units     int64           // of a task where these are the same in every runtime; 0 for no such points
}

// A Runtime is a program that runs a driver here, as it said itself.
type Runtime struct {
	Language *Language
	Path     string // of the program
	Name     string // the value of the axis: what it calls itself, with more behind it where two are called the same
	hello    hello
}

// About is the runtime for people: "CPython 3.11.7, with the GIL, /usr/bin/python3".
func (r *Runtime) About() string { return host.OneLine(r.hello.About) + ", " + r.Path }

// Lacks says why the runtime does not have an executor, "" when it has it.
func (r *Runtime) Lacks(executor string) string { return r.hello.offering(executor).Unavailable }

// Find starts a program, or the usual one when path is "", and asks it what it has. It
// takes as long as an interpreter takes to start.
func (l *Language) Find(ctx context.Context, path string) (*Runtime, error) {
	path, err := l.program(path)
	if err != nil {
		return nil, err
	}
	dir, err := os.MkdirTemp("", "poolbench-")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(dir)
	r := &Runtime{Language: l, Path: path}
	if err := l.write(dir); err != nil {
		return nil, err
	}
	p, err := r.start(ctx, dir, dir)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	r.Name, r.hello = p.hello.Runtime, p.hello
	if filepath.IsAbs(p.hello.Program) {
		r.Path = p.hello.Program
	}
	return r, p.bye()
}

// FindAll finds the programs at some paths, or, of none, the usual one and those beside it
// that are there and call themselves something else, and gives them different names.
func (l *Language) FindAll(ctx context.Context, paths []string) ([]*Runtime, error) {
	var all []*Runtime
	usual := len(paths) == 0
	if usual {
		paths = []string{""}
	}
	for _, path := range paths {
		r, err := l.Find(ctx, path)
		if err != nil {
			return nil, err
		}
		all = append(all, r)
	}
	for _, name := range l.Beside {
		if _, err := exec.LookPath(name); !usual || err != nil {
			continue
		}
		r, err := l.Find(ctx, name)
		if err == nil && !slices.ContainsFunc(all, func(other *Runtime) bool { return other.Name == r.Name }) {
			all = append(all, r)
		}
	}
	seen := map[string]int{}
	for _, r := range all {
		if seen[r.Name]++; seen[r.Name] > 1 {
			r.Name += "-no." + strconv.Itoa(seen[r.Name])
		}
	}
	return all, nil
}

// program is the absolute path of a program that is to run the driver.
func (l *Language) program(path string) (string, error) {
	names := l.Programs
	if path != "" {
		names = []string{path}
	}
	for _, name := range names {
		found, err := exec.LookPath(name)
		switch {
		case err == nil:
			return filepath.Abs(found)
		case path != "" && !errors.Is(err, exec.ErrNotFound):
			return "", err
		}
	}
	return "", fmt.Errorf("there is no program %s here", names[0])
}

// write writes the driver.
func (l *Language) write(dir string) error {
	return os.WriteFile(filepath.Join(dir, l.File), []byte(l.Text), 0o600)
}

// start starts a process of the driver, which lies in dir, in the directory at.
func (r *Runtime) start(ctx context.Context, dir, at string) (*process, error) {
	args, env := r.Language.Command(dir)
	return start(ctx, host.Command{Name: r.Path, Args: args, Env: env, Dir: at})
}
