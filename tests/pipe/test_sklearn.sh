#!/bin/bash
# Every metric of eval against sklearn.metrics, to 1e-12, and what train-mlp learns with its defaults
# against MLPClassifier with its own.
. tests/pipe/lib.sh
cd "$scratch" || exit 1
if [ -z "$python" ] || ! "$python" -c 'import sklearn' 2>/dev/null; then
    skip 'no scikit-learn: metrics of classes, numbers and factors'
    exit
fi

# Ten cases of classes: rows, classes, how coarse the scores are (ties), which classes never occur as
# labels, and which are never predicted.
"$python" - <<'PYTHON'
import numpy as np
cases = [(50, 2, 100, [], []), (7, 2, 2, [], [1]), (200, 3, 8, [], []), (30, 3, 1, [], [2]),
         (120, 5, 10, [4], []), (120, 5, 4, [0, 2], [1]), (400, 10, 20, [], []), (90, 10, 3, [9], [0, 9]),
         (900, 40, 6, [7, 8], []), (1000, 300, 5, list(range(0, 300, 9)), [3])]
for i, (n, k, levels, absent, unpredicted) in enumerate(cases):
    r = np.random.RandomState(i)
    present = [c for c in range(k) if c not in absent]
    y = np.concatenate([present, r.choice(present, n)])[:n] if n > k else r.choice(present, n)
    score = r.randint(0, levels + 1, (n, k)) + levels * r.rand() * np.eye(k)[y] + 1 / 64
    score[:, unpredicted] = 1 / 128
    score = score / score.sum(1, keepdims=True)
    if i == 5:
        score[3] = np.eye(k)[y[3] - 1]  # a wrong answer of probability 1
    np.savez(f"classes{i}.npz", y=y, y_pred=score.argmax(1), y_score=score,
             classes=np.array([f"class {c}" for c in range(k)]))
for i, (n, m) in enumerate([(40, 1), (40, 3), (1000, 5), (3, 2), (2, 1)]):
    r = np.random.RandomState(20 + i)
    y = r.randn(n, m) * 10.0 ** r.randint(-3, 5, m) + 1000 * r.randn(m)
    y[:, -1] = y[0, -1] if i == 3 else y[:, -1]  # a constant column
    p = y + r.randn(n, m) * y.std(0)
    np.savez(f"numbers{i}.npz", y_test=y if m > 1 else y[:, 0], y_pred=p if m > 1 else p[:, 0])
    np.savez(f"narrow{i}.npz", y=y.astype("f4"), y_pred=p.astype("f4"))
PYTHON
for i in 0 1 2 3 4 5 6 7 8 9; do
    eval --json --top-k 3 classes$i.npz >classes$i.json
    eval --tsv --top-k 3 classes$i.npz >classes$i.tsv
done
for i in 0 1 2 3 4; do
    eval --json numbers$i.npz >numbers$i.json
    eval --json narrow$i.npz >narrow$i.json
done

cat >compare.py <<'PYTHON'
import json, math, sys, warnings
import numpy as np
from sklearn import metrics as sk
warnings.simplefilter("ignore")

def close(name, got, want):
    if isinstance(want, float) and math.isnan(want):
        assert got is None, (name, got, want)
    else:
        assert got is not None, (name, got, want)
        assert np.shape(got) == np.shape(want), (name, got, want)
        assert np.all(np.abs(np.array(got) - want) <= 1e-12 * np.maximum(1, np.abs(want))), (name, got, want)

def area(positive, score):
    return sk.roc_auc_score(positive, score) if 0 < positive.sum() < len(positive) else float("nan")

