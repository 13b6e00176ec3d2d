#!/bin/bash
# Labels of every kind in every tool that takes them: whole numbers from 0, -1 and 1, from 1, texts,
# one-hot rows, and names of which some do not occur.
. tests/pipe/lib.sh
needs_numpy 'labels of every kind'
cd "$scratch" || exit 1

"$python" - <<'PYTHON'
import numpy as np
r = np.random.RandomState(3)
n = 60
x = np.round(r.randn(n, 2) * 64) / 16
place = (x[:, 0] + x[:, 1] > 0.5).astype("i8")
place[:6] = 1 - place[:6]
up = np.array(["up", "down"])
kinds = {  # y, the names of the classes in their order, whether the stream gives these
    "places": (place, ["0", "1"], False),
    "signs": (2 * place - 1, ["-1", "1"], False),
    "floats": ((2.0 * place - 1), ["-1", "1"], False),
    "ones": (place.astype("u1") + 1, ["1", "2"], False),
    "column": (place[:, None] + 1, ["1", "2"], False),
    "texts": (up[place], ["down", "up"], False),
    "bytes": (up[place].astype("S"), ["down", "up"], False),
    "rows": (np.eye(2)[place], ["0", "1"], False),
    "named": (place, ["no", "yes"], True),
    "named-rows": (np.eye(2, dtype="i4")[place], ["no", "yes"], True),
}
for name, (y, classes, given) in kinds.items():
    extra = {"classes": np.array(classes)} if given else {}
    np.savez(name + ".npz", x=x, y=y, **extra)
    where = y[:, 0] if name == "column" else y.argmax(1) if y.ndim == 2 else y
    place_of = np.unique(where, return_inverse=True)[1]
    np.savez(name + ".expected.npz", place=place_of, names=np.array(classes))
    np.savez(name + ".plain.npz", x=x, y=place_of, classes=np.array(classes))
np.savez("more.npz", x=x, y=place, classes=np.array(["no", "yes", "maybe"]))
np.savez("more-texts.npz", x=x, y=np.array(["no", "yes"])[place], classes=np.array(["no", "yes", "maybe"]))
np.savez("half.npz", x=x, y=place + 0.5)
PYTHON
kinds='places signs floats ones column texts bytes rows named named-rows'

# ---- onehot, split, to-csv ----
for kind in $kinds; do
    onehot "$kind".npz >"$kind".hot.npz
    split --train 0.75 --stratify --seed 2 "$kind".npz >"$kind".parts.npz
    split --train 0.75 --validation 0.1 --seed 2 "$kind".npz | onehot >"$kind".hot-parts.npz
    split --group y --train 1 "$kind".npz >"$kind".groups.npz
    to-csv --class-names --no-header y "$kind".npz >"$kind".names.txt
    check "onehot, split and to-csv of $kind" "$python" - "$kind" <<'PYTHON'
import sys
import numpy as np
kind = sys.argv[1]
place, names = (np.load(kind + ".expected.npz")[k] for k in ("place", "names"))
def named(z):
    return z["classes"].tolist() if "classes" in z else ["0", "1"]
hot = np.load(kind + ".hot.npz")
assert hot["y"].dtype == "u1" and (hot["y"] == np.eye(2)[place]).all()
assert named(hot) == names.tolist(), named(hot)
whole = np.load(kind + ".npz")
parts = np.load(kind + ".parts.npz")
assert parts["y_train"].dtype == whole["y"].dtype
order = [np.flatnonzero((whole["x"] == row).all(1))[0] for row in np.concatenate([parts["x_train"], parts["x_test"]])]
assert sorted(order) == list(range(60))
assert (np.concatenate([parts["y_train"], parts["y_test"]]) == whole["y"][order]).all()
train = np.bincount(place[order[:45]])
assert (np.abs(train - np.bincount(place) * 0.75) < 1).all() and train.sum() == 45
three = np.load(kind + ".hot-parts.npz")
for p in ("train", "val", "test"):
    rows = [np.flatnonzero((whole["x"] == row).all(1))[0] for row in three["x_" + p]]
    assert (three["y_" + p] == np.eye(2)[place[rows]]).all()
groups = np.load(kind + ".groups.npz")
assert len(np.unique(groups["y_train"], axis=0)) == len(np.unique(groups["y_test"], axis=0)) == 1
written = open(kind + ".names.txt").read().split("\n")[:-1]
if kind == "rows":  # no names: as they are
    assert written == [",".join(str(int(v)) for v in row) for row in whole["y"]]
else:
    assert written == names[place].tolist()
PYTHON
    onehot "$kind".hot.npz | pick y | to-csv y >again.txt
    to-csv y "$kind".hot.npz >once.txt
    same "onehot of one-hot $kind changes nothing" once.txt again.txt
