#!/bin/bash
# make data: against a mirror of files on this disk.
. tests/pipe/lib.sh
script=$PWD/pipelines/data.sh table=$PWD/pipelines/data.tsv
cd "$scratch" || exit 1
if ! command -v curl >/dev/null; then
    skip "this machine has no curl"
    exit
fi

mkdir -p mirror/batches
seq 10000 >mirror/plain
printf 'one' >mirror/batches/1.bin
tar -czf mirror/set.tar.gz -C mirror batches
row() { printf '%s\tfile://%s/mirror/%s\t%s\t%s\n' "$1" "$PWD" "$1" "$2" "$3"; }
{
    echo '# a comment'
    row plain "$(sha256sum <mirror/plain | cut -d ' ' -f 1)" -
    row set.tar.gz "$(md5sum <mirror/set.tar.gz | cut -d ' ' -f 1)" set
} >good.tsv

check "it fetches and unpacks" bash "$script" good.tsv data
same "a file" mirror/plain data/plain
equal "an archive's file" "$(cat data/set/1.bin)" one
silent "a second call does nothing" bash "$script" good.tsv data
head -c 1000 mirror/plain >data/plain.part
rm data/plain
check "it resumes an interrupted download" bash "$script" good.tsv data
same "the resumed file" mirror/plain data/plain
echo spoilt >data/plain
check "it fetches a changed file again" bash "$script" good.tsv data
same "the changed file" mirror/plain data/plain

row plain 00000000000000000000000000000000 - >bad.tsv
refuses "a wrong checksum" 1 'its checksum is not 00000000000000000000000000000000' bash "$script" bad.tsv other
equal "and its file is removed" "$(find other -type f | wc -l)" 0
row nothing 00000000000000000000000000000000 - >missing.tsv
# shellcheck disable=SC2016 # the inner shell expands it
check "a missing file fails" piped '! bash "$0" missing.tsv other 2>err >/dev/null' "$script"
check "and its address is printed" grep '^data: fetching file://.*/nothing failed' err
# shellcheck disable=SC2016 # awk's fields
check "the table's rows are whole" awk -F '\t' '
    /^#/ { next }
    NF != 4 || (length($3) != 32 && length($3) != 64) { print; bad = 1 }
    { n++ }
    END { exit bad || n == 0 }' "$table"
