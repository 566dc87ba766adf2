package build

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// What modules take from directories beside them: those that go.mod replaces modules by
// and those that go.work uses. A path that leads out of the tree of a version leads
// nowhere from there, and one that leads into the user's checkout would give both
// versions the same. So each is turned to its place in the tree, or else, as what lies
// outside the repository, to where it is; a build only reads it.

// A local is the part of go mod edit -json and go work edit -json that is about
// directories.
type local struct {
	Use     []struct{ DiskPath string }
	Replace []struct {
		Old struct{ Path, Version string }
		New struct{ Path, Version string } // of a directory without a version
	}
}

// bringAlong turns the paths of both versions.
func (b *Builds) bringAlong(ctx context.Context) error {
	dir, err := filepath.Abs(b.options.Dir)
	if err != nil {
		return err
	}
	out, err := b.command(ctx, dir, "go", "env", "GOWORK")
	if err != nil {
		return fmt.Errorf("asking go for its workspace: %w", err)
	}
	workspace := strings.TrimSpace(string(out))
	for _, s := range []Side{Base, Head} {
		if b.workspace[s], err = b.chooseWorkspace(ctx, s, workspace); err != nil {
			return err
		}
	}
	for _, s := range []Side{Base, Head} {
		if err := b.turnAll(ctx, s); err != nil {
			return err
		}
	}
	if len(b.outside) > 0 {
		b.Notes = append(b.Notes, "What lies outside the repository is in both builds as it is now: "+strings.Join(b.outside, ", ")+".")
	}
	return nil
}

// workFile is the name of a workspace's file.
const workFile = "go.work"

// chooseWorkspace is the GOWORK of a version: its own file, or a copy of the user's if
// that is not in the repository; "off" if it has none.
func (b *Builds) chooseWorkspace(ctx context.Context, s Side, users string) (string, error) {
	if users == "off" {
		return users, nil
	}
	own := upward(b.trees[s], b.tree(s), workFile)
	if in := b.inTree(s, users); users != "" && in != "" && isFile(in) {
		own = in
	}
	switch {
	case own != "":
		return own, nil
	case users == "":
		return "off", nil
	case b.inTree(s, users) != "":
		err := b.takeIndex(ctx, ".")
		if err == nil {
			_, err = b.command(ctx, b.top, "git", "ls-files", "--error-unmatch", "--", resolved(users))
		}
		if os.RemoveAll(b.index()); err == nil {
			return "off", nil
		}
	}
	b.isOutside(users)
	dir := filepath.Join(b.dir, "work", s.String())
	err := os.MkdirAll(dir, 0o777)
	for _, name := range []string{users, users + ".sum"} {
		if copied := copyFile(filepath.Join(dir, filepath.Base(name)), name); !errors.Is(copied, fs.ErrNotExist) {
			err = errors.Join(err, copied)
		}
	}
	file := filepath.Join(dir, filepath.Base(users))
	return file, errors.Join(err, b.turn(ctx, s, "work", file, filepath.Dir(users)))
}

// turnAll turns the paths in the files of a version: its workspace and the modules in it,
// or its module. A vendored one reads no other directories.
func (b *Builds) turnAll(ctx context.Context, s Side) error {
	work := b.workspace[s]
	var modules []string
	if work == "off" {
		mod := upward(b.trees[s], b.tree(s), "go.mod")
		if mod == "" || isFile(filepath.Join(filepath.Dir(mod), "vendor", "modules.txt")) {
			return nil
		}
		modules = []string{filepath.Dir(mod)}
	} else {
		if isFile(filepath.Join(filepath.Dir(work), "vendor", "modules.txt")) {
			return nil
		}
		if rest, err := filepath.Rel(b.tree(s), filepath.Dir(work)); err == nil && filepath.IsLocal(rest) {
			if err := b.turn(ctx, s, "work", work, filepath.Join(b.top, rest)); err != nil {
				return err
			}
		}
		in, err := b.locals(ctx, s, "work", work)
		if err != nil {
			return err
		}
		for _, use := range in.Use {
			modules = append(modules, absolute(filepath.Dir(work), use.DiskPath))
		}
	}
	for _, dir := range modules {
		rest, err := filepath.Rel(b.tree(s), dir)
		if err != nil || !filepath.IsLocal(rest) {
			continue
		}
		if err := b.turn(ctx, s, "mod", filepath.Join(dir, "go.mod"), filepath.Join(b.top, rest)); err != nil {
			return err
		}
	}
	return nil
}

