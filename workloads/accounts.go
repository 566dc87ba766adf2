package workloads

import (
	"context"
	"errors"
	"fmt"
	"time"
)

// Accounts are a database of AccountCount accounts, by number from 0, as bank and its like
// ask it. All methods may be called at once.
type Accounts interface {
	// Balances are those of the accounts, in the order in which they are named.
	Balances(ctx context.Context, accounts []uint64) ([]int64, error)
	// Range are those of the first account and of all before last, in ascending order.
	Range(ctx context.Context, first, last uint64) ([]int64, error)
	// Transfer moves an amount, wholly or not at all. from and to differ.
	Transfer(ctx context.Context, from, to uint64, amount int64) error
	// Totals are the sum of all balances and the number of transfers made so far.
	Totals(ctx context.Context) (sum, transfers int64, err error)
}

// DSN is the environment variable with the URLs of database servers that workloads may use,
// separated by spaces; worker processes have it too. See Workload.Lacks.
const DSN = "POOLBENCH_DSN"

// AccountCount is how many accounts there are.
const AccountCount = 1024

// OpeningBalance is what an account has to begin with.
func OpeningBalance(account uint64) int64 { return 1000 + int64(mix(account)%1000) }

const (
	accountsPerGet  = 4
	accountsPerScan = 256
	auditLimit      = 30 * time.Second // for the totals
)

// Asks and Connections are the axes of workloads that ask Accounts.
var (
	Asks        = Axis{"asks", "what a task asks: get (4 balances), scan (256 in a row), transfer (from one to another, whole or not at all) or durable (a transfer that the disk has)", []string{"get", "scan", "transfer"}}
	Connections = Axis{"conns", "connections to the database that are in use at once, from 1; 0 for any number", []string{"0"}}
)

// AccountsJob is a job whose tasks, of a task function that has Errand.Do, ask the database
// at a place. After each run it sees whether transfers left the sum as it was, and whether
// there were as many as there are tasks. end releases what the job has, which the caller does
// when there is an error.
func AccountsJob(p Params, task *TaskFunc[Errand, uint64], place string, a Accounts, end func() error) (Job, error) {
	asks, err := p.OneOf(Asks, "durable")
	if err != nil {
		return nil, err
	}
	p.Grain = 0 // it means nothing here
	job, err := Batch[Errand, uint64]{
		Task: task,
		Input: func(_ int, seed uint64) (Errand, uint64) {
			e := errand(place, asks, seed)
			return e, e.want()
		},
		Check: Equal[uint64],
		Close: end,
	}.Job(p)
	if err != nil {
		return nil, err
	}
	books := &books{accounts: a}
	if asks == "transfer" || asks == "durable" {
		books.each = int64(p.Tasks)
	}
	return audit(job, books.begin, books.audit), nil
}

// books are what is known of a database that only one job uses.
type books struct {
	accounts  Accounts
	each      int64 // transfers in a run
	transfers int64 // that were made when it was looked at last
	runs      int   // since then
}

func (b *books) begin() { b.runs++ }

func (b *books) audit() error {
	ctx, cancel := context.WithTimeout(context.Background(), auditLimit)
	defer cancel()
	sum, transfers, err := b.accounts.Totals(ctx)
	if err != nil {
		return fmt.Errorf("summing up the accounts: %w", err)
	}
	made, runs := transfers-b.transfers, b.runs
	b.transfers, b.runs = transfers, 0
	switch {
	case sum != openingTotal():
		return errors.New("the balances do not add up to what they were: a transfer was done by half, or one undid another")
	case runs == 1 && made != b.each: // after a run that failed nobody knows
		return fmt.Errorf("%d transfers were made, want %d", made, b.each)
	}
	return nil
}

func openingTotal() (sum int64) {
	for account := range uint64(AccountCount) {
		sum += OpeningBalance(account)
	}
	return sum
}
