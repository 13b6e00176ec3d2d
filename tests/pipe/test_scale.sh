#!/bin/bash
# scale: every rule against NumPy to 1e-12, on data of every element type.
. tests/pipe/lib.sh
cd "$scratch" || exit 1
needs_numpy 'all of scale'

"$python" - <<'PYTHON'
import numpy as np
r = np.random.RandomState(0)
x = (r.randn(1013, 7) + 3 * r.randn(7)) * 10.0 ** np.arange(-3, 4)
x[:, 4] = 0.1
np.savez("f8.npz", x=x)
np.savez("parts.npz", x_train=x[:800], x_test=x[800:], y=np.arange(3))
np.savez("f4.npz", x=x.astype("f4"))
np.savez("u1.npz", x=r.randint(0, 256, (600, 5, 6)).astype("u1"))
np.savez("i8.npz", x=r.randint(-10**6, 10**6, (300, 3)))
PYTHON
for by in centre standard variance minmax; do
    for data in f8 parts f4 u1 i8; do
        scale --by $by $data.npz >$data-$by.npz
    done
done
scale --divide 255 u1.npz >u1-divided.npz
scale --divide 255 u1.npz | scale --by centre >u1-centred.npz
check "figures are NumPy's" "$python" - <<'PYTHON'
import numpy as np

def fit(x, by):
    mean, var, span = x.mean(0), x.var(0), x.max(0) - x.min(0)
    offset = x.min(0) if by == "minmax" else mean
    divisor = {"centre": np.ones_like(mean), "standard": np.sqrt(var), "variance": var,
               "minmax": span}[by]
    return offset, np.where(span == 0, 1, divisor)

for data, type in (("f8", "f8"), ("f4", "f4"), ("u1", "f4"), ("i8", "f8"), ("parts", "f8")):
    d = np.load(data + ".npz")
    fitted = "x_train" if data == "parts" else "x"
    x = d[fitted].astype("f8").reshape(len(d[fitted]), -1)
    for by in ("centre", "standard", "variance", "minmax"):
        z = np.load(f"{data}-{by}.npz")
        offset, divisor = fit(x, by)
        assert z["scale.offset"].shape == offset.shape
        np.testing.assert_allclose(z["scale.offset"], offset, rtol=1e-12, atol=1e-12)
        np.testing.assert_allclose(z["scale.divisor"], divisor, rtol=1e-12)
        for name in {"f8": ["x"], "parts": ["x_train", "x_test"]}.get(data, ["x"]):
            raw = d[name].astype("f8").reshape(len(d[name]), -1)
            assert z[name].dtype == type and z[name].shape == d[name].shape
            want = (raw - offset) / divisor
            if data in ("f8", "parts", "f4"):
                want[:, 4] = 0  # the constant column, exactly
            # f4: half a unit in its last place of 24 bits
            tolerance = 1e-12 if type == "f8" else 2.0 ** -24 * 1.01
            atol = 1e-12 * np.abs(want).max()
            np.testing.assert_allclose(z[name].reshape(want.shape), want, rtol=tolerance, atol=atol)
            if data in ("f8", "parts", "f4"):
                assert (z[name][:, 4] == 0).all()

u = np.load("u1.npz")["x"]
z = np.load("u1-divided.npz")
assert (z["x"] == (u / 255.0).astype("f4")).all()
assert (z["scale.offset"] == 0).all() and (z["scale.divisor"] == 255).all()
z = np.load("u1-centred.npz")
again = (u.reshape(600, -1) - z["scale.offset"]) / z["scale.divisor"]
np.testing.assert_allclose(z["x"].reshape(600, -1), again, atol=1e-7)
PYTHON
refuses "neither --by nor --divide" 2 "^labpipe scale: --by .* or --divide" scale f8.npz
refuses "both" 2 "^labpipe scale: .*--by.*--divide" scale --by centre --divide 255 f8.npz
refuses "--divide 0" 1 "^labpipe scale: scaling: the divisor is 0" scale --divide 0 f8.npz
refuses "--divide by a number so small that the result is infinite" 1 \
    "^labpipe scale: scaling: x: row [0-9]+, column [0-9]+: .* is out of range once it is scaled" scale --divide 1e-320 f8.npz
scale --divide 1e200 f8.npz >tiny.npz
refuses "a scaling that underflows after the one before it" 1 \
    "^labpipe scale: scaling: column 0: the scaling is out of range after the one before it" scale --divide 1e200 tiny.npz
refuses "--by size" 2 "^labpipe scale: option --by: 'size'" scale --by size f8.npz
"$python" -c 'import numpy as np; x = np.ones((5, 3)); x[3, 2] = np.nan; np.savez("nan.npz", x=x)
np.savez("text.npz", x=np.array(["a", "b"])); np.savez("none.npz", x=np.zeros((0, 3)))'
refuses "a NaN" 1 "^labpipe scale: scaling: x: row 3, column 2 is nan \\(labpipe impute fills missing values\\)\$" scale --by centre nan.npz
refuses "text" 1 "^labpipe scale: scaling: x: is text" scale --by centre text.npz
refuses "no rows" 1 "^labpipe scale: scaling: x: has shape \(0, 3\)" scale --by centre none.npz
