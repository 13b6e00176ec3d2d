#!/bin/bash
# Pipelines that scikit-learn has trained, written under labpipe's names: predict and eval answer
# what they do, also where the new data has its columns in another order.
. tests/pipe/lib.sh
cd "$scratch" || exit 1
needs_numpy 'the models of scikit-learn'
if ! "$python" -c 'import sklearn' 2>/dev/null; then
    skip 'no scikit-learn: its models'
    exit
fi

cat >export.py <<'PYTHON'
import numpy as np

def export(path, pipeline, features):
    """A Pipeline of StandardScaler and LogisticRegression or MLPClassifier as a model of labpipe."""
    scaler, model = pipeline[0], pipeline[-1]
    layers = ([(w.T, b, {"logistic": "sigmoid"}.get(model.activation, model.activation))
               for w, b in zip(model.coefs_, model.intercepts_)] if hasattr(model, "coefs_")
              else [(model.coef_, model.intercept_, "identity")])
    w, b, _ = layers[-1]
    if len(model.classes_) == 2:  # one output z: softmax(0, z) is its logistic function
        w, b = np.vstack([0 * w, w]), np.append(0, b)
    layers[-1] = w, b, "identity"
    tensors = {"model.features": np.array(features), "model.classes": np.array(model.classes_, str),
               "model.offset": scaler.mean_, "model.divisor": scaler.scale_}
    for i, (w, b, activation) in enumerate(layers, 1):
        tensors.update({f"layer{i}.weight": w, f"layer{i}.bias": b,
                        f"layer{i}.activation": np.array(activation.encode())})
    np.savez(path, **tensors)
PYTHON

cat >train.py <<'PYTHON'
import csv, sys, warnings
import numpy as np
from sklearn.linear_model import LogisticRegression
from sklearn.neural_network import MLPClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from export import export
warnings.filterwarnings("ignore")
rows = list(csv.reader(open(sys.argv[1])))
names, rows = rows[0][:4], rows[1:]
random = np.random.RandomState(0)
random.shuffle(rows)
models = {
    "logistic": LogisticRegression(),
    "logistic-two": LogisticRegression(C=10),
    "relu": MLPClassifier((10,), max_iter=300, random_state=1),
    "tanh": MLPClassifier((7, 5), activation="tanh", max_iter=300, random_state=2),
    "sigmoid-two": MLPClassifier((6,), activation="logistic", max_iter=300, random_state=3),
    "linear": MLPClassifier((4,), activation="identity", solver="lbfgs", random_state=4),
}
for name, model in models.items():
    kept = [r for r in rows if r[4] != "setosa"] if name.endswith("two") else rows
    x, y = np.array([r[:4] for r in kept], float), np.array([r[4] for r in kept])
    n = len(kept) * 2 // 3
    pipeline = make_pipeline(StandardScaler(), model).fit(x[:n], y[:n])
    export(f"{name}.npz", pipeline, names)
    np.savez(f"{name}-answers.npz", classes=pipeline.predict(x[n:]), probabilities=pipeline.predict_proba(x[n:]),
             score=pipeline.score(x[n:], y[n:]))
    order = random.permutation(5)
    with open(f"{name}.csv", "w") as f:
        out = csv.writer(f, lineterminator="\n")
        out.writerow([*np.array(names + ["species"])[order], "room"])
        out.writerows([*np.array(r)[order], "7"] for r in kept[n:])
PYTHON
"$python" train.py "$fixtures/iris.csv"

for model in logistic logistic-two relu tanh sigmoid-two linear; do
    from-csv --label species $model.csv >new.npz
    predict -q --model $model.npz new.npz >predicted.npz
    to-csv --class-names y_pred y_score predicted.npz >predicted.csv
    eval -q --tsv --model $model.npz new.npz >figures.tsv
    export model
    check "$model: scikit-learn's classes, probabilities and accuracy" "$python" - <<'PYTHON'
import csv, os
import numpy as np
want = np.load(os.environ["model"] + "-answers.npz")
rows = list(csv.reader(open("predicted.csv")))[1:]
assert len(rows) > 30 and [r[0] for r in rows] == list(want["classes"])
np.testing.assert_allclose(np.array([r[1:] for r in rows], float), want["probabilities"], rtol=0, atol=1e-12)
names, figures = [line.rstrip("\n").split("\t") for line in open("figures.tsv")][:2]
assert abs(float(figures[names.index("accuracy")]) - want["score"]) < 1e-12
PYTHON
done
from-csv --label species relu.csv | predict --model relu.npz 2>warning >/dev/null
check 'a warning names the column that the model does not know' grep -F 'room' warning
