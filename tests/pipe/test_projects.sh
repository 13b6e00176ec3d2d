#!/bin/bash
# The projects in examples/: each Makefile runs as it stands, in a copy, and what it prints is what NumPy
# finds in its files.
. tests/pipe/lib.sh
cp -r examples "$scratch/"
rm -rf "$scratch"/examples/*/out
ln -s "$fixtures" "$scratch/fixtures"
citation=$PWD/CITATION.cff version=$(sed -n 's/^VERSION := //p' Makefile)
cd "$scratch/examples" || exit 1
unset MAKEFLAGS MFLAGS MAKELEVEL # a make of its own

# ---- CITATION.cff ----

equal "CITATION.cff has labpipe's version" "$(sed -n 's/^version: //p' "$citation")" "$version"
if [ -n "$python" ] && "$python" -c 'import yaml' 2>/dev/null; then
    check "CITATION.cff is YAML with what the format requires" "$python" -c '
import sys, yaml
c = yaml.safe_load(open(sys.argv[1]))
assert c["cff-version"] == "1.2.0" and c["type"] == "software" and c["license"] == "MIT"
assert all(isinstance(c[k], str) and c[k] for k in ("message", "title", "abstract", "version"))
assert c["authors"] == [{"name": "The labpipe project"}] and all(isinstance(k, str) for k in c["keywords"])' "$citation"
else
    skip "no python3-yaml: CITATION.cff"
fi

# ---- every example ----

for name in */; do
    name=${name%/}
    equal "README names $name" "$(grep -c "^| \[$name\]($name/Makefile)" README.md)" 1
    check "$name: its Makefile is a page" [ "$(wc -l <"$name/Makefile")" -le 80 ]
done
export PYTHON=$python
projects='tabular images ratings sweep class'
if [ -z "$python" ]; then
    skip "no NumPy: a class, some of which cheats with it"
    projects=${projects% class}
fi
for name in $projects; do
    check "$name: make" make -s -C "$name"
    touch stamp
    check "$name: a second make" make -s -C "$name"
    silent "$name: has nothing to do" find "$name" -newer stamp -type f
done
replays_in() { (failed=0; cd "$1" && replays "$1" "$2" && [ "$failed" -eq 0 ]); }
check "tabular: its recipe" replays_in tabular out/final.npz
check "ratings: its recipe" replays_in ratings out/rank-4.npz

[ -n "$python" ] || { skip "no NumPy: the examples' figures"; exit; }
check "tabular: the folds are a partition, and the table is theirs" "$python" -c '
import glob, numpy as np
rest = np.load("tabular/out/rest.npz")
for line in open("tabular/out/widths.tsv"):
    width, mean, sd = line.split()
    seen, accuracy = [], []
    for i in range(5):
        z = np.load(f"tabular/out/width-{width}-fold-{i}.npz")
        x = z["x_test"] * z["scale.divisor"] + z["scale.offset"]
        seen += [tuple(r) for r in x.round(6)]
        h = np.maximum(z["x_test"] @ z["layer1.weight"].T.astype(float) + z["layer1.bias"], 0)
        accuracy.append(((h @ z["layer2.weight"].T.astype(float) + z["layer2.bias"]).argmax(1) == z["y_test"]).mean())
        assert z["layer1.weight"].shape[0] == int(width)
    assert sorted(seen) == sorted(tuple(r) for r in rest["x"].round(6))
    assert abs(np.mean(accuracy) - float(mean)) < 1e-12 and abs(np.std(accuracy, ddof=1) - float(sd)) < 1e-12
