package build

import (
	"context"
	"errors"
	"path/filepath"
)

// InPlace links the test binaries of a module as it lies there, once, as Base; there is no
// other version, and no Git is needed. They run in the directories of their packages, as go
// test has them. The caller must Close the result; on an error nothing is left.
func InPlace(ctx context.Context, o Options) (_ *Builds, err error) {
	if len(o.Packages) == 0 {
		o.Packages = []string{"."}
	}
	if o.Stage == nil {
		o.Stage = func(string) {}
	}
	dir, err := filepath.Abs(o.Dir)
	if err != nil {
		return nil, err
	}
	b := &Builds{options: o, inPlace: true, relinks: map[int][2]relink{}, top: dir, trees: [2]string{Base: dir}}
	if err := b.open(); err != nil {
		return nil, err
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, b.Close())
		}
	}()
	if err := b.findPackages(ctx); err != nil {
		return nil, err
	}
	if err := b.prepareOverlays(ctx); err != nil {
		return nil, err
	}
	return b, b.compile(ctx)
}

// sides are the versions that there are.
func (b *Builds) sides() []Side {
	if b.inPlace {
		return []Side{Base}
	}
	return []Side{Base, Head}
}
