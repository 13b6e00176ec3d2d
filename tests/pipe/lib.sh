# shellcheck shell=bash disable=SC2034 # the tests that source this use its variables
# Sourced by every tests/pipe/test_*.sh: paths, a scratch folder, checks and the closing count.
# Run from the top of the tree; $BIN and $BUILD come from the Makefile. V=1 also lists what passed.
#
# A command outside a check has to succeed: one that fails counts as a failed test.
set -u -o pipefail
: "${BUILD:=build}" "${BIN:=bin}"
tools=$(cd "$BIN" && pwd) || exit 1
PATH=$tools:$PATH
export PATH LC_ALL=C
# The unit tests look for leaks; a tool's memory goes with its process.
export ASAN_OPTIONS=detect_leaks=0
# What make is told so that it finds the tools up to date.
mapfile -t built < <(cat "$BUILD/.flags" "$BUILD/.isas" "$BUILD/.mpi")
fixtures=$PWD/fixtures
scratch=$(mktemp -d)
suite=$(basename "$0" .sh)
passed=0 failed=0 skipped=0 refused=no
trap 'close $?' EXIT
trap 'fail "line $LINENO: status $?: $BASH_COMMAND"' ERR

pass() { passed=$((passed + 1)); [ -z "${V-}" ] || echo "passed: $*"; }
fail() { failed=$((failed + 1)); echo "FAILED: $*"; }
skip() { skipped=$((skipped + 1)); echo "skipped: $*"; }

close() { # close STATUS: the last line, and a status that says the same
    rm -rf "$scratch"
    [ $((passed + failed + skipped)) -gt 0 ] || fail "nothing was checked"
    echo "$suite: $passed passed, $failed failed$([ "$skipped" -eq 0 ] || echo ", $skipped skipped")"
    [ "$failed" -eq 0 ] || exit 1
    exit "$1"
}

# The builtin eval hides the tool of that name.
eval() { "$tools/eval" "$@"; }

# Every tool, a name a line: what is in bin/ beside the program that runs them, `labpipe`.
all_tools() { (cd "$tools" && printf '%s\n' * | grep -vx labpipe); }

# check NAME COMMAND...: the command succeeds.
check() {
    local name=$1 log
    shift
    if log=$("$@" 2>&1); then pass "$name"; else fail "$name"; printf '  %s\n' "$*" "$log"; fi
}

# piped 'A | B'...: a pipeline for `check`; it fails where any of its stages fails.
piped() { bash -o pipefail -c "$@"; }

# refuses NAME STATUS PATTERN COMMAND...: the command ends with that status and exactly one line on
# standard error, which matches the pattern (extended, case kept). Its standard output is left in
# $scratch/refused.out, and $refused says whether all that was so.
refuses() {
    local name=$1 status=$2 pattern=$3 got=0 lines
    shift 3
    refused=no
    "$@" >"$scratch/refused.out" 2>"$scratch/refused.err" </dev/null || got=$?
    lines=$(wc -l <"$scratch/refused.err")
    if [ "$got" -ne "$status" ]; then
        fail "$name: status $got, expected $status"; cat "$scratch/refused.err"
    elif [ "$lines" -ne 1 ]; then
        fail "$name: $lines lines on standard error, expected 1"; cat "$scratch/refused.err"
    elif ! grep -Eq -- "$pattern" "$scratch/refused.err"; then
        fail "$name: '$(cat "$scratch/refused.err")' does not match '$pattern'"
    else
        refused=yes
        pass "$name"
    fi
}

# wrote_nothing NAME: the command of the last `refuses` ended as it should and wrote no output.
wrote_nothing() {
    if [ "$refused" = yes ] && ! [ -s "$scratch/refused.out" ]; then pass "$1"; else fail "$1"; fi
}

# same NAME FILE FILE: the two files hold the same bytes, and at least one. differ: other bytes.
same() {
    if ! [ -s "$2" ] || ! [ -s "$3" ]; then
        fail "$1: $2 or $3 is missing or empty"
    elif cmp -s "$2" "$3"; then
        pass "$1"
    else
        fail "$1: $(cmp "$2" "$3" 2>&1)"
    fi
}
differ() {
    if ! [ -s "$2" ] || ! [ -s "$3" ]; then
        fail "$1: $2 or $3 is missing or empty"
    elif cmp -s "$2" "$3"; then
        fail "$1: $2 and $3 are the same"
    else
        pass "$1"
    fi
}

