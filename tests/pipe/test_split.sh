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
    assert set(z) == {"x_train", "y_train", "x_test", "y_test", "classes", "names", "recipe"}, set(z)
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
    refuses "a part that would be empty" 1 "^split: splitting: 150 of 150 to train leaves none to test" \
        split --train 150 data.npz
    refuses "stratified after onehot" 1 "^split: splitting: stratif.* needs y" \
        bash -c 'onehot data.npz | split --stratify'
    refuses "split twice" 1 "^split: splitting: .*'x'" bash -c 'split data.npz | split'
    refuses "a sparse matrix stratified" 2 "^split: splitting: .*by row" split --stratify coo.npz
    refuses "x by row" 2 "^split: splitting: by row needs a sparse matrix" split --within row data.npz
else
    skip "no NumPy: parts"
fi
for share in abc 0 1.0 1.5 0.0 -3 nan 1e999 ''; do
    refuses "--train '$share'" 2 "^split: option --train: '$share'" split --train "$share" data.npz
done
refuses "--stratify in order" 2 "^split: .*--stratify.*--no-shuffle" split --stratify --no-shuffle x.npz
refuses "--within something else" 2 "^split: option --within: 'column'" split --within column x.npz
