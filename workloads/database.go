package workloads

import (
	"encoding/binary"
	"errors"
	"fmt"
	"os"
	"sync"
	"time"

	bolt "go.etcd.io/bbolt"
)

// openTimeout bounds the wait for the lock of a database file.
const openTimeout = 5 * time.Second

var documentBucket = []byte("documents")

func documentKey(n uint64) []byte { return binary.BigEndian.AppendUint64(nil, n) }

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
		for i := 0; i < len(documents) && err == nil; i++ {
			err = bucket.Put(documentKey(uint64(i)), documents[i])
		}
		return err
	})
	if err = errors.Join(err, db.Close()); err != nil {
		return fmt.Errorf("query: filling %s: %w", path, err)
	}
	return nil
}

// shared are the databases this process has open for reading, by path. Opening
// one costs more than many reads, so every process opens a file once.
var shared = struct {
	sync.RWMutex
	open map[string]*bolt.DB
}{open: map[string]*bolt.DB{}}

// openShared opens path read-only, or returns it when it is open already.
func openShared(path string) (*bolt.DB, error) {
	shared.RLock()
	db := shared.open[path]
	shared.RUnlock()
	if db != nil {
		return db, nil
	}
	shared.Lock()
	defer shared.Unlock()
	if db := shared.open[path]; db != nil {
		return db, nil
	}
	db, err := bolt.Open(path, 0o400, &bolt.Options{ReadOnly: true, Timeout: openTimeout})
	if err != nil {
		return nil, fmt.Errorf("opening %s read-only: %w", path, err)
	}
	shared.open[path] = db
	return db, nil
}

// closeShared closes path in this process, waiting for reads under way.
func closeShared(path string) error {
	shared.Lock()
	defer shared.Unlock()
	db := shared.open[path]
	delete(shared.open, path)
	if db == nil {
		return nil
	}
	return db.Close()
}

// readDocuments makes one point read per key.
func readDocuments(path string, keys []uint64) ([][]byte, error) {
	db, err := openShared(path)
	if err != nil {
		return nil, err
	}
	documents := make([][]byte, len(keys))
	err = db.View(func(tx *bolt.Tx) error {
		bucket := tx.Bucket(documentBucket)
		if bucket == nil {
			return fmt.Errorf("no bucket %q", documentBucket)
		}
		for i, key := range keys {
			// A value is only valid within its transaction.
			documents[i] = append([]byte(nil), bucket.Get(documentKey(key))...)
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("reading %s: %w", path, err)
	}
	return documents, nil
}
