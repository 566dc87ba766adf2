#!/usr/bin/env bash
# What CI runs, and what to run before a commit. Needs Go and nothing else.
set -euo pipefail
cd "$(dirname "$0")/.."

step() { printf '\n== %s\n' "$*"; }

step "tests, as the README runs them"
go test ./...

step "gofmt"
unformatted=$(gofmt -l .)
if [ -n "$unformatted" ]; then
	printf 'not formatted:\n%s\n' "$unformatted"
	exit 1
fi

step "go vet, on three systems"
go vet ./...
GOOS=darwin go vet ./...
GOOS=windows go vet ./...

step "nested module: peers"
(cd executors/peers && go vet ./... && go mod tidy -diff && go test ./...)

step "go fix"
go fix -diff ./...

step "go mod tidy"
go mod tidy -diff

step "race detector where goroutines meet"
go test -race -short ./executors/... ./workloads/... ./bench/...

step "one iteration of every benchmark"
go test -run '^$' -bench . -benchtime 1x ./... >/dev/null

step "all checks passed"
