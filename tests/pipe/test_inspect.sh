#!/bin/bash
# inspect --json, --prov and --columns: valid whatever the names and numbers, and what NumPy says.
. tests/pipe/lib.sh
cd "$scratch" || exit 1
needs_numpy "what inspect says, held against it"

cp "$fixtures/iris.csv" .
"$python" - <<'PYTHON'
import io, zipfile, numpy as np
rng = np.random.default_rng(3)
x = np.round(rng.normal(size=(57, 6)), 1)
x[::5, 1] = np.nan
x[:, 2] = np.nan
x[3, 3], x[4, 3] = np.inf, -np.inf
x[:, 4] = 7
x[::2, 5] = -0.0
x[1::2, 5] = 0.0
np.savez("table.npz", x=x, y=np.array(["a", "", "b", "a"] * 14 + ["c"]), features=np.array(["p", "q\"r", "é", "d\te", "x\\y", "\U0001f600"]))
np.savez("short.npz", x=x[:2].astype("f4"), y=np.arange(2))
np.savez("one.npz", x=x[:1], y=np.zeros(1))
np.savez("ints.npz", x_train=rng.integers(-9, 9, (31, 2)), x_test=np.array([True, False]), y=np.zeros((0,)))
np.savez("odd.npz", nan=np.array([np.nan, np.inf]), none=np.zeros((0, 3)), big=np.array([1e308, -1e-308, 0.1]), text=np.array(["\x1b[2J", "\"\\", "\U0001f600"]), scalar=np.array(-0.0))
with zipfile.ZipFile("odd.npz", "a") as z:
    z.writestr("read\"me\\.txt", b"hello")
    z.writestr("caf\u00e9.txt", b"x")
    z.writestr("../up.npy", b"x")
    info = zipfile.ZipInfo("raw.txt"); z.writestr(info, b"x")
open("raw.npz", "wb").write(open("odd.npz", "rb").read().replace(b"raw.txt", b"ra\xff.txt"))
PYTHON
from-csv --label species iris.csv >iris.npz
split --stratify iris.npz | train-mlp --hidden 3 --epochs 2 >model.npz
gen-moons -n 9 >new.npz
cat model.npz iris.npz >two.npz
predict --model model.npz iris.npz >answers.npz

# JSON: python's reader takes it strictly, and finds what NumPy has.
for file in iris model table odd raw two; do
    inspect --quiet --json $file.npz >$file.json
    check "valid JSON: $file" "$python" -c 'import hashlib, json, math, sys, numpy as np
def refuse(word): raise ValueError(word)
text = open(sys.argv[1] + ".json").read()
assert text.isascii() and "\x1b" not in text
j = json.loads(text, parse_constant=refuse)
z = np.load(sys.argv[1] + ".npz")
assert list(j) == ["tensors", "recipe", "not_replayable", "versions", "archives"], list(j)
names = [t["name"] for t in j["tensors"]]
if sys.argv[1] != "two":
    assert [n for n in z.files if not n.startswith("recipe") and n in names] == [n for n in names if n in z.files]
seen = 0
for t in j["tensors"]:
    if "foreign" in t or t["name"] not in z.files: continue
    a = z[t["name"]]
    seen += 1
    assert t["dtype"] == a.dtype.str and tuple(t["shape"]) == a.shape, t
    assert t["sha256"] == hashlib.sha256(f"{a.dtype.str} {a.shape}\n".encode() + a.tobytes()).hexdigest(), t
    if a.dtype.kind in "US":
        assert t["first"] == a.ravel().tolist()[:100], t
        continue
    finite = a[np.isfinite(a)]
    assert t["nonfinite"] == a.size - finite.size, t
    if finite.size:
        assert t["min"] == finite.min() and t["max"] == finite.max(), t
        assert math.isclose(t["mean"], float(np.mean(finite, dtype="f8")), rel_tol=1e-12, abs_tol=1e-12), t
    else:
        assert t["min"] is t["max"] is t["mean"] is None, t
assert seen > 0' "$file"
done
check "odd names come through" "$python" -c 'import json
odd = {t["name"]: t for t in json.load(open("odd.json"))["tensors"]}
assert {"read\"me\\.txt", "caf\u00e9.txt", "../up.npy"} <= {n if n.endswith(("txt", "npy")) or "foreign" not in odd[n] else n + ".npy" for n in odd}, list(odd)
assert odd["read\"me\\.txt"]["bytes"] == 5 and "foreign" in odd["read\"me\\.txt"]
assert any("?" in t["name"] for t in json.load(open("raw.json"))["tensors"])'
check "recipe, versions, archives" "$python" -c 'import json, numpy as np
j = json.load(open("model.json"))
z = np.load("model.npz")
assert j["recipe"] == z["recipe"].item() and j["not_replayable"] is None and j["archives"] == 1
assert ["labpipe " + v for v in j["versions"]] == z["recipe.digest"].item().splitlines()[:1]
j = json.load(open("table.json"))
assert j["recipe"] is None and j["versions"] == []
assert json.load(open("two.json"))["archives"] == 2'
pick x <table.npz >unknown.npz
check "why it cannot be replayed" piped 'inspect --json unknown.npz | grep -q "\"not_replayable\": \"standard input came without a recipe\""'

