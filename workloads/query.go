package workloads

import (
	"bytes"
	"context"
	"encoding/binary"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"time"

	bolt "go.etcd.io/bbolt"

	"poolbench/executors"
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
	Grains:   []time.Duration{100 * time.Microsecond},
	Kernel: func(units int64) uint64 {
		return crunch([][]byte{make([]byte, documentSize)}, units)
	},
	New: newQuery,
})

const (
	documentSize      = 256 // bytes
	documentsPerQuery = 4
	documentCount     = 4096 // 1 MiB of documents
)

var documentBucket = []byte("documents")

type lookup struct {
	Path string
	Keys []uint64
}

// readTask makes one point read per key.
var readTask = define("workloads.query.read", func(_ context.Context, in lookup) ([][]byte, error) {
	db, err := openShared(in.Path)
	if err != nil {
		return nil, err
	}
	documents := make([][]byte, len(in.Keys))
	err = db.View(func(tx *bolt.Tx) error {
		bucket := tx.Bucket(documentBucket)
		if bucket == nil {
			return fmt.Errorf("no bucket %q", documentBucket)
		}
		for i, key := range in.Keys {
			// A value is only valid within its transaction.
			documents[i] = append([]byte(nil), bucket.Get(documentKey(key))...)
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("reading %s: %w", in.Path, err)
	}
	return documents, nil
})

type harvest struct {
	Documents [][]byte
	Units     int64
}

var crunchTask = define("workloads.query.crunch", func(_ context.Context, in harvest) (uint64, error) {
	return crunch(in.Documents, in.Units), nil
})

// crunch folds units eight-byte words of the documents into a digest, going
// round as often as needed. Every word of the documents counts when units is at
// least their number; the number of documents and their lengths always count.
//
//go:noinline
func crunch(documents [][]byte, units int64) uint64 {
	digest := uint64(golden)
	for _, d := range documents {
		digest = mix(digest ^ uint64(len(d)))
		if len(d) < 8 {
			return digest // an empty document would be gone round for ever
		}
		digest = mix(digest ^ binary.LittleEndian.Uint64(d))
	}
	for len(documents) > 0 && units > 0 {
		for _, d := range documents {
			for ; len(d) >= 8 && units > 0; d, units = d[8:], units-1 {
				digest = mix(digest ^ binary.LittleEndian.Uint64(d))
			}
		}
	}
	return digest
}

func documentKey(n uint64) []byte { return binary.BigEndian.AppendUint64(nil, n) }

type queryJob struct {
	taskClock
	path    string
	units   int64
	queries []lookup
	found   [][][]byte // by query
	digests []uint64   // by query

	wantFound   [][][]byte
	wantDigests []uint64
	harvests    []harvest // of the crunches alone
	untimed     taskClock // of the parts
}

func newQuery(p Params) (Job, error) {
	if err := p.check(true); err != nil {
		return nil, err
	}
	if p.Dir == "" {
		return nil, fmt.Errorf("workloads: query needs a directory for its database")
	}
	n := (p.Tasks + 1) / 2
	j := &queryJob{
		taskClock:   newTaskClock(Params{Tasks: n, Grain: p.Grain}),
		path:        filepath.Join(p.Dir, fmt.Sprintf("query-%x-%d.db", p.Seed, p.Units)),
		units:       p.Units,
		queries:     make([]lookup, n),
		found:       make([][][]byte, n),
		digests:     make([]uint64, n),
		wantFound:   make([][][]byte, n),
		wantDigests: make([]uint64, n),
		harvests:    make([]harvest, n),
	}
	j.taskClock.tasks = 2 * n
	documents := make([][]byte, documentCount)
	random := stream(p.Seed)
	for i := range documents {
		for range documentSize / 8 {
			documents[i] = binary.LittleEndian.AppendUint64(documents[i], random.next())
		}
	}
	for i := range j.queries {
		if err := p.interrupted(); err != nil {
			return nil, err
		}
		found := make([][]byte, documentsPerQuery)
		j.queries[i] = lookup{Path: j.path, Keys: make([]uint64, documentsPerQuery)}
		for k := range found {
			key := random.next() % documentCount
			j.queries[i].Keys[k] = key
			found[k] = documents[key]
		}
		j.wantFound[i], j.wantDigests[i] = found, crunch(found, p.Units)
		j.harvests[i] = harvest{found, p.Units}
	}
	return j, writeDocuments(j.path, documents)
}

// writeDocuments makes the database. It is closed again before anyone reads, as
// the file is locked while it is open for writing.
func writeDocuments(path string, documents [][]byte) error {
	if err := os.RemoveAll(path); err != nil {
		return fmt.Errorf("query: removing an old database: %w", err)
	}
	db, err := bolt.Open(path, 0o600, &bolt.Options{Timeout: openTimeout, NoSync: true})
	if err != nil {
		return fmt.Errorf("query: creating %s: %w", path, err)
	}
	err = db.Update(func(tx *bolt.Tx) error {
		bucket, err := tx.CreateBucket(documentBucket)
		if err != nil {
			return err
		}
		for i, d := range documents {
			if err := bucket.Put(documentKey(uint64(i)), d); err != nil {
				return err
			}
		}
		return nil
	})
	if closeErr := db.Close(); err == nil {
		err = closeErr
	}
	if err != nil {
		return fmt.Errorf("query: filling %s: %w", path, err)
	}
	return nil
}

func (j *queryJob) Run(ctx context.Context, ex executors.Executor) error {
	clear(j.found)
	clear(j.digests)
	if executors.IsInline(ex) {
		return j.runInline(ctx)
	}
	// Queries are kept this far ahead of the crunching, so that both kinds are
	// under way at once; all queries first would only be followed by crunching.
	ahead := min(2*ex.Workers()+2, len(j.queries))
	taskContext := context.WithoutCancel(ctx) // as in each
	queries := make([]pending[[][]byte], 0, len(j.queries))
	crunches := make([]pending[uint64], 0, len(j.queries))
	first := j.reset()
	timed := func(i int) bool { return first >= 0 && i%j.stride == first }
	err := func() error {
		for i := range j.queries {
			for len(queries) < min(i+ahead, len(j.queries)) {
				f, err := readTask.submit(taskContext, ex, j.queries[len(queries)], timed(len(queries)))
				if err != nil {
					return fmt.Errorf("submitting query %d: %w", len(queries), err)
				}
				queries = append(queries, f)
			}
			documents, err := queries[i].result(ctx, &j.taskClock)
			if err != nil {
				return fmt.Errorf("query %d: %w", i, err)
			}
			j.found[i] = documents
			f, err := crunchTask.submit(taskContext, ex, harvest{documents, j.units}, timed(i))
			if err != nil {
				return fmt.Errorf("submitting crunch %d: %w", i, err)
			}
			crunches = append(crunches, f)
		}
		for i, f := range crunches {
			digest, err := f.result(ctx, &j.taskClock)
			if err != nil {
				return fmt.Errorf("crunch %d: %w", i, err)
			}
			j.digests[i] = digest
		}
		return nil
	}()
	if err != nil {
		abandon(ctx, queries)
		abandon(ctx, crunches)
	}
	return err
}

func (j *queryJob) runInline(ctx context.Context) error {
	first := j.reset()
	for i, q := range j.queries {
		if looksUp(i, len(j.queries)) && ctx.Err() != nil {
			return context.Cause(ctx)
		}
		timed := first >= 0 && i%j.stride == first
		documents, err := readTask.call(ctx, q, timed, &j.taskClock)
		if err != nil {
			return fmt.Errorf("query %d: %w", i, err)
		}
		j.found[i] = documents
		if j.digests[i], err = crunchTask.call(ctx, harvest{documents, j.units}, timed, &j.taskClock); err != nil {
			return fmt.Errorf("crunch %d: %w", i, err)
		}
	}
	return nil
}

func (j *queryJob) Check() error {
	if err := j.CheckPart(WaitPart); err != nil {
		return err
	}
	return j.CheckPart(CPUPart)
}

// RunPart makes all queries and crunches nothing, or crunches what the queries are
// known to find.
func (j *queryJob) RunPart(ctx context.Context, ex executors.Executor, part Part) error {
	if part == WaitPart {
		return each(ctx, ex, readTask, &j.untimed, j.queries, j.found)
	}
	return each(ctx, ex, crunchTask, &j.untimed, j.harvests, j.digests)
}

func (j *queryJob) CheckPart(part Part) error {
	if part == WaitPart {
		for i, want := range j.wantFound {
			// What was read is compared itself: the crunching may not get to all of it.
			if !slices.EqualFunc(j.found[i], want, bytes.Equal) {
				return fmt.Errorf("query: query %d of %d read other documents than were written", i, len(j.queries))
			}
		}
		return nil
	}
	for i, want := range j.wantDigests {
		if j.digests[i] != want {
			return fmt.Errorf("query: crunch %d of %d gave %#x, want %#x", i, len(j.queries), j.digests[i], want)
		}
	}
	return nil
}

// Close closes the database in this process. Worker processes keep it open
// until they end, which on Windows keeps the file from being removed until then.
func (j *queryJob) Close() error { return closeShared(j.path) }
