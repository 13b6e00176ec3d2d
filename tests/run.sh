#!/bin/sh
# Usage: run.sh unit|pipe|fuzz ... Runs every test of those kinds and closes with one count. PIPE='csv pick': of the
# pipe tests these alone; UNITS: the same of the unit tests.
# Each test ends with a line "NAME: N passed, N failed" (", N skipped" may follow). A test that is
# missing, ends without that line, counts nothing or exits with another status than its count says is
# one failure.
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
    if [ "$5" -ne 0 ]; then
        cat "$3"
    elif [ "$2" -ne 0 ] || [ $(($4 + ${6:-0})) -eq 0 ]; then
        cat "$3"
        echo "$1: ended with status $2"
        failed=$((failed + 1))
    else
        echo "$line"
        sed -n 's/^skipped: /  &/p' "$3"
    fi
}

log=$(mktemp) logs=$(mktemp -d)
trap 'rm -rf "$log" "$logs"' EXIT
for kind; do
    case $kind in
    unit)
        for test in ${UNITS:-tests/unit/test_*.c}; do
            test=test_$(basename "$test" .c | sed 's/^test_//')
            "$BUILD/tests/unit/$test" >"$log" 2>&1 </dev/null
            tally "$test" $? "$log"
        done ;;
    pipe)
        # As many at a time as there are CPUs: most of their time is the start of small programs.
        tests=
        for test in ${PIPE:-tests/pipe/test_*.sh}; do
            case $test in */*) ;; *) test=tests/pipe/test_$test.sh ;; esac
            tests="$tests $test"
        done
        # shellcheck disable=SC2016,SC2086 # the inner shell expands them; a list of paths without blanks
        printf '%s\n' $tests | xargs -P "$(nproc)" -I {} sh -c \
            'name=$(basename "$1" .sh); bash "$1" >"$2/$name" 2>&1 </dev/null; echo $? >"$2/$name.status"' \
            - {} "$logs"
        for test in $tests; do
            name=$(basename "$test" .sh)
            tally "$name" "$(cat "$logs/$name.status")" "$logs/$name"
        done ;;
    fuzz)
        for source in tests/fuzz/*.c; do
            target=$(basename "$source" .c)
            case $target in fuzz | replay) continue ;; esac # what the targets share
            "$BUILD/tests/fuzz/$target" "tests/fuzz/corpus/$target" >"$log" 2>&1 </dev/null
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