done
equal 'names that do not occur have their column' "$(onehot more.npz | inspect | sed -n 's/^y .*(\(.*\)) .*/\1/p')" '60, 3'
equal 'texts are places among the given names' \
    "$(onehot more-texts.npz | to-csv y | cksum)" "$(onehot more.npz | to-csv y | cksum)"
equal 'a given number of classes' "$(onehot --classes 5 places.npz | inspect | sed -n 's/^y .*(\(.*\)) .*/\1/p')" '60, 5'
refuses '-1 among so many classes' 1 'one-hot labels: y: row [0-9]+: label -1 is outside the 2 classes 0 .. 1' \
    onehot --classes 2 signs.npz
refuses 'a number of classes of texts' 1 'y is text, which is counted by itself' onehot --classes 2 texts.npz
refuses 'another number than there are names' 1 '4 classes are asked for, but there are names for 2' \
    onehot --classes 4 named.npz
refuses 'numbers to be predicted, onehot' 1 '^labpipe onehot: one-hot labels: y: row 0 is [01].5 \(labels are whole' onehot half.npz
refuses 'numbers to be predicted, split' 1 '^labpipe split: splitting: stratify: y: row 0 is' split --stratify half.npz
refuses 'no labels to stratify by' 1 "^labpipe split: splitting: stratify: there is no tensor 'y'" \
    bash -c 'pick x places.npz | split --stratify'
"$python" -c '
import numpy as np
np.savez("rare.npz", x=np.arange(20).reshape(10, 2), y=np.array(["common"] * 9 + ["rare"]))'
refuses 'a rare class is named' 1 'class rare has 1 row, which leaves none of it to test' split --stratify rare.npz

# ---- learning ----
for kind in $kinds; do
    train-perceptron --epochs 20 "$kind".npz | predict >"$kind".answers.npz
    train-perceptron --epochs 20 "$kind".plain.npz | predict >"$kind".plain-answers.npz
    for run in "$kind".answers "$kind".plain-answers; do
        pick '*' --drop weight --drop bias "$run".npz | eval --tsv >"$run".tsv
    done
    same "the same figures of predictions, $kind" "$kind".answers.tsv "$kind".plain-answers.tsv
    to-csv weight bias "$kind".answers.npz >"$kind".txt
    to-csv weight bias "$kind".plain-answers.npz >"$kind".plain.txt
    same "a perceptron learns $kind by their places" "$kind".txt "$kind".plain.txt
done
for kind in more more-texts; do
    train-perceptron --epochs 20 "$kind".npz >"$kind".trained.npz
    to-csv weight bias "$kind".trained.npz >"$kind".txt
    same "a class without a row is left out: $kind" "$kind".txt places.txt
    equal "the model's classes: $kind" "$(inspect "$kind".trained.npz | sed -n 's/^model.classes .*  //p')" 'no, yes'
    equal "it is evaluated as any other: $kind" "$(eval "$kind".trained.npz | sed -n '1p')" \
        "$(train-perceptron --epochs 20 named.npz | eval | sed -n '1p')"
done
"$python" -c '
import numpy as np
z = np.load("more.npz")
np.savez("later.npz", x_train=z["x"], y_train=z["y"], x_test=z["x"][:3], y_test=[0, 2, 1], classes=z["classes"])'
refuses 'a class that is only in the test part' 1 'y_test: row 1 is of a class that y_train does not have' \
    train-perceptron later.npz
refuses 'three classes' 1 'y has 3 classes, a perceptron tells two apart' \
    bash -c "pick '?_test' later.npz | pick --rename x_test=x --rename y_test=y | train-perceptron"

# ---- pictures ----
for kind in $kinds; do
    plot-scatter "$kind".npz -o "$kind".svg
    plot-scatter "$kind".plain.npz -o "$kind".plain.svg
    render-weights --of x --tile 2x1 --first 12 --caption y "$kind".npz >"$kind".png
    render-weights --of x --tile 2x1 --first 12 --caption y "$kind".plain.npz >"$kind".plain.png
    same "captions of $kind" "$kind".png "$kind".plain.png
    case "$kind" in
    places | rows) ;; # "class 0"
    *) same "points of $kind" "$kind".svg "$kind".plain.svg ;;
    esac
done
same 'points of one-hot rows' rows.svg places.svg

# ---- regions and lines, of a model that knows its data by name ----
"$python" - <<'PYTHON'
import numpy as np
x = np.load("places.npz")["x"]
y = np.load("places.npz")["y"]
offset, divisor = np.array([2.0, -4.0]), np.array([0.5, 4.0])
w, b = np.array([[1.25, 3.0]]), np.array([-0.375])
names, classes = np.array(["a", "b"]), np.array(["no", "yes"])
known = {"model.features": names, "model.classes": classes}
def folded(offset, divisor):  # what the scaling does, in the weights
    return {"weight": w / divisor, "bias": b - (w / divisor) @ offset}
