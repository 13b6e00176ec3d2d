#!/bin/bash
# Sparse matrices from CSV to prediction: what SciPy reads and writes, names, and what is refused.
. tests/pipe/lib.sh
cd "$scratch" || exit 1

# MovieLens' layout: a header, quoted titles with commas, UTF-8, a title that two films share.
cat >ratings.csv <<'CSV'
userId,movieId,rating,timestamp
1,47,4.0,964982703
1,3,4.5,964981247
5,1,2.5,847434962
"u,7",47,3,1
2,3,0.5,5
CSV
printf '%s\r\n' 'movieId,title,genres' '1,Amélie (2001),Comedy' '3,"American President, The (1995)",Drama' \
    '47,Emma (1996),Drama' '838,Emma (1996),Romance' '48,Never Rated (1999),Crime' >movies.csv
triples() { from-csv --triples userId,movieId,rating "$@"; }

triples ratings.csv >ids.npz
triples --names movies.csv:movieId:title ratings.csv >named.npz
equal "ids keep the order of their first appearance" \
    "$(to-csv rows ids.npz | tail -n +2 | tr '\n' ' ')" '1 5 "u,7" 2 '
equal "so do the columns' names" "$(to-csv cols named.npz | tail -n +2 | tr '\n' ' ')" \
    'Emma (1996) "American President, The (1995)" Amélie (2001) '
printf '1,838,3\n1,47,2\n' | from-csv --triples 1,2,3 --names movies.csv:movieId:title >shared.npz
equal "a name that two ids share gets the id" "$(to-csv cols shared.npz | tail -n +2 | tr '\n' ' ')" \
    'Emma (1996) [838] Emma (1996) [47] '
triples --names movies.csv:movieId:title <ratings.csv | to-csv row col data >piped.csv
to-csv row col data named.npz >named.csv
same "the same matrix from a pipe" piped.csv named.csv
replays "triples with names" named.npz

if [ -n "$python" ] && "$python" -c 'import scipy.sparse' 2>/dev/null; then
    cat >scipy_reads.py <<'PY'
import numpy as np, scipy.sparse
m = scipy.sparse.load_npz("ids.npz")
assert m.format == "coo" and m.row.dtype == np.int32 and m.data.dtype == np.float64
assert np.array_equal(m.toarray(), [[4, 4.5, 0], [0, 0, 2.5], [3, 0, 0], [0, 0.5, 0]])
scipy.sparse.save_npz("ours.npz", m)
ours, theirs = np.load("ids.npz"), np.load("ours.npz")
for name in theirs.files:
    assert ours[name].dtype == theirs[name].dtype, name
    assert np.array_equal(ours[name], theirs[name]), name
r = np.random.default_rng(3)
x = scipy.sparse.random(30, 20, 0.3, "coo", random_state=3)
for format in "coo", "csr", "csc":
    for compressed in False, True:
        scipy.sparse.save_npz(f"{format}-{compressed}.npz", x.asformat(format), compressed)
PY
    check "scipy.sparse.load_npz loads it, and save_npz writes the same arrays" "$python" scipy_reads.py
    fit() { factorise --quiet --method sgd --rank 2 --epochs 5 "$@" | pick u v; }
    fit coo-False.npz | to-csv u >expected
    for form in coo-True csr-False csr-True csc-False csc-True; do
        fit "$form.npz" | to-csv u >got
        same "the factors from SciPy's $form are those from its COO" expected got
    done
    # Two of its formats are not read; the line says what to do.
    "$python" -c '
import scipy.sparse
m = scipy.sparse.load_npz("ids.npz")
for format in "dia", "bsr":
    scipy.sparse.save_npz(format + ".npz", m.asformat(format))'
    for format in dia bsr; do
        refuses "a $format matrix" 1 "tensor 'format' is '$format' \(coo, csr and csc can be read: m.tocoo\(\) before save_npz\)" \
            split --train 0.5 $format.npz
        refuses "factors of a $format matrix" 1 "'format' is '$format'.*m.tocoo\(\)" factorise --method als --rank 1 $format.npz
    done
else
    skip "no SciPy: its load_npz and its CSR and CSC"
fi

# ---- prediction ----
printf 'a,b,c\n1,0,2\n' | from-csv | pick --rename x=u >u.npz
printf 'a,b,c\n3,5,1\n-1,1,4\n0,9,0.5\n2,0,0\n' | from-csv | pick --rename x=v >v.npz
answer() { predict "$@" | to-csv y_pred | tail -n +2 | tr '\n' ' '; }
# u v: 3 + 2, -1 + 8, 0 + 1, 2.
equal "one entry, by its place" "$(answer --row 0 --col 1 u.npz v.npz)" "7 "
equal "the best columns" "$(predict --row 0 --top 3 u.npz v.npz | to-csv y_cols y_pred |
    tail -n +2 | tr '\n' ' ')" "1,7 0,5 3,2 "
factorise --quiet --method mean named.npz >mean.npz
equal "the mean answers with the mean" "$(answer --row 'u,7' --col 'Amélie (2001)' mean.npz)" "2.9 "
equal "columns that the row has are not offered" "$(predict --row 1 --top 9 mean.npz |
    to-csv y_cols | tail -n +2)" "Amélie (2001)"
