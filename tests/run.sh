#!/bin/sh
# Usage: run.sh unit|pipe|fuzz ... Runs every test of those kinds and closes with one count.
# Each test file closes with a line "NAME: N passed, N failed" (", N skipped" may follow); a file
# that ends without one, or with a status that does not fit it, counts as a failure.
set -u
: "${BUILD:=build}" "${BIN:=bin}"
export BUILD BIN
passed=0 failed=0 skipped=0

tally() { # tally NAME STATUS LOG
    line=$(grep -E '^[^ ]+: [0-9]+ passed, [0-9]+ failed(, [0-9]+ skipped)?$' "$3" | tail -n 1)
    if [ -z "$line" ]; then
        cat "$3"
        echo "$1: ended with status $2 and without a count"
        failed=$((failed + 1))
        return
    fi
    # shellcheck disable=SC2046 # three numbers
    set -- "$1" "$2" "$3" $(echo "${line#*: }" | tr -dc '0-9 ')
    passed=$((passed + $4)) failed=$((failed + $5)) skipped=$((skipped + ${6:-0}))
    if [ "$5" -ne 0 ] || [ "$2" -ne 0 ]; then
        cat "$3"
        [ "$5" -ne 0 ] || failed=$((failed + 1))
    else
        echo "$line"
        sed -n 's/^skipped: /  &/p' "$3"
    fi
}

log=$(mktemp)
trap 'rm -f "$log"' EXIT
for kind; do
    case $kind in
    unit)
        for test in "$BUILD"/tests/unit/test_*; do
            case $test in *.o | *.d) continue ;; esac
            "$test" >"$log" 2>&1 </dev/null
            tally "$(basename "$test")" $? "$log"
        done ;;
    pipe)
        for test in tests/pipe/test_*.sh; do
            bash "$test" >"$log" 2>&1 </dev/null
            tally "$(basename "$test" .sh)" $? "$log"
        done ;;
    fuzz)
        for corpus in tests/fuzz/corpus/*/; do
            target=$(basename "$corpus")
            "$BUILD/tests/fuzz/$target" "${corpus%/}" >"$log" 2>&1 </dev/null
            tally "fuzz_$target" $? "$log"
        done ;;
    *) echo "run.sh: no tests of kind '$kind'" >&2; exit 2 ;;
    esac
done
echo
if [ "$skipped" -gt 0 ]; then
    echo "$passed passed, $failed failed, $skipped skipped"
else
    echo "$passed passed, $failed failed"
fi
[ "$failed" -eq 0 ] && [ "$passed" -gt 0 ]
