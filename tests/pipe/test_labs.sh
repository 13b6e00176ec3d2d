#!/bin/bash
# The labs: where a stage fails, the lab stops there with that stage's message and makes no table
# with a gap; finished files are not made again.
# shellcheck disable=SC2016 # awk expands its own
. tests/pipe/lib.sh
unset MAKEFLAGS MFLAGS MAKELEVEL SMALL OUT
mkdir "$scratch/bin"
ln -s "$tools"/* "$scratch/bin"
lab() { make -s "$@" "${built[@]}" OUT="$scratch/out" BIN="$scratch/bin" BUILD="$BUILD"; }

# breaks TOOL PATTERN: TOOL ends with an error where its arguments match. mends TOOL.
breaks() {
    rm "$scratch/bin/$1"
    printf '%s\n' '#!/bin/bash' "case \"\$*\" in $2) echo '$1: it is broken' >&2; exit 1 ;; esac" \
        "exec '$tools/$1' \"\$@\"" >"$scratch/bin/$1"
    chmod +x "$scratch/bin/$1"
}
mends() { ln -sf "$tools/$1" "$scratch/bin/$1"; }

# stops NAME LAB MESSAGE: the lab ends with an error, the tool's message once, and no table.
stops() {
    if lab "$2" >"$scratch/log" 2>&1; then
        fail "$1: the lab went on"
    elif [ "$(grep -c "$3" "$scratch/log")" != 1 ]; then
        fail "$1: '$3' is not printed once"
        cat "$scratch/log"
    elif [ -e "$scratch/out/$2/table.tsv" ]; then
        fail "$1: there is a table"
    else
        pass "$1"
    fi
}

breaks eval '*svd-2.npz*'
stops 'a figure within a row' lab2 '^eval: it is broken'
mends eval
breaks summarise '*mlp-07.npz*'
stops 'a figure over many runs' lab2 '^summarise: it is broken'
mends summarise
breaks train-mlp '*--seed\ 04*'
stops 'a stage of a pipeline' lab2 '^train-mlp: it is broken'
mends train-mlp
check 'and goes on from there' lab lab2

# Each lab's table, from streams that cannot be read.
mkdir "$scratch/empty"
echo x >"$scratch/empty/title"
for script in lab1 lab2 moons autodiff cifar faces fashion; do
    words=("$scratch/empty")
    case $script in
    lab1) words=(table "$scratch/empty" "$scratch/empty") ;;
    faces) words=(table "$scratch/empty") ;;
    esac
    refuses "$script without streams" 1 'No such file' bash -c 'BIN=$0 bash "pipelines/$1.sh" "${@:2}"' \
        "$tools" "$script" "${words[@]}"
done

# seconds.sh leaves the seconds in a file of their own, without the command's messages.
refuses 'a timed command that fails' 1 '^labpipe gen-moons: ' \
    bash pipelines/seconds.sh "$scratch/seconds" gen-moons -n 2 -o "$scratch/none/moons.npz"
rm -f "$scratch/seconds"
check 'the seconds of a command' bash pipelines/seconds.sh "$scratch/seconds" gen-moons -n 2 -o "$scratch/moons.npz"
equal 'are a number, and it made its file' \
    "$(grep -Ecx '[0-9]+\.[0-9]+' "$scratch/seconds") $(head -c 2 "$scratch/moons.npz")" '1 PK'

lab lab2 --trace --no-print-directory >"$scratch/trace"
equal 'a second run only prints the table' "$(grep -c 'update target' "$scratch/trace")" 1

# ---- perceptron: the listing's rule, held against closed forms and the listing itself, run in NumPy ----
lab "$scratch/out/perceptron/seeds-2.tsv" "$scratch/out/perceptron/seeds-5.tsv"
of() { awk -F '\t' -v name="$2" '$1 == name { $1 = ""; print substr($0, 2) }' "$scratch/out/perceptron/seeds-$1.tsv"; }
equal 'test 5: the listing has exactly half right in each of 50 runs' "$(of 5 listing)" 'test.accuracy 50 0.5 0 0.5 0.5'
equal 'and corrects in all 100 epochs' "$(of 5 epochs)" 100
equal 'test 2: one correction, and none in the second epoch' "$(of 2 epochs)" 2
check "test 2: the listing's mean of 50 runs is 0.691 within three standard errors of two such means" \
    awk '{ exit !($3 > 0.691 - 3 * $4 * sqrt(2 / 50) && $3 < 0.691 + 3 * $4 * sqrt(2 / 50)) }' <<<"$(of 2 listing)"
check "test 2: Bayes' rule has 0.8821" awk '{ exit !($1 > 0.8791 && $1 < 0.8851) }' <<<"$(of 2 bayes)"
# Notes are wrapped: no line of a table's text is longer than a hundred columns.
lab "$scratch/out/perceptron/table.tsv"
awk -f pipelines/table.awk "$scratch/out/perceptron/table.tsv" >"$scratch/table.txt"
equal 'the table is at most 100 columns wide' "$(awk 'length($0) > 100' "$scratch/table.txt" | grep -c .)" 0

# ---- lab 2 ----
lab "$scratch/out/lab2/own-03.npz" "$scratch/out/lab2/listing-03.npz" "$scratch/out/lab2/map.npz"
equal "the listing's validation network is trained and scored on the 50 validation rows" \
    "$(eval --tsv "$scratch/out/lab2/own-03.npz" | cut -f 1,2 | tail -n 1)" "$(printf 'all\t50')"
pick x_test y_test "$scratch/out/lab2/listing-03.npz" | to-csv --no-header x_test y_test >"$scratch/unseen.csv"
pick x y "$scratch/out/lab2/own-03.npz" | to-csv --no-header x y >"$scratch/own.csv"
same 'which are those that the other network does not see' "$scratch/unseen.csv" "$scratch/own.csv"
if [ -n "$python" ]; then
    check "the map between the factors is NumPy's least-squares solution" "$python" -c '
import numpy, sys
m = numpy.load(sys.argv[1])
best = numpy.linalg.lstsq(m["x"], m["y"], rcond=None)[0].T
assert abs(m["layer1.weight"] - best).max() < 1e-6, (m["layer1.weight"], best)
assert abs(m["x"] @ best.T - m["y"]).max() < 1e-5, "the planes differ"
assert abs(m["y"].std(axis=0) - 1).max() < 1e-12
' "$scratch/out/lab2/map.npz"
else
    skip "the map between the factors: Python has no NumPy"
fi

# ---- moons: the report's two figures of single rows are those of one initial scale ----
lab "$scratch/out/moons/short-small.npz" "$scratch/out/moons/full.seconds" "$scratch/out/moons/data.npz"
check 'after 1500 single rows from small weights, half of the training points are right and the loss is ln 2' \
    awk -F '\t' '$1 == "train" { found = $3 > 0.48 && $3 < 0.52 && $4 > 0.68 && $4 < 0.70 } END { exit !found }' \
    <(eval --tsv "$scratch/out/moons/short-small.npz")
equal 'the report splits 800 and 200' "$(inspect --tsv "$scratch/out/moons/data.npz" | grep -E '^y_' | cut -f 1,3 | tr '\t\n' '  ')" \
    'y_train (800,) y_test (200,) '
check 'the time of a run is a number of seconds' grep -Ecx '[0-9]+\.[0-9]+' "$scratch/out/moons/full.seconds"

# ---- autodiff ----
lab "$scratch/out/autodiff/rising.npz" "$scratch/out/autodiff/relu-3-frozen-w4-2.npz"
to-csv --no-header history.epoch history.val_accuracy "$scratch/out/autodiff/rising.npz" >"$scratch/rising.csv"
check 'a rate that rises by 0.01 an epoch: good at first, then chance' \
    awk -F, '$1 >= 1 && $1 <= 4 && $2 < 0.95 || $1 >= 10 && $2 > 0.6 { exit 1 } END { exit NR != 21 }' "$scratch/rising.csv"
gen-ellipse -n 200 --seed 1 | train-mlp --hidden 4,4 --init normal --init-scale 0.3333333333333333,0.25,0.3333333333333333 \
    --reduction sum --epochs 0 --seed 2 >"$scratch/start.npz"
to-csv layer3.weight "$scratch/start.npz" >"$scratch/start.csv"
to-csv layer3.weight "$scratch/out/autodiff/relu-3-frozen-w4-2.npz" >"$scratch/frozen.csv"
same "the third layer that the listing's parameters() omits stays at its start" "$scratch/start.csv" "$scratch/frozen.csv"
equal 'and is 4 wide' "$(inspect --tsv "$scratch/out/autodiff/relu-3-frozen-w4-2.npz" | grep '^layer[123].weight' | cut -f 3 | tr '\n' ' ')" \
    '(4, 2) (4, 4) (2, 4) '

# ---- lab 1, on a folder in MovieLens' layout: its table says which data it is of ----
mkdir "$scratch/my ratings"
gen-ratings -n 4000 --users 80 --items 120 --seed 3 >"$scratch/small.npz"
{ echo userId,movieId,rating,timestamp && to-csv --no-header row col data "$scratch/small.npz" |
    awk -F, -v OFS=, '{ print $1 + 1, $2 * 3 + 10, $3, 964982703 }'; } >"$scratch/my ratings/ratings.csv"
{ echo movieId,title,genres && for film in $(seq 0 119); do echo "$((film * 3 + 10)),\"Film $film, The (1998)\",Drama"; done; } \
    >"$scratch/my ratings/movies.csv"
# User 5's first rating.
IFS=, read -r film stars < <(awk -F, '$1 == 5 { print ($2 - 10) / 3 "," $3; exit }' "$scratch/my ratings/ratings.csv")
lab lab1 RATINGS="$scratch/my ratings" TITLE="Film $film, The (1998)" >"$scratch/lab1.txt"
table=$scratch/out/lab1/my_ratings/table.tsv
cell() { awk -F '\t' -v name="$1" -v column="$2" '$1 == name { print $column }' "$table"; }
equal 'the table names the folder' "$(grep -c "are those in .*/my ratings" "$table")" 1
equal 'the rating itself' "$(cell '  the entry itself' 3)" "$stars"
if [ -n "$python" ]; then
    check "the reconstruction is NumPy's" "$python" -c '