# Half of the films have no entry in the training part: their factors are still the random start.
gen-ratings --users 5 --items 40 -n 40 --seed 2 | split --train 0.5 --seed 1 |
    factorise --quiet --method sgd --rank 2 --epochs 1 --lr 1e-6 --init-scale 9 >cold.npz
equal "nor are columns that no row has" "$(predict --row 1 --top 40 cold.npz | to-csv --no-header y_cols | sort)" \
    "$(to-csv --no-header row_train col_train cold.npz | awk -F , '{ n[$2]++; own[$2] += $1 == 0 }
        END { for (c in n) if (!own[c]) print c + 1 }' | sort -n | while read -r line; do
        to-csv --no-header cols cold.npz | sed -n "${line}p"; done | sort)"
check "some columns are such" [ "$(predict --row 1 --top 40 cold.npz | to-csv --no-header y_cols | wc -l)" -lt 30 ]
factorise --quiet --method sgd --rank 2 --epochs 300 --init-scale 30 --lr 0.0001 named.npz >wild.npz
equal "predictions outside the observed values" \
    "$(predict wild.npz | to-csv y_pred | awk 'NR > 1 && ($1 < 0.5 || $1 > 4.5) { n++ } END { print (n > 0) }')" 1
equal "and none with --clip" \
    "$(predict --clip wild.npz | to-csv y_pred | awk 'NR > 1 && ($1 < 0.5 || $1 > 4.5) { n++ } END { print NR - 1, n + 0 }')" \
    "5 0"
equal "the whole matrix, its columns by name" "$(predict --whole mean.npz | to-csv rows x_pred | sed -n '1p;$p')" \
    "$(printf 'rows,Emma (1996),"American President, The (1995)",Amélie (2001)\n2,2.9,2.9,2.9')"
gen-ratings --users 30 --items 40 -n 400 --seed 2 | split --train 0.75 --seed 1 |
    factorise --quiet --method als --rank 2 --bias --reg 1 >split.npz
equal "every held-out entry is answered, with the error that eval finds" \
    "$(predict split.npz | to-csv y_pred data_test | awk -F , 'NR > 1 { s += ($1 - $2) ^ 2; n++ }
        END { printf "%d %.9f", n, s }')" \
    "$(eval --tsv split.npz | awk '$1 == "held_out" { printf "%d %.9f", $2, $3 }')"
equal "the zero-filled matrix has every place" \
    "$(eval --tsv --zero-filled split.npz | awk '$1 == "all" { print $2 }')" 1200

# ---- what is refused ----
refuses "a missing column" 1 "reading ratings.csv: there is no column 'user'" \
    from-csv --triples user,movieId,rating ratings.csv
refuses "two columns for three" 2 "option --triples: 'a,b': three columns are needed" \
    from-csv --triples a,b ratings.csv
refuses "a column twice" 1 "'userId' and 'userId' are the same column" \
    from-csv --triples userId,userId,rating ratings.csv
printf 'u,i,r\n1,2,3\n1,3,good\n' >bad.csv
refuses "a value that is no number" 1 "reading bad.csv: row 2 \(line 3\): column r: 'good' is not a number" \
    from-csv --triples u,i,r bad.csv
printf 'u,i,r\n1,2,3\n,3,4\n' >bad.csv
refuses "an empty id" 1 "row 2 \(line 3\): column u: the id is empty" from-csv --triples u,i,r bad.csv
printf 'u,i,r\n1,2,3\n2,2,4\n1,2,5\n' >bad.csv
refuses "an entry given twice" 1 \
    "reading bad.csv: row 3: '1' and '2' have a value already, in row 1 of bad.csv" from-csv --triples u,i,r bad.csv
printf 'u,i,r\n1,2\n' >bad.csv
refuses "a row that is too short" 1 "row 1 \(line 2\): 2 cells, the first row has 3" from-csv --triples u,i,r bad.csv
printf 'u,i,r\n' >bad.csv
refuses "a file of a header alone" 1 "there are no rows" from-csv --triples u,i,r bad.csv
printf '1,999,3\n' >bad.csv
refuses "an id without a name" 1 "reading movies.csv: it has no name for '999'" \
    from-csv --triples 1,2,3 --names movies.csv:movieId:title bad.csv
printf '3,a\n3,b\n' >twice.csv
printf '1,3,3\n' >one.csv
refuses "an id with two names" 1 "reading twice.csv: row 2 \(line 2\): 1 '3' has a name already" \
    from-csv --triples 1,2,3 --names twice.csv:1:2 one.csv
refuses "names without their columns" 2 "option --names: 'movies.csv': a file, its column" \
    from-csv --triples 1,2,3 --names movies.csv one.csv
refuses "names without triples" 2 "--names goes only with --triples" from-csv --names movies.csv:1:2 one.csv
refuses "a missing row" 1 "there is no row '9'" predict --row 9 --top 1 mean.npz
refuses "a missing column" 1 "there is no column 'No \(1900\)'" predict --row 1 --col 'No (1900)' mean.npz
refuses "a place past the last" 1 "there is no column '4': they have no names, only places from 0 to 3" \
    predict --row 0 --col 4 u.npz v.npz
refuses "a row and no more" 2 "--row needs --col NAME or --top N" predict --row 1 mean.npz
refuses "factors of another matrix" 1 "the factors are of a 1 x 4 matrix, this one is 4 x 3" \
    eval u.npz v.npz ids.npz
