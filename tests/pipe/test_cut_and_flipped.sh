#!/bin/bash
# A stream that was cut at any byte is refused by a whole tool with one line, and so is one with a
# flipped bit wherever that bit is read. (The unit tests try every bit; here it is a process that
# must never write what reads as complete.)
# shellcheck disable=SC2154 # variables of lib.sh
. tests/pipe/lib.sh
cd "$scratch" || exit 1

gen-moons -n 4 >whole.npz
size=$(stat -c %s whole.npz)
pick '*' ./whole.npz >expected.npz

one_line() { # one_line FILE: exit 1, one line, nothing that reads as a stream
    pick '*' <"$1" >out.npz 2>err
    [ $? -eq 1 ] && [ "$(wc -l <err)" -eq 1 ] && [ ! -s out.npz ]
}

bad=0
for ((length = 0; length < size; length++)); do
    head -c "$length" whole.npz >cut.npz
    one_line cut.npz || { bad=$((bad + 1)); echo "cut at $length: $(cat err)"; }
done
equal "cuts that were not refused, of $size" "$bad" 0
bad=0
for ((length = 0; length < size; length += 97)); do
    head -c "$length" whole.npz | cat | pick '*' >out.npz 2>err
    [ "${PIPESTATUS[2]}" -eq 1 ] && [ "$(wc -l <err)" -eq 1 ] && [ ! -s out.npz ] || bad=$((bad + 1))
done
equal "cuts of a pipe that were not refused" "$bad" 0

# Every bit of the file, one process a byte: a flip is refused, or changed nothing that is read.
bad=0 refused=0
for ((at = 0; at < size; at += 1)); do
    bit=$((1 << at % 8))
    value=$(od -An -tu1 -j "$at" -N 1 whole.npz)
    cp whole.npz flipped.npz
    # shellcheck disable=SC2059 # the format is the byte
    printf "$(printf '\\x%02x' $((value ^ bit)))" |
        dd of=flipped.npz bs=1 seek="$at" conv=notrunc status=none
    if one_line flipped.npz; then
        refused=$((refused + 1))
    else
        # Same tensors: byte for byte what the whole file gives.
        pick '*' <flipped.npz 2>/dev/null | cmp -s - <(pick '*' <whole.npz) ||
            { bad=$((bad + 1)); echo "flip at byte $at: $(cat err)"; }
    fi
done
equal "flips that changed the result unnoticed, of $size" "$bad" 0
check "most flips are refused ($refused of $size)" [ "$refused" -gt $((size / 2)) ]