import numpy, sys
x = numpy.load(sys.argv[1])["x"]
u, s, vt = numpy.linalg.svd(x)
best = u[:, :2] * s[:2] @ vt[:2]
for row, text in zip(best, sys.argv[2:5]):
    assert numpy.abs(row - numpy.array(text.split(), float)).max() <= 5.1e-5, (row, text)
sgd = numpy.load(sys.argv[5])
made = sgd["u"] @ sgd["v"].T
for row, text in zip(made, sys.argv[6:]):
    assert numpy.abs(row - numpy.array(text.split(), float)).max() <= 5.1e-5, (row, text)
' "$scratch/out/lab1/x.npz" "$(cell '  U S Vᵀ, row 1' 3)" "$(cell '  U S Vᵀ, row 2' 3)" "$(cell '  U S Vᵀ, row 3' 3)" \
        "$scratch/out/lab1/sgd-01.npz" "$(cell '  U Vᵀ, row 1' 3)" "$(cell '  U Vᵀ, row 2' 3)" "$(cell '  U Vᵀ, row 3' 3)"
else
    skip "the reconstruction: Python has no NumPy"
fi
# Rank and epochs come from the validation part, and the test part is no part of it.
inner=$scratch/out/lab1/my_ratings/inner.npz
equal 'the validation part is cut from the training part' \
    "$(inspect --tsv "$inner" | awk -F '\t' '$1 ~ /^data_/ { sub(/[(]/, "", $3); n += $3 } END { print n }')" \
    "$(inspect --tsv "$scratch/out/lab1/my_ratings/split.npz" | awk -F '\t' '$1 == "data_train" { sub(/[(]/, "", $3); print $3 + 0 }')"
read -r rank epochs < <(sort -g -k 3 "$scratch/out/lab1/my_ratings/ranks.tsv" | awk 'NR == 1 { print $1, $2 }')
equal 'the best rank and its epochs are used' \
    "$(inspect --recipe "$scratch/out/lab1/my_ratings/chosen.npz" | grep -o -- '--rank [0-9]*\|--epochs [0-9]*' | xargs)" \
    "--rank $rank --epochs $epochs"
refuses 'a folder without the files' 2 'RATINGS=.*: there is no ratings.csv in the folder' \
    make -s lab1 RATINGS="$scratch/empty" OUT="$scratch/out" BIN="$scratch/bin" BUILD="$BUILD" "${built[@]}"