best = max(open("tabular/out/widths.tsv"), key=lambda l: (float(l.split()[1]), -int(l.split()[0]))).split()[0]
final, parts = np.load("tabular/out/final.npz"), np.load("tabular/out/parts.npz")
assert final["layer1.weight"].shape[0] == int(best) and len(parts["x_test"]) == 30 and len(rest["x"]) == 120'
check "images: the table" "$python" -c '
import csv, subprocess, io, numpy as np
for row in csv.DictReader(open("images/out/accuracy.tsv"), delimiter="\t"):
    for part in "val", "test":
        npz = subprocess.run(["predict", "--x", "x_" + part, "images/out/" + row["run"] + ".npz"], capture_output=True, check=True).stdout
        z = np.load(io.BytesIO(npz))
        assert abs((z["y_pred"] == z["y_" + part]).mean() - float(row[part + ".accuracy"])) < 1e-12, row
    assert float(row["test.accuracy"]) > 0.7, row'
check "sweep: the table" "$python" -c '
import csv, numpy as np
rows = list(csv.reader(open("sweep/out/table.tsv"), delimiter="\t"))[1:]
assert len(rows) == 4
for rate, seeds, *figures in rows:
    loss, accuracy = [], []
    for seed in range(1, int(seeds) + 1):
        z = np.load(f"sweep/out/lr-{rate}-seed-{seed}.npz")
        h = np.maximum(z["x_val"].reshape(250, 784) / 255 @ z["layer1.weight"].T.astype(float) + z["layer1.bias"], 0)
        p = h @ z["layer2.weight"].T.astype(float) + z["layer2.bias"]
        accuracy.append((p.argmax(1) == z["y_val"]).mean())
        p -= p.max(1, keepdims=True)
        loss.append((np.log(np.exp(p).sum(1)) - p[np.arange(250), z["y_val"]]).mean())
    ours = [np.mean(loss), np.std(loss, ddof=1), np.mean(accuracy), np.std(accuracy, ddof=1)]
    assert int(seeds) == 4 and np.abs(np.array(ours) - np.array(figures, float)).max() < 6e-5, (rate, ours, figures)'
check "ratings: the table, and who is recommended what" "$python" -c '
import csv, numpy as np
best = (9, "")
for row in csv.DictReader(open("ratings/out/rmse.tsv"), delimiter="\t"):
    z = np.load("ratings/out/" + row["run"] + ".npz")
    for part, name in ("val", "validation.rmse"), ("test", "held_out.rmse"):
        r, c, v = z["row_" + part], z["col_" + part], z["data_" + part]
        p = z["mean"] + (z["row_bias"][r] + z["col_bias"][c] if "row_bias" in z else 0) + ((z["u"][r] * z["v"][c]).sum(1) if "u" in z else 0)
        assert abs(np.sqrt(((p - v) ** 2).mean()) - float(row[name])) < 1e-6, row
    if row["run"].startswith("rank"):
        best = min(best, (float(row["validation.rmse"]), row["run"]))
assert open("ratings/out/best.tsv").read().startswith(best[1] + "\t")
z = np.load("ratings/out/" + best[1] + ".npz")
score = z["mean"] + z["row_bias"][0] + z["col_bias"] + z["v"] @ z["u"][0]
score[np.unique(z["col_train"][z["row_train"] == 0])] = -9
lines = list(csv.reader(open("ratings/out/for-person.csv")))
assert lines[0] == ["person", z["rows"][0]] and len(lines) == 6
assert [l[0] for l in lines[1:]] == list(z["cols"][np.argsort(-score)[:5]]), (lines, z["cols"][np.argsort(-score)[:8]])'
# Who did what is written in submissions.sh, here once more: student, replays, data, a twin, and a pattern
# of what replay says.
while IFS='|' read -r student replays data twin said; do
    check "class: student $student" "$python" -c '
