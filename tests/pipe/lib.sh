# Sourced by every tests/pipe/test_*.sh: paths, a scratch folder, checks and the closing count.
# Run from the top of the tree; $BIN and $BUILD come from the Makefile.
set -u -o pipefail
: "${BUILD:=build}" "${BIN:=bin}"
PATH=$(cd "$BIN" && pwd):$PATH
export PATH LC_ALL=C
# A tool is one process, and what it holds goes with it; the unit tests look for leaks.
export ASAN_OPTIONS=detect_leaks=0
fixtures=$PWD/fixtures
scratch=$(mktemp -d)
suite=$(basename "$0" .sh)
passed=0 failed=0 skipped=0
trap 'rm -rf "$scratch"; if [ "$skipped" -gt 0 ]; then echo "$suite: $passed passed, $failed failed, $skipped skipped"; else echo "$suite: $passed passed, $failed failed"; fi; [ "$failed" -eq 0 ]' EXIT

pass() { passed=$((passed + 1)); }
fail() { failed=$((failed + 1)); echo "FAILED: $*"; }
skip() { skipped=$((skipped + 1)); echo "skipped: $*"; }

# check NAME COMMAND...: the command succeeds.
check() {
    local name=$1 log
    shift
    if log=$("$@" 2>&1); then pass; else fail "$name"; printf '  %s\n' "$*" "$log"; fi
}

# refuses NAME STATUS PATTERN COMMAND...: the command ends with that status and exactly one line on
# standard error, which matches the pattern (extended, case kept). What it wrote on standard output
# is left in $scratch/refused.out.
refuses() {
    local name=$1 status=$2 pattern=$3 got lines
    shift 3
    "$@" >"$scratch/refused.out" 2>"$scratch/refused.err" </dev/null
    got=$?
    lines=$(wc -l <"$scratch/refused.err")
    if [ "$got" -ne "$status" ]; then
        fail "$name: status $got, expected $status"; cat "$scratch/refused.err"
    elif [ "$lines" -ne 1 ]; then
        fail "$name: $lines lines on standard error, expected 1"; cat "$scratch/refused.err"
    elif ! grep -Eq -- "$pattern" "$scratch/refused.err"; then
        fail "$name: '$(cat "$scratch/refused.err")' does not match '$pattern'"
    else
        pass
    fi
}

# same NAME FILE FILE: the two files hold the same bytes.
same() {
    if cmp -s "$2" "$3"; then pass; else fail "$1: $(cmp "$2" "$3" 2>&1)"; fi
}

# equal NAME ACTUAL EXPECTED: the two texts are the same.
equal() {
    if [ "$2" = "$3" ]; then pass; else fail "$1: '$2', expected '$3'"; fi
}

# The Python that has NumPy, for the tests that hold labpipe against it; empty where none has.
python=
for candidate in /usr/bin/python3 python3; do
    if "$candidate" -c 'import numpy' 2>/dev/null; then python=$candidate; break; fi
done
