package build

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

// index is the one that Git uses for us.
func (b *Builds) index() string { return filepath.Join(b.dir, "index") }

// An entry is one of an index that is more than a file.
type entry struct{ mode, hash, name string }

const (
	modeLink      = "120000"
	modeSubmodule = "160000"
)

// special are the symbolic links and the submodules in our index, and a look at the
// files that Git keeps elsewhere.
func (b *Builds) special(ctx context.Context, s Side, at string) (entries []entry, err error) {
	top := filepath.Join(b.top, at)
	out, err := b.command(ctx, top, "git", "ls-files", "--stage", "-z")
	if err != nil {
		return nil, err
	}
	attributes := false
	for line := range strings.SplitSeq(strings.TrimSuffix(string(out), "\x00"), "\x00") {
		about, name, _ := strings.Cut(line, "\t")
		f := strings.Fields(about)
		if len(f) == 3 && (f[0] == modeLink || f[0] == modeSubmodule) {
			entries = append(entries, entry{f[0], f[1], name})
		}
		attributes = attributes || filepath.Base(name) == ".gitattributes"
	}
	if attributes {
		b.notePointers(ctx, s, at)
	}
	return entries, nil
}

// pointerPrefix is how Git LFS begins what stands for a file.
const pointerPrefix = "version https://git-lfs.github.com/spec/"

// notePointers tells of files whose content Git LFS has not fetched.
func (b *Builds) notePointers(ctx context.Context, s Side, at string) {
	out, err := b.command(ctx, filepath.Join(b.top, at), "git", "ls-files", "-z", "--", ":(attr:filter=lfs)")
	if err != nil { // an old Git: nobody needs the note to build
		return
	}
	first, n := "", 0
	for name := range strings.SplitSeq(strings.TrimSuffix(string(out), "\x00"), "\x00") {
		path := filepath.Join(at, name)
		if info, err := os.Stat(filepath.Join(b.tree(s), path)); err != nil || info.Size() > 1024 || !info.Mode().IsRegular() {
			continue
		}
		if text, err := os.ReadFile(filepath.Join(b.tree(s), path)); err == nil && strings.HasPrefix(string(text), pointerPrefix) {
			if n++; n == 1 {
				first = path
			}
		}
	}
	if n > 0 {
		b.Notes = append(b.Notes, fmt.Sprintf("In %v Git LFS has not fetched the content of %s (such files: %d): a benchmark that reads it reads something else.", s, first, n))
	}
}

// turnLink turns a symbolic link that would lead out of the tree, or into the user's
// checkout.
func (b *Builds) turnLink(s Side, path string) error {
	link := filepath.Join(b.tree(s), path)
	target, err := os.Readlink(link)
	if err != nil {
		return nil // a file system without links has a file there
	}
	from := filepath.Dir(filepath.Join(b.top, path))
	if rest, err := filepath.Rel(b.top, absolute(from, target)); err == nil && filepath.IsLocal(rest) {
		if !filepath.IsAbs(target) {
			return nil
		}
		target = filepath.Join(b.tree(s), rest)
	} else if filepath.IsAbs(target) {
		return nil
	} else {
		target = absolute(from, target)
		b.isOutside(target)
	}
	return errors.Join(os.Remove(link), os.Symlink(target, link))
}

// isCheckout reports whether a submodule has a checkout of its own in the user's.
func (b *Builds) isCheckout(ctx context.Context, path string) bool {
	dir := filepath.Join(b.top, path)
	if info, err := os.Lstat(filepath.Join(dir, ".git")); err != nil || info.Mode().Type()&fs.ModeSymlink != 0 {
		return false
	}
	_, err := b.command(ctx, dir, "git", "rev-parse", "--verify", "--quiet", "HEAD")
	return err == nil
}
