package workloads

import (
	"context"
	"fmt"
)

// An Errand is what one task asks.
type Errand struct {
	Place    string // where the database is, as the task function understands it
	Asks     string // a value of the axis
	Seed     uint64
	Accounts []uint64 // of a get; the first and the one after the last of a scan; from and to
	Amount   int64
}

// Do asks, and gives what the task is to give. It refuses what is no errand.
func (e Errand) Do(ctx context.Context, a Accounts) (uint64, error) {
	var found []int64
	var err error
	if e.Asks != "get" && len(e.Accounts) != 2 {
		return 0, fmt.Errorf("a %q of %d accounts is no errand", e.Asks, len(e.Accounts))
	}
	switch e.Asks {
	case "get":
		found, err = a.Balances(ctx, e.Accounts)
	case "scan":
		found, err = a.Range(ctx, e.Accounts[0], e.Accounts[1])
	case "transfer", "durable":
		err = a.Transfer(ctx, e.Accounts[0], e.Accounts[1], e.Amount)
	default:
		err = fmt.Errorf("%q is nothing to ask", e.Asks)
	}
	return e.answer(found), err
}

// answer is that of a task that found these balances.
func (e Errand) answer(found []int64) uint64 {
	answer := mix(e.Seed)
	for _, balance := range found {
		answer = mix(answer ^ uint64(balance))
	}
	return answer
}

// want is the answer to expect: nothing changes balances but transfers, and a job makes
// either only transfers or none.
func (e Errand) want() uint64 {
	var found []int64
	switch e.Asks {
	case "get":
		for _, account := range e.Accounts {
			found = append(found, OpeningBalance(account))
		}
	case "scan":
		for account := e.Accounts[0]; account < e.Accounts[1]; account++ {
			found = append(found, OpeningBalance(account))
		}
	}
	return e.answer(found)
}

// errand is that of the task with a seed.
func errand(place, asks string, seed uint64) Errand {
	random, e := stream(seed), Errand{Place: place, Asks: asks, Seed: seed}
	switch asks {
	case "get":
		for range accountsPerGet {
			e.Accounts = append(e.Accounts, random.next()%AccountCount)
		}
	case "scan":
		first := random.next() % (AccountCount - accountsPerScan)
		e.Accounts = []uint64{first, first + accountsPerScan}
	default:
		from, by := random.next()%AccountCount, 1+random.next()%(AccountCount-1)
		e.Accounts, e.Amount = []uint64{from, (from + by) % AccountCount}, 1+int64(random.next()%100)
	}
	return e
}
