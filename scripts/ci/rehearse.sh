#!/usr/bin/env bash
# Rehearses the action of GitHub on this machine: a throw-away repository with two
# commits, cloned shallowly as actions/checkout does, and the step of action.yml with
# the environment that the runner gives it. Three times: head is slower, head is the
# same, head does not build. Takes about two minutes; prints what differs and exits 1
# if the step does not do what it should.
#
#   scripts/ci/rehearse.sh [BUDGET]      30s by default
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
budget=${1:-30s}
work=$(mktemp -d)
trap 'chmod -R u+w "$work"; rm -rf "$work"' EXIT
failures=0
fail() {
	printf 'rehearsal: %s\n' "$*"
	failures=$((failures + 1))
}
quietly() { git -c user.name=rehearsal -c user.email=rehearsal@localhost -c commit.gpgsign=false -c init.defaultBranch=main "$@" >/dev/null; }

origin=$work/origin
mkdir "$origin"
(
	cd "$origin"
	quietly init
	printf 'module example.com/rehearsal\n\ngo 1.26\n' >go.mod
	cat >work.go <<'GO'
package rehearsal

// Turns is what one call of Work costs.
const Turns = 2000

func Work(n int) (sum uint64) {
	for i := range uint64(n) {
		sum = sum*6364136223846793005 + i
	}
	return sum
}
GO
	cat >work_test.go <<'GO'
package rehearsal

import "testing"

var sink uint64

func BenchmarkWork(b *testing.B) {
	for b.Loop() {
		sink += Work(Turns)
	}
}

func BenchmarkOther(b *testing.B) {
	for i := 0; i < b.N; i++ {
		sink += Work(1500)
	}
}
GO
	quietly add .
	quietly commit -m base
	quietly branch same
	quietly checkout -q -b slower
	sed -i.bak 's/const Turns = 2000/const Turns = 3000/' work.go && rm work.go.bak
	quietly commit -am 'slower by half'
	quietly checkout -q -b broken main
	printf 'package rehearsal\n\nfunc Broken() { return 1 }\n' >broken.go
	quietly add .
	quietly commit -m 'does not build'
	quietly checkout -q main
)

# The expression of the action's step, so that a change there is rehearsed here.
step=$(sed -n "s/^ *run: '\(.*\)'$/\1/p" "$here/action.yml")
[ -n "$step" ] || fail "action.yml has no step to run"

rehearse() { # branch, exit code, verdicts as a regular expression
	local job=$work/$1 code=0
	mkdir -p "$job/temp"
	git clone --quiet --depth=1 --branch "$1" "file://$origin" "$job/checkout"
	(
		cd "$job/checkout"
		env GITHUB_ACTIONS=true GITHUB_BASE_REF=main GITHUB_ACTION_PATH="$here" \
			GITHUB_STEP_SUMMARY="$job/summary" GITHUB_OUTPUT="$job/output" \
			POOLBENCH_BASE= POOLBENCH_PACKAGES=./... POOLBENCH_BENCH=. POOLBENCH_BUDGET="$budget" POOLBENCH_LIMIT=5% POOLBENCH_FAIL_ON= \
			POOLBENCH_OUT="$job/temp/poolbench-gate" bash -eo pipefail -c "$step"
	) >"$job/stdout" 2>"$job/stderr" || code=$?
	printf '%s: exit %d: %s\n' "$1" "$code" "$(head -1 "$job/summary" 2>/dev/null || tail -1 "$job/stderr")"
	[ "$code" = "$2" ] || fail "$1: exit $code instead of $2: $(cat "$job/stdout" "$job/stderr")"
	if [ -n "$3" ]; then
		grep -Eqx "verdict=($3)" "$job/output" || fail "$1: outputs are $(cat "$job/output")"
		grep -q "\"exit_code\": $2" "$job/temp/poolbench-gate/verdict.json" || fail "$1: verdict.json says another exit code"
		[ -s "$job/temp/poolbench-gate/junit.xml" ] || fail "$1: no junit.xml"
	fi
	[ -z "$(git -C "$job/checkout" status --porcelain)" ] || fail "$1: the checkout was changed"
}

rehearse slower 1 regressed
grep -q '^::error file=work_test.go,line=7,title=regressed%3A Work::' "$work/slower/stdout" || fail "slower: no annotation"
rehearse broken 3 failed
grep -q 'broken.go' "$work/broken/stdout" "$work/broken/stderr" || fail "broken: the compiler's words are missing"
rehearse same 0 unchanged

if [ "$failures" -gt 0 ]; then
	exit 1
fi
printf 'the rehearsal went well\n'
