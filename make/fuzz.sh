#!/bin/sh
# Usage: fuzz.sh SECONDS. Runs every fuzz target under $BUILD, or those in $ONLY, on its corpus, its dictionary and
# what earlier runs have found: so long, or on $RUNS inputs, a million at a time; the same ones where $SEED is not
# 0. Leaves an input that breaks one in
# $BUILD/tests/fuzz. Closes with one count.
set -u
: "${BUILD:=build/fuzz}" "${RUNS:=}" "${SEED:=0}" "${ONLY:=}"
# Short stacks and a small quarantine are a good third faster.
export ASAN_OPTIONS=malloc_context_size=4:quarantine_size_mb=8
passed=0 failed=0

# run LIMIT: the target; its number of inputs is added to $done.
run() {
    # A header that lies costs no memory: every allocation stays in proportion to the input.
    if "$program" "$1" -seed="$SEED" -max_len=8192 -timeout=10 -malloc_limit_mb=128 -print_final_stats=1 \
        -dict="$program.dict" -artifact_prefix="$program." "$program.found" "$corpus" >"$program.log" 2>&1; then
        more=$(sed -n 's/^stat::number_of_executed_units: *//p' "$program.log")
        done=$((done + ${more:-0}))
        [ "${more:-0}" -gt 0 ] && return 0
    fi
    grep -A 12 -E 'ERROR|SUMMARY|runtime error|promise broken' "$program.log" || tail -n 20 "$program.log"
    return 1
}

for corpus in tests/fuzz/corpus/*/; do
    target=$(basename "$corpus")
    case " $ONLY " in "  " | *" $target "*) ;; *) continue ;; esac
    program=$BUILD/tests/fuzz/$target
    done=0 fine=yes
    mkdir -p "$program.found"
    cat "tests/fuzz/dictionaries/$target.dict" >"$program.dict" || fine=no
    # The tools' options are in their tables.
    [ "$target" != options ] || grep -hoE 'ROW\("[a-z0-9-]+"' tools/*.[ch] |
        sed 's/.*("\(.*\)"/"--\1"/' | sort -u >>"$program.dict"
    if [ -z "$RUNS" ]; then
        [ $fine = yes ] && run "-max_total_time=$1" || fine=no
    else
        while [ $fine = yes ] && [ "$done" -lt "$RUNS" ]; do
            left=$((RUNS - done))
            run "-runs=$((left < 1000000 ? left : 1000000))" || fine=no
        done
    fi
    if [ $fine = yes ]; then passed=$((passed + 1)); else failed=$((failed + 1)); fi
    echo "$target: $done inputs$([ $fine = yes ] || echo ", FAILED, see $program.log")"
done
echo "fuzz: $passed passed, $failed failed"
[ "$failed" -eq 0 ] && [ "$passed" -gt 0 ]