np.savez("raw.npz", x=x, y=y, features=names, classes=classes, **folded(offset, divisor))
model = {"weight": w, "bias": b, **known, "model.offset": offset, "model.divisor": divisor}
def data(name, x, columns, **more):
    more.setdefault("classes", classes)
    np.savez(name, x=x, features=np.array(columns), **more, **model)
data("scaling", x, ["a", "b"], y=y)
data("columns", x[:, ::-1], ["b", "a"], y=y)
data("extra", np.concatenate([x[:, 1:], x[:, :1] * 0 + 7, x[:, :1]], 1), ["b", "c", "a"], y=y)
data("reversed", x, ["a", "b"], y=1 - y, classes=classes[::-1])
data("texts-of-a-model", x, ["a", "b"], y=classes[y])
data("lacking", x, ["a", "c"], y=y)
data("otherwise", x, ["a", "b"], y=y, **{"scale.offset": offset, "scale.divisor": divisor * 2})
np.savez("scaled.npz", x=(x - offset) / divisor, y=y, features=names, classes=classes,
         **{"scale.offset": offset, "scale.divisor": divisor}, **model)
np.savez("scaled-raw.npz", x=(x - offset) / divisor, y=y, features=names, classes=classes, weight=w, bias=b)
y3 = np.where(np.arange(60) % 10 == 9, 2, 1 - y)
data("unknown", x, ["a", "b"], y=y3, classes=np.array(["yes", "no", "perhaps"]))
np.savez("signed.npz", x=x, y=2 * y - 1, weight=w, bias=b, **{"model.classes": np.array(["-1", "1"])})
np.savez("signed-raw.npz", x=x, y=y, classes=np.array(["-1", "1"]), weight=w, bias=b)
np.savez("model.npz", **model)
PYTHON
for name in raw scaling columns extra reversed texts-of-a-model; do
    plot-scatter --boundary --x a --y b $name.npz -o $name.svg
    plot-scatter --x a --y b --line model.npz --line-name m $name.npz -o $name-line.svg
done
for name in scaling columns extra reversed texts-of-a-model; do
    same "the same regions: $name" raw.svg $name.svg
done
plot-scatter --x a --y b --line raw.npz --line-name m raw.npz -o raw-line.svg
for name in scaling columns extra; do
    same "the same line: $name" raw-line.svg $name-line.svg
done
plot-scatter --boundary --x b --y a scaling.npz -o turned.svg
plot-scatter --boundary --x 1 --y 0 raw.npz -o raw-turned.svg
same 'the columns the other way round' turned.svg raw-turned.svg
differ 'which is another picture' turned.svg raw.svg
for name in scaled signed; do
    plot-scatter --boundary $name.npz -o $name.svg
    plot-scatter --boundary $name-raw.npz -o $name-raw.svg
    same "the same regions: $name" $name.svg $name-raw.svg
done
refuses 'regions of data scaled otherwise' 1 'what is drawn was scaled by other numbers than the model.s data: column 0' \
    plot-scatter --boundary otherwise.npz
refuses 'a line in data scaled otherwise' 1 'model.npz: what is drawn was scaled by other numbers' \
    plot-scatter --line model.npz otherwise.npz
refuses 'regions in other columns' 1 "what is drawn has no column 'b', which the model takes \(its columns are 'a', 'c'\)" \
    plot-scatter --boundary lacking.npz
refuses 'regions in one column twice' 1 'regions are drawn for a model of two columns' plot-scatter --boundary --x 0 --y 0 raw.npz
plot-scatter --boundary --x a --y b unknown.npz -o unknown.svg
# The model's classes come first, in blue and orange, then the one that it does not know, in green.
check 'a class that the model does not know has a colour of its own' "$python" - <<'PYTHON'
import re
import numpy as np
y = np.load("unknown.npz")["y"]
svg = open("unknown.svg").read()
of = {"no": "0%,44.7%,69.8%", "yes": "83.5%,36.9%,0%", "perhaps": "0%,62%,45.1%"}
for k, name in enumerate(["yes", "no", "perhaps"]):  # and once each in the legend
    assert len(re.findall(r"fill:rgb\(%s\);fill-opacity:1;" % of[name], svg)) == (y == k).sum() + 1, name
PYTHON

# ---- predictions of classes that the model does not know ----
predict unknown.npz -o unknown-answers.npz 2>warning.txt
equal 'a line counts them' "$(cat warning.txt)" \
    "labpipe predict: 6 of 60 rows are of a class that is not among the model's classes"
