package server

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/stdlib"

	"poolbench/workloads"
)

// Postgres asks a PostgreSQL server of the user's: by database/sql, whose connections conns
// limits in each process (a worker process uses one at a time anyway). A transfer is a
// transaction of four round trips that holds two rows; durable ones wait for the server's log,
// those that are not (synchronous_commit=off) do not.
var Postgres = workloads.Workload{
	Name:     "postgres",
	Doc:      "asks a PostgreSQL server of yours for balances and transfers",
	Resource: workloads.Mixed,
	Grains:   []time.Duration{0},
	Axes:     []workloads.Axis{workloads.Asks, workloads.Connections},
	New:      func(p workloads.Params) (workloads.Job, error) { return postgresServer.job(p, postgresTask, openTable) },
	Truth:    "opening balances, by a formula; transfers leave their sum as it was, and are as many as there are tasks",
	Source:   "none: where the server runs, and how many it serves at once, is the user's",
	Lacks:    postgresServer.lacks,
}

var postgresServer = kind{"postgres", []string{"postgres", "postgresql"}, func(ctx context.Context, dsn string) error {
	config, err := pgx.ParseConfig(dsn)
	if err != nil {
		return err
	}
	conn, err := pgx.ConnectConfig(ctx, config)
	if err != nil {
		return err
	}
	return errors.Join(conn.Ping(ctx), conn.Close(ctx))
}}

var postgresTask = workloads.Define("workloads.postgres", func(ctx context.Context, in workloads.Errand) (uint64, error) {
	a, err := at(in.Place, openTable)
	if err != nil {
		return 0, err
	}
	return in.Do(ctx, a)
})

// A table is Accounts in PostgreSQL.
type table struct {
	*sql.DB
	name string // needs no quotes
}

func openTable(p place) (accounts, error) {
	config, err := pgx.ParseConfig(postgresServer.dsn())
	if err != nil {
		return nil, err
	}
	if p.asks != "durable" {
		config.RuntimeParams["synchronous_commit"] = "off"
	}
	conns, err := strconv.Atoi(p.conns)
	if err != nil {
		return nil, err
	}
	db := stdlib.OpenDB(*config)
	db.SetMaxOpenConns(conns)
	db.SetMaxIdleConns(idleLimit)
	return &table{db, p.name}, nil
}

func (t *table) fill(ctx context.Context) error {
	var balances []int64
	for account := range uint64(workloads.AccountCount) {
		balances = append(balances, workloads.OpeningBalance(account))
	}
	if _, err := t.ExecContext(ctx, "CREATE TABLE "+t.name+" (id bigint PRIMARY KEY, balance bigint NOT NULL, transfers bigint NOT NULL)"); err != nil {
		return err
	}
	_, err := t.ExecContext(ctx, "INSERT INTO "+t.name+" SELECT ordinality-1, balance, 0 FROM unnest($1::bigint[]) WITH ORDINALITY AS b(balance)", balances)
	return err
}

func (t *table) drop(ctx context.Context) error {
	_, err := t.ExecContext(ctx, "DROP TABLE IF EXISTS "+t.name)
	return err
}

func (t *table) Balances(ctx context.Context, wanted []uint64) ([]int64, error) {
	ids := make([]int64, len(wanted))
	for i, account := range wanted {
		ids[i] = int64(account)
	}
	rows, err := t.QueryContext(ctx, "SELECT id, balance FROM "+t.name+" WHERE id = ANY($1)", ids)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	found := map[int64]int64{}
	for rows.Next() {
		var id, balance int64
		if err := rows.Scan(&id, &balance); err != nil {
			return nil, err
		}
		found[id] = balance
	}
	if err := rows.Err(); err != nil {
		return nil, err
	}
	balances := make([]int64, len(ids))
	for i, id := range ids {
		balance, ok := found[id]
		if !ok {
			return nil, fmt.Errorf("no account %d", id)
		}
		balances[i] = balance
	}
	return balances, nil
}

func (t *table) Range(ctx context.Context, first, last uint64) (balances []int64, err error) {
	rows, err := t.QueryContext(ctx, "SELECT balance FROM "+t.name+" WHERE id >= $1 AND id < $2 ORDER BY id", int64(first), int64(last))
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	for rows.Next() {
		var balance int64
		if err := rows.Scan(&balance); err != nil {
			return nil, err
		}
		balances = append(balances, balance)
	}
	return balances, rows.Err()
}

func (t *table) Transfer(ctx context.Context, from, to uint64, amount int64) (err error) {
	tx, err := t.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	defer func() {
		if err != nil {
			tx.Rollback() // what went wrong is known
		}
	}()
	moves := []struct{ account, by int64 }{{int64(from), -amount}, {int64(to), amount}}
	if from > to { // rows are held in one order, or two transfers could wait for each other
		slices.Reverse(moves)
	}
	for _, move := range moves {
		result, err := tx.ExecContext(ctx, "UPDATE "+t.name+" SET balance = balance + $2, transfers = transfers + 1 WHERE id = $1", move.account, move.by)
		if err != nil {
			return err
		}
		if n, err := result.RowsAffected(); err != nil || n != 1 {
			return errors.Join(fmt.Errorf("no account %d", move.account), err)
		}
	}
	return tx.Commit()
}

func (t *table) Totals(ctx context.Context) (sum, transfers int64, err error) {
	err = t.QueryRowContext(ctx, "SELECT sum(balance)::bigint, sum(transfers)::bigint/2 FROM "+t.name).Scan(&sum, &transfers)
	return sum, transfers, err
}
