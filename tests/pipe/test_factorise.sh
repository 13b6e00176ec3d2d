#!/bin/bash
# factorise: against NumPy, the same bytes for any number of threads and after a kill, and what it
# refuses.
. tests/pipe/lib.sh
cd "$scratch" || exit 1

from-csv --label species "$fixtures/iris.csv" | scale --by centre >iris.npz

# ---- Iris: published answers ----
# The squares of the singular values of centred Iris (UCI's file) that a rank leaves out.
for answer in 1:51.3231 2:15.2288 3:3.5288; do
    rank=${answer%:*}
    equal "svd of rank $rank" "$(factorise --method svd --rank "$rank" iris.npz | eval --tsv |
        awk 'NR == 2 { printf "%.4f", $3 }')" "${answer#*:}"
done
equal "gradient descent reaches the same at rank 2" \
    "$(factorise --method gd --rank 2 --epochs 1000 --lr 0.01 --init normal --seed 0 iris.npz |
        eval --tsv | awk 'NR == 2 { printf "%.4f", $3 }')" 15.2288

# ---- NumPy ----
if [ -z "$python" ]; then
    skip "no NumPy: the references of svd, gd, sgd and als"
else
    cat >make.py <<'PY'
import numpy as np
r = np.random.default_rng(7)
m, n, k = 13, 9, 3
x = r.standard_normal((m, n))
mask = (r.random((m, n)) < 0.6).astype("i4")
mask[4] = 0                       # a row and a column without an observed entry
mask[:, 6] = 0
np.savez("start.npz", u=r.random((m, k)), v=r.random((n, k)))
np.savez("whole.npz", x=x)
np.savez("masked.npz", x=x, mask=mask)
row, col = np.nonzero(mask)
order = r.permutation(len(row))   # SciPy promises no order
np.savez("sparse.npz", row=row[order].astype("i4"), col=col[order].astype("i4"),
         data=x[row, col][order], shape=np.array([m, n]), format=np.array(b"coo"))
# Matrices for svd: random tall and wide, of deficient rank, graded over 12 decades, with
# repeated singular values.
q1, q2 = np.linalg.qr(r.standard_normal((40, 40)))[0], np.linalg.qr(r.standard_normal((25, 25)))[0]
np.savez("svd-tall.npz", x=r.standard_normal((40, 25)))
np.savez("svd-wide.npz", x=r.standard_normal((25, 40)))
np.savez("svd-deficient.npz", x=r.standard_normal((40, 6)) @ r.standard_normal((6, 25)))
np.savez("svd-graded.npz", x=q1[:, :25] * np.logspace(0, -12, 25) @ q2)
np.savez("svd-repeated.npz", x=q1[:, :25] * np.repeat([5.0, 2, 1, 0.5, 0.1], 5) @ q2)
np.savez("svd-one-row.npz", x=r.standard_normal((1, 25)))
np.savez("svd-large.npz", x=(r.standard_normal((600, 300)) * np.logspace(0, -3, 300)))
PY
    "$python" make.py

    cat >svd.py <<'PY'
