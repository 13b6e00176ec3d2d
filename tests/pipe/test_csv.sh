#!/bin/bash
# from-csv and to-csv: what they read, what they refuse, and that numbers survive the way there and
# back. Expected values stand in the test or come from Python's own reader.
# shellcheck disable=SC2154 # variables of lib.sh
. tests/pipe/lib.sh
cd "$scratch" || exit 1

# shellcheck disable=SC2059 # the text is the format
csv() { printf "$1" >t.csv; }

csv 'a,b,k\r\n1,2.5,"x, y"\r\n-3,1e-3,"q""t"\r\n'
from-csv --label k t.csv >t.npz
equal "CRLF, quotes, commas in quotes" "$(to-csv t.npz)" $'a,b,y\n1,2.5,0\n-3,0.001,1'
equal "classes in order of appearance" "$(inspect t.npz | awk '$1 == "classes"' | tr -s ' ')" \
    'classes U4 (2,) x, y, q"t'
equal "labels as texts" "$(to-csv --class-names --no-header t.npz y)" $'"x, y"\n"q""t"'
csv '\xef\xbb\xbfa,b\n 1 ,2\n\n'
equal "a byte order mark, blanks around a number, a blank last line" \
    "$(from-csv t.csv | to-csv)" $'a,b\n1,2'
csv '5,6\n7,8\n'
equal "no header" "$(from-csv t.csv | to-csv --no-header)" $'5,6\n7,8'
csv 'a;b\n1;2\n'
equal "another separator" "$(from-csv --separator ';' t.csv | to-csv --separator tab)" $'a\tb\n1\t2'
csv '7,1\n5,2\n7,3\n'
equal "whole numbers are labels as they are" "$(from-csv --label 1 t.csv | to-csv --no-header y)" \
    $'7\n5\n7'
equal "from a pipe" "$(from-csv --label 1 <t.csv | to-csv --no-header y)" $'7\n5\n7'

refuse() { # refuse NAME CSV PATTERN OPTIONS...
    local name=$1 pattern=$3
    csv "$2"
    shift 3
    refuses "$name" 1 "$pattern" from-csv "$@" t.csv
    [ ! -s refused.out ] && pass || fail "$name: it writes output in spite of an error"
}
refuse "a word among numbers" 'a,b\n1,2\n3,abc\n' "^from-csv: reading t.csv: row 2 \(line 3\): column b: 'abc' is not a number"
refuse "a word in a file without a header" '1,2\n3,abc\n' "row 2 \(line 2\): column 2: 'abc' is not a number"
refuse "an empty cell" 'a,b\n1,\n' "row 1 \(line 2\): column b: the cell is empty"
refuse "nan" 'a,b\n1,nan\n' "column b: 'nan' is not a number"
refuse "inf" 'a,b\n1,-inf\n' "column b: '-inf' is not a number"
refuse "hexadecimal" 'a,b\n1,0x10\n' "'0x10' is not a number"
refuse "a number that overflows" 'a,b\n1,1e999\n' "'1e999' is out of the range"
refuse "a short row" 'a,b\n1,2\n3\n' "row 2 \(line 3\): 1 cell, the first row has 2"
refuse "a long row" 'a,b\n1,2,3\n' "row 1 \(line 2\): 3 cells, the first row has 2"
refuse "a quote that is never closed" 'a,b\n1,"2\n' "line 2: a quote is never closed"
refuse "no rows" 'a,b\n' "there are no rows"
refuse "an empty file" '' "reading t.csv: it is empty"
refuse "a label column that is not there" 'a,b\n1,2\n' "there is no column 'c'" --label c
refuse "an id column that is not there" 'u,i,r\n1,2,3\n' "film" --triples u,film,r
refuse "a value that is no number" 'u,i,r\n1,2,3\n1,3,good\n' "row 2 .*'good' is not a number" --triples u,i,r
refuse "an entry that is there twice" 'u,i,r\n1,2,3\n1,2,4\n' "row 2|twice" --triples u,i,r

# The recipe names the file and its CRC-32, and refuses another file.
crc=$(inspect --recipe <(from-csv "$fixtures/iris.csv" --label species 2>/dev/null) | sed 's/.*--crc32 \([0-9a-f]*\).*/\1/')
if [ -n "$python" ]; then
    equal "the recipe's CRC-32 is the file's" "$crc" \
        "$("$python" -c 'import sys, zlib; print("%08x" % zlib.crc32(open(sys.argv[1], "rb").read()))' "$fixtures/iris.csv")"
    "$python" -c '
import random, struct
random.seed(1)
print("a,b")
for i in range(2000):
    a = struct.unpack("<d", struct.pack("<Q", random.getrandbits(63) % (2047 << 52)))[0]
    print("%r,%r" % (a, -random.random() * 10 ** random.randrange(-20, 20)))' >random.csv
    check "doubles are exact to the text, and back" "$python" -c '
import subprocess, csv
text = lambda f: [[float(c) for c in r] for r in list(csv.reader(f))[1:]]
made = subprocess.run("from-csv random.csv | to-csv", shell=True, capture_output=True, text=True).stdout
assert text(open("random.csv")) == text(made.splitlines()) and len(text(open("random.csv"))) == 2000'
else
    skip "Python with NumPy is not installed"
fi
refuses "a replay on another file" 1 "CRC-32 is $crc, --crc32 asks for 00000000" \
    from-csv --crc32 00000000 --label species "$fixtures/iris.csv"
refuses "--crc32 that is none" 2 "'xyz' is not eight hexadecimal digits" \
    from-csv --crc32 xyz --label species "$fixtures/iris.csv"
