package workloads

import (
	"context"
	"encoding/json"
	"errors"
	"net"
	"path/filepath"
	"time"
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
