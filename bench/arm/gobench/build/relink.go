package build

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
)

// A relink is the linker's command line of a test binary, taken from go test -c -x:
// calling the linker again takes a quarter of the time of go test -c, which finds
// out again that everything is up to date.
//
//	$ go test -c -trimpath -ldflags='-s -w -funcalign=64 -randlayout=N' .   0.55 s
//	$ go tool link … -s -w -funcalign=64 -randlayout=N …                    0.14 s
//
// (time, for a package of four benchmarks, on 2 cores with other load.)
type relink struct {
	env  []string
	args []string // tool first; args[out] and args[layout] are to be replaced
	out  int
	seed int
}

const layoutFlag = "-randlayout="

// newRelink finds the link command in what go -x prints. work is the directory that
// it calls $WORK. False when there is none that can safely be used again, as when a
// word is quoted.
func newRelink(text, work string) (relink, bool) {
	for line := range strings.Lines(text) {
		line = strings.TrimSpace(line)
		if !strings.Contains(line, layoutFlag) || !strings.Contains(line, " -importcfg ") {
			continue
		}
		r := relink{out: -1, seed: -1}
		for word := range strings.FieldsSeq(line) {
			word = strings.ReplaceAll(word, "$WORK", work)
			if len(r.args) == 0 && strings.Contains(word, "=") {
				r.env = append(r.env, strings.TrimSuffix(word, "''"))
				word = strings.TrimSuffix(word, "''")
			} else {
				r.args = append(r.args, word)
			}
			if strings.ContainsAny(word, "'\"\\$`") {
				return relink{}, false
			}
		}
		for i, word := range r.args {
			switch {
			case word == "-o" && i+1 < len(r.args):
				r.out = i + 1
			case strings.HasPrefix(word, layoutFlag):
				r.seed = i
			}
		}
		return r, r.out > 0 && r.seed > 0
	}
	return relink{}, false
}

// link makes the binary at path, if it is not there.
func (b *Builds) link(ctx context.Context, p *Package, s Side, pair int) error {
	path := b.pairPath(p, s, pair)
	if _, err := os.Stat(path); err == nil || b.prebuilt > 0 {
		return nil
	}
	seed := fmt.Sprintf("%s%d", layoutFlag, b.layoutSeed(pair))
	b.mu.Lock()
	again, ok := b.relinks[p.number][s], b.relinks[p.number][s].args != nil
	b.mu.Unlock()
	if ok {
		args := append([]string(nil), again.args...)
		args[again.out], args[again.seed] = path, seed
		if _, _, err := b.run(ctx, b.trees[s], again.env, args[0], args[1:]...); err == nil || ctx.Err() != nil {
			return err
		}
		// The build cache may have been cleaned meanwhile.
	}
	return b.goTest(ctx, p, s, path, seed)
}

// goTest makes the binary with go test -c, and keeps the link command.
func (b *Builds) goTest(ctx context.Context, p *Package, s Side, path, seed string) error {
	args := []string{"test", "-c", "-trimpath", "-buildvcs=false", "-o", path}
	if b.overlay[s] != "" {
		args = append(args, "-overlay="+b.overlay[s])
	}
	if b.layout { // without symbol tables, which nobody needs here, links are faster
		args = append(args, "-ldflags=-s -w -funcalign=64 "+seed)
	}
	work, err := os.MkdirTemp(b.dir, "work-")
	if err != nil {
		return err
	}
	_, words, err := b.run(ctx, b.trees[s], []string{"GOTMPDIR=" + work}, "go", append(append(args[:2:2], "-work", "-x"), append(args[2:], p.Path)...)...)
	if err != nil && ctx.Err() == nil { // once more for the words without the commands
		_, err = b.command(ctx, b.trees[s], "go", append(args, p.Path)...)
	}
	if err == nil {
		if _, missing := os.Stat(path); missing != nil {
			err = errors.New("go test -c wrote no binary")
		}
	}
	if err != nil {
		os.Remove(path)
		if ctx.Err() != nil {
			return context.Cause(ctx)
		}
		return &BuildError{Side: s, Pkg: p.Path, Words: err.Error(), InPlace: b.inPlace}
	}
	dirs, _ := filepath.Glob(filepath.Join(work, "go-build*"))
	if len(dirs) == 1 && b.layout {
		if r, ok := newRelink(string(words), dirs[0]); ok {
			b.mu.Lock()
			sides := b.relinks[p.number]
			sides[s] = r
			b.relinks[p.number] = sides
			b.mu.Unlock()
		}
	}
	return nil
}
