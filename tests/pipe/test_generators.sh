#!/bin/bash
# The generators as NumPy and SciPy read them: moments, geometry, labels, how hard the digits are.
. tests/pipe/lib.sh
cd "$scratch" || exit 1

# The same seed gives the same bytes, another seed others, and the recipe gives them again.
while read -r tool arguments; do
    # shellcheck disable=SC2086 # words of the table
    {
        $tool $arguments --seed 7 >a.npz
        $tool --seed 7 $arguments >b.npz
        $tool $arguments --seed 8 >c.npz
    }
    same "$tool: the same seed" a.npz b.npz
    differ "$tool: another seed" a.npz c.npz
    replays "$tool" a.npz
done <<'TABLE'
gen-gauss -n 50 --mean 1,2 --mean 3,4 --cov 2,1,1,2
gen-moons -n 60 --noise 0.1
gen-ellipse -n 60
gen-digits -n 30
gen-faces --people 2 --shots 2
gen-ratings -n 400 --users 20 --items 60
TABLE

if [ -n "$python" ]; then
    gen-gauss -n 100000 --mean 10,16 --cov 3,1,1,4 --mean -6,-3 --cov 2,0,0,5 --seed 1 >gauss.npz
    gen-moons -n 1001 --noise 0 --no-shuffle >moons.npz
    gen-ellipse -n 70000 --seed 5 >ellipse.npz
    gen-ellipse -n 5000 --form 2,0,0,0,1,0,0,0,0.5 --threshold 3 >solid.npz
    check "points are what the parameters say" "$python" - <<'PYTHON'
import numpy as np
z, n = np.load("gauss.npz"), 100000
assert z["x"].dtype == "f8" and z["y"].dtype == "i8" and z["x"].shape == (2 * n, 2)
for c, mean, cov in ((0, [10, 16], [[3, 1], [1, 4]]), (1, [-6, -3], [[2, 0], [0, 5]])):
    x, cov = z["x"][z["y"] == c], np.array(cov, float)
    assert len(x) == n
    d = np.diag(cov)
    assert (abs(x.mean(0) - mean) < 5 * np.sqrt(d / n)).all()
    # standard error of a covariance: sqrt((s_ii s_jj + s_ij^2) / n)
    assert (abs(np.cov(x.T) - cov) < 5 * np.sqrt((np.outer(d, d) + cov ** 2) / n)).all()

z = np.load("moons.npz")  # scikit-learn's make_moons(1001, shuffle=False)
t, u = np.linspace(0, np.pi, 500), np.linspace(0, np.pi, 501)
x = np.vstack([np.column_stack([np.cos(t), np.sin(t)]),
               np.column_stack([1 - np.cos(u), 1 - np.sin(u) - 0.5])])
assert abs(z["x"] - x).max() < 1e-15 and (z["y"] == np.r_[np.zeros(500), np.ones(501)]).all()

for name, q, threshold, n in (("ellipse", [[1, 0.5], [1, 0.2]], 0.6, 70000),
                              ("solid", np.diag([2, 1, 0.5]), 3, 5000)):
    z = np.load(name + ".npz")
    x, form = z["x"], np.einsum("ni,ij,nj->n", z["x"], q, z["x"])
    clear = abs(form - threshold) > 1e-12
    assert len(x) == n and (z["y"] == (form > threshold))[clear].all() and clear.sum() > n - 3
    assert (abs(x.mean(0)) < 5 / np.sqrt(n)).all()
    assert (abs(np.cov(x.T) - np.eye(len(q))) < 5 * np.sqrt((1 + np.eye(len(q))) / n)).all()
PYTHON
    gen-digits -n 5000 --seed 1 >digits.npz
    check "digits: a linear model stays under 95 %" "$python" - <<'PYTHON'
import numpy as np
z = np.load("digits.npz")
assert z["x"].dtype == "u1" and z["x"].shape == (5000, 28, 28)
assert (z["y"] == np.arange(5000) % 10).all() and list(z["classes"]) == list("0123456789")
x = np.c_[z["x"].reshape(5000, -1) / 255.0, np.ones(5000)]
train, test = slice(0, 4000), slice(4000, 5000)
w = np.linalg.solve(x[train].T @ x[train] + 10 * np.eye(785), x[train].T @ np.eye(10)[z["y"][train]])
accuracy = ((x[test] @ w).argmax(1) == z["y"][test]).mean()
assert 0.7 < accuracy < 0.95, accuracy
PYTHON
    gen-faces >faces.npz
    check "faces vary as faces do" "$python" - <<'PYTHON'
