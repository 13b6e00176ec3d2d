#!/bin/bash
# Every lab's streams and every kernel's results, on each instruction set of this machine, against the
# committed digests. The labs on pictures run in their small form; `make identical` runs more.
. tests/pipe/lib.sh
. tests/identical/streams.sh

# The list is complete: it has every stream that a lab's rules write.
for small in '' 1; do
    make -Bn labs OUT=X SMALL=$small BIN="$BIN" BUILD="$BUILD" 2>/dev/null |
        grep -oE -- '-o X/[^ ]*\.npz' | sed 's,-o X/,,' | sort -u >"$scratch/names"
    check "the labs${small:+ (small)} write streams" [ -s "$scratch/names" ]
    if [ -n "$small" ]; then committed small; else grep -v '^#' "$digests" | grep -v '  small/'; fi |
        sed 's/.*  //' | sort >"$scratch/listed"
    check "every stream is in $digests${small:+ (small)}" diff "$scratch/listed" "$scratch/names"
done

threads=1
for isa in $isas; do
    case $isa in generic) threads=7 ;; *) threads=$((threads + 1)) ;; esac
    check "the labs run on $isa" digest_streams "$scratch/got" "$isa" $threads SMALL=1
    check "the labs' streams on $isa with $threads threads are those of $digests (make digests, if they are meant to change)" \
        diff <(committed small) "$scratch/got"
done

check "every kernel gives the same bits on every instruction set with 1, 2, 3 and 7 threads" \
    sh tests/identical/kernels.sh "$BUILD/tests/identical/selftest"
skip "aarch64, and the labs on pictures in full (make identical runs them)"
rm -rf "$work"
