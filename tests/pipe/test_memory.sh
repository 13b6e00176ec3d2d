#!/bin/bash
# A tool that cannot get memory ends with one line and status 1, and leaves no half-written file.
. tests/pipe/lib.sh

cd "$scratch" || exit 1

# limited KILOBYTES COMMAND...: under a limit of the address space.
limited() { (ulimit -v "$1" && shift && "$@"); }

if ! limited 100000 gen-moons --version >/dev/null 2>&1; then
    skip "the tools do not start in 100 MB (a sanitizer's build)"
    exit
fi

refuses "a stream that is too large" 1 '^labpipe gen-moons: out of memory: [0-9]+ bytes$' \
    limited 100000 gen-moons -n 100000000
wrote_nothing "it writes nothing"
gen-moons -n 2 >two.npz
refuses "a library's lack of memory (cairo's)" 1 '^labpipe plot-scatter: out of memory: [0-9]+ bytes$' \
    limited 100000 plot-scatter --size 8000x8000 -o large.png two.npz
check "it writes nothing" [ ! -e large.png ]
rm two.npz
refuses "a size that no machine has" 1 '^labpipe gen-moons: out of memory: [0-9]+ bytes$' \
    gen-moons -n 1000000000000

# --memory: what does not fit goes to a file in TMPDIR, and no byte of the output changes.
gen-gauss -n 100000 --mean 0,0,0,0,0,0,0,0 --mean 1,1,1,1,1,1,1,1 --seed 1 >wide.npz # 14.4 MB
pipeline='cat wide.npz | scale --by standard | split --seed 1 | onehot | train-mlp --hidden 4 --epochs 1 --seed 1'
check "a pipeline in memory" piped "$pipeline >memory.npz"
mkdir room
check "the same within 1 MB each" piped "export LABPIPE_MEMORY=1M TMPDIR=\$PWD/room; $pipeline >files.npz"
same "it gives the same bytes" memory.npz files.npz
check "nothing is left in TMPDIR" test -z "$(ls room)"
scale --by standard <wide.npz >memory.npz
# shellcheck disable=SC2002 # a pipe is what is tried
cat wide.npz | scale --by standard --memory 1M >files.npz
same "--memory 1M does, too" memory.npz files.npz
# The limit of what a process may have as its own, which a file's pages are not.
within() { (ulimit -d "$1" && shift && "$@"); }
if within 20000 bash -c 'cat wide.npz | scale --by standard --memory 2G' >/dev/null 2>&1; then
    skip "--memory against a limit of the data segment (there is no such limit here)"
else
    check "--memory keeps to it" within 20000 bash -c 'set -o pipefail; cat wide.npz | scale --by standard --memory 4M | cmp - memory.npz'
fi
refuses "a TMPDIR that is not there" 1 \
    '^labpipe scale: reading standard input: [0-9]+ bytes that do not fit the memory \(--memory\) cannot go to a file in /nonexistent \(TMPDIR\): No such file or directory$' \
    bash -c 'cat wide.npz | TMPDIR=/nonexistent scale --by centre --memory 1M'
# A full one: a file system of 4 MB, in a name space of its own.
full='mount -t tmpfs -o size=4m none room && export TMPDIR=room && cat wide.npz'
if unshare -rm mount -t tmpfs none room 2>/dev/null; then
    for tool in 'scale --by centre' 'split --seed 1' 'pick --rows 1:90000' 'impute --by mean' onehot 'train-mlp --hidden 2 --epochs 1'; do
        refuses "a full TMPDIR: $tool" 1 'find no room in room \(TMPDIR\): No space left on device$' unshare -rm bash -c "$full | $tool --memory 1M"
        wrote_nothing "it writes nothing"
    done
else
    skip "a full TMPDIR (no name space to mount one in)"
fi
rmdir room && rm -f wide.npz memory.npz files.npz
for word in 1 999K x -1M 1MB 1k; do
    refuses "--memory $word" 2 "^labpipe gen-moons: option --memory: '$word' is (not a size|out of range)" gen-moons -n 10 --memory "$word"
done
for word in 99999999999999999999 99999999T 8388608T 16777216T; do # the last two: 2^63 and 2^64
    refuses "--memory $word" 2 "^labpipe gen-moons: option --memory: '$word' is too large$" gen-moons -n 10 --memory $word
done
ten=$(gen-moons -n 10 | cksum)
equal "the option wins over the variable" "$(LABPIPE_MEMORY=abc gen-moons -n 10 --memory 1M | cksum)" "$ten"
equal "a variable that is empty is as none" "$(LABPIPE_MEMORY='' gen-moons -n 10 | cksum)" "$ten"
refuses "LABPIPE_MEMORY=abc" 2 "^labpipe gen-moons: LABPIPE_MEMORY: 'abc' is not a size" env LABPIPE_MEMORY=abc gen-moons -n 10

# LABPIPE_MAX_BYTES bounds each tensor: 1,600,000 bytes are too many here, 160,000 are not.
export LABPIPE_MAX_BYTES=1048576
refuses "a tensor above LABPIPE_MAX_BYTES" 1 '^labpipe gen-moons: out of memory: 1600000 bytes$' gen-moons -n 100000
check "one below it" piped 'gen-moons -n 10000 >below.npz && rm below.npz'
unset LABPIPE_MAX_BYTES
refuses "LABPIPE_MAX_BYTES=abc" 2 "^labpipe gen-moons: LABPIPE_MAX_BYTES: 'abc' is not a whole number" \
    env LABPIPE_MAX_BYTES=abc gen-moons -n 10
refuses "LABPIPE_MAX_BYTES=1" 2 "^labpipe gen-moons: LABPIPE_MAX_BYTES: " env LABPIPE_MAX_BYTES=1 gen-moons -n 10

gen-moons -n 10 >before.npz
cp before.npz kept.npz
refuses "an unfinished -o" 1 '^labpipe gen-moons: out of memory: ' \
    limited 100000 gen-moons -n 100000000 -o kept.npz
same "the file of -o is as it was" before.npz kept.npz
equal "the temporary is removed" "$(echo *)" "before.npz kept.npz refused.err refused.out"

gen-gauss -n 200000 --mean 0,0,0,0 --mean 1,1,1,1 >large.npz
refuses "a stream from a pipe" 1 '^labpipe scale: .*out of memory' \
    limited 20000 bash -c 'cat large.npz | scale --by standard'
wrote_nothing "it writes nothing either"
head -c 300000000 /dev/zero | tr '\0' 1 | gzip -1 >bomb.gz
refuses "text from a small gzip file" 1 '^labpipe from-csv: reading bomb.gz: gzip: out of memory' limited 100000 from-csv bomb.gz
refuses "a table that its text leaves no room for" 1 '^labpipe from-csv: .*out of memory' \
    limited 60000 bash -c 'yes 1,2,3,4,5,6,7,8 | head -n 1500000 | from-csv --header no'
refuses "what is computed" 1 '^labpipe train-mlp: out of memory: ' \
    limited 100000 train-mlp --hidden 1000,1000 --batch 0 --epochs 1 -o model.npz large.npz
check "and no model" test ! -e model.npz
refuses "a picture" 1 '^labpipe plot-scatter: .*memory' \
    limited 120000 plot-scatter --size 8000x8000 -o picture.png large.npz
check "and no picture" test ! -e picture.png
