package pass

import (
	"bytes"
	"fmt"
	"slices"
	"strings"

	"github.com/google/pprof/profile"
)

// A Collection keeps artefacts: profiles of one name are merged, so that one file holds all
// points, to be cut by their labels; of what cannot be merged each point has its own.
type Collection struct {
	files []Artefact
}

// Add takes an artefact of the point that prefix names.
func (c *Collection) Add(prefix string, a Artefact) error {
	if !strings.HasSuffix(a.Name, ".pb.gz") {
		a.Name = prefix + a.Name
	}
	i := slices.IndexFunc(c.files, func(have Artefact) bool { return have.Name == a.Name })
	switch {
	case i < 0:
		c.files = append(c.files, a)
		return nil
	case !strings.HasSuffix(a.Name, ".pb.gz"):
		return nil // the first one stays
	}
	var both []*profile.Profile
	for _, text := range [][]byte{c.files[i].Content, a.Content} {
		p, err := profile.ParseData(text)
		if err != nil {
			return fmt.Errorf("reading %s: %w", a.Name, err)
		}
		both = append(both, p)
	}
	merged, err := profile.Merge(both)
	if err != nil {
		return fmt.Errorf("merging %s: %w", a.Name, err)
	}
	var text bytes.Buffer
	if err := merged.Write(&text); err != nil {
		return fmt.Errorf("writing %s: %w", a.Name, err)
	}
	c.files[i].Content = text.Bytes()
	return nil
}

// Files are what there is, complete files each.
func (c *Collection) Files() []Artefact { return slices.Clone(c.files) }
