package workloads

import (
	"fmt"
	"sync"
	"time"

	bolt "go.etcd.io/bbolt"
)

// openTimeout bounds the wait for the lock of a database file.
const openTimeout = 5 * time.Second

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
