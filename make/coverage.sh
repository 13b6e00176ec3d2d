#!/bin/sh
# Usage: coverage.sh BUILD ROOM... What the tests have run of each room under lib/, as `make coverage` has counted it;
# the lines and branches that they have not are left in BUILD.txt. It fails where all rooms together are below $LINES or
# $BRANCHES percent.
set -u
build=$1
shift
counts=$build/counts.json

# summary FILTER OPTION...: its lines and branches, and gcovr's verdict.
summary() {
    filter=$1
    shift
    gcovr --root . --add-tracefile "$counts" --filter "$filter" --print-summary --sort-percentage "$@" >"$build.sum" 2>&1
    status=$?
    sed -n 's/^lines: /lines /p; s/^branches: /branches /p' "$build.sum" | paste -sd ' '
    rm -f "$build.sum"
    return $status
}

# (A branch that only an exception takes is none in C.)
gcovr --root . --object-directory "$build" --filter 'lib/' --exclude-unreachable-branches --exclude-throw-branches \
    --gcov-ignore-parse-errors --json "$counts" || exit 1
# (gcovr removes its output before it writes it: root would lose /dev/null.)
rooms=
for room; do
    echo "lib/$room: $(summary "lib/$room/" --output "$build.room")"
    rooms="$rooms${rooms:+|}$room"
done
rm -f "$build.room"
failed=0
all=$(summary "lib/($rooms)/" --output "$build.txt" --fail-under-line "$LINES" --fail-under-branch "$BRANCHES") || failed=1
# Nothing counted is no percentage.
case $all in *"(0 out of"* | '') failed=1 ;; esac
echo "coverage: $all"
[ "$failed" -eq 0 ] && exit
echo "coverage: FAILED: below $LINES % of the lines or $BRANCHES % of the branches; what is not run is in $build.txt" >&2
exit 1
