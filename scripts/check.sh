#!/usr/bin/env bash
# What CI runs, and what to run before a commit. Needs Go and nothing else; with -servers the
# database servers that tests start must be installed.
set -euo pipefail
cd "$(dirname "$0")/.."

tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT

step() { printf '\n== %s (after %d s)\n' "$*" "$SECONDS"; }

step "tests, as the README runs them"
go test ./...

step "databases: what servers are installed, or all of them"
go test ./workloads/server -count 1 "$@"

step "drivers: every fault, every interpreter there is, a regression in Python"
go test ./bench/cmd/poolbench -run '^(TestDriverFaults|TestGateFunction)$' -long
go test ./bench/arm/driver -run '^TestPython$' -pythons

step "answers: as many records of anything as take a while"
go test ./reports/checker -run '^TestRandomRecords$' -long

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

# Not of the program around them: its tests build and measure for minutes, in processes of their own.
step "race detector where goroutines meet"
go test -race -short ./executors/... ./workloads/... $(go list ./bench/... | grep -v /cmd/)

step "one iteration of every benchmark"
go test -run '^$' -bench . -benchtime 1x ./... >/dev/null

# Inputs are counted, for before Go 1.27 the end of a time may be called a failure,
# "context deadline exceeded" (golang.org/issue/75804).
step "fuzzing, 500 inputs each"
grep -rHo --include='*_test.go' '^func Fuzz[A-Za-z]*' executors bench reports | sed 's|/[^/]*_test.go:func | |' | sort -u |
	while read -r package target; do
		printf '%s %s\n' "$package" "$target"
		go test "./$package" -run '^$' -fuzz "^$target\$" -fuzztime 500x >"$tmp/fuzz" || { cat "$tmp/fuzz"; exit 1; }
	done

step "commands of the README"
go test ./bench/cmd/poolbench -run '^TestReadme$' -long -timeout 30m

step "decisions: 50 planted records of each truth"
go run ./scripts/decisions -records 50

step "gate: this commit against itself"
go build -o "$tmp/poolbench" ./bench/cmd/poolbench
"$tmp/poolbench" gate -base HEAD -head HEAD -all -pkg ./executors,./workloads -bench 'PingPong|Kernel/executor|spin|hash|matmul' -budget 45s -out "$tmp/gate"

step "all checks passed"