pick '*' --drop weight --drop bias unknown-answers.npz | eval --json >unknown.json
pick '*' --drop weight --drop bias unknown-answers.npz | eval >unknown.txt
check 'figures that need all scores are not known' "$python" - <<'PYTHON'
import json
import numpy as np
report, z = json.load(open("unknown.json"))["all"], np.load("unknown-answers.npz")
assert z["classes"].tolist() == ["no", "yes", "perhaps"]
confusion = np.zeros((3, 3), int)
np.add.at(confusion, (z["y"], z["y_pred"]), 1)
assert report["confusion"] == confusion.tolist() and confusion[2].sum() == 6
assert report["accuracy"] == (z["y"] == z["y_pred"]).mean()
assert report["log_loss"] is None and report["roc_auc"] is None
PYTHON
"$python" - <<'PYTHON'
import numpy as np
z = np.load("unknown-answers.npz")
score = np.random.RandomState(1).dirichlet([1, 1], 60)
np.savez("narrow.npz", y=z["y"], y_pred=score.argmax(1), y_score=score, classes=z["classes"])
np.savez("wide.npz", y=z["y"], y_pred=score.argmax(1), y_score=np.zeros((60, 4)), classes=z["classes"])
PYTHON
equal 'nor with a column for each class that the model knows' \
    "$(eval --tsv --top-k 2 narrow.npz | awk -F '\t' 'NR == 1 { for (i = 1; i <= NF; i++) name[i] = $i }
        NR == 2 { for (i = 1; i <= NF; i++) if (name[i] ~ /log_loss|roc_auc|top_k/) print name[i], $i }' | tr '\n' ';')" \
    'log_loss nan;roc_auc nan;top_k_accuracy nan;'
refuses 'more columns than there are classes' 1 'y_score has shape \(60, 4\), expected a row' eval wide.npz
plot-confusion narrow.npz -o narrow.png

# ---- many runs ----
train-perceptron --epochs 5 signs.npz >signs-run.npz
train-perceptron --epochs 5 ones.npz >ones-run.npz
refuses 'runs of other classes' 1 "^labpipe summarise: ones-run: all.per_class.0 is of class '1', and of '-1' in the runs before it" \
    summarise signs-run.npz ones-run.npz
check 'their common figures' summarise --of all.accuracy --tsv signs-run.npz ones-run.npz
check 'the same classes' summarise --tsv signs-run.npz signs-run.npz

# ---- files that lack a class ----
# Labels 0, 1, 2 have no names; those of a file without a 0 do. They are the same numbers all the same.
"$python" - <<'PYTHON'
import numpy as np
r = np.random.RandomState(5)
y = np.repeat([0, 1, 2], 20)
x = r.randn(60, 2) + np.c_[3.0 * y, 0 * y]
for name, rows in [("012", y >= 0), ("01", y < 2), ("12", y > 0), ("2", y == 2), ("1", y == 1)]:
    with open(name + ".csv", "w") as f:
        f.write("a,b,y\n")
        f.writelines("%.9g,%.9g,%d\n" % (*row, label) for row, label in zip(x[rows], y[rows]))
PYTHON
for name in 012 01 12 2 1; do from-csv --label y $name.csv -o $name.npz; done
train-mlp --epochs 20 012.npz -o three.npz
train-perceptron --epochs 20 01.npz -o two.npz
predict 012.npz --model three.npz -o three-answers.npz
predict 01.npz --model two.npz -o two-answers.npz
while read -r model file; do
    eval --json --model "$model.npz" "$file.npz" >eval.json
    predict --model "$model.npz" "$file.npz" -o answers.npz
    to-csv --class-names --no-header y_pred y answers.npz >answers.csv
    export model file
    check "$model classes, of which the file has $file" "$python" - <<'PYTHON'
import json, os
import numpy as np
whole, kept = np.load(os.environ["model"] + "-answers.npz"), [int(c) for c in os.environ["file"]]
rows = np.isin(whole["y"], kept)
want = np.c_[whole["y_pred"], whole["y"]][rows]
assert 0 < len(want) < len(rows) or rows.all()
assert (np.loadtxt("answers.csv", delimiter=",") == want).all()
assert json.load(open("eval.json"))["all"]["accuracy"] == (want[:, 0] == want[:, 1]).mean()
PYTHON
done <<'FILES'
three 012
three 01
three 12
three 2
two 01
two 1
FILES
refuses 'a number that is no class of the model' 1 "y: 20 of 20 rows are of a class that is not among the model's classes \(row 0: '2'\)" \
    eval --model two.npz 2.npz
