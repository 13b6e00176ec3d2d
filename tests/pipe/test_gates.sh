#!/bin/bash
# The tests' own checks close: each fails on the fault that it is there for, and run.sh counts a test
# that is missing, crashes, checks nothing or exits with another status than its count.
. tests/pipe/lib.sh

# closes FAULT LINES: a test of these lines counts no success and one failure, and exits with 1.
closes() {
    local got=0
    printf '%s\n' '. tests/pipe/lib.sh' "cd '$scratch'" "$2" >"$scratch/test_fault.sh"
    bash "$scratch/test_fault.sh" >"$scratch/log" 2>&1 || got=$?
    equal "$1" "status $got, $(tail -n 1 "$scratch/log")" 'status 1, test_fault: 0 passed, 1 failed'
}

echo text >"$scratch/text"
: >"$scratch/empty"
closes 'same: other bytes' 'same fault text /dev/null'
closes 'same: two empty files' 'same fault empty empty'
closes 'same: two missing files' 'same fault none none'
closes 'differ: the same bytes' 'differ fault text text'
closes 'differ: a missing file' 'differ fault text none'
closes 'equal: other texts' 'equal fault a b'
# shellcheck disable=SC2016 # the test itself expands them
closes 'equal: two commands that print nothing' 'equal fault "$(false)" "$(false)"'
closes 'silent: a failure' 'silent fault false'
closes 'silent: a line' 'silent fault echo text'
closes 'check: a crash' "check fault sh -c 'kill -SEGV \$\$'"
closes 'check: the first stage of a pipeline' "check fault piped 'false | true'"
closes 'refuses: success' 'refuses fault 1 . true'
closes 'refuses: a crash' "refuses fault 1 . sh -c 'echo error >&2; kill -SEGV \$\$'"
closes 'refuses: two lines' "refuses fault 1 error sh -c 'echo error >&2; echo error >&2; exit 1'"
closes 'refuses: another line' "refuses fault 1 error sh -c 'echo warning >&2; exit 1'"
closes 'wrote_nothing: no refusal before it' 'wrote_nothing fault'
closes 'replays: no recipe' 'inspect() { false; }; fail() { failed=1; }; replays fault text'
closes 'a command outside a check' 'false | cat'
closes 'no check at all' ':'

# tallies FAULT LINES: run.sh over one test of these lines counts one failure.
tree=$scratch/tree
mkdir -p "$tree/tests/unit" "$tree/build/tests/unit"
touch "$tree/tests/unit/test_fault.c"
tallies() {
    local got=0
    [ -z "$2" ] || {
        printf '%s\n' '#!/bin/sh' "$2" >"$tree/build/tests/unit/test_fault"
        chmod +x "$tree/build/tests/unit/test_fault"
    }
    (cd "$tree" && BUILD=build sh "$OLDPWD/tests/run.sh" unit) >"$scratch/log" 2>&1 || got=$?
    equal "run.sh: $1" "status $got, $(tail -n 1 "$scratch/log")" "status 1, ${3:-0} passed, 1 failed"
}
tallies 'a missing test' ''
tallies 'a crash' 'kill -SEGV $$'
tallies 'a crash after the count' 'echo "x: 3 passed, 0 failed"; kill -SEGV $$' 3
tallies 'no check' 'echo "x: 0 passed, 0 failed"'
tallies 'a failed check' 'echo "x: 0 passed, 1 failed"'

# kernels.sh fails on a self-test that crashes, on every instruction set or on one of them, and on one
# whose bits differ.
stops() { # stops FAULT LINES: of a self-test
    local got=0
    printf '%s\n' '#!/bin/sh' "$2" >"$scratch/selftest"
    chmod +x "$scratch/selftest"
    sh tests/identical/kernels.sh "$scratch/selftest" >"$scratch/log" 2>&1 || got=$?
    equal "kernels.sh: $1" "status $got" "${3:-status 1}"
}
# shellcheck disable=SC2016 # the self-test expands them
refusal='[ $LABPIPE_ISA != none ] || { echo "LABPIPE_ISA is none (it runs avx2, generic)" >&2; exit 2; }'
stops 'a sound self-test' "$refusal; echo same" 'status 0'
stops 'a crash' 'kill -SEGV $$'
stops 'no list of instruction sets' 'exit 2'
stops 'a crash on one of them' "$refusal; [ \$LABPIPE_ISA != avx2 ] || kill -SEGV \$\$; echo same"
stops 'other bits on one of them' "$refusal; echo \$LABPIPE_ISA"

