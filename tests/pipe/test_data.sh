#!/bin/bash
# make data: against a mirror of files on this disk.
. tests/pipe/lib.sh
script=$PWD/pipelines/data.sh table=$PWD/pipelines/data.tsv
cd "$scratch" || exit 1
if ! command -v curl >/dev/null; then
    skip "there is no curl"
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
equal "a second call does nothing" "$(bash "$script" good.tsv data)" ""
head -c 1000 mirror/plain >data/plain.part
rm data/plain
check "it goes on where it was broken off" bash "$script" good.tsv data
same "what was broken off is whole" mirror/plain data/plain
echo spoilt >data/plain
check "a file that has changed is fetched again" bash "$script" good.tsv data
same "a file that had changed" mirror/plain data/plain

row plain 00000000000000000000000000000000 - >bad.tsv
if bash "$script" bad.tsv other >out 2>err; then fail "a wrong checksum: status 0"; else pass; fi
check "a wrong checksum is said" grep -q 'its checksum is not 00000000000000000000000000000000' err
equal "and its file is gone" "$(ls other)" ""
row nothing 00000000000000000000000000000000 - >missing.tsv
if bash "$script" missing.tsv other >out 2>err; then fail "no such file: status 0"; else pass; fi
check "no such file is said" grep -q '^data: fetching file://.*/nothing failed' err
equal "the table's rows are whole" "$(grep -v '^#' "$table" | awk -F '\t' 'NF != 4 || (length($3) != 32 && length($3) != 64)')" ""
