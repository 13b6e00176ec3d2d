#!/bin/sh
# Usage: check.sh TARGET... Makes each target, with its variables ('fuzz RUNS=10000'), all of them whatever fails,
# and closes with one count. A target fails by its status, or without a line that counts what it did.
set -u
: "${MAKE:=make}" "${JOBS:=$(nproc)}"
passed=0 failed=0 report=
log=$(mktemp)
trap 'rm -f "$log"' EXIT
for target; do
    start=$(date +%s) status=0
    # shellcheck disable=SC2086 # a target and its variables
    { $MAKE --no-print-directory -j"$JOBS" $target 2>&1; echo $? >"$log.status"; } | tee "$log"
    status=$(cat "$log.status")
    rm -f "$log.status"
    count=$(grep -E '[1-9][0-9]* passed, 0 failed|^lint: no findings$' "$log" | tail -n 1)
    if [ "$status" -eq 0 ] && [ -n "$count" ]; then
        passed=$((passed + 1)) verdict=$count
    else
        failed=$((failed + 1)) verdict="FAILED, status $status"
    fi
    report="$report
check: $target: $verdict, $(($(date +%s) - start)) s"
done
echo "$report"
echo "check: $passed passed, $failed failed"
[ "$failed" -eq 0 ] && [ "$passed" -gt 0 ]
