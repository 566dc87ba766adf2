package build

import (
	"bytes"
	"os"
	"path/filepath"
)

// Prebuilt takes test binaries as they are: one of each version, or several of each
// that were linked with the same seeds in the same order. They are copied to paths of
// equal length and run in dir. Binaries built with Overlay are stepped.
func Prebuilt(base, head []string, dir string) (_ *Builds, err error) {
	if len(base) == 0 || len(base) != len(head) {
		return nil, inputError("as many test binaries of base are needed as of head, got %d and %d", len(base), len(head))
	}
	if dir, err = filepath.Abs(dir); err != nil {
		return nil, err
	}
	b := &Builds{prebuilt: len(base), Stepped: canStep,
		Packages: []Package{{In: [2]bool{true, true}, dir: [2]string{dir, dir}}}}
	if err := b.open(); err != nil {
		return nil, err
	}
	defer func() {
		if err != nil {
			b.Close()
		}
	}()
	p := &b.Packages[0]
	for s, paths := range [][]string{Base: base, Head: head} {
		for pair, path := range paths {
			text, err := os.ReadFile(path)
			if err != nil {
				return nil, inputError("the test binary of %v: %v", Side(s), err)
			}
			b.Stepped = b.Stepped && bytes.Contains(text, []byte("POOLBENCH_STEPPED"))
			if err := os.WriteFile(b.pairPath(p, Side(s), pair), text, 0o777); err != nil {
				return nil, err
			}
		}
	}
	if len(base) == 1 {
		b.Notes = append(b.Notes, "There is one binary of each build: a change may be one of code layout only.")
	}
	return b, nil
}