def compare_classes(r, y, p, score, top_k):
    k = score.shape[1]
    labels = np.arange(k)
    close("accuracy", r["accuracy"], sk.accuracy_score(y, p))
    assert r["confusion"] == sk.confusion_matrix(y, p, labels=labels).tolist()
    close("balanced_accuracy", r["balanced_accuracy"], sk.balanced_accuracy_score(y, p))
    close("log_loss", r["log_loss"], sk.log_loss(y, score, labels=labels))
    each = sk.precision_recall_fscore_support(y, p, labels=labels)
    for name, want in zip(["precision", "recall", "f1", "support"], each):
        close(name, r[name], want)
    for average in ["macro", "weighted"]:
        means = sk.precision_recall_fscore_support(y, p, average=average)
        for name, want in zip(["precision", "recall", "f1"], means):
            close(name + "_" + average, r[name + "_" + average], want)
    if k == 2:
        close("roc_auc", r["roc_auc"], area(y == 1, score[:, 1]))
    else:
        areas = np.array([area(y == c, score[:, c]) for c in labels])
        close("roc_auc", r["roc_auc"], areas[~np.isnan(areas)].mean())
        if len(set(y)) == k:
            close("roc_auc", r["roc_auc"], sk.roc_auc_score(y, score, multi_class="ovr"))
    if k > 2 and top_k:
        close("top_k", r["top_k_accuracy"], sk.top_k_accuracy_score(y, score, k=top_k, labels=labels))

def compare_numbers(r, y, p):
    assert r["accuracy"] is None and r["per_class"] == []
    close("mse", r["mse"], sk.mean_squared_error(y, p))
    close("rmse", r["rmse"], sk.mean_squared_error(y, p, squared=False))
    close("mae", r["mae"], sk.mean_absolute_error(y, p))
    close("r2", r["r2"], sk.r2_score(y, p))
    close("explained_variance", r["explained_variance"],
          sk.explained_variance_score(y, p, multioutput="variance_weighted"))
PYTHON
for i in 0 1 2 3 4 5 6 7 8 9; do
    check "classes, case $i" "$python" - <<PYTHON
from compare import *
d, r = np.load("classes$i.npz"), json.load(open("classes$i.json"))
compare_classes(r["all"], d["y"], d["y_pred"], d["y_score"], 3)
lines = [line.rstrip("\n").split("\t") for line in open("classes$i.tsv")]
named, r = dict(zip(*lines)), r["all"]
assert len(lines[0]) == len(lines[1]) == len(named)
for name, value in r.items():
    if name == "confusion":
        for (a, b), count in np.ndenumerate(np.array(value)):
            assert int(named[f"confusion.{a}.{b}"]) == count
    elif isinstance(value, list):
        assert [float(named[f"{name}.{c}"]) for c in range(len(value))] == value or name == "per_class"
    else:
        assert float(named[name]) == value if value is not None else named[name] == "nan"
PYTHON
done
for i in 0 1 2 3 4; do
    check "numbers, case $i" "$python" - <<PYTHON
from compare import *
d = np.load("numbers$i.npz")
compare_numbers(json.load(open("numbers$i.json"))["test"], d["y_test"], d["y_pred"])
d = np.load("narrow$i.npz")
compare_numbers(json.load(open("narrow$i.json"))["all"], d["y"].astype("f8"), d["y_pred"].astype("f8"))
PYTHON
done

# Models: what eval says of them is what scikit-learn says of predict's answers.
from-csv --label species "$fixtures/iris.csv" | split --train 100 --seed 4 | scale --by standard >iris.npz
train-mlp --hidden 5 --lr 0.2 --epochs 20 iris.npz >classifier.npz
train-mlp --hidden 5 --lr 0.05 --loss mse --epochs 20 iris.npz >squares.npz
gen-gauss -n 80 --mean 0,0 --cov 1,0,0,1 --mean 1,1 --cov 1,0,0,1 | split | train-perceptron --epochs 9 >perceptron.npz
"$python" -c '
import numpy as np
r = np.random.RandomState(1)
x = r.randn(300, 4)
y = x @ r.randn(4, 2) + 0.1 * r.randn(300, 2)
np.savez("linear.npz", x_train=x[:200], y_train=y[:200], x_test=x[200:], y_test=y[200:])'
train-mlp --loss mse --hidden 6 --lr 0.05 --epochs 30 --dtype f8 linear.npz >regression.npz
train-mlp --loss mse --target x --hidden 2 --lr 0.05 --epochs 30 --dtype f8 linear.npz >autoencoder.npz
for model in classifier squares perceptron regression autoencoder; do
    eval --json --top-k 2 $model.npz >$model.json
    predict --x x_train $model.npz >$model-train.npz
    predict --x x_test $model.npz >$model-test.npz
