#!/bin/sh
# Usage: kernels.sh SELFTEST [CROSS_SELFTEST]. Runs the kernels' self-test on every instruction set
# of this machine with 1, 2, 3 and 7 threads, and with CROSS_SELFTEST where it and qemu are there on
# aarch64 too, and holds every result against the first. Says what it skipped.
set -u
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

for isa in avx512 avx2 neon generic; do
    if LABPIPE_ISA=$isa "$here" 1 >/dev/null 2>&1; then
        for threads in 1 2 3 7; do
            hold "$(uname -m) $isa, $threads threads" env LABPIPE_ISA=$isa "$here" $threads
        done
    else
        echo "skipped: $isa, which this machine cannot run"
    fi
done
if [ $# -lt 2 ]; then
    :
elif [ ! -x "$cross" ]; then
    echo "skipped: aarch64, whose compiler is missing (apt install gcc-aarch64-linux-gnu)"
elif ! command -v qemu-aarch64 >/dev/null; then
    echo "skipped: aarch64, qemu-aarch64 is missing (apt install qemu-user)"
else
    for isa in neon generic; do
        for threads in 1 3; do
            hold "aarch64 $isa, $threads threads" \
                env LABPIPE_ISA=$isa qemu-aarch64 "$cross" $threads
        done
    done
fi
echo "kernels: $same equal, $different different"
[ "$different" -eq 0 ] && [ "$same" -gt 0 ]
