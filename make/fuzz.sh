#!/bin/sh
# Usage: fuzz.sh SECONDS. Runs every fuzz target under $BUILD that long on its corpus and on what earlier runs
# have found; leaves an input that breaks one in $BUILD/tests/fuzz.
set -u
failed=0
for corpus in tests/fuzz/corpus/*/; do
    target=$(basename "$corpus")
    program=$BUILD/tests/fuzz/$target
    mkdir -p "$program.found"
    echo "$target: $1 seconds"
    # A header that lies costs no memory: every allocation stays in proportion to the input.
    "$program" -max_total_time="$1" -max_len=8192 -timeout=10 -malloc_limit_mb=128 -print_final_stats=1 \
        -artifact_prefix="$program." "$program.found" "$corpus" >"$program.log" 2>&1 || {
        grep -A 12 -E 'ERROR|SUMMARY|runtime error|promise broken' "$program.log"
        echo "$target: FAILED, see $program.log"
        failed=1
        continue
    }
    grep -E 'number_of_executed_units|peak_rss_mb' "$program.log" | sed 's/^stat::/  /'
done
exit $failed