import sys
import numpy as np
x, f, rank = np.load(sys.argv[1])["x"], np.load(sys.argv[2]), int(sys.argv[3])
tolerance = float(sys.argv[4])
u, s, vt = np.linalg.svd(x, full_matrices=False)
assert f["u"].shape == (len(x), rank) and f["v"].shape == (x.shape[1], rank)
scale = s[0]
assert np.all(np.abs(f["s"] - s[:rank]) <= tolerance * scale), f["s"] - s[:rank]
# The error of the approximation is that of the best one.
error = np.linalg.norm(x - f["u"] * f["s"] @ f["v"].T)
assert abs(error - np.sqrt(np.sum(s[rank:] ** 2))) <= 10 * tolerance * scale, error
live = f["s"] > 1e-10 * scale
gram = f["v"].T @ f["v"]
assert np.all(np.abs(gram - np.eye(rank))[np.ix_(live, live)] <= 10 * tolerance)
PY
    for case in tall:25 tall:4 wide:25 wide:3 deficient:6 deficient:3 graded:25 graded:5 \
        repeated:10 repeated:25 one-row:1; do
        name=${case%:*} rank=${case#*:}
        factorise --method svd --rank "$rank" "svd-$name.npz" >f.npz
        check "svd of $name, rank $rank, agrees with LAPACK" "$python" svd.py "svd-$name.npz" f.npz "$rank" 1e-12
    done
    factorise --method svd --rank 10 --exact svd-large.npz >f.npz
    check "exact svd of a large matrix agrees with LAPACK" "$python" svd.py svd-large.npz f.npz 10 1e-12
    factorise --method svd --rank 10 svd-large.npz >f.npz
    check "svd of few values of a large matrix agrees with LAPACK" "$python" svd.py svd-large.npz f.npz 10 1e-8

    cat >descent.py <<'PY'
# The definitions, in plain NumPy, from the same start; 100 epochs.
import sys
import numpy as np
what, reg, bias_reg, file = sys.argv[1], float(sys.argv[2]), float(sys.argv[3]), sys.argv[4]
bias, lr, epochs = "bias" in what, 0.01, 100
d = np.load("masked.npz")
x = d["x"]
seen = np.ones(x.shape, bool) if "whole" in what else d["mask"] != 0
s = np.load("start.npz")
u, v = s["u"].copy(), s["v"].copy()
m, n = x.shape
b, c = np.zeros(m), np.zeros(n)
mean = x[seen].mean() if bias else 0.0
def errors():
    return np.where(seen, x - mean - b[:, None] - c[None, :] - u @ v.T, 0)
def solve(a, y, lam):
    return np.linalg.solve(a.T @ a + np.diag(lam), a.T @ y)
for epoch in range(epochs if "als" not in what else 10):
    if "joint" in what:
        e = errors()
        gu, gv = 2 * (e @ v - reg * u), 2 * (e.T @ u - reg * v)
        gb, gc = 2 * (e.sum(1) - bias_reg * b), 2 * (e.sum(0) - bias_reg * c)
        u, v = u + lr * gu, v + lr * gv
        if bias:
            b, c = b + lr * gb, c + lr * gc
    elif "alternate" in what:
        e = errors()
        u = u + lr * (e @ v - reg * u)
        v = v + lr * (e.T @ u - reg * v)
        if bias:
            b, c = b + lr * (e.sum(1) - bias_reg * b), c + lr * (e.sum(0) - bias_reg * c)
    elif "sgd" in what:
        for i in range(m):
            for j in range(n):
                if not seen[i, j]:
                    continue
                e = x[i, j] - mean - b[i] - c[j] - u[i] @ v[j]
                if bias:
                    b[i] += lr * (e - bias_reg * b[i])
                    c[j] += lr * (e - bias_reg * c[j])
                u[i] = u[i] + lr * (e * v[j] - reg * u[i])
                v[j] = v[j] + lr * (e * u[i] - reg * v[j])
    else:
        for i in range(m):
            a, y = v[seen[i]], x[i, seen[i]] - mean - c[seen[i]]
            if bias:
                z = solve(np.c_[np.ones(len(a)), a], y, [bias_reg] + [reg] * a.shape[1])
                b[i], u[i] = z[0], z[1:]
            else:
                u[i] = solve(a, y, [reg] * a.shape[1])
        for j in range(n):
            a, y = u[seen[:, j]], x[seen[:, j], j] - mean - b[seen[:, j]]
            if bias:
                z = solve(np.c_[np.ones(len(a)), a], y, [bias_reg] + [reg] * a.shape[1])
                c[j], v[j] = z[0], z[1:]
            else:
                v[j] = solve(a, y, [reg] * a.shape[1])
f = np.load(file)
pairs = [(f["u"], u), (f["v"], v)]
if bias:
    pairs += [(f["mean"], mean), (f["row_bias"], b), (f["col_bias"], c)]
else:
    assert "row_bias" not in f and "mean" not in f
for ours, theirs in pairs:
    assert ours.shape == np.shape(theirs) and np.all(np.isfinite(ours))
    assert np.all(np.abs(ours - theirs) <= 1e-10 * (1 + np.abs(theirs))), np.abs(ours - theirs).max()
e = errors()[seen]
assert abs(f["history.loss"][-1] - np.mean(e ** 2)) <= 1e-10
if "whole" not in what and "sparse" not in what:
    e = (x - mean - b[:, None] - c[None, :] - u @ v.T)[~seen]
    assert abs(f["history.val_loss"][-1] - np.mean(e ** 2)) <= 1e-9
PY
    start='--init-from start.npz --rank 3'
    trajectory() { # trajectory NAME REG BIAS_REG INPUT OPTIONS...
        local name=$1 reg=$2 bias_reg=$3 input=$4
        shift 4
        # shellcheck disable=SC2086 # words
        factorise $start "$@" --reg "$reg" --quiet "$input" >f.npz || rm f.npz
        check "$name agrees with NumPy" "$python" descent.py "$name" "$reg" "$bias_reg" f.npz
    }
    half='--lr 0.01 --epochs 100'
    # shellcheck disable=SC2086
    {
        trajectory whole-joint 0 0 whole.npz --method gd $half
        trajectory whole-joint-reg 0.1 0 whole.npz --method gd $half
        trajectory whole-alternate 0 0 whole.npz --method gd --update alternate $half
        trajectory whole-sgd 0 0 whole.npz --method sgd $half
        trajectory whole-als 0.5 0 whole.npz --method als --epochs 10
        trajectory masked-joint 0 0 masked.npz --method gd --mask mask $half
        trajectory masked-joint-bias 0.1 0.2 masked.npz --method gd --mask mask --bias --bias-reg 0.2 $half
        trajectory masked-alternate-bias 0.1 0.2 masked.npz --method gd --update alternate --mask mask --bias --bias-reg 0.2 $half
        trajectory masked-sgd 0 0 masked.npz --method sgd --mask mask $half
        trajectory masked-sgd-bias 0.1 0.2 masked.npz --method sgd --mask mask --bias --bias-reg 0.2 $half
        trajectory masked-als 0.5 0 masked.npz --method als --mask mask --epochs 10
        trajectory masked-als-bias 0.5 0.3 masked.npz --method als --mask mask --bias --bias-reg 0.3 --epochs 10
        trajectory sparse-sgd-bias 0.1 0.2 sparse.npz --method sgd --blocks 1 --bias --bias-reg 0.2 $half
        trajectory sparse-joint 0 0 sparse.npz --method gd $half
        trajectory sparse-als-bias 0.5 0.5 sparse.npz --method als --bias --epochs 10
    }
fi

# ---- ratings: threads, kills, patience ----
gen-ratings --users 60 --items 90 -n 1500 --seed 3 | split --train 0.8 --validation 0.1 --seed 1 >ratings.npz
sgd='--method sgd --rank 4 --bias --reg 0.05 --init normal --init-scale 0.1 --lr 0.02'
gd='--method gd --rank 4 --bias --reg 0.05 --init normal --init-scale 0.1 --lr 0.001'
als='--method als --rank 4 --bias --reg 2'
for method in "$sgd" "$sgd --shuffle" "$sgd --blocks 3" "$gd" "$als" "--method bias --reg 3"; do
    # shellcheck disable=SC2086
    factorise $method --epochs 7 --threads 1 ratings.npz >one.npz
    for threads in 2 3 7; do
        # shellcheck disable=SC2086
        factorise $method --epochs 7 --threads $threads ratings.npz >more.npz
        same "$method on $threads threads" one.npz more.npz
    done
done

# The moment of the kill is random; what is tested is that the end does not depend on it.
# shellcheck disable=SC2086
for method in "$sgd --shuffle --lr-schedule cosine" "$als"; do
    command="factorise $method --epochs 1200 --eval-every 100 --patience 50"
    $command ratings.npz >whole.npz
    rm -f c.npz
    for delay in 0.01 0.03 0.02 0.05; do
        status=0
        timeout -s KILL $delay $command --checkpoint c.npz --checkpoint-every 40 --resume ratings.npz \
            >/dev/null 2>&1 || status=$?
        case $status in 0 | 137) ;; *) fail "$method: status $status before the kill" ;; esac
    done
    $command --checkpoint c.npz --checkpoint-every 40 --resume ratings.npz >resumed.npz
    same "$method: killed and resumed" whole.npz resumed.npz
    rm -f c.npz
    $command --checkpoint c.npz --checkpoint-every 500 --quiet ratings.npz >/dev/null
    check "$method: a checkpoint is written" [ -s c.npz ]
    $command --checkpoint c.npz --checkpoint-every 500 --resume ratings.npz >resumed.npz
    same "$method: resumed from the last checkpoint" whole.npz resumed.npz
