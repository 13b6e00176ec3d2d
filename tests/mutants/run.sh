#!/bin/bash
# Usage: run.sh [KERNEL...]. Breaks the kernels as tests/mutants/table.txt has it, one place at a
# time, and runs the tests on each: a mutant that no test sees has survived. Works on a copy of the
# tree; the copy is compiled for one instruction set only, since the source is one for all of them.
# First the tests that the table names, then every other unit test, then the labs' digests.
# run.sh --check: only whether the table fits the sources.
set -u -o pipefail
export LC_ALL=C
table=tests/mutants/table.txt
. tests/isas.sh
: "${BUILD:=build}" "${BIN:=bin}"
jobs=$(nproc 2>/dev/null || echo 1)
unset MAKEFLAGS MFLAGS MAKELEVEL LABPIPE_ISA LABPIPE_THREADS

# Numbers that a mutant spoils may keep a loop from ending.
limit() { timeout 60 "$@"; }

# ---- the table: a line "KERNEL FILE TEST...", then "-" with what to find and "+" with what to put,
# where \n is a line's end ----

table_error() { echo "$table: $*" >&2; exit 1; }

kernels=() files=() tests=() finds=() puts=()
read_table() {
    local kernel='' file='' test='' find='' line number=0
    while IFS= read -r line; do
        number=$((number + 1))
        case $line in
        '' | '#'*) ;;
        '- '*) [ -z "$find" ] || table_error "line $number: the mutant before has no '+'"
            find=${line#- } ;;
        '+ '* | '+') [ -n "$find" ] || table_error "line $number: '+' without '-'"
            kernels+=("$kernel") files+=("$file") tests+=("$test")
            line=${line#+}
            finds+=("${find//\\n/$'\n'}") puts+=("${line# }")
            puts[-1]=${puts[-1]//\\n/$'\n'}
            find='' ;;
        *) read -r kernel file test <<<"$line" ;;
        esac
    done <"$table"
}

# Every row of lp_kernels, and all else that the table names, in five ways at least.
check_table() {
    local kernel i content rest
    for kernel in $(sed -n 's/^LP_KERNEL([a-z]*, \([a-z_]*\),.*/\1/p' lib/num/kernels/list.h) $(printf '%s\n' "${kernels[@]}" | sort -u); do
        [ "$(printf '%s\n' "${kernels[@]}" | grep -cx "$kernel")" -ge 5 ] ||
            table_error "$kernel has fewer than five mutants"
    done
    for i in "${!kernels[@]}"; do
        content=$(cat "${files[i]}") || exit 1
        rest=${content#*"${finds[i]}"}
        [ "$rest" != "$content" ] || table_error "${kernels[i]}: ${files[i]} does not hold: ${finds[i]}"
        [ "${rest#*"${finds[i]}"}" = "$rest" ] || table_error "${kernels[i]}: ${files[i]} holds more than once: ${finds[i]}"
        [ "${finds[i]}" != "${puts[i]}" ] || table_error "${kernels[i]}: nothing changes: ${finds[i]}"
    done
}

# ---- building and testing, in a folder of $work ----

build() { # build TARGET...: the variables come before
    make -s -j "$jobs" ISAS="$isa" CFLAGS=-O2 "$@" >"$work/log" 2>&1
}

# What kills the tree in the current folder, or nothing.
killer() {
    local test
    for test in "$@"; do
        build "build/tests/unit/$test" || { echo "compiler"; return; }
        limit "build/tests/unit/$test" >/dev/null 2>&1 </dev/null || { echo "$test"; return; }
    done
    for test in tests/unit/test_*.c; do
        test=$(basename "$test" .c)
        [[ " $* " != *" $test "* ]] || continue
        build "build/tests/unit/$test" || { echo "compiler"; return; }
        limit "build/tests/unit/$test" >/dev/null 2>&1 </dev/null || { echo "$test"; return; }
    done
    build tools || { echo "compiler"; return; }
    # shellcheck disable=SC2016 # the inner shell expands them
    BUILD=build BIN=bin limit bash -c '. tests/identical/streams.sh
        digest_streams "$work/got" "" "" SMALL=1 ISAS="$1" CFLAGS=-O2 &&
            committed small | cmp -s - "$work/got"' - "$isa" >/dev/null 2>&1 || echo digests
}

read_table
check_table
[ "${1-}" != --check ] || exit 0

rm -rf "$BUILD/mutants"
mkdir -p "$BUILD/mutants/base" || exit 1
work=$(cd "$BUILD/mutants" && pwd) || exit 1
trap 'rm -rf "$work"' EXIT
isas=$(runnable_isas "$BIN/gen-moons" -n 2) || exit 1
isa=${isas%% *}
unset BUILD BIN
cp -a Makefile lib tools tests fixtures pipelines make "$work/base/"
cd "$work/base" || exit 1
echo "building for $isa, and running the tests on what is not broken"
dead=$(killer)
[ -z "$dead" ] || { cat "$work/log"; echo "mutants: $dead fails on the kernels as they are" >&2; exit 1; }
cd "$work" || exit 1

killed=0 survived=0 number=0 last=
for i in "${!kernels[@]}"; do
    kernel=${kernels[i]}
    [ $# -eq 0 ] || [[ " $* " == *" $kernel "* ]] || continue
    [ "$kernel" = "$last" ] && number=$((number + 1)) || number=1
    last=$kernel
    rm -rf "$work/tree"
    cp -a base tree
    cd tree || exit 1
    content=$(cat "${files[i]}" && echo x)
    content=${content%x}
    printf '%s' "${content%%"${finds[i]}"*}${puts[i]}${content#*"${finds[i]}"}" >"${files[i]}"
    # shellcheck disable=SC2086 # words
    dead=$(killer ${tests[i]})
    cd "$work" || exit 1
    case $dead in
    compiler)
        cat "$work/log"
        table_error "$kernel $number does not compile: ${puts[i]}" ;;
    '')
        survived=$((survived + 1))
        echo "SURVIVED  $kernel $number: ${finds[i]}"
        echo "      as  ${puts[i]}" ;;
    *)
        killed=$((killed + 1))
        echo "killed    $kernel $number ($dead)" ;;
    esac
done
echo
echo "mutants: $killed killed, $survived survived"
[ "$survived" -eq 0 ] && [ "$killed" -gt 0 ]
