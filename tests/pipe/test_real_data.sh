#!/bin/bash
# The labs on real data: each folder's results are its own, and a wrong folder is named before anything runs.
. tests/pipe/lib.sh
unset MAKEFLAGS MFLAGS MAKELEVEL OUT FACES FASHION
export SMALL=1
lab() { make -s "$@" "${built[@]}" OUT="$scratch/out" BIN="$BIN" BUILD="$BUILD"; }

mkdir -p "$scratch/a/few" "$scratch/b/few/s1" "$scratch/none"
"$tools/gen-digits" -n 40 -o "$scratch/digits.npz"
"$tools/gen-digits" -n 40 --seed 1 -o "$scratch/others.npz"
if [ -n "$python" ]; then
    "$python" - "$scratch" <<'END'
import gzip, sys, numpy
scratch = sys.argv[1]
for name, folder in (("digits", "a/few"), ("others", "b/few")):
    data = numpy.load(f"{scratch}/{name}.npz")
    for part, rows in (("train", slice(30)), ("t10k", slice(30, 40))):
        for kind, x in (("images-idx3", data["x"][rows]), ("labels-idx1", data["y"][rows].astype("u1"))):
            head = bytes([0, 0, 8, x.ndim]) + b"".join(n.to_bytes(4, "big") for n in x.shape)
            with gzip.open(f"{scratch}/{folder}/{part}-{kind}-ubyte.gz", "wb") as f:
                f.write(head + x.tobytes())
END
    data_of() { # data_of VARIABLE=VALUE...: makes the data of fashion; prints the digest of its pictures
        lab "$scratch/out/small/fashion/$1/data.npz" "${@:2}" >/dev/null && unzip -p "$scratch/out/small/fashion/$1/data.npz" x_train.npy | sha256sum
    }
    generated=$(data_of generated)
    a=$(data_of few FASHION="$scratch/a/few")
    b=$(data_of few FASHION="$scratch/b/few")
    check 'two folders of one name are two' [ "$a" != "$b" ]
    equal 'and back' "$(data_of few FASHION="$scratch/a/few")" "$a"
    equal 'the default is the generated data again' "$(data_of generated)" "$generated"
    cp -p "$scratch/b/few/train-images-idx3-ubyte.gz" "$scratch/a/few"
    touch -d '2001-01-01' "$scratch/a/few/train-images-idx3-ubyte.gz"
    check 'an older file in the place of another is another' [ "$(data_of few FASHION="$scratch/a/few")" != "$a" ]
    gunzip -k "$scratch/b/few/"*.gz
    equal 'a plain file beside a gzipped one' "$(data_of few FASHION="$scratch/b/few")" "$b"
else
    skip 'no NumPy: folders with IDX files'
fi
refuses 'no folder' 2 'FASHION=/nowhere: there is no such folder' lab fashion FASHION=/nowhere
refuses 'a file in place of a folder' 2 'FACES=Makefile: it is not a folder' lab faces FACES=Makefile
refuses 'a folder of other files' 2 "FASHION=$scratch/none: there is no train-images\* in the folder" \
    lab fashion FASHION="$scratch/none"
refuses 'a folder without pictures' 2 'there is no \*.pgm, \*.png, \*.ppm, \*.pnm in the folder' lab faces FACES="$scratch/none"

# Faces: a folder a person, a few pictures of odd sizes, and a rate at which the loss becomes infinite.
"$tools/gen-faces" --people 1 -o "$scratch/faces.npz"
mkdir -p "$scratch/people/s1" "$scratch/people/s2"
echo 'no picture' >"$scratch/people/README"
for i in 1 2 3 4 5 6 7 8 9; do
    "$tools/pick" --rows $((i - 1)):$i "$scratch/faces.npz" | "$tools/render-weights" --of x --gap $((i * 3)) --zoom 1 -o "$scratch/people/s$((i % 2 + 1))/$i.png"
done
faces() { lab "$scratch/out/small/faces/people/table.tsv" "$scratch/out/small/faces/people/weights-report-64.png" FACES="$scratch/people" "$@"; }
check 'nine faces in folders' faces
table=$scratch/out/small/faces/people/table.tsv
check 'the table says whose faces they are' grep -q "data: 9 pictures in $scratch/people," "$table"
check 'and has as many eigenfaces as nine faces span less their mean' grep -q '^PCA, 8 eigenfaces' "$table"
equal 'which are all of the variance' "$(grep '^8 eigenfaces: variance explained' "$table" | cut -f 3)" '100.0 %'
rm -rf "$scratch/out/small/faces/people"
# shellcheck disable=SC2016 # make's own
check 'a rate that diverges' faces 'FACES_report=--lr 1e4 --batch $$$$batch'
check 'is a row of the table' grep -q "^n = 64, SGD 0.01, the report's.*infinite in step [0-9]" "$table"
check 'and a note' grep -q 'a loss that becomes infinite ends the run' "$table"
