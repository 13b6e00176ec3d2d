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

# jobs KIND: a line for each test of the kind, its name and its command. No path has a blank.
jobs() {
    case $1 in
    unit)
        for test in ${UNITS:-tests/unit/test_*.c}; do
            test=test_$(basename "$test" .c | sed 's/^test_//')
            echo "$test $BUILD/tests/unit/$test"
        done ;;
    pipe)
        for test in ${PIPE:-tests/pipe/test_*.sh}; do
            case $test in */*) ;; *) test=tests/pipe/test_$test.sh ;; esac
            echo "$(basename "$test" .sh) bash $test"
        done ;;
    fuzz)
        for source in tests/fuzz/*.c; do
            target=$(basename "$source" .c)
            case $target in fuzz | replay) continue ;; esac # what the targets share
            echo "fuzz_$target $BUILD/tests/fuzz/$target tests/fuzz/corpus/$target"
        done ;;
    *) echo "run.sh: no tests of kind '$1'" >&2; return 2 ;;
    esac
}

# By the time that they take, so that no long one is left at the end when the others are done.
LONGEST='test_faults test_identical test_labs test_every_tool test_pictures'

logs=$(mktemp -d)
trap 'rm -rf "$logs"' EXIT
for kind; do jobs "$kind" >>"$logs/.jobs" || exit 2; done
# As many at a time as there are CPUs.
# shellcheck disable=SC2016 # the inner shell expands them
awk -v longest="$LONGEST" '
    BEGIN { n = split(longest, name, " "); for (i = 1; i <= n; i++) rank[name[i]] = i }
    { print ($1 in rank ? rank[$1] : n + 1), $0 }' "$logs/.jobs" | sort -s -n -k 1,1 | cut -d ' ' -f 2- |
    xargs -P "$(nproc)" -I {} sh -c '
        logs=$1 name=${2%% *}
        set -- ${2#* }
        "$@" >"$logs/$name" 2>&1 </dev/null
        echo $? >"$logs/$name.status"' - "$logs" {}
while read -r name _; do
    tally "$name" "$(cat "$logs/$name.status")" "$logs/$name"
done <"$logs/.jobs"
echo
if [ "$skipped" -gt 0 ]; then
    echo "$passed passed, $failed failed, $skipped skipped"
else
    echo "$passed passed, $failed failed"
fi
[ "$failed" -eq 0 ] && [ "$passed" -gt 0 ]
