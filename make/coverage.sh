#!/bin/sh
# Usage: coverage.sh BUILD ROOM... What the tests have run of each room under lib/, as `make coverage` has counted it;
# the lines and branches that they have not are left in BUILD.txt. It fails where any of the rooms is below $LINES or
# $BRANCHES percent.
set -u
build=$1
shift
counts=$build/counts.json
failed=0

# (A branch that only an exception takes is none in C.)
gcovr --root . --object-directory "$build" --filter 'lib/' --exclude-unreachable-branches --exclude-throw-branches \
    --gcov-ignore-parse-errors --json "$counts" || exit 1
# (gcovr removes its output before it writes it: root would lose /dev/null.)
: >"$build.txt"
for room; do
    gcovr --root . --add-tracefile "$counts" --filter "lib/$room/" --output "$build.room" --print-summary \
        --sort-percentage --fail-under-line "$LINES" --fail-under-branch "$BRANCHES" >"$build.sum" 2>&1
    verdict=$?
    counted=$(sed -n 's/^lines: /lines /p; s/^branches: /branches /p' "$build.sum" | paste -sd ' ')
    # Nothing counted is no percentage.
    case $counted in *"(0 out of"* | '') verdict=1 ;; esac
    [ "$verdict" -eq 0 ] && mark='' || mark=': FAILED' failed=1
    echo "lib/$room: $counted$mark"
    cat "$build.room" >>"$build.txt"
done
rm -f "$build.room" "$build.sum"
[ "$failed" -eq 0 ] && exit
echo "coverage: FAILED: below $LINES % of the lines or $BRANCHES % of the branches; what is not run is in $build.txt" >&2
exit 1
