#!/bin/bash
# A stream that was cut or damaged on its way: exit 1, one line, and nothing that reads as complete.
# (Every length and every bit of small streams: tests/unit/test_stream.c. Here whole tools.)
. tests/pipe/lib.sh
cd "$scratch" || exit 1

from-csv --label species "$fixtures/iris.csv" >iris.npz
from-csv --compress --label species "$fixtures/iris.csv" >small.npz

# incomplete NAME: the tool refused its input; what it wrote by then, if anything, is no whole stream.
incomplete() {
    local name="$1: its output is incomplete"
    if [ "$refused" = yes ] && [ -s refused.out ]; then
        mv refused.out begun.npz
        refuses "$name" 1 'cut short' inspect begun.npz
    else
        wrote_nothing "$name"
    fi
}

for file in iris.npz small.npz; do
    size=$(wc -c <$file)
    for cut in 1 3 4 29 30 100 191 192 $((size / 2)) $((size - 200)) $((size - 23)) $((size - 22)) \
        $((size - 1)); do
        head -c "$cut" $file >cut.npz
        refuses "$file cut at $cut" 1 '^labpipe pick: reading cut.npz: .*cut short' pick x cut.npz
        incomplete "$file cut at $cut"
        refuses "$file cut at $cut, through a pipe" 1 '^labpipe pick: reading standard input: .*cut short' \
            bash -c "cat cut.npz | pick x"
        incomplete "$file cut at $cut, through a pipe"
    done
    # A bit of x, of y where that is deflated, of the central directory. (Not of a local header's date, which
    # means nothing.)
    for at in 250 1100 40000; do
        [ "$at" -lt "$size" ] || continue
        cp $file flipped.npz
        byte=$(od -An -tu1 -j "$at" -N1 $file | tr -d ' ')
        printf '%b' "\\0$(printf %o $((byte ^ 16)))" | dd of=flipped.npz bs=1 seek="$at" conv=notrunc status=none
        refuses "$file, byte $at flipped" 1 "^labpipe split: reading flipped.npz: member '.*npy': " split --train 0.5 flipped.npz
        incomplete "$file, byte $at flipped"
    done
done

# A pipeline whose first stage fails: its last stage fails too.
refuses "an empty input" 1 '^labpipe inspect: reading standard input: it is empty' bash -c "true | inspect"
cp cut.npz broken.npz
refuses "the end of a pipeline whose first stage failed" 1 '^labpipe inspect: reading standard input: ' \
    bash -c "pick x broken.npz 2>/dev/null | onehot 2>/dev/null | inspect"

# -o: an older file stays, and no temporary is left behind.
echo old >result.npz
refuses "-o with a cut input" 1 'cut short' pick x cut.npz -o result.npz
equal "the old file stays, and no temporary" "$refused $(cat result.npz) $(echo result*)" "yes old result.npz"

# Only another archive may follow an archive.
cat iris.npz small.npz >two.npz
pick x two.npz >x.npz
check "two archives in a file" inspect x.npz
{ cat iris.npz; echo more; } >more.npz
refuses "text behind an archive" 1 '^labpipe inspect: reading more.npz: byte [0-9]+: what follows the archive is not an archive' inspect more.npz
{ cat iris.npz; head -c 500 iris.npz; } >half.npz
refuses "half an archive behind an archive" 1 'cut short' inspect half.npz

# A file that changes while it is read: the full pipe behind the tool makes it wait for the change.
head -c 50000000 /dev/zero >zeros
printf '{"descr": "|u1", "fortran_order": False, "shape": (50000000,)}' >dictionary
mkfifo slow
cut_long() { : >long.npy; }
overwrite_long() { printf x | dd of=long.npy bs=1 seek=40000000 conv=notrunc status=none; }
# changed WHAT CHANGE LINE COMMAND...: the command reads long.npy; CHANGE after its first 1,000 bytes.
changed() {
    local what=$1 change=$2 line=$3 status=0 job
    shift 3
    { printf '\223NUMPY\1\0'; printf '%b' "\\0$(printf %o "$(wc -c <dictionary)")\\00"; cat dictionary zeros; } >long.npy
    "$@" 2>error >slow &
    job=$!
    exec 3<slow
    head -c 1000 <&3 >/dev/null
    "$change"
    cat <&3 >rest
    wait $job || status=$?
    exec 3<&-
    equal "a file $what: status" $status 1
    equal "a file $what: one line" "$(cat error)" "labpipe $line"
}
changed "cut while it is read" cut_long \
    "pick: an input file was cut short while it was being read" pick '*' long.npy
# The same where the tool looks at the bytes itself: the system says so by a signal.
changed "cut under its reader" cut_long \
    "to-csv: an input file was cut short while it was being read" to-csv long long.npy
# Behind what has been written by then.
changed "overwritten while it is read" overwrite_long \
    "pick: writing the stream: an input file was changed while it was being read" pick '*' long.npy