done
# shellcheck disable=SC2086
for method in "$sgd --shuffle" "$gd" "$als"; do
    rm -f c.npz
    command="factorise $method --checkpoint c.npz --checkpoint-every 500 --resume"
    $command --epochs 20 ratings.npz >short.npz
    $command --epochs 31 --quiet ratings.npz >longer.npz
    factorise $method --epochs 31 ratings.npz >whole.npz
    same "$method: gone on past its end" whole.npz longer.npz
    differ "$method: there was more to learn" short.npz longer.npz
done
command="factorise $als --epochs 31"
# shellcheck disable=SC2086
refuses "a checkpoint of other options" 1 "the checkpoint is of other options" \
    factorise $als --eval-every 9 --checkpoint c.npz --checkpoint-every 3 --resume ratings.npz
gen-ratings --users 60 --items 90 -n 1500 --seed 4 | split --train 0.8 --validation 0.1 --seed 1 >others.npz
# shellcheck disable=SC2086
refuses "a checkpoint of other data" 1 "the checkpoint is of other data" \
    $command --checkpoint c.npz --checkpoint-every 3 --resume others.npz

# Learning beats the biases, the biases beat the mean: on data that has both.
rmse() { eval --tsv | awk '$1 == "held_out" { print $5 }'; }
gen-ratings --users 300 --items 400 -n 20000 --seed 5 | split --train 0.9 >large.npz
mean=$(factorise --method mean large.npz | rmse)
bias=$(factorise --method bias --reg 5 large.npz | rmse)
# shellcheck disable=SC2086
both=$(factorise --method sgd --rank 5 --bias --reg 0.05 --init normal --init-scale 0.1 --epochs 60 large.npz | rmse)
check "held out: mean $mean > biases $bias > biases and factors $both" \
    awk "BEGIN { exit !($mean > $bias && $bias > $both && $both > 0) }"