import numpy as np
z = np.load("faces.npz")
x = z["x"].reshape(400, -1) / 255.0
assert z["x"].shape == (400, 64, 64) and (z["y"] == np.repeat(np.arange(40), 10)).all()
d = x - x.mean(0)
s = np.linalg.eigvalsh(d @ d.T)[::-1] / 400
# The 400 Olivetti portraits: 76.35 in all, 15.16 beyond 16 components, 3.71 beyond 64.
assert 60 < s.sum() < 95 and 10 < s[16:].sum() < 20 and 2.5 < s[64:].sum() < 8, s.cumsum()[[15, 63, -1]]
PYTHON
    if "$python" -c 'import scipy.sparse' 2>/dev/null; then
        gen-ratings >ratings.npz
        check "SciPy loads the ratings" "$python" - <<'PYTHON'
import numpy as np, scipy.sparse
m = scipy.sparse.load_npz("ratings.npz")
assert m.format == "coo" and m.shape == (610, 9724) and m.nnz == 100836
assert len(set(zip(m.row, m.col))) == m.nnz and set(m.data) == set(np.arange(0.5, 5.5, 0.5))
z = np.load("ratings.npz")
assert len(set(z["cols"])) == 9724 and list(z["rows"]) == [str(i + 1) for i in range(610)]
PYTHON
    else
        skip "no SciPy: the ratings in its own reader"
    fi
else
    skip "no NumPy: moments, geometry, labels"
fi

# A network with one hidden layer passes 98 %.
accuracy=$(gen-digits | split --train 0.8 | scale --divide 255 | train-mlp --hidden 128 --batch 64 \
    --init he --epochs 30 --lr 0.1 --seed 1 | eval --tsv | awk -F '\t' '
    NR == 1 { for (i = 1; i <= NF; i++) column[$i] = i; next }
    $1 == "test" { print $column["accuracy"] }')
check "digits: a network is right on more than 98 % ($accuracy)" \
    awk -v a="$accuracy" 'BEGIN { exit !(a > 0.98 && a < 1) }'

refuses "no mean" 2 "^labpipe gen-gauss: .*--mean" gen-gauss -n 5
refuses "a covariance that is not symmetric" 2 \
    "^labpipe gen-gauss: drawing Gaussians: covariance 0 is not symmetric: row 1, column 0 is 0 and row 0, column 1 is 0.5" \
    gen-gauss --mean 1,2 --cov 1,0.5,0,1
refuses "a covariance that is not positive" 2 "^labpipe gen-gauss: drawing Gaussians: covariance 1: " \
    gen-gauss --mean 1,2 --mean 3,4 --cov 1,0,0,1 --cov 1,2,2,1
refuses "a covariance that does not fit" 2 "covariance 0 has 3 numbers, 2 dimensions need 4" \
    gen-gauss --mean 1,2 --cov 1,2,3
refuses "means that do not fit" 2 "mean 0 has 2 numbers and mean 1 has 3" \
    gen-gauss --mean 1,2 --mean 1,2,3
refuses "a form that is no matrix" 2 "^labpipe gen-ellipse: .*Q has 3 numbers" gen-ellipse --form 1,2,3
refuses "one point on two moons" 2 "^labpipe gen-moons: option -*n: '1'" gen-moons -n 1
refuses "noise below nothing" 2 "^labpipe gen-moons: option --noise: '-1'" gen-moons --noise -1
refuses "noise that is no number" 2 "^labpipe gen-moons: option --noise: 'nan'" gen-moons --noise nan
refuses "no points" 2 "^labpipe gen-ellipse: option -*n: '0'" gen-ellipse -n 0
refuses "more ratings than places" 2 "^labpipe gen-ratings: drawing ratings: 26 ratings by 5 users of 5 items \(5 to 25\)" \
    gen-ratings -n 26 --users 5 --items 5
refuses "pictures too small" 2 "^labpipe gen-digits: option --side: '7'" gen-digits --side 7
refuses "an operand" 2 "^labpipe gen-faces: .*x.npz" gen-faces x.npz