import csv, re, sys
student, replays, data, twin, said = sys.argv[1:]
row = {r["student"]: r for r in csv.DictReader(open("class/out/class.csv"))}["student-" + student]
assert (row["replays"], row["data"], row["same file as"]) == (replays, data, twin), row
assert re.fullmatch(said, row["what replay says"]), row' "$student" "$replays" "$data" "$twin" "$said"
done <<'TABLE'
04|no|handout|-|different: layer1.weight differs first, in its type or shape
09|no|unknown|-|the recipe cannot be replayed: changed by another program
13|no|handout|-|different: x_train differs first, in its type or shape
17|no|other|-|.*own.csv: there is no file with the CRC-32 [0-9a-f]{8} in out/task/ either
20|yes|handout|student-02.npz|the recipe gives the same bytes
22|no|handout|-|the recipe: character \d+: it has another meaning to a shell than as part of a word
25|no|unknown|-|came without a recipe
28|no|unknown|-|.*it is cut short.*
TABLE
check "class: the others' recipes hold, and NumPy finds the same accuracies" "$python" -c '
import csv, numpy as np
rows = list(csv.DictReader(open("class/out/class.csv")))
assert len(rows) == 30
hidden = np.loadtxt("class/out/hidden.csv", delimiter=",", skiprows=1)
assert hidden.shape == (597, 65)
for r in rows:
    n = int(r["student"][-2:])
    if n not in (4, 9, 13, 17, 20, 22, 25, 28):
        twin = "student-20.npz" if n == 2 else "-"
        assert (r["replays"], r["data"], r["same file as"]) == ("yes", "handout", twin), r
    if n == 28:
        assert r["accuracy"] == "-"
        continue
    z = np.load("class/out/submissions/" + r["student"] + ".npz")
    h = np.maximum(hidden[:, :64] / 16 @ z["layer1.weight"].T.astype(float) + z["layer1.bias"], 0)
    p = (h @ z["layer2.weight"].T.astype(float) + z["layer2.bias"]).argmax(1)
    assert abs((p == hidden[:, 64]).mean() - float(r["accuracy"])) < 6e-5, (r, (p == hidden[:, 64]).mean())'
equal "class: the page shows every student that can be read" "$(grep -o '<h[1-6][^>]*>student-[0-9]*' class/out/class.html | grep -o 'student-[0-9]*' | sort -u | wc -l)" 29
for picture in tabular/out/confusion.png tabular/out/curves.png images/out/{pictures,maps,confusion,curves}.png ratings/out/curves.png sweep/out/curves.png; do
    equal "$picture" "$(head -c 8 "$picture" | od -An -tx1 | tr -d ' ')" 89504e470d0a1a0a
done

# ---- other words on make's line: a folder with results then has what an empty one gets ----

# anew NAME TABLE WORD...
anew() {
    make -s -C "$1" "${@:3}" >/dev/null && make -s -C "$1" OUT=fresh "${@:3}" >/dev/null && cmp "$1/out/$2" "$1/fresh/$2"
    local result=$?
    rm -rf "$1/fresh"
    return $result
}
mkdir movielens few
labpipe example ratings.csv >movielens/ratings.csv
labpipe example movies.csv >movielens/movies.csv
cp class/out/submissions/student-02.npz few/student-01.npz
touch -d 2001-01-01 movielens/* few/*
given=(SUBMISSIONS=../few HANDOUT=../class/out/task/handout.csv HIDDEN=../class/out/hidden.csv)
check "tabular: fewer folds" anew tabular widths.tsv FOLDS=2 WIDTHS='2 8'
check "tabular: fewer widths" anew tabular widths.tsv FOLDS=2 WIDTHS=2
check "images: fewer epochs" anew images accuracy.tsv EPOCHS=1
check "ratings: another person" anew ratings for-person.csv PERSON=17
check "ratings: fewer ranks" anew ratings rmse.tsv RANKS='1 2' PERSON=17
check "ratings: a folder of old files" anew ratings rmse.tsv RATINGS=../movielens RANKS=1
cp class/out/class.csv all.csv
check "class: a folder of old files" anew class class.csv "${given[@]}"
equal "class: its one student's accuracy is that of the file's own student" \
    "$(sed -n 's/^"student-01",//p' class/out/class.csv | cut -d, -f 3)" "$(sed -n 's/^"student-02",//p' all.csv | cut -d, -f 3)"
