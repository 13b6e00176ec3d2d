#!/bin/bash
# impute: its values and what it fills against scikit-learn, and what it refuses.
. tests/pipe/lib.sh
cd "$scratch" || exit 1
needs_numpy 'all of impute'

"$python" - <<'PYTHON'
import numpy as np
r = np.random.RandomState(3)
x = np.round(r.randn(211, 6) * 10.0 ** np.arange(-2, 4), 1)
x[r.rand(*x.shape) < 0.3] = np.nan
x[:, 3] = 4
np.savez("f8.npz", x=x, features=np.array(list("abcdef")), y=np.arange(211))
np.savez("f4.npz", x=x.astype("f4"))
np.savez("parts.npz", x_train=x[:100], x_val=x[100:150], x_test=x[150:])
np.savez("deep.npz", x=x.reshape(211, 2, 3))
x[:, 4] = np.nan
np.savez("empty.npz", x=x, features=np.array(list("abcdef")))
x[2, 0] = -np.inf
np.savez("infinite.npz", x=x)
PYTHON
ways="mean median most-frequent"
for data in f8 f4 parts deep empty; do
    for by in $ways; do
        [ "$data" = empty ] || impute --by "$by" $data.npz >"$data-$by.npz"
    done
    impute --by constant --value -1.5 $data.npz >$data-constant.npz
done
impute f8.npz >default.npz
equal 'the mean is the default' "$(to-csv impute.value default.npz)" "$(to-csv impute.value f8-mean.npz)"
replays 'impute' f8-median.npz
refuses 'a column without a number' 1 \
    "^labpipe impute: imputing: x: column 4, 'e', is NaN in every row \(drop it, or fill it by constant\)" impute empty.npz
refuses 'an infinity' 1 '^labpipe impute: imputing: x: row 2, column 0 is -inf' impute infinite.npz
refuses 'constant without a value' 2 'needs --value' impute --by constant f8.npz
refuses 'a value without constant' 2 '^labpipe impute: --value' impute --value 3 f8.npz
refuses 'scaled data' 1 'x has been scaled already' impute <(scale --by standard f8-mean.npz)
refuses 'what is missing is refused elsewhere' 1 'x: row [0-9]+, column [0-9] is nan' scale --by centre f8.npz

compare=$(cat <<'PYTHON'
import numpy as np
for data in ("f8", "f4", "parts", "deep", "empty"):
    raw = np.load(data + ".npz")
    for by in ("mean", "median", "most-frequent", "constant"):
        if data == "empty" and by != "constant":
            continue
        got = np.load(f"{data}-{by}.npz")
        flat = lambda a: a.reshape(len(a), -1)
        train = flat(raw["x_train" if data == "parts" else "x"]).astype("f8")
        value = fit(train, by)
        assert got["impute.value"].dtype == "f8" and got["impute.value"].shape == (6,)
        np.testing.assert_allclose(got["impute.value"], value, rtol=1e-12, atol=0)
        for name in [n for n in raw.files if n.startswith("x")]:
            assert got[name].dtype == raw[name].dtype and got[name].shape == raw[name].shape
            missing = np.isnan(flat(raw[name]))
            filled = np.where(missing, got["impute.value"], flat(raw[name])).astype(raw[name].dtype)
            assert (flat(got[name]) == filled).all()
        for name in [n for n in raw.files if not n.startswith("x")]:
            assert (got[name] == raw[name]).all()
PYTHON
)
check "NumPy's nanmean and nanmedian" "$python" -c '
import numpy as np
def fit(x, by):
    if by == "most-frequent":
        columns = [np.unique(c[~np.isnan(c)], return_counts=True) for c in x.T]
        return np.array([v[n.argmax()] for v, n in columns])
    return np.full(6, -1.5) if by == "constant" else getattr(np, "nan" + by)(x, 0)
'"$compare"
if "$python" -c 'import sklearn' 2>/dev/null; then
    check "scikit-learn's SimpleImputer" "$python" -c '
from sklearn.impute import SimpleImputer
def fit(x, by):
    return SimpleImputer(strategy=by.replace("-", "_"), fill_value=-1.5).fit(x).statistics_
'"$compare"
else
    skip "no scikit-learn: its SimpleImputer"
fi
