package workloads

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"time"
)

// Query reads documents from a database file and crunches what was read, as two
// kinds of task: while one query is under way, what earlier ones returned is
// being crunched.
//
//	keys ──▶ query ──▶ documents ──▶ crunch ──▶ digest
//	            └── query ahead ──▶ documents ──▶ crunch ──▶ digest
//
// Half of Params.Tasks (rounded up) are queries and as many are crunches, so an
// odd number is made even. Grain is the work of one crunch; a query costs what
// the database takes. Worker processes open the same file, read-only.
var Query = register(Workload{
	Name:     "query",
	Doc:      "reads from a database file (bbolt) while crunching what was read before",
	Resource: Mixed,
	Unit:     "8 bytes, a word that is crunched",
	Grains:   []time.Duration{100 * time.Microsecond},
	Kernel:   func(units int64) uint64 { return crunch([][]byte{make([]byte, documentSize)}, units) },
	New:      newQuery,
	Truth:    "the documents as they were written, and a digest of them by the plain loop",
	Source:   "none: how much of a query waits is up to the database and the system",
})

type lookup struct {
	Path string
	Keys []uint64
}

var readTask = Define("workloads.query.read", func(_ context.Context, in lookup) ([][]byte, error) {
	return readDocuments(in.Path, in.Keys)
})

type harvest struct {
	Documents [][]byte
	Units     int64
}

var crunchTask = Define("workloads.query.crunch", func(_ context.Context, in harvest) (uint64, error) {
	return crunch(in.Documents, in.Units), nil
})

func newQuery(p Params) (Job, error) {
	if p.Dir == "" {
		return nil, errors.New("workloads: query needs a directory for its database")
	}
	path := filepath.Join(p.Dir, fmt.Sprintf("query-%x-%d.db", p.Seed, p.Units))
	documents, random := randomDocuments(p.Seed)
	var results [][][]byte // by query
	job, err := Pipeline[lookup, [][]byte, harvest, uint64]{
		First: Batch[lookup, [][]byte]{
			Task: readTask,
			Input: func(int, uint64) (lookup, [][]byte) {
				keys, found := make([]uint64, documentsPerQuery), make([][]byte, documentsPerQuery)
				for k := range keys {
					keys[k] = random.next() % documentCount
					found[k] = documents[keys[k]]
				}
				results = append(results, found)
				return lookup{path, keys}, found
			},
			Check: func(_ int, got, want [][]byte, _ error) error {
				// What was read is compared itself: the crunching may not get to all of it.
				if !slices.EqualFunc(got, want, bytes.Equal) {
					return errors.New("it read other documents than were written")
				}
				return nil
			},
			// Worker processes keep the file open until they end, which on Windows keeps
			// it from being removed until then.
			Close: func() error { return closeShared(path) },
		},
		Second: Batch[harvest, uint64]{
			Task: crunchTask,
			Input: func(i int, _ uint64) (harvest, uint64) {
				return harvest{results[i], p.Units}, crunch(results[i], p.Units)
			},
			Check: Equal[uint64],
		},
		Link:  func(found [][]byte) harvest { return harvest{found, p.Units} },
		Names: [2]string{"wait", "cpu"},
	}.Job(p)
	if err != nil {
		return nil, err
	}
	return job, writeDocuments(path, documents)
}
