package workloads

import (
	"context"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"path/filepath"
	"time"

	bolt "go.etcd.io/bbolt"
)

// Bank asks a small database server for balances and transfers. The server belongs to the
// job, and tasks in its process and in worker processes ask it over the loopback. It has a
// file (bbolt), which any number may read while one writes: transfers wait for each other,
// and where they are durable for the disk as well, so that more workers do not help. With
// conns the server works for so many at once; the others wait in line.
var Bank = register(Workload{
	Name:     "bank",
	Doc:      "asks a database server (bbolt) of its own for balances and transfers: many may read, one may write",
	Resource: Mixed,
	Grains:   []time.Duration{0},
	Axes:     []Axis{Asks, Connections},
	New:      newBank,
	Truth:    "opening balances, by a formula; transfers leave their sum as it was, and are as many as there are tasks",
	Source:   "none: client and server share the CPUs, and what share of a transfer is under the lock of the one who writes depends on the disk",
})

var bankTask = Define("workloads.bank", func(ctx context.Context, in Errand) (answer uint64, err error) {
	err = ask(ctx, in.Place, func(conn net.Conn) error {
		if err := json.NewEncoder(conn).Encode(in); err != nil {
			return err
		}
		var reply bankReply
		err := json.NewDecoder(conn).Decode(&reply)
		if err == nil && reply.Error != "" {
			err = errors.New(reply.Error)
		}
		answer = reply.Answer
		return err
	})
	return answer, err
})

type bankReply struct {
	Answer uint64
	Error  string `json:",omitempty"`
}

// teller is the server: an Errand in JSON, a bankReply in JSON, and so on.
func teller(a Accounts, free slots) func(context.Context, net.Conn) {
	return func(ctx context.Context, conn net.Conn) {
		requests, replies := json.NewDecoder(conn), json.NewEncoder(conn)
		for {
			var e Errand
			if err := requests.Decode(&e); err != nil || free.take(ctx) != nil {
				return
			}
			var reply bankReply
			answer, err := e.Do(ctx, a)
			if reply.Answer = answer; err != nil {
				reply.Error = err.Error()
			}
			free.give()
			if err := replies.Encode(reply); err != nil {
				return
			}
		}
	}
}

func newBank(p Params) (Job, error) {
	k, err := p.Count(Connections)
	if err != nil {
		return nil, err
	}
	if p.Dir == "" {
		return nil, errors.New("workloads: bank needs a directory for its database")
	}
	ledger, err := openLedger(filepath.Join(p.Dir, "accounts.db"), p.Text(Asks) == "durable")
	if err != nil {
		return nil, err
	}
	server, err := serve(teller(ledger, newSlots(k)))
	if err != nil {
		return nil, errors.Join(err, ledger.Close())
	}
	end := func() error { return errors.Join(server.Close(), ledger.Close()) }
	job, err := AccountsJob(p, bankTask, server.Address, ledger, end)
	if err != nil {
		return nil, errors.Join(err, end())
	}
	return job, nil
}

// A ledger is Accounts in a file: by number, eight bytes of balance and eight that count
// transfers, the high byte first.
type ledger struct{ *bolt.DB }

var accountBucket = []byte("accounts")

// openLedger makes the file, with all opening balances.
func openLedger(path string, durable bool) (*ledger, error) {
	db, err := bolt.Open(path, 0o600, &bolt.Options{Timeout: openTimeout, NoSync: true})
	if err != nil {
		return nil, fmt.Errorf("workloads: creating %s: %w", path, err)
	}
	err = db.Update(func(tx *bolt.Tx) error {
		bucket, err := tx.CreateBucket(accountBucket)
		for account := uint64(0); account < AccountCount && err == nil; account++ {
			err = bucket.Put(documentKey(account), entry(OpeningBalance(account), 0))
		}
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("workloads: filling %s: %w", path, errors.Join(err, db.Close()))
	}
	db.NoSync = !durable
	return &ledger{db}, nil
}

func entry(balance, transfers int64) []byte {
	return binary.BigEndian.AppendUint64(binary.BigEndian.AppendUint64(nil, uint64(balance)), uint64(transfers))
}

// read is what bucket has of an account.
func read(bucket *bolt.Bucket, account uint64) (balance, transfers int64, err error) {
	value := bucket.Get(documentKey(account))
	if len(value) != 16 {
		return 0, 0, fmt.Errorf("no account %d", account)
	}
	return int64(binary.BigEndian.Uint64(value)), int64(binary.BigEndian.Uint64(value[8:])), nil
}

func (l *ledger) Balances(_ context.Context, accounts []uint64) (balances []int64, err error) {
	err = l.View(func(tx *bolt.Tx) error {
		bucket := tx.Bucket(accountBucket)
		for _, account := range accounts {
			balance, _, err := read(bucket, account)
			if err != nil {
				return err
			}
			balances = append(balances, balance)
		}
		return nil
	})
	return balances, err
}

func (l *ledger) Range(_ context.Context, first, last uint64) (balances []int64, err error) {
	err = l.View(func(tx *bolt.Tx) error {
		cursor := tx.Bucket(accountBucket).Cursor()
		for k, v := cursor.Seek(documentKey(first)); k != nil && binary.BigEndian.Uint64(k) < last; k, v = cursor.Next() {
			balances = append(balances, int64(binary.BigEndian.Uint64(v)))
		}
		return nil
	})
	return balances, err
}

func (l *ledger) Transfer(_ context.Context, from, to uint64, amount int64) error {
	return l.Update(func(tx *bolt.Tx) error {
		bucket := tx.Bucket(accountBucket)
		for _, move := range []struct {
			account uint64
			by      int64
		}{{from, -amount}, {to, amount}} {
			balance, transfers, err := read(bucket, move.account)
			if err == nil {
				err = bucket.Put(documentKey(move.account), entry(balance+move.by, transfers+1))
			}
			if err != nil {
				return err
			}
		}
		return nil
	})
}

func (l *ledger) Totals(context.Context) (sum, transfers int64, err error) {
	err = l.View(func(tx *bolt.Tx) error {
		return tx.Bucket(accountBucket).ForEach(func(_, v []byte) error {
			sum += int64(binary.BigEndian.Uint64(v))
			transfers += int64(binary.BigEndian.Uint64(v[8:]))
			return nil
		})
	})
	return sum, transfers / 2, err // both accounts count a transfer
}
