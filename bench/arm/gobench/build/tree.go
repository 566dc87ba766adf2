package build

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

// writeTrees writes both versions into the temporary directory. No Git worktree is
// registered: the objects are read through an index of our own, so that nothing in
// .git changes and a killed run leaves nothing there.
func (b *Builds) writeTrees(ctx context.Context) error {
	dir, err := filepath.Abs(b.options.Dir)
	if err != nil {
		return err
	}
	out, err := b.command(ctx, dir, "git", "rev-parse", "--show-toplevel", "--show-prefix")
	if err != nil {
		var input *InputError
		if errors.As(err, &input) || ctx.Err() != nil {
			return err
		}
		return inputError("%s is not in a Git checkout, which is where base and head come from: %s", dir, firstLine(err.Error()))
	}
	top, rest, _ := strings.Cut(string(out), "\n")
	prefix := strings.TrimSuffix(strings.TrimRight(rest, "\n"), "/")
	for s, revision := range []string{Base: b.options.Base, Head: b.options.Head} {
		tree := filepath.Join(b.dir, Side(s).String())
		if revision == WorkTree {
			err = b.copyWorkTree(ctx, Side(s), top, tree)
		} else {
			err = b.checkOut(ctx, Side(s), top, tree, revision)
		}
		if err != nil {
			return err
		}
		b.trees[s] = filepath.Join(tree, filepath.FromSlash(prefix))
		if info, err := os.Stat(b.trees[s]); err != nil || !info.IsDir() {
			return inputError("%v (%s) has no directory %s", Side(s), revision, prefix)
		}
	}
	return nil
}

// checkOut writes the files of a commit.
func (b *Builds) checkOut(ctx context.Context, s Side, top, tree, revision string) error {
	if revision == "" || strings.HasPrefix(revision, "-") {
		return inputError("%q is no Git revision for %v", revision, s)
	}
	out, err := b.command(ctx, top, "git", "rev-parse", "--verify", "--quiet", "--end-of-options", revision+"^{commit}")
	if err != nil {
		if ctx.Err() != nil {
			return err
		}
		return b.noRevision(ctx, s, top, revision)
	}
	commit := strings.TrimSpace(string(out))
	b.Revisions[s] = commit
	if err := os.MkdirAll(tree, 0o777); err != nil {
		return err
	}
	for _, args := range [][]string{
		{"read-tree", commit},
		{"checkout-index", "--all", "--force", "--prefix=" + tree + string(filepath.Separator)},
	} {
		if _, err := b.command(ctx, top, "git", args...); err != nil {
			return fmt.Errorf("writing out %v (%s): %w", s, revision, err)
		}
	}
	b.noteSubmodules(ctx, s, top)
	return os.Remove(filepath.Join(b.dir, "index"))
}

// noRevision says why a revision is not there.
func (b *Builds) noRevision(ctx context.Context, s Side, top, revision string) error {
	out, err := b.command(ctx, top, "git", "rev-parse", "--is-shallow-repository")
	if err == nil && strings.TrimSpace(string(out)) == "true" {
		return inputError("%v: there is no commit %q in this shallow clone; fetch it (git fetch --depth=1 origin %s, or fetch-depth: 0 in CI)", s, revision, revision)
	}
	return inputError("%v: there is no commit %q in this repository; git fetch it, or name another", s, revision)
}

// noteSubmodules tells of directories that a commit does not hold itself.
func (b *Builds) noteSubmodules(ctx context.Context, s Side, top string) {
	out, err := b.command(ctx, top, "git", "ls-files", "--stage", "-z")
	if err == nil && (strings.HasPrefix(string(out), "160000 ") || strings.Contains(string(out), "\x00160000 ")) {
		b.Notes = append(b.Notes, fmt.Sprintf("Submodules of %v are not written out.", s))
	}
}

// copyWorkTree copies the user's files: what Git knows and what it would know after
// git add, as they are now.
func (b *Builds) copyWorkTree(ctx context.Context, s Side, top, tree string) error {
	// The user's own index, not ours: without a file of that name Git sees no file as known.
	index, err := b.command(ctx, top, "git", "rev-parse", "--git-dir")
	if err != nil {
		return err
	}
	git := strings.TrimSpace(string(index))
	if !filepath.IsAbs(git) {
		git = filepath.Join(top, git)
	}
	if err := copyFile(filepath.Join(b.dir, "index"), filepath.Join(git, "index")); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	out, err := b.command(ctx, top, "git", "ls-files", "-z", "--cached", "--others", "--exclude-standard")
	if err != nil {
		return fmt.Errorf("listing the files of %s: %w", top, err)
	}
	for name := range strings.SplitSeq(strings.TrimSuffix(string(out), "\x00"), "\x00") {
		if ctx.Err() != nil {
			return context.Cause(ctx)
		}
		if err := copyEntry(filepath.Join(tree, name), filepath.Join(top, name)); err != nil {
			return fmt.Errorf("copying the working tree: %w", err)
		}
	}
	b.noteSubmodules(ctx, s, top)
	if out, err := b.command(ctx, top, "git", "rev-parse", "--verify", "--quiet", "HEAD"); err == nil {
		b.Revisions[s] = strings.TrimSpace(string(out))
	}
	if out, err := b.command(ctx, top, "git", "status", "--porcelain"); err == nil && len(out) > 0 {
		b.Revisions[s] += "+changes"
	}
	return os.RemoveAll(filepath.Join(b.dir, "index"))
}

// copyEntry copies a file or symbolic link. What is gone, or is a directory (a
// submodule), a socket or a pipe, is left out.
func copyEntry(to, from string) error {
	info, err := os.Lstat(from)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	} else if err != nil {
		return err
	}
	if err := os.MkdirAll(filepath.Dir(to), 0o777); err != nil {
		return err
	}
	switch info.Mode().Type() {
	case 0:
		return copyFile(to, from)
	case fs.ModeSymlink:
		target, err := os.Readlink(from)
		if err != nil {
			return err
		}
		return os.Symlink(target, to)
	}
	return nil
}

// copyFile copies the bytes and the permissions.
func copyFile(to, from string) error {
	in, err := os.Open(from)
	if err != nil {
		return err
	}
	defer in.Close()
	info, err := in.Stat()
	if err != nil {
		return err
	}
	out, err := os.OpenFile(to, os.O_CREATE|os.O_WRONLY|os.O_TRUNC, info.Mode().Perm()|0o200)
	if err != nil {
		return err
	}
	_, err = io.Copy(out, in)
	return errors.Join(err, out.Close())
}
