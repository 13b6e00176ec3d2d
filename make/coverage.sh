#!/bin/sh
# Usage: coverage.sh BUILD ROOM... What the tests have run of each room under lib/, as `make coverage` has counted it;
# the lines and branches that they have not are left in BUILD.txt. It fails where a room is below $LINES or $BRANCHES
# percent.
set -u
build=$1 failed=0
shift
counts=$build/counts.json
# (A branch that only an exception takes is none in C.)
gcovr --root . --object-directory "$build" --filter 'lib/' --exclude-unreachable-branches --exclude-throw-branches \
    --gcov-ignore-parse-errors --json "$counts" || exit 1
: >"$build.txt"
for room; do
    status=0
    summary=$(gcovr --root . --add-tracefile "$counts" --filter "lib/$room/" --print-summary --output "$build.room" \
        --sort-percentage --fail-under-line "$LINES" --fail-under-branch "$BRANCHES" 2>&1) || status=$?
    cat "$build.room" >>"$build.txt"
    rm -f "$build.room"
    echo "$summary" | sed -n "s|^lines: |lib/$room: lines |p; s|^branches: |lib/$room: branches |p"
    # Nothing counted is no percentage.
    case $summary in *"lines: "*"(0 out of"*) status=1 ;; esac
    [ "$status" -eq 0 ] || { echo "coverage: lib/$room: FAILED"; failed=1; }
done
if [ "$failed" -eq 0 ]; then
    echo "coverage: at least $LINES % of the lines and $BRANCHES % of the branches of each"
else
    echo "coverage: below $LINES % of the lines or $BRANCHES % of the branches; what is not run is in $build.txt" >&2
    exit 1
fi