done
check 'models' "$python" - <<'PYTHON'
from compare import *
for model in ["classifier", "squares", "perceptron", "regression", "autoencoder"]:
    report = json.load(open(model + ".json"))
    assert list(report) == ["train", "test"]
    for part, r in report.items():
        d = np.load(f"{model}-{part}.npz")
        y, p = d["y_" + part], d["y_pred"]
        if model == "classifier":
            compare_classes(r, y, p, d["y_score"].astype("f8"), 2)
        elif model == "regression":
            compare_numbers(r, y, p)
            close("loss", r["loss"], r["mse"])
        elif model == "autoencoder":
            compare_numbers(r, d["x_" + part], p)
        else:
            assert r["log_loss"] is None
            score = d["y_score"].astype("f8")
            want = sk.roc_auc_score(y, score) if score.ndim == 1 else \
                np.mean([sk.roc_auc_score(y == c, score[:, c]) for c in range(3)])
            close("roc_auc", r["roc_auc"], want)
            close("f1_macro", r["f1_macro"], sk.f1_score(y, p, average="macro"))
PYTHON

# Factors.
from-csv --label species "$fixtures/iris.csv" >raw.npz
factorise --method svd --rank 3 raw.npz >svd.npz
scale --by centre raw.npz | factorise --method svd --rank 3 >pca.npz
factorise --method als --rank 2 --epochs 5 raw.npz >als.npz
for factors in svd pca als; do eval --json $factors.npz >$factors.json; done
check 'explained variance of factors' "$python" - <<'PYTHON'
from compare import *
from sklearn.decomposition import PCA, TruncatedSVD
x = np.load("raw.npz")["x"]
for name, model in [("svd", TruncatedSVD(3, algorithm="arpack", tol=1e-14)), ("pca", PCA(3))]:
    r = json.load(open(name + ".json"))["all"]
    want = model.fit(x).explained_variance_ratio_
    close(name, r["explained_variance_ratio"], want)
    close(name, r["explained_variance"], want.sum())
r, d = json.load(open("als.json"))["all"], np.load("als.npz")
mean = d["mean"] if "mean" in d.files else 0
close("als", r["explained_variance"], sk.explained_variance_score(
    x, d["u"] @ d["v"].T + mean, multioutput="variance_weighted"))
assert "explained_variance_ratio" not in r
PYTHON

# Learning: as many hidden units as MLPClassifier has, and everything else as it comes. Two accuracies on
# n rows that differ by less than two standard errors are the same.
from-csv --label species "$fixtures/iris.csv" | split --stratify --seed 1 | scale --by standard >iris-parts.npz
from-csv --label -1 "$fixtures/digits.csv" | split --stratify --seed 1 | scale --divide 16 >digits-parts.npz
for data in iris digits; do
    train-mlp --hidden 100 $data-parts.npz | eval --json >$data.json
    export data
    check "$data: what scikit-learn learns by default" "$python" - <<'PYTHON'
import json, os, warnings
import numpy as np
from sklearn.neural_network import MLPClassifier
warnings.simplefilter("ignore")  # it would go on past 200 epochs
d, r = np.load(os.environ["data"] + "-parts.npz"), json.load(open(os.environ["data"] + ".json"))
model = MLPClassifier(random_state=0).fit(d["x_train"], d["y_train"])
for part in "train", "test":
    theirs, n = model.score(d["x_" + part], d["y_" + part]), len(d["y_" + part])
    error = np.sqrt(2 * max(theirs * (1 - theirs), 1 / n) / n)
    assert r[part]["accuracy"] > theirs - 2 * error, (part, r[part]["accuracy"], theirs, error)
PYTHON
done
