package workloads

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"

	bolt "go.etcd.io/bbolt"
)

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