# ---- what is refused ----
refuses "no rank" 2 "^labpipe factorise: --rank is missing" factorise --method sgd iris.npz
refuses "rank 0" 2 "option --rank: .*0.* is out of range" factorise --method svd --rank 0 iris.npz
refuses "a rank above the smaller side" 1 "rank 5 is more than the smaller side of the 150 x 4 matrix" \
    factorise --method svd --rank 5 iris.npz
refuses "the same, sgd" 1 "rank 5 is more than the smaller side of the 150 x 4 matrix" \
    factorise --method sgd --rank 5 iris.npz
refuses "a rate for svd" 2 "--lr goes only with --method=gd\|sgd" factorise --method svd --rank 2 --lr 1 iris.npz
refuses "divergence" 1 "the error became (inf|-?nan) in epoch [0-9]+ with learning rate 1 \(try a smaller --lr\)" \
    factorise --method gd --rank 2 --lr 1 iris.npz
refuses "divergence of sgd" 1 "the error became (inf|-?nan) in epoch [0-9]+ with learning rate 3" \
    factorise --method sgd --rank 2 --lr 3 iris.npz
refuses "singular normal equations" 1 "row 0: the normal equations are singular \(take a larger --reg\)" \
    bash -c 'printf "a,b,c\n1,2,3\n2,4,6\n3,6,9\n" | from-csv | factorise --method als --rank 2 --init-scale 0'
refuses "patience without a validation part" 1 "option --patience: there is no validation part to watch" \
    factorise --method sgd --rank 2 --eval-every 1 --patience 2 iris.npz
gen-ratings --users 30 --items 40 -n 400 --seed 3 | split --train 0.8 >tested.npz
refuses "patience by the test part" 1 "option --patience: there is no validation part to watch \(labpipe split --validation 0.1" \
    factorise --method sgd --rank 2 --eval-every 1 --patience 2 tested.npz

# With a validation part the test part is never looked at.
stop="factorise --method sgd --rank 3 --lr 0.02 --epochs 400 --eval-every 2 --patience 3 --seed 2"
$stop ratings.npz >stopped.npz
pick --drop '*_test' ratings.npz | $stop >blind.npz
equal "the test part is not looked at" "$(to-csv u stopped.npz; to-csv history.val_loss stopped.npz)" \
    "$(to-csv u blind.npz; to-csv history.val_loss blind.npz)"
check "it stopped before the end" [ "$(to-csv --no-header history.epoch stopped.npz | tail -n 1)" -lt 400 ]
equal "the loss that was kept is the validation part's" "$(to-csv --no-header history.val_loss stopped.npz | sort -g | head -n 1 | cut -c 1-12)" \
    "$(eval --tsv stopped.npz | awk '$1 == "validation" { print $4 }' | cut -c 1-12)"
