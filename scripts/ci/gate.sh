#!/usr/bin/env bash
# Runs poolbench gate in a job of GitHub Actions, GitLab or Jenkins: finds what to
# compare with, fetches it if the clone is shallow, builds the program, runs it in the
# current directory. Exit codes are those of poolbench gate, 3 if it does not build.
# From the environment:
#
#   POOLBENCH_BASE      revision to compare with (default: the target branch of the merge or pull request, else HEAD~1)
#   POOLBENCH_PACKAGES  package patterns              (./...)
#   POOLBENCH_BENCH     regular expression            (.)
#   POOLBENCH_BUDGET    most time for measuring       (as long as the benchmarks need, 3 to 10 minutes)
#   POOLBENCH_LIMIT     smallest slowdown that counts (5%)
#   POOLBENCH_FAIL_ON   blind, inconclusive, missing  (blind; empty for none)
#   POOLBENCH_OUT       directory for the files       (poolbench-gate)
#   POOLBENCH_PROGRAM   a built program               (built from this checkout)
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
branch=${GITHUB_BASE_REF:-${CI_MERGE_REQUEST_TARGET_BRANCH_NAME:-${CHANGE_TARGET:-}}}
base=${POOLBENCH_BASE:-${CI_MERGE_REQUEST_DIFF_BASE_SHA:-${branch:+origin/$branch}}}
base=${base:-HEAD~1}

known() { git rev-parse --quiet --verify "$1^{commit}" >/dev/null; }

if ! known "$base"; then
	# A shallow clone has neither the target branch nor the commits before.
	case $base in
	# What cannot be fetched either, poolbench gate explains.
	HEAD~*) git fetch --quiet --deepen="${base#HEAD~}" || true ;;
	*) git fetch --quiet --depth=1 origin "${base#origin/}" && base=$(git rev-parse FETCH_HEAD) || true ;;
	esac
fi

program=${POOLBENCH_PROGRAM:-}
if [ -z "$program" ]; then
	tools=$(mktemp -d)
	trap 'rm -rf "$tools"' EXIT
	program=$tools/poolbench
	(cd "$here/../.." && go build -o "$program" ./bench/cmd/poolbench) || exit 3 # 1 would be a regression
fi

code=0
"$program" gate -base "$base" -pkg "${POOLBENCH_PACKAGES:-./...}" -bench "${POOLBENCH_BENCH:-.}" \
	${POOLBENCH_BUDGET:+-budget "$POOLBENCH_BUDGET"} -limit "${POOLBENCH_LIMIT:-5%}" -fail-on "${POOLBENCH_FAIL_ON-blind}" \
	-out "${POOLBENCH_OUT:-poolbench-gate}" || code=$?
exit "$code"
