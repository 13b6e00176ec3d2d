#!/bin/bash
# pick: patterns, names, rows; a tensor that it passes on keeps its bytes.
. tests/pipe/lib.sh
cd "$scratch" || exit 1
needs_numpy 'all of pick'

"$python" - <<'PYTHON'
import numpy as np
np.savez("a.npz", x=np.arange(30).reshape(10, 3), y=np.arange(10), classes=np.array(["n", "p"]),
         **{"layer1.weight": np.ones((2, 3)), "layer1.bias": np.zeros(2), "lr": np.float64(0.5)})
np.savez("b.npz", y=np.arange(4), z=np.asfortranarray(np.arange(6.).reshape(2, 3)))
PYTHON

names() { # the stream's names, in order
    "$python" -c 'import sys, numpy as np; print(*[k for k in np.load(sys.argv[1]) if not k.startswith("recipe")])' "$1"
}
picks() { # picks NAME EXPECTED ARGUMENTS...: the names that are left
    local name=$1 expected=$2
    shift 2
    pick "$@" >out.npz || rm out.npz
    equal "$name" "$(names out.npz)" "$expected"
}
picks "everything" "x y classes layer1.weight layer1.bias lr" '*' a.npz
picks "no pattern" "x y classes layer1.weight layer1.bias lr" a.npz
picks "in the stream's order" "x y" y x a.npz
picks "a star matches dots" "layer1.weight layer1.bias" 'layer*' a.npz
picks "a set and a question mark" "x y" '[x-z]' '?' a.npz
picks "all but some" "x y classes lr" --drop 'layer1.*' a.npz
picks "patterns less others" "layer1.weight" 'layer1.*' --drop '*.bias' a.npz
picks "other names" "x labels w" x y layer1.weight --rename y=labels --rename layer1.weight=w a.npz
picks "a later archive replaces" "x y classes layer1.weight layer1.bias lr z" a.npz b.npz
pick '*' a.npz - <b.npz >two.npz
cat a.npz b.npz | pick '*' >three.npz
check "files and a pipe say the same" "$python" -c '
import numpy as np
a, b = (np.load(f) for f in ("two.npz", "three.npz"))
assert list(a) == list(b) and all((a[k] == b[k]).all() for k in a if not k.startswith("recipe"))
assert len(a["y"]) == 4'

pick x y --rows 2:5 a.npz >rows.npz
pick --rows :3 --of x --of y a.npz >of.npz
pick z --rows 1: b.npz >last.npz
pick --at 7,0,7 --of x --of y a.npz >at.npz
check "rows are NumPy's" "$python" -c '
import numpy as np
a, b = np.load("a.npz"), np.load("b.npz")
r = np.load("rows.npz")
assert (r["x"] == a["x"][2:5]).all() and (r["y"] == a["y"][2:5]).all()
r = np.load("of.npz")
assert (r["x"] == a["x"][:3]).all() and len(r["y"]) == 3 and len(r["classes"]) == 2 and "lr" in r
t = np.load("at.npz")
assert (t["x"] == a["x"][[7, 0, 7]]).all() and (t["y"] == [7, 0, 7]).all() and len(t["classes"]) == 2
assert (np.load("last.npz")["z"] == b["z"][1:]).all()'

"$python" - <<'PYTHON'
import zipfile
zipfile.ZipFile("b.npz").extract("z.npy")
PYTHON
pick z b.npz >z.npz
"$python" -c 'import zipfile; zipfile.ZipFile("z.npz").extract("z.npy", "passed")'
same "a tensor passed on is the same member" z.npy passed/z.npy