# PROV-JSON: every relation is between things that are there, with the right ends.
for file in iris model answers two; do
    inspect --quiet --prov $file.npz >$file.prov
    check "valid PROV-JSON: $file" "$python" -c 'import json, sys
text = open(sys.argv[1]).read()
p = json.loads(text)
assert set(p) == {"prefix", "entity", "activity", "agent", "used", "wasGeneratedBy", "wasAssociatedWith", "hadMember"}
kinds = {"prov:entity": "entity", "prov:activity": "activity", "prov:agent": "agent", "prov:collection": "entity"}
ends = {"used": ("prov:activity", "prov:entity"), "wasGeneratedBy": ("prov:entity", "prov:activity"),
        "wasAssociatedWith": ("prov:activity", "prov:agent"), "hadMember": ("prov:collection", "prov:entity")}
for relation, both in ends.items():
    for r in p[relation].values():
        assert tuple(r) == both, r
        for end in both: assert r[end] in p[kinds[end]], r
ids = [i for part in ("entity", "activity", "agent") for i in p[part]]
assert len(ids) == len(set(ids)) and all(i.startswith("labpipe:") for i in ids)
made = [r["prov:entity"] for r in p["wasGeneratedBy"].values()]
assert len(made) == len(set(made)) == len(p["activity"])
assert {r["prov:activity"] for r in p["wasAssociatedWith"].values()} == {i for i, a in p["activity"].items() if a["labpipe:command"].startswith("labpipe ")}' $file.prov
done
check "the stages of a pipeline" "$python" -c 'import json, numpy as np
p = json.load(open("model.prov"))
commands = [a["labpipe:command"] for a in p["activity"].values()]
assert " | ".join(commands) == np.load("model.npz")["recipe"].item()
files = [e for e in p["entity"].values() if "labpipe:crc32" in e]
assert [(f["prov:label"], f["labpipe:crc32"]) for f in files] == [("iris.csv", "8872abc5")], files
# Each stage uses what the one before it made.
made = {r["prov:activity"]: r["prov:entity"] for r in p["wasGeneratedBy"].values()}
used = {}
for r in p["used"].values(): used.setdefault(r["prov:activity"], set()).add(r["prov:entity"])
stages = list(p["activity"])
assert all(made[a] in used[b] for a, b in zip(stages, stages[1:]))'
check "a model that an option names is used" "$python" -c 'import json
p = json.load(open("answers.prov"))
last = [i for i, a in p["activity"].items() if a["prov:label"] == "predict"]
assert len(last) == 1 and sum(r["prov:activity"] == last[0] for r in p["used"].values()) == 2'
refuses "PROV without a recipe" 1 'there is no recipe' inspect --prov table.npz

# Columns, held against NumPy and a plain loop.
for file in table short one ints iris; do
    inspect --columns --tsv $file.npz >$file.tsv
    check "columns: $file" "$python" -c 'import sys, numpy as np
z = np.load(sys.argv[1] + ".npz")
rows = [l.split("\t") for l in open(sys.argv[1] + ".tsv", encoding="utf8").read().split("\n")[:-1]]
assert rows.pop(0) == "tensor column values missing distinct min 25% median 75% max".split()
n = 0
for name in [k for k in z.files if k in ("x", "x_train", "x_val", "x_test", "y")]:
    a = z[name]
    columns = a.reshape(len(a), -1).T if a.ndim == 2 else [a]
    for c in columns:
        row = rows[n]; n += 1
        assert row[0] == name and int(row[2]) == len(c), row
        if a.dtype.kind == "U":
            assert int(row[3]) == sum(v == "" for v in c) and int(row[4]) == len({v for v in c if v != ""}) and row[5:] == [""] * 5, row
            continue
        kept = [float(v) for v in c if v == v]
        assert int(row[3]) == len(c) - len(kept) and int(row[4]) == len(set(kept)), row
        if not kept:
            assert row[5:] == ["nan"] * 5, row
            continue
        with np.errstate(invalid="ignore"):
            want = np.quantile(np.array(kept), [0, .25, .5, .75, 1])
        for got, w in zip(row[5:], want):
            if np.isfinite(kept).all(): assert float(got) == w, (row, want)
            else: assert float(got) == w or np.isnan(w), (row, want)
assert n == len(rows) > 0, (n, len(rows))' $file
done
equal "columns for reading" "$(inspect --columns iris.npz | head -n 2)" \
    "tensor  column        values  missing  distinct  min  25%  median  75%  max
x       sepal_length     150        0        35  4.3  5.1     5.8  6.4  7.9"
refuses "no table" 1 'there is no table: neither x nor y' inspect --columns odd.npz
refuses "two forms" 2 'json and --prov contradict|--prov' inspect --json --prov iris.npz
