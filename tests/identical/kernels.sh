#!/bin/sh
# Usage: kernels.sh SELFTEST [CROSS_SELFTEST]. Runs the kernels' self-test on every instruction set
# of this machine with 1, 2, 3 and 7 threads, and CROSS_SELFTEST on aarch64 if qemu is installed, and
# compares every result with the first. A self-test that ends with an error is a failure.
set -u
. tests/isas.sh
here=$1 cross=${2-}
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
same=0 different=0

hold() { # hold WHAT COMMAND...
    what=$1
    shift
    if ! "$@" >"$scratch/got"; then
        echo "FAILED: $what ended with an error"
        different=$((different + 1))
        return
    fi
    [ -e "$scratch/first" ] || cp "$scratch/got" "$scratch/first"
    if cmp -s "$scratch/first" "$scratch/got"; then
        echo "$(tail -n 1 "$scratch/got")  $what"
        same=$((same + 1))
    else
        echo "FAILED: $what differs from the first:"
        diff "$scratch/first" "$scratch/got" | sed 's/^/  /'
        different=$((different + 1))
    fi
}

hold_all() { # hold_all 'THREADS...' WHERE COMMAND...: on every instruction set that the command runs
    counts=$1 where=$2
    shift 2
    isas=$(runnable_isas "$@" 1) || {
        different=$((different + 1))
        return
    }
    for isa in $isas; do
        for threads in $counts; do
            hold "$where $isa, $threads threads" env LABPIPE_ISA="$isa" "$@" "$threads"
        done
    done
    ran="$ran $isas"
}

ran=
hold_all '1 2 3 7' "$(uname -m)" "$here"
if [ $# -lt 2 ]; then
    :
elif [ ! -x "$cross" ]; then
    echo "skipped: aarch64, whose compiler is missing (apt install gcc-aarch64-linux-gnu)"
elif ! command -v qemu-aarch64 >/dev/null; then
    echo "skipped: aarch64, qemu-aarch64 is missing (apt install qemu-user)"
else
    hold_all '1 3' aarch64 qemu-aarch64 "$cross"
fi
# shellcheck disable=SC2086 # words
not_among $ran
echo "kernels: $same equal, $different different"
[ "$different" -eq 0 ] && [ "$same" -gt 0 ]