printf 'a,b\n1,0\n1,1\n0,1\n' | from-csv | pick --rename x=mask >mask.npz
printf 'a,b\n1,2\n3,4\n5,6\n' | from-csv >three.npz
printf 'a,b\n0,0\n0,0\n0,0\n' | from-csv | pick --rename x=mask >hides.npz
printf 'a,b\n1,0\n1,1\n' | from-csv | pick --rename x=mask >short.npz
refuses "a mask of the wrong shape" 1 "the mask 'mask' has shape \(2, 2\) \(the matrix has \(3, 2\)\)" \
    factorise --method sgd --rank 1 --mask mask short.npz three.npz
refuses "a mask that hides everything" 1 "the mask 'mask' hides every entry" \
    factorise --method sgd --rank 1 --mask mask hides.npz three.npz
refuses "a missing mask" 1 "reading the mask: .*other" \
    factorise --method sgd --rank 1 --mask other three.npz
refuses "svd under a mask" 2 "--mask goes only with --method" \
    factorise --method svd --rank 1 --mask mask mask.npz three.npz
refuses "svd of a sparse matrix" 1 "svd takes a whole matrix" factorise --method svd --rank 1 ratings.npz
refuses "a mask on a sparse matrix" 1 "--mask goes with a dense x" \
    factorise --method sgd --rank 1 --mask row_train ratings.npz
refuses "dense and sparse at once" 1 "both a dense x and a sparse matrix" \
    factorise --method sgd --rank 1 <(cat <(pick x --rename x=w three.npz) ratings.npz | pick --rename w=x)
refuses "no matrix" 1 "^labpipe factorise: there is no .*x" factorise --method sgd --rank 1 mask.npz
equal "a mask hides two entries" "$(factorise --method sgd --rank 1 --mask mask mask.npz three.npz |
    eval --tsv --mask mask | awk '{ print $1 $2 }' | tr '\n' ' ')" "partn observed4 held_out2 all6 "

if [ -n "$python" ]; then
    "$python" - <<'PY'
import numpy as np
e = np.array([], "i4")
np.savez("empty.npz", row=e, col=e, data=e.astype("f8"), shape=np.array([3, 4]), format=np.array(b"coo"))
np.savez("none.npz", x=np.zeros((0, 4)))
np.savez("nan.npz", x=np.array([[1.0, 2.0], [3.0, np.nan]]))
np.savez("one-row.npz", x=np.array([[1.0, 2.0, 3.0]]))
np.savez("vector.npz", x=np.array([1.0, 2.0, 3.0]))
i = np.array([0, 0, 2, 2, 2], "i4")
np.savez("held.npz", row_train=i, col_train=np.array([0, 1, 0, 1, 2], "i4"), data_train=np.arange(5.0),
         row_test=np.array([1, 1], "i4"), col_test=np.array([0, 1], "i4"), data_test=np.ones(2),
         shape=np.array([3, 3]), format=np.array(b"coo"))
np.savez("misfit.npz", u=np.zeros((3, 2)), v=np.zeros((4, 2)))
PY
    refuses "an empty sparse matrix" 1 "the sparse matrix has no entries" factorise --method sgd --rank 1 empty.npz
    refuses "an empty dense matrix" 1 "tensor 'x' has shape \(0, 4\), which holds no entries" \
        factorise --method svd --rank 1 none.npz
    refuses "a NaN" 1 "x: row 1, column 1 is nan" \
        factorise --method svd --rank 1 nan.npz
    refuses "a vector" 1 "tensor 'x' has shape \(3,\) \(a matrix was expected\)" \
        factorise --method svd --rank 1 vector.npz
    refuses "a start of another shape" 1 "the start has factors of rank 2 for a 3 x 4 matrix" \
        factorise --method sgd --rank 2 --init-from misfit.npz iris.npz
    equal "one row" "$(factorise --method sgd --rank 1 --epochs 500 one-row.npz |
        eval --tsv | awk 'NR == 2 { print $1, ($3 < 1e-6) }')" "all 1"
    equal "a row without an observed entry is predicted from its columns" \
        "$(factorise --method als --rank 1 --bias --reg 1 held.npz 2>warning | eval --tsv |
            awk '$1 == "held_out" { print $2 }')" 2
    check "and a warning counts such rows" grep "1 rows and 0 columns have no observed entry" warning
fi