# check.sh makes every target, and counts one that fails, crashes, or says nothing of what it did.
checks() { # checks FAULT LINES COUNT: of a `make`
    local got=0
    printf '%s\n' '#!/bin/sh' "$2" >"$scratch/make"
    chmod +x "$scratch/make"
    MAKE=$scratch/make sh make/check.sh test other >"$scratch/log" 2>&1 || got=$?
    equal "check.sh: $1" "status $got, $(tail -n 1 "$scratch/log")" "$3"
}
checks 'sound gates' 'echo "3 passed, 0 failed"' 'status 0, check: 2 passed, 0 failed'
checks 'a failure' 'echo "3 passed, 1 failed"; exit 2' 'status 1, check: 0 passed, 2 failed'
checks 'a failure that exits with 0' 'echo "3 passed, 1 failed"' 'status 1, check: 0 passed, 2 failed'
checks 'a crash' 'echo "3 passed, 0 failed"; kill -SEGV $$' 'status 1, check: 0 passed, 2 failed'
checks 'no test' 'echo "0 passed, 0 failed"' 'status 1, check: 0 passed, 2 failed'
checks 'nothing said' ':' 'status 1, check: 0 passed, 2 failed'

# fuzz.sh fails on a target that crashes, that runs on nothing, or that is not there.
mkdir -p "$tree/fuzz/tests/fuzz" "$tree/tests/fuzz/corpus/fault" "$tree/tests/fuzz/dictionaries"
touch "$tree/tests/fuzz/dictionaries/fault.dict"
fuzzes() { # fuzzes FAULT LINES COUNT: of a target
    local got=0
    [ -z "$2" ] || { printf '%s\n' '#!/bin/sh' "$2" >"$tree/fuzz/tests/fuzz/fault"; chmod +x "$tree/fuzz/tests/fuzz/fault"; }
    (cd "$tree" && BUILD=fuzz sh "$OLDPWD/make/fuzz.sh" 1) >"$scratch/log" 2>&1 || got=$?
    equal "fuzz.sh: $1" "status $got, $(tail -n 1 "$scratch/log")" "$3"
}
units='echo "stat::number_of_executed_units: 9"'
fuzzes 'no target' '' 'status 1, fuzz: 0 passed, 1 failed'
fuzzes 'a sound target' "$units" 'status 0, fuzz: 1 passed, 0 failed'
fuzzes 'a crash' "$units; kill -SEGV \$\$" 'status 1, fuzz: 0 passed, 1 failed'
fuzzes 'no input' ':' 'status 1, fuzz: 0 passed, 1 failed'

# coverage.sh fails on a room below the bars beside one above them, and on one of which nothing is counted.
if command -v gcovr >/dev/null; then
    mkdir -p "$tree/lib/one" "$tree/lib/two" "$tree/counted"
    for room in one two; do
        printf 'int %s(int x) {\n    if (x > 1)\n        return 1;\n    return 2;\n}\n' $room >"$tree/lib/$room/$room.c"
    done
    printf 'int one(int x);\nint two(int x);\nint main(int n, char **word) {\n    return word == 0 || one(n) + two(1) + two(2) < 0;\n}\n' \
        >"$tree/main.c"
    (cd "$tree" && for room in one two; do cc --coverage -c -o counted/$room.o lib/$room/$room.c; done &&
        cc --coverage -o counted/run main.c counted/one.o counted/two.o)
    counts() { # counts FAULT EXPECTED ROOM...: by what has been run so far
        local name=$1 expected=$2 got=0
        shift 2
        (cd "$tree" && LINES=95 BRANCHES=90 sh "$OLDPWD/make/coverage.sh" counted "$@") >"$scratch/log" 2>&1 || got=$?
        equal "coverage.sh: $name" "status $got, $(grep '^lib/' "$scratch/log" | tr '\n' ',')" "$expected"
    }
    whole='lines 100.0% (4 out of 4) branches 100.0% (2 out of 2)'
    counts 'no run' "status 1, lib/one: lines 0.0% (0 out of 4) branches 0.0% (0 out of 2): FAILED," one
    "$tree/counted/run"
    counts 'a room that is run in part' \
        "status 1, lib/one: lines 75.0% (3 out of 4) branches 50.0% (1 out of 2): FAILED,lib/two: $whole," one two
    "$tree/counted/run" again
    counts 'sound rooms' "status 0, lib/one: $whole,lib/two: $whole," one two
    counts 'a room of which nothing is counted' \
        "status 1, lib/one: $whole,lib/three: lines 0.0% (0 out of 0) branches 0.0% (0 out of 0): FAILED," one three
else
    skip "no gcovr: coverage.sh"
fi

# `make mutants` takes too long for every change; that each mutant still has its place does not.
check "every mutant has its place in the sources" bash tests/mutants/run.sh --check