// locals reads a go.mod or go.work file: kind is "mod" or "work". One that is not there
// has none.
func (b *Builds) locals(ctx context.Context, s Side, kind, file string) (in local, err error) {
	text, err := os.ReadFile(file)
	if errors.Is(err, fs.ErrNotExist) || err == nil && kind == "mod" && !bytes.Contains(text, []byte("=>")) {
		return in, nil // no need to ask go
	}
	out, err := b.command(ctx, b.trees[s], "go", kind, "edit", "-json", file)
	if err == nil {
		err = json.Unmarshal(out, &in)
	}
	if err != nil && ctx.Err() == nil {
		err = &BuildError{Side: s, Pkg: "go " + kind + " edit", Words: err.Error()}
	}
	return in, err
}

// turn turns the paths in a file of a version, which mean directories below from in the
// user's checkout.
func (b *Builds) turn(ctx context.Context, s Side, kind, file, from string) error {
	in, err := b.locals(ctx, s, kind, file)
	if err != nil {
		return err
	}
	var edits []string
	for _, use := range in.Use {
		if to, ok := b.turned(s, file, from, use.DiskPath); ok {
			edits = append(edits, "-dropuse="+use.DiskPath, "-use="+to)
		}
	}
	for _, r := range in.Replace {
		old := r.Old.Path
		if r.Old.Version != "" {
			old += "@" + r.Old.Version
		}
		if r.New.Version != "" {
			continue
		}
		if to, ok := b.turned(s, file, from, r.New.Path); ok {
			edits = append(edits, "-replace="+old+"="+to)
		}
	}
	if len(edits) == 0 {
		return nil
	}
	if _, err := b.command(ctx, b.trees[s], "go", append(append([]string{kind, "edit"}, edits...), file)...); err != nil {
		return fmt.Errorf("turning the paths of %s in %v: %w", filepath.Base(file), s, err)
	}
	return nil
}

// turned is where a path in a file leads; false when it need not be changed, or leads
// nowhere, which is said.
func (b *Builds) turned(s Side, file, from, path string) (to string, ok bool) {
	target := absolute(from, path)
	to = b.inTree(s, target)
	switch {
	case to != "" && isFile(filepath.Join(to, "go.mod")):
	case isFile(filepath.Join(target, "go.mod")):
		to = target
		b.isOutside(target)
	default:
		b.Notes = append(b.Notes, fmt.Sprintf("The %s of %v names %s, and there is no module.", filepath.Base(file), s, path))
		return "", false
	}
	return to, to != absolute(filepath.Dir(file), path)
}

// isOutside notes a file or directory that both builds share.
func (b *Builds) isOutside(path string) {
	if !slices.Contains(b.outside, path) {
		b.outside = append(b.outside, path)
	}
}

// tree is the directory of a version.
func (b *Builds) tree(s Side) string { return filepath.Join(b.dir, s.String()) }

// inTree is the place in the tree of a version of what is in the user's checkout; "" for
// what is outside. It need not be there.
func (b *Builds) inTree(s Side, path string) string {
	rest, err := filepath.Rel(b.top, resolved(path))
	if err != nil || !filepath.IsLocal(rest) {
		return ""
	}
	return filepath.Join(b.tree(s), rest)
}

// resolved is the path without symbolic links, as Git tells that of the checkout.
func resolved(path string) string {
	if real, err := filepath.EvalSymlinks(path); err == nil {
		return real
	}
	return path
}

func absolute(dir, path string) string {
	if filepath.IsAbs(path) {
		return filepath.Clean(path)
	}
	return filepath.Join(dir, path)
}

// upward looks for a file in dir and above, up to top; "" when there is none.
func upward(dir, top, name string) string {
	for {
		if path := filepath.Join(dir, name); isFile(path) {
			return path
		}
		parent := filepath.Dir(dir)
		if dir == top || parent == dir {
			return ""
		}
		dir = parent
	}
}

func isFile(path string) bool {
	info, err := os.Stat(path)
	return err == nil && info.Mode().IsRegular()
}