# Rows of what a tool does not hold as it is stored: other byte orders, halves, Fortran order, and elements
# that lie where a previous member of odd length put them.
"$python" - <<'PYTHON'
import numpy as np
from itertools import product
shape, arrays = (11, 3, 2), {"before": np.array(list("odd"), "S7")[:, None]}
count = np.arange(66).reshape(shape)
for kind, order in product(["<f2", ">f2", "<f4", ">f4", "<f8", ">f8", ">i2", "<u8", "|u1", "|b1", "<U5", ">U5", "|S3"], "CF"):
    a = np.array(count, order=order)
    a = np.char.mod("%d", a).astype(kind) if kind[1] in "US" else (a % 2 if kind == "|b1" else a).astype(kind)
    arrays[f"{kind.strip('<>|')}.{len(arrays)}"] = np.array(a, order=order)
np.savez("kinds.npz", **arrays)
PYTHON
pick --drop before --rows 2:9 kinds.npz >some.npz
pick --drop before --at 10,0,3,3 kinds.npz >listed.npz
check "rows of every type and order" "$python" -c '
import numpy as np
kinds, some, listed = (np.load(f) for f in ("kinds.npz", "some.npz", "listed.npz"))
names = [k for k in kinds if k != "before"]
assert len(names) == 26
for k in names:
    for taken, rows in ((some, kinds[k][2:9]), (listed, kinds[k][[10, 0, 3, 3]])):
        assert taken[k].dtype.kind == rows.dtype.kind and (taken[k] == rows).all(), k'

# Ten rows of 64 MB take no more memory than ten rows.
"$python" -c 'import numpy as np; np.savez("large.npz", odd=np.zeros(3, "u1"), x=np.arange(8e6).reshape(-1, 8))'
within() { (ulimit -d "$1" && shift && "$@"); }
if ! within 30000 pick --version >/dev/null 2>&1 || within 30000 pick x --rows 0: large.npz >/dev/null 2>&1; then
    skip "the memory for a few rows (no limit of the data segment here, or a sanitizer's build)"
else
    check "a few rows of a large array take little memory" within 30000 pick x --rows 999990: large.npz -o few.npz
    check "and are NumPy's" "$python" -c '
import numpy as np
assert (np.load("few.npz")["x"] == np.load("large.npz")["x"][-10:]).all()'
fi
rm -f large.npz

refuses "a pattern that matches nothing" 1 \
    "^labpipe pick: picking: no tensor matches 'w\*' \(it holds x, y, classes, layer1.weight, layer1.bias, lr\)" \
    pick 'w*' a.npz
refuses "a --drop that matches nothing" 1 "no tensor matches 'q'" pick --drop q a.npz
refuses "an --of that matches nothing" 1 "no tensor matches 'q'" pick --rows 0:1 --of q a.npz
refuses "a row that is not there" 1 "row 10: the rows are 0 up to 10" pick --at 3,10 x y a.npz
refuses "rows in two ways" 2 "--at .*--rows|--rows .*--at" pick --at 3 --rows 1:2 x a.npz
refuses "nothing left" 1 "nothing is left" pick x --drop x a.npz
refuses "a name already taken" 1 "rename 'x=y'.*y" pick --rename x=y a.npz
refuses "a missing name" 1 "rename 'q=r': there is no tensor 'q' in the stream \(it holds x, " pick --rename q=r a.npz
refuses "no name" 2 "rename 'x=a b': a name is letters" pick --rename 'x=a b' a.npz
refuses "no pair" 2 "rename 'x': expected OLD=NEW" pick --rename x a.npz
refuses "rows of different numbers" 1 "rows: x has 10 and centres has 2" pick --rows 0:2 <(pick --rename classes=centres a.npz)
refuses "rows of a single value" 1 "rows of lr" pick --rows 0:1 --of lr a.npz
refuses "rows beyond the end" 1 "rows 5 up to 11: the rows are 0 up to 10" pick x --rows 5:11 a.npz
refuses "rows of nothing" 1 "rows 10 up to 10: that is none" pick x --rows 10: a.npz
refuses "--of without --rows" 2 "^labpipe pick: .*--of.*--rows" pick --of x a.npz
for rows in 5:2 a:b 3 -1:2 ''; do
    refuses "--rows '$rows'" 2 "^labpipe pick: option --rows: '" pick --rows "$rows" a.npz
done
