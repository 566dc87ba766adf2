package build

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
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
	b.top = top
	for s, revision := range []string{Base: b.options.Base, Head: b.options.Head} {
		if revision == WorkTree {
			err = b.copyWorkTree(ctx, Side(s))
		} else {
			err = b.checkOut(ctx, Side(s), revision)
		}
		if err != nil {
			return err
		}
		b.trees[s] = filepath.Join(b.tree(Side(s)), filepath.FromSlash(prefix))
		if info, err := os.Stat(b.trees[s]); err != nil || !info.IsDir() {
			return inputError("%v (%s) has no directory %s", Side(s), revision, prefix)
		}
	}
	return nil
}

// checkOut writes the files of a commit.
func (b *Builds) checkOut(ctx context.Context, s Side, revision string) error {
	if revision == "" || strings.HasPrefix(revision, "-") {
		return inputError("%q is no Git revision for %v", revision, s)
	}
	out, err := b.command(ctx, b.top, "git", "rev-parse", "--verify", "--quiet", "--end-of-options", revision+"^{commit}")
	if err != nil {
		if ctx.Err() != nil {
			return err
		}
		return b.noRevision(ctx, s, b.top, revision)
	}
	b.Revisions[s] = strings.TrimSpace(string(out))
	if err := b.checkOutTree(ctx, s, ".", b.Revisions[s]); err != nil {
		return fmt.Errorf("writing out %v (%s): %w", s, revision, err)
	}
	return nil
}

// checkOutTree writes the files of a commit of the repository, or of that of a submodule:
// at is its path in the tree.
func (b *Builds) checkOutTree(ctx context.Context, s Side, at, commit string) error {
	top, tree := filepath.Join(b.top, at), filepath.Join(b.tree(s), at)
	if err := os.MkdirAll(tree, 0o777); err != nil {
		return err
	}
	for _, args := range [][]string{
		{"read-tree", commit},
		{"checkout-index", "--all", "--force", "--ignore-skip-worktree-bits", "--prefix=" + tree + string(filepath.Separator)},
	} {
		if _, err := b.command(ctx, top, "git", args...); err != nil {
			return err
		}
	}
	entries, err := b.special(ctx, s, at)
	if err != nil {
		return err
	}
	if err := os.Remove(b.index()); err != nil {
		return err
	}
	for _, e := range entries {
		path := filepath.Join(at, e.name)
		switch {
		case e.mode == modeLink:
			err = b.turnLink(s, path)
		case !b.isCheckout(ctx, path):
			b.Notes = append(b.Notes, fmt.Sprintf("The submodule %s of %v is not written out, as it is not checked out here: git submodule update --init.", path, s))
		default:
			if _, missing := b.command(ctx, filepath.Join(b.top, path), "git", "cat-file", "-e", e.hash+"^{commit}"); missing != nil {
				b.Notes = append(b.Notes, fmt.Sprintf("The submodule %s of %v is not written out, as its commit %.12s is not here: git fetch it there.", path, s, e.hash))
				continue
			}
			err = b.checkOutTree(ctx, s, path, e.hash)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// noRevision says why a revision is not there.
func (b *Builds) noRevision(ctx context.Context, s Side, top, revision string) error {
	out, err := b.command(ctx, top, "git", "rev-parse", "--is-shallow-repository")
	if err == nil && strings.TrimSpace(string(out)) == "true" {
		return inputError("%v: there is no commit %q in this shallow clone; fetch it (git fetch --depth=1 origin %s, or fetch-depth: 0 in CI)", s, revision, revision)
	}
	return inputError("%v: there is no commit %q in this repository; git fetch it, or name another", s, revision)
}

// copyWorkTree copies the user's files: what Git knows and what it would know after
// git add, as they are now.
func (b *Builds) copyWorkTree(ctx context.Context, s Side) error {
	if err := b.copyFiles(ctx, s, "."); err != nil {
		return fmt.Errorf("copying the working tree: %w", err)
	}
	if out, err := b.command(ctx, b.top, "git", "rev-parse", "--verify", "--quiet", "HEAD"); err == nil {
		b.Revisions[s] = strings.TrimSpace(string(out))
	}
	if err := b.takeIndex(ctx, "."); err != nil {
		return err
	}
	if out, err := b.command(ctx, b.top, "git", "status", "--porcelain"); err == nil && len(out) > 0 {
		b.Revisions[s] += "+changes"
	}
	return os.RemoveAll(b.index())
}

// takeIndex makes ours a copy of the user's own index: without a file of that name Git
// sees no file as known.
func (b *Builds) takeIndex(ctx context.Context, at string) error {
	top := filepath.Join(b.top, at)
	out, err := b.command(ctx, top, "git", "rev-parse", "--git-dir")
	if err != nil {
		return err
	}
	from := filepath.Join(absolute(top, strings.TrimSpace(string(out))), "index")
	if err := os.RemoveAll(b.index()); err != nil {
		return err
	}
	if err := copyFile(b.index(), from); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	return nil
}

// copyFiles copies those of the user's checkout, or of a submodule of it at a path.
func (b *Builds) copyFiles(ctx context.Context, s Side, at string) error {
	if err := b.takeIndex(ctx, at); err != nil {
		return err
	}
	out, err := b.command(ctx, filepath.Join(b.top, at), "git", "ls-files", "-z", "-t", "--cached", "--others", "--exclude-standard")
	if err != nil {
		return err
	}
	var sparse []string // not in a sparse checkout, and not gone either
	for line := range strings.SplitSeq(strings.TrimSuffix(string(out), "\x00"), "\x00") {
		if ctx.Err() != nil {
			return context.Cause(ctx)
		}
		tag, name, _ := strings.Cut(line, " ")
		if _, err := os.Lstat(filepath.Join(b.top, at, name)); tag == "S" && errors.Is(err, fs.ErrNotExist) {
			sparse = append(sparse, name)
		} else if err := b.copyEntry(s, filepath.Join(at, name)); err != nil {
			return err
		}
	}
	if len(sparse) > 0 {
		if err := b.fromIndex(ctx, s, at, sparse); err != nil {
			return err
		}
	}
	entries, err := b.special(ctx, s, at)
	if err != nil {
		return err
	}
	for _, e := range entries {
		path := filepath.Join(at, e.name)
		switch {
		case e.mode == modeLink:
		case b.isCheckout(ctx, path):
			if err := b.copyFiles(ctx, s, path); err != nil {
				return err
			}
		default:
			b.Notes = append(b.Notes, fmt.Sprintf("The submodule %s of %v is not written out, as it is not checked out here: git submodule update --init.", path, s))
		}
	}
	return nil
}

// fromIndex writes files as our index has them.
func (b *Builds) fromIndex(ctx context.Context, s Side, at string, names []string) error {
	out := filepath.Join(b.tree(s), at) + string(filepath.Separator)
	for some := range slices.Chunk(names, 500) { // a command line has its limits
		args := append([]string{"checkout-index", "--force", "--ignore-skip-worktree-bits", "--prefix=" + out, "--"}, some...)
		if _, err := b.command(ctx, filepath.Join(b.top, at), "git", args...); err != nil {
			return err
		}
	}
	return nil
}

// copyEntry copies a file or symbolic link from the checkout. What is gone, or is a
// directory (a submodule), a socket or a pipe, is left out.
func (b *Builds) copyEntry(s Side, path string) error {
	to, from := filepath.Join(b.tree(s), path), filepath.Join(b.top, path)
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
		if err == nil {
			err = os.Symlink(target, to)
		}
		if err == nil {
			err = b.turnLink(s, path)
		}
		return err
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
