#!/bin/bash
# split: its parts as NumPy and SciPy read them, and what it refuses.
. tests/pipe/lib.sh
cd "$scratch" || exit 1

if [ -n "$python" ]; then
    "$python" - <<'PYTHON'
import numpy as np
r = np.random.RandomState(0)
n = 150
np.savez("data.npz", x=np.arange(n * 4, dtype="f4").reshape(n, 4), y=np.repeat([0, 1, 2], 50),
         classes=np.array(["a", "b", "c"]), names=np.array([f"row {i}" for i in range(n)]))
keys = r.choice(30 * 40, 500, replace=False)
np.savez("coo.npz", row=(keys // 40).astype("i4"), col=(keys % 40).astype("i4"),
         format=np.array(b"coo"), shape=np.array([30, 40]), data=np.arange(500.0))
PYTHON
    split --train 0.8 --seed 1 data.npz >a.npz
    split --train 100 --seed 2 --stratify data.npz >b.npz
    split --train 100 --no-shuffle data.npz >c.npz
    split --train 0.9 --seed 3 coo.npz >d.npz
    split --train 0.9 --seed 3 --within row coo.npz >e.npz
    split --train 0.9 --seed 3 --by row coo.npz >old.npz
    same "the old spelling gives the same bytes" e.npz old.npz
    check "parts are what NumPy says" "$python" - <<'PYTHON'
import numpy as np
d = np.load("data.npz")

def parts(name, train, test):
    z = np.load(name)
    assert set(z) == {"x_train", "y_train", "x_test", "y_test", "classes", "names", "recipe", "recipe.digest"}, set(z)
    assert z["x_train"].dtype == "f4" and z["y_train"].dtype == "i8"
    index = [(z["x_" + p][:, 0] / 4).astype(int) for p in ("train", "test")]
    assert [len(i) for i in index] == [train, test]
    assert sorted(np.concatenate(index)) == list(range(150))
    for p, i in zip(("train", "test"), index):
        assert (z["x_" + p] == d["x"][i]).all() and (z["y_" + p] == d["y"][i]).all()
    assert (z["names"] == d["names"]).all()
    return index, z

index, _ = parts("a.npz", 120, 30)
assert (np.diff(index[0]) < 0).any()
_, z = parts("b.npz", 100, 50)
assert sorted(np.bincount(z["y_train"])) == [33, 33, 34] and np.bincount(z["y_train"])[0] == 34
index, _ = parts("c.npz", 100, 50)
assert (index[0] == np.arange(100)).all() and (index[1] == np.arange(100, 150)).all()

coo = np.load("coo.npz")
for name in ("d.npz", "e.npz"):
    z = np.load(name)
    assert list(z["shape"]) == [30, 40] and z["format"] == b"coo" and "row" not in z
    entries = []
    for p in ("_train", "_test"):
        key = z["row" + p].astype(int) * 40 + z["col" + p]
        assert (np.diff(key) > 0).all()
        entries += list(zip(key, z["data" + p]))
    assert sorted(entries) == sorted(zip(coo["row"].astype(int) * 40 + coo["col"], coo["data"]))
    if name == "d.npz":
        assert len(z["data_train"]) == 450
    else:
        have = np.bincount(coo["row"], minlength=30)
        want = np.floor(have * 0.9 + 0.5).astype(int)
        assert (np.bincount(z["row_train"], minlength=30) == want).all()
PYTHON
    if "$python" -c 'import scipy.sparse' 2>/dev/null; then
        pick '*_train' shape format --rename row_train=row --rename col_train=col \
            --rename data_train=data d.npz >f.npz
        check "SciPy reads a renamed part" "$python" -c '
import scipy.sparse
assert scipy.sparse.load_npz("f.npz").nnz == 450'
        "$python" -c 'import scipy.sparse as s; import numpy as np
z = np.load("coo.npz")
m = s.coo_matrix((z["data"], (z["row"], z["col"])), shape=(30, 40))
s.save_npz("csr.npz", m.tocsr()); s.save_npz("csc.npz", m.tocsc())'
        for format in csr csc; do
            split --train 0.9 --seed 3 $format.npz >$format-parts.npz
        done
        check "CSR and CSC are split like COO" "$python" -c '
import numpy as np
coo, csr, csc = (np.load(f) for f in ("d.npz", "csr-parts.npz", "csc-parts.npz"))
for z in csr, csc:
    assert "indptr" not in z and z["format"] == b"coo"
    for k in ("row", "col", "data"):
        for p in ("_train", "_test"):
            assert (z[k + p] == coo[k + p]).all()'
    else
        skip "no SciPy: CSR, CSC"
    fi
    split --train 0.8 --seed 1 data.npz >again.npz
    same "the same seed" a.npz again.npz
    split --train 0.8 --seed 2 data.npz >other.npz
    differ "another seed" a.npz other.npz
    refuses "a part that would be empty" 1 "^labpipe split: splitting: 150 of 150 to train leaves none to test" \
        split --train 150 data.npz
    onehot data.npz | split --train 100 --seed 2 --stratify >g.npz
    onehot b.npz >b-hot.npz
    to-csv y_train g.npz >hot-first.txt
    to-csv y_train b-hot.npz >hot-last.txt
    same "stratified after onehot, the same rows" hot-first.txt hot-last.txt
    refuses "split twice" 1 '^labpipe split: splitting: it is split already, into x_train and x_test' bash -c 'split data.npz | split'
    refuses "a sparse matrix stratified" 2 "^labpipe split: splitting: .*by row" split --stratify coo.npz
    refuses "x by row" 2 "^labpipe split: splitting: by row needs a sparse matrix" split --within row data.npz
else
    skip "no NumPy: parts"
fi
for share in abc 0 1.0 1.5 0.0 -3 nan 1e999 ''; do
    refuses "--train '$share'" 2 "^labpipe split: option --train: '$share'" split --train "$share" data.npz
done
refuses "--stratify in order" 2 "^labpipe split: .*--stratify.*--no-shuffle" split --stratify --no-shuffle x.npz
refuses "--within something else" 2 "^labpipe split: option --within: 'column'" split --within column x.npz

# ---- validation parts, folds, groups ----

if [ -n "$python" ]; then
    "$python" - <<'PYTHON'
import numpy as np
r = np.random.RandomState(5)
n = 173
y = r.choice([4, -1, 9, 2], n, p=[0.5, 0.3, 0.12, 0.08])
patient = np.array([f"patient {p}" for p in r.randint(0, 31, n)])
np.savez("rows.npz", x=np.arange(3.0 * n).reshape(n, 3), y=y, ids=np.array([f"id {i}" for i in range(n)]),
         patient=patient, ward=r.randint(0, 12, n), features=np.array(["a", "b", "c"]))
np.savez("wards.npz", x=np.stack([np.arange(n), r.randint(0, 12, n)], 1), features=np.array(["row", "ward"]))
PYTHON
    split --train 0.7 --validation 0.1 --seed 3 rows.npz >three.npz
    split --train 0.7 --validation 0.1 --stratify --seed 3 rows.npz >three-stratified.npz
    split --train 0.7 --validation 0.1 --group patient --seed 3 rows.npz >three-groups.npz
    split --train 100 --validation 40 --no-shuffle rows.npz >three-in-order.npz
    split --folds 4 --fold 1 --validation 0.1 --seed 3 rows.npz >fold-and-validation.npz
    split --train 121 --seed 3 rows.npz | split --validation 18 --stratify --seed 4 >three-later.npz
    split --train 121 --seed 3 rows.npz | split --validation 0.12 --seed 4 >three-share.npz
    for fold in 0 1 2 3 4; do
        split --folds 5 --fold $fold --seed 3 rows.npz >fold-$fold.npz
        split --folds 5 --fold $fold --stratify --seed 3 rows.npz >stratified-$fold.npz
        split --folds 5 --fold $fold --group patient --seed 3 rows.npz >groups-$fold.npz
        split --folds 5 --fold $fold --group ward --seed 3 rows.npz >wards-$fold.npz
        split --folds 5 --fold $fold --group ward --seed 3 wards.npz >column-$fold.npz
        split --folds 5 --fold $fold --group 1 --seed 3 wards.npz >number-$fold.npz
    done
    equal 'a column by name and by number' "$(to-csv x_test column-2.npz)" "$(to-csv x_test number-2.npz)"
    replays 'folds' stratified-2.npz
    replays 'a validation part' three-groups.npz
    replays 'a validation part of x_train' three-later.npz
    for option in '--train 0.5' '--folds 3 --fold 0' ''; do
        # shellcheck disable=SC2086 # the words of an option
        refuses "x_train and ${option:-no option}" 1 'it is split already, into x_train and x_test \(--validation alone takes a part of x_train\)' \
            split $option --seed 3 fold-0.npz
    done
    refuses 'a second validation part' 1 'x_val exists already' split --validation 0.1 three.npz
    refuses 'a validation part of everything' 1 '0 of 121 to train leaves none to train' \
        split --validation 121 <(split --train 121 rows.npz)
    cat >parts.py <<'PYTHON'
import numpy as np
d = np.load("rows.npz")
def parts(name, of=("train", "val", "test")):
    """The rows of each part, every row in one of them, x, y and ids together."""
    z = np.load(name)
    index = [(z["x_" + p][:, 0] / 3).astype(int) for p in of]
    assert sorted(np.concatenate(index)) == list(range(173))
    for p, i in zip(of, index):
        assert (z["y_" + p] == d["y"][i]).all() and (z["ids_" + p] == d["ids"][i]).all()
    assert ("x_val" in z) == ("val" in of) and "ids" not in z
    return index
def together(index, group):
    return sum(len(set(group[i])) for i in index) == len(set(group))
PYTHON
    check 'three parts' "$python" - <<'PYTHON'
from parts import *
assert [len(i) for i in parts("three.npz")] == [121, 18, 34]
index = parts("three-stratified.npz")
assert [len(i) for i in index] == [121, 18, 34]
for label in set(d["y"]):
    have = (d["y"] == label).sum()
    for i, n in zip(index, (121, 18, 34)):
        assert abs((d["y"][i] == label).sum() - have * n / 173) <= 1
index = parts("three-groups.npz")
groups = len(set(d["patient"]))
assert together(index, d["patient"])
assert [len(set(d["patient"][i])) for i in index][:2] == [int(0.7 * groups + 0.5), -int(-0.1 * groups // 1)]
index = parts("three-in-order.npz")
assert (np.concatenate(index) == np.arange(173)).all() and [len(i) for i in index] == [100, 40, 33]
assert [len(i) for i in parts("fold-and-validation.npz")] == [112, 18, 43]
later, share, whole = parts("three-later.npz"), parts("three-share.npz"), parts("three.npz")
assert [len(i) for i in later] == [103, 18, 52] and [len(i) for i in share] == [106, 15, 52]
for index in (later, share):
    assert set(index[2]) == set(whole[1]) | set(whole[2])
trained = np.concatenate(later[:2])
for label in set(d["y"]):
    have = (d["y"][trained] == label).sum()
    assert abs((d["y"][later[1]] == label).sum() - have * 18 / 121) < 1
PYTHON
    check 'folds' "$python" - <<'PYTHON'
from parts import *
for kind in ("fold", "stratified", "groups", "wards"):
    tests = [parts(f"{kind}-{f}.npz", ("train", "test"))[1] for f in range(5)]
    assert sorted(np.concatenate(tests)) == list(range(173))
    if kind == "groups":
        assert together(tests, d["patient"])
    if kind == "wards":
        assert together(tests, d["ward"])
PYTHON
    if "$python" -c 'import sklearn' 2>/dev/null; then
        check "sizes are scikit-learn's" "$python" - <<'PYTHON'
from parts import *
from sklearn.model_selection import KFold, StratifiedKFold, GroupKFold, train_test_split
folds = lambda kind: [parts(f"{kind}-{f}.npz", ("train", "test"))[1] for f in range(5)]
for mine, (_, want) in zip(folds("fold"), KFold(5).split(d["x"])):
    assert len(mine) == len(want)
for mine, (_, want) in zip(folds("stratified"), StratifiedKFold(5, shuffle=True, random_state=0).split(d["x"], d["y"])):
    for label in set(d["y"]):
        assert (d["y"][mine] == label).sum() == (d["y"][want] == label).sum()
for kind, group in (("groups", d["patient"]), ("wards", d["ward"])):
    want = [len(test) for _, test in GroupKFold(5).split(d["x"], groups=group)]
    assert [len(mine) for mine in folds(kind)] == want, (kind, want)
rest, validation = train_test_split(d["x"], test_size=0.1)
assert len(parts("three.npz")[1]) == len(validation)
PYTHON
    else
        skip "no scikit-learn: the sizes of its folds"
    fi
    from-csv --label species "$fixtures/iris.csv" | split --train 0.6 --validation 0.2 --seed 1 >iris3.npz
    scale --by standard iris3.npz | onehot >prepared.npz
    check 'scale and onehot know the validation part' "$python" - <<'PYTHON'
import numpy as np
a, b = np.load("iris3.npz"), np.load("prepared.npz")
mean, sd = a["x_train"].mean(0), a["x_train"].std(0)
for part in ("train", "val", "test"):
    np.testing.assert_allclose(b["x_" + part], (a["x_" + part] - mean) / sd, atol=1e-12)
    assert (b["y_" + part] == np.eye(3)[a["y_" + part]]).all()
PYTHON
    refuses 'a class of fewer rows than folds' 1 'class 9 has [0-9]+ rows, fewer than the 30 folds' \
        split --folds 30 --fold 0 --stratify rows.npz
    refuses 'fewer groups than folds' 1 '12 groups are fewer than 13 folds' split --folds 13 --fold 0 --group ward rows.npz
    refuses 'neither a tensor nor a column' 1 "group 'doctor' is no tensor of a value for each row: there is no column 'doctor'" \
        split --group doctor rows.npz
    refuses 'a column past the last' 1 "group '3' is no tensor of a value for each row: there is no column 3: there are" split --group 3 rows.npz
    refuses 'folds of a sparse matrix' 2 'folds and groups need x, not a sparse matrix' split --folds 3 --fold 0 coo.npz
    gen-ratings --users 25 --items 30 -n 300 --seed 4 >sparse.npz
    split --train 0.7 --validation 0.1 --seed 5 sparse.npz >sparse3.npz
    split --train 0.7 --validation 45 --within row --seed 5 sparse.npz >within3.npz
    split --train 0.7 --seed 5 sparse.npz >sparse2.npz
    refuses 'nothing left to test of a sparse matrix' 1 '90 of 90 to validate leaves none to test' \
        split --train 0.7 --validation 0.3 sparse.npz
    replays 'a validation part of a sparse matrix' sparse3.npz
    check 'three parts of a sparse matrix' "$python" - <<'PYTHON'
import numpy as np
whole, three, two, within = (np.load(n + ".npz") for n in ("sparse", "sparse3", "sparse2", "within3"))
def entries(d, part=""):
    return list(zip(d["row" + part], d["col" + part], d["data" + part]))
for d, sizes in (three, (210, 30, 60)), (within, (None, 45, None)):
    parts = [entries(d, p) for p in ("_train", "_val", "_test")]
    assert sorted(sum(parts, [])) == sorted(entries(whole)) and "row" not in d
    for part, size in zip(parts, sizes):
        assert part == sorted(part, key=lambda e: e[:2]) and size in (None, len(part))
assert entries(three, "_train") == entries(two, "_train")
assert set(e[0] for e in entries(within, "_train")) == set(e[0] for e in entries(whole))
PYTHON
    refuses 'nothing left to test' 1 'leaves none to test' split --train 0.8 --validation 0.2 rows.npz
    scale --by standard iris3.npz | train-mlp --hidden 4 --epochs 6 --eval-every 1 --patience 3 --seed 1 >stopped.npz
    equal 'eval knows it' "$(eval --tsv stopped.npz | cut -f 1,2 | tr '\t\n' ': ')" 'part:n train:90 val:30 test:30 '
    pick --drop x_test --drop y_test stopped.npz | pick 'x*' 'y*' classes 'scale*' |
        train-mlp --hidden 4 --epochs 6 --eval-every 1 --patience 3 --seed 1 >blind.npz
    equal 'training never looks at the test part' "$(to-csv layer1.weight blind.npz)" "$(to-csv layer1.weight stopped.npz)"
    equal 'nor does its history' "$(to-csv history.val_loss blind.npz)" "$(to-csv history.val_loss stopped.npz)"
fi
refuses 'a fold that is not there' 2 'the folds are 0 to 4' split --folds 5 --fold 5 x.npz
refuses 'folds without a fold' 2 'goes only with --fold' split --folds 5 x.npz
refuses 'folds and a share' 2 'contradict' split --folds 5 --fold 0 --train 0.8 x.npz
refuses 'strata of groups' 2 'contradict' split --group a --stratify x.npz

# ---- scaled before it is split ----

iris() { from-csv --label species "$fixtures/iris.csv"; }
iris | scale --by standard >scaled.npz
iris | impute --by median >imputed.npz
iris | scale --divide 10 >divided.npz
iris | impute --by constant --value 0 >constant.npz
for file in scaled imputed; do
    split $file.npz >parts.npz 2>warning
    check "$file before it is split: a warning" grep -Eq \
        '^labpipe split: x has been through labpipe (scale|impute) .* \(labpipe split comes before it\)$' warning
    equal "$file: one line" "$(wc -l <warning)" 1
    split --quiet $file.npz >quiet.npz 2>warning
    equal "$file: none under --quiet" "$(wc -c <warning)" 0
    same "$file: the same bytes" parts.npz quiet.npz
done
for file in divided constant; do
    split $file.npz >parts.npz 2>warning
    equal "$file: no column told another one's numbers: no warning" "$(wc -c <warning)" 0
done