# equal NAME ACTUAL EXPECTED: the two texts are the same, and not empty.
equal() {
    if [ -z "$3" ]; then
        fail "$1: the expected text is empty"
    elif [ "$2" = "$3" ]; then
        pass "$1"
    else
        fail "$1: '$2', expected '$3'"
    fi
}

# silent NAME COMMAND...: the command succeeds and prints nothing.
silent() {
    local name=$1 log
    shift
    if log=$("$@" 2>&1) && [ -z "$log" ]; then pass "$name"; else fail "$name: $log"; fi
}

# replays NAME FILE: the recipe of the stream in FILE makes it again.
replays() {
    rm -f "$scratch/again.npz"
    { inspect --recipe "$2" >"$scratch/recipe" && bash "$scratch/recipe" >"$scratch/again.npz"; } ||
        fail "$1: status $? of its recipe"
    same "$1: its recipe ($(cat "$scratch/recipe"))" "$2" "$scratch/again.npz"
}

# runs_page FILE: the console blocks of a page, "$ command" lines and the output of each, in their order.
runs_page() {
    local line command='' expected=''
    while IFS= read -r line; do
        if [ "${line#\$ }" != "$line" ]; then
            prints "$command" "$expected"
            command=${line#\$ } expected=''
        else
            expected+=$line$'\n'
        fi
    done < <(awk '/^```console/ { on = 1; next } /^```/ { on = 0 } on' "$1")
    prints "$command" "$expected"
}

# missing WORD...: which of these programs are not here, and of the modules of Python behind the word python. `slurm`
# is one whose only node is this machine, so that its tasks see the scratch folder.
missing() {
    local word modules=no
    for word; do
        if [ "$word" = python ]; then
            modules=yes
            [ -n "$python" ] || printf '%s ' NumPy
        elif [ "$modules" = yes ]; then
            "$python" -c "import $word" 2>/dev/null || printf '%s ' "$word"
        elif [ "$word" = slurm ]; then
            [ "$(sinfo -h -N -o %N 2>/dev/null | sort -u)" = "$(hostname -s)" ] || printf '%s ' "Slurm on this machine alone"
        else
            command -v "$word" >/dev/null || printf '%s ' "$word"
        fi
    done
}

# runs_blocks FILE: the console blocks of a page whose blocks say what they need (<!-- needs: jq -->), here in this
# folder; those that need what is missing are skipped. "> " goes on with a command.
runs_blocks() {
    local i needs lacks line command expected
    awk '/^<!-- needs: / { sub(/^<!-- needs: /, ""); sub(/ -->$/, ""); needs = $0 }
        /^```console/ { on = 1; n++; print needs > ("block" n); next } /^```/ { on = 0 } on { print > ("block" n) }' "$1"
    equal 'every block says what it needs' "$(grep -c '^```console' "$1")" "$(grep -c '^<!-- needs: ' "$1")"
    for ((i = 1; i <= $(grep -c '^```console' "$1"); i++)); do
        {
            read -r -a needs
            lacks=$(missing "${needs[@]}")
            if [ -n "$lacks" ]; then
                skip "not installed: ${lacks% }: ${needs[*]}"
                continue
            fi
            command='' expected=''
            while IFS= read -r line; do
                case $line in
                '$ '*) prints "$command" "$expected"; command=${line#\$ } expected='' ;;
                '> '*) command+=$'\n'${line#> } ;;
                *) expected+=$line$'\n' ;;
                esac
            done
            prints "$command" "$expected"
        } <"block$i"
    done
}

prints() { # prints COMMAND TEXT: it prints this and nothing else
    if [ -z "$1" ]; then
        :
    elif [ -z "$2" ]; then
        silent "$1" piped "$1"
    else
        equal "$1" "$(piped "$1" 2>&1)" "${2%$'\n'}"
    fi
}

# The instruction sets that the tools were built for and this machine runs, the best first.
. tests/isas.sh
isas=$(runnable_isas gen-moons -n 2) || fail "the tools name no instruction set that they run on"

# The Python that has NumPy, for the tests that hold labpipe against it; empty where none has.
python=
for candidate in /usr/bin/python3 python3; do
    if "$candidate" -c 'import numpy' 2>/dev/null; then python=$candidate; break; fi
done

# needs_numpy WHAT: a test that is nothing without it ends here.
needs_numpy() {
    [ -n "$python" ] && return
    skip "no NumPy: $1"
    exit
}
