package build

import (
	"bytes"
	"context"
	"debug/elf"
	"debug/macho"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
)

// opensChanged reports whether the binaries of a package may open a file that changed: one of a
// testdata directory; one whose base name stands in a binary, beside the table of source files; one
// that is no Go source and whose extension a string in a binary has, as "*.md" and "page%d.md" have
// that of README.md.
func (b *Builds) opensChanged(ctx context.Context, p *Package) (bool, error) {
	changed, err := b.changedFiles()
	if err != nil || len(changed) == 0 {
		return false, err
	}
	for _, name := range changed {
		if slices.Contains(strings.Split(filepath.ToSlash(filepath.Dir(name)), "/"), "testdata") {
			return true, nil
		}
	}
	for _, s := range []Side{Base, Head} {
		text, err := loaded(b.pairPath(p, s, 0))
		if err != nil {
			return false, err
		}
		var constants []string
		if slices.ContainsFunc(changed, hasPattern) {
			if constants, err = b.strings(ctx, p, s); err != nil {
				return false, err
			}
		}
		for _, name := range changed {
			extension := filepath.Ext(name)
			switch {
			case bytes.Contains(text, []byte(filepath.Base(name))):
				return true, nil
			case hasPattern(name) && (bytes.Contains(text, []byte("*"+extension)) || slices.ContainsFunc(constants, endsIn(extension))):
				return true, nil
			}
		}
	}
	return false, nil
}

// hasPattern reports whether a file may be found by its extension. All binaries have strings with
// that of Go sources.
func hasPattern(name string) bool {
	extension := filepath.Ext(name)
	return extension != "" && extension != ".go"
}

// endsIn reports whether a string has a word with an extension.
func endsIn(extension string) func(string) bool {
	return regexp.MustCompile(regexp.QuoteMeta(extension) + `($|[^\pL\pN_])`).MatchString
}

// changedFiles are the paths in the trees that differ, each of a file or a link.
func (b *Builds) changedFiles() ([]string, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.compared {
		return b.changed, nil
	}
	seen := map[string]bool{}
	for _, s := range []Side{Base, Head} {
		err := filepath.WalkDir(b.tree(s), func(path string, d fs.DirEntry, err error) error {
			if err != nil || d.IsDir() {
				return err
			}
			name, err := filepath.Rel(b.tree(s), path)
			if err != nil || seen[name] {
				return err
			}
			seen[name] = true
			if same, err := b.sameEntry(name); err != nil || same {
				return err
			}
			b.changed = append(b.changed, name)
			return nil
		})
		if err != nil {
			return nil, fmt.Errorf("comparing both versions: %w", err)
		}
	}
	b.compared = true
	return b.changed, nil
}

// sameEntry reports whether both trees have the same file or link at a path, apart from the paths
// that were turned to the trees themselves.
func (b *Builds) sameEntry(name string) (bool, error) {
	var texts [2][]byte
	var modes [2]fs.FileMode
	for _, s := range []Side{Base, Head} {
		path := filepath.Join(b.tree(s), name)
		info, err := os.Lstat(path)
		if os.IsNotExist(err) {
			return false, nil
		} else if err != nil {
			return false, err
		}
		modes[s] = info.Mode()
		if info.Mode().Type() == fs.ModeSymlink {
			target, err := os.Readlink(path)
			if err != nil {
				return false, err
			}
			texts[s] = []byte(target)
		} else if texts[s], err = os.ReadFile(path); err != nil {
			return false, err
		}
		texts[s] = bytes.ReplaceAll(texts[s], []byte(b.tree(s)), nil)
	}
	return modes[Base] == modes[Head] && bytes.Equal(texts[Base], texts[Head]), nil
}

// strings are the string constants of a binary of at most 100 bytes, which have their text in
// their symbol; the linker names each symbol that it links.
func (b *Builds) strings(ctx context.Context, p *Package, s Side) (all []string, err error) {
	r := b.relinks[p.number][s]
	args := slices.Clone(r.args)
	args[0] = "-dumpdep" // instead of the name of the tool
	path := filepath.Join(b.dir, "strings-"+s.String()+exeSuffix)
	args[r.out] = path
	out, _, err := b.run(ctx, b.trees[s], r.env, r.args[0], args...)
	if err != nil {
		return nil, err
	}
	for line := range strings.Lines(string(out)) {
		if _, quoted, ok := strings.Cut(strings.TrimSpace(line), ` -> go:string."`); ok {
			all = append(all, strings.TrimSuffix(quoted, `"`))
		}
	}
	return all, os.Remove(path)
}

// loaded is what a binary has in memory when it runs, without the table of functions and lines,
// which names the source files. Of a format that does not tell it apart it is the whole file.
func loaded(path string) ([]byte, error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	var parts [][]byte
	if f, err := elf.NewFile(bytes.NewReader(text)); err == nil {
		for _, s := range f.Sections {
			if s.Flags&elf.SHF_ALLOC != 0 && s.Type != elf.SHT_NOBITS && !strings.HasSuffix(s.Name, ".gopclntab") {
				part, err := s.Data()
				if err != nil {
					return nil, err
				}
				parts = append(parts, part)
			}
		}
	} else if f, err := macho.NewFile(bytes.NewReader(text)); err == nil {
		const zeroFilled = 1 // S_ZEROFILL of mach-o/loader.h: not in the file
		for _, s := range f.Sections {
			if s.Flags&0xff != zeroFilled && s.Name != "__gopclntab" {
				part, err := s.Data()
				if err != nil {
					return nil, err
				}
				parts = append(parts, part)
			}
		}
	}
	if len(parts) == 0 {
		return text, nil
	}
	return bytes.Join(parts, []byte{0}), nil
}
