#!/bin/bash
# Every stream of every lab, and every kernel's results, on each instruction set of this machine: the
# bytes whose digests are committed. The labs on pictures run in their small form; `make identical`
# runs more.
# shellcheck disable=SC2154 # variables of lib.sh and streams.sh
. tests/pipe/lib.sh
. tests/identical/streams.sh

# The list is whole: every stream that some lab's recipe writes is in it.
for small in '' 1; do
    make -Bn labs OUT=X SMALL=$small BIN="$BIN" BUILD="$BUILD" 2>/dev/null |
        grep -oE -- '-o X/[^ ]*\.npz' | sed 's,-o X/,,' | sort -u >"$scratch/names"
    if [ -n "$small" ]; then committed small; else grep -v '^#' "$digests" | grep -v '  small/'; fi |
        sed 's/.*  //' | sort >"$scratch/listed"
    check "every stream is in $digests${small:+ (small)}" diff "$scratch/listed" "$scratch/names"
done

threads=1
for isa in avx512 avx2 neon generic; do
    if ! runs_here $isa; then
        skip "$isa, which this machine cannot run"
        continue
    fi
    case $isa in generic) threads=7 ;; *) threads=$((threads + 1)) ;; esac
    check "the labs run on $isa" digest_streams "$scratch/got" $isa $threads SMALL=1
    check "the labs' streams on $isa with $threads threads are those of $digests (make digests, if they are meant to change)" \
        diff <(committed small) "$scratch/got"
done

check "every kernel gives the same bits on every instruction set with 1, 2, 3 and 7 threads" \
    sh tests/identical/kernels.sh "$BUILD/tests/identical/selftest"
skip "aarch64, and the labs on pictures in full (make identical runs them)"
rm -rf "$work"
