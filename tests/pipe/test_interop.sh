#!/bin/bash
# The stream and the programs that share it: NumPy, Python's zipfile, unzip. labpipe reads all that
# NumPy writes, exactly; all of them read what labpipe writes.
. tests/pipe/lib.sh
cd "$scratch" || exit 1

# ---- unzip ----

from-csv --label species "$fixtures/iris.csv" >iris.npz
from-csv --compress --label species "$fixtures/iris.csv" >small.npz
if command -v unzip >/dev/null; then
    for file in iris.npz small.npz; do
        check "unzip -t $file" unzip -t $file
        equal "unzip -l $file" "$(unzip -l $file | awk '$2 == "1980-01-01" { print $4, $3 }' | tr '\n' ' ')" \
            "x.npy 00:00 y.npy 00:00 classes.npy 00:00 features.npy 00:00 recipe.npy 00:00 recipe.digest.npy 00:00 "
    done
    equal "regular files, stored" "$(unzip -Z iris.npz | awk '/npy$/ { print $1, $6 }' | sort -u)" \
        "-rw-r--r-- stor"
    mkdir extracted && (cd extracted && unzip -q ../iris.npz)
    # A member is an .npy file, and a bare .npy file is a stream.
    pick x iris.npz | to-csv --no-header >want
    to-csv --no-header extracted/x.npy >got
    same "an extracted member reads as a stream" got want
else
    skip "this machine has no unzip"
fi
check "compressed is smaller" [ "$(wc -c <small.npz)" -lt "$(wc -c <iris.npz)" ]

needs_numpy 'all of it'

# ---- NumPy to labpipe and back ----

# Every element type, both byte orders, shapes of no to five dimensions and of no elements, both
# element orders; strings with every length up to the type's.
cat >arrays.py <<'PYTHON'
import numpy as np
arrays = {}
rng = np.random.default_rng(0)
for kind in "f2 f4 f8 i1 i2 i4 i8 u1 u2 u4 u8 b1 S5 U3".split():
    for order in "<>":
        for shape in [(), (0,), (3,), (4, 3), (2, 3, 4), (2, 0, 3), (2, 1, 3, 2, 2)]:
            n = int(np.prod(shape))
            if kind[0] in "SU":
                letters = "ab" if kind[0] == "S" else "\u00e9\U0001f642"
                a = np.array([(letters * 3)[:i % (int(kind[1:]) + 1)] for i in range(n)] or [""])
                a = a[:n].reshape(shape).astype(kind)
            elif kind == "b1":
                a = rng.integers(0, 2, shape).astype(kind)
            elif kind[0] == "f":
                a = (rng.normal(size=shape) * 100).astype(kind)
            else:
                info = np.iinfo(kind)
                a = rng.integers(info.min, info.max, shape, kind, endpoint=True)
            a = np.asarray(a).astype(np.dtype(kind).newbyteorder(order))
            name = "_".join([kind, "be" if order == ">" else "le", *map(str, shape)])
            arrays[name] = a
            if len(shape) > 1:
                arrays[name + ".F"] = np.asfortranarray(a)
special = np.array([np.nan, np.inf, -np.inf, -0.0, 6e-8, 65504])
for kind in "f2 f4 f8".split():
    arrays["special_" + kind] = special.astype(kind)
PYTHON
cat >write.py <<'PYTHON'
import sys
exec(open("arrays.py").read())
getattr(np, sys.argv[1])(sys.stdout.buffer if sys.argv[2] == "-" else sys.argv[2], **arrays)
PYTHON
# As they are decoded: `scale`, `split` and the rest compute with that; here the values come back
# from a tool that decodes every one of them and prints them.
cat >compare.py <<'PYTHON'
import io, subprocess, sys, zipfile
exec(open("arrays.py").read())
data = open(sys.argv[1], "rb").read()
z = np.load(io.BytesIO(data))
assert [n for n in z.files if not n.startswith("recipe")] == list(arrays), z.files
for name, a in arrays.items():
    b = z[name]
    assert b.dtype == a.dtype and b.shape == a.shape and b.tobytes() == a.tobytes(), name
archive = zipfile.ZipFile(io.BytesIO(data))
assert archive.testzip() is None
for i in archive.infolist():
    assert i.date_time == (1980, 1, 1, 0, 0, 0) and i.external_attr >> 16 == 0o100644, i
    assert i.compress_type == (8 if "deflated" in sys.argv else 0)
    head = data[i.header_offset:i.header_offset + 30]
    assert head[6:8] == b"\0\0"
    at = i.header_offset + 30 + int.from_bytes(head[26:28], "little") + int.from_bytes(head[28:30], "little")
    if i.compress_type == 0:
        f = io.BytesIO(data[at:])
        version = np.lib.format.read_magic(f)
        np.lib.format._read_array_header(f, version)
        assert (at + f.tell()) % 64 == 0, i.filename
        assert data[at:at + i.file_size] == archive.read(i)
PYTHON
"$python" write.py savez file.npz
"$python" write.py savez - | cat >pipe.npz
"$python" write.py savez_compressed filez.npz
"$python" write.py savez_compressed - | cat >pipez.npz
check "NumPy wrote data descriptors to the pipe" "$python" -c '
import zipfile, sys
assert all(i.flag_bits & 8 for n in ("pipe.npz", "pipez.npz") for i in zipfile.ZipFile(n).infolist())
assert not any(i.flag_bits & 8 for n in ("file.npz", "filez.npz") for i in zipfile.ZipFile(n).infolist())'
for file in file pipe filez pipez; do
    pick '*' $file.npz >out.npz
    check "$file.npz, mapped" "$python" compare.py out.npz
    cat $file.npz | pick '*' >out.npz
    check "$file.npz, through a pipe" "$python" compare.py out.npz
    pick '*' --compress $file.npz >out.npz
    check "$file.npz, deflated" "$python" compare.py out.npz deflated
done
# Straight out of NumPy's hands.
"$python" write.py savez - | pick '*' >out.npz
check "savez | pick" "$python" compare.py out.npz
"$python" write.py savez_compressed - | pick '*' >out.npz
check "savez_compressed | pick" "$python" compare.py out.npz

# Decoded: every array is printed by to-csv, one row of each a line, and read back by NumPy.
cat >decode.py <<'PYTHON'
import csv, subprocess, sys
exec(open("arrays.py").read())
wrong = []
for name, a in arrays.items():
    if a.size == 0:
        continue
    text = subprocess.run(["to-csv", "--no-header", name, sys.argv[1]], capture_output=True,
                          check=True).stdout.decode()
    rows = list(csv.reader(text.splitlines()))
    want = a.reshape(1 if a.ndim == 0 else a.shape[0], -1)
    if a.dtype.kind in "SU":
        got = [[c for c in r] for r in rows]
        want = [[c.decode() if isinstance(c, bytes) else c for c in r] for r in want.tolist()]
        good = got == want
    elif a.dtype.kind == "f":
        got = np.array([[float(c) for c in r] for r in rows]).reshape(want.shape).astype(a.dtype)
        same = got.tobytes() == np.ascontiguousarray(want).tobytes()
        good = same or np.array_equal(got, want, equal_nan=True)
    else:
        good = [[int(c) for c in r] for r in rows] == [[int(c) for c in r] for r in want.tolist()]
    if not good:
        wrong.append(name)
assert not wrong, wrong
PYTHON
check "every array decodes, as NumPy wrote it to a file" "$python" decode.py ./file.npz

# ---- .npy, all formats ----

"$python" - <<'PYTHON'
import numpy as np
a = np.arange(12, dtype=">i4").reshape(3, 4)
for version in (1, 0), (2, 0), (3, 0):
    with open("v%d.npy" % version[0], "wb") as f:
        np.lib.format.write_array(f, np.asfortranarray(a), version=version)
np.save("object.npy", np.array([{}], dtype=object), allow_pickle=True)
np.save("structured.npy", np.zeros(2, dtype=[("a", "f4"), ("b", "i4")]))
np.save("complex.npy", np.zeros(2, dtype=complex))
np.save("time.npy", np.zeros(2, dtype="M8[s]"))
np.save("nine.npy", np.zeros((1,) * 9))
np.savez("empty.npz")
np.savez("positional.npz", np.arange(3), np.arange(4))
PYTHON
for version in 1 2 3; do
    equal "format $version.0" "$(to-csv --no-header v$version v$version.npy | tr '\n' ' ')" \
        "0,1,2,3 4,5,6,7 8,9,10,11 "
    equal "format $version.0 from a pipe" "$(cat v$version.npy | to-csv --no-header | tr '\n' ' ')" \
        "0,1,2,3 4,5,6,7 8,9,10,11 "
done
equal "savez without arrays" "$(inspect empty.npz)" "recipe: none"
equal "savez without names" "$(inspect positional.npz | cut -d' ' -f1 | tr '\n' ' ')" "arr_0 arr_1 recipe: "
refuses "an object array" 1 "^labpipe inspect: reading object.npy: it is an object array: a pickle, which is never executed" inspect object.npy
refuses "a structured array" 1 "^labpipe inspect: reading structured.npy: it is a structured array" inspect structured.npy
refuses "complex numbers" 1 "^labpipe inspect: reading complex.npy: its element type '<c16' is not one of" inspect complex.npy
refuses "dates" 1 "^labpipe inspect: reading time.npy: its element type '<M8\\[s\\]' is not one of" inspect time.npy
refuses "nine dimensions" 1 "^labpipe inspect: reading nine.npy: it has more than 8 dimensions" inspect nine.npy

# ---- what is not a tensor stays in the archive, untouched, until it is asked for ----

cat >strange.py <<'PYTHON'
import io, sys, zipfile
import numpy as np
arrays = dict(x=np.arange(6.).reshape(3, 2), objects=np.array([1, "a", None], object),
              dates=np.array(["2020-01-01"], "M8[D]"), complex=np.ones(3) * 1j, y=np.arange(3),
              fields=np.zeros(2, [("a", "f4"), ("b", "i4")]), nine=np.zeros((1,) * 9),
              **{"\u00f6": np.eye(2), "a b": np.eye(2), "../up": np.eye(2)})
np.savez("strange.npz", **arrays)
np.savez_compressed("strangez.npz", **arrays)
for name in "strange.npz", "strangez.npz":
    with zipfile.ZipFile(name, "a") as z:
        z.writestr("readme.txt", "hello\n")
        z.writestr("caf\u00e9/", "")
        z.writestr("notes.txt.npy", z.read("x.npy"))
class Pipe(io.RawIOBase):
    def __init__(self, file): self.file = file
    def writable(self): return True
    def write(self, bytes): return self.file.write(bytes)
for name, method in ("strange-.npz", 0), ("strangez-.npz", 8):
    with open(name, "wb") as f, zipfile.ZipFile("strange.npz") as old, zipfile.ZipFile(Pipe(f), "w", method) as z:
        for n in old.namelist():
            z.writestr(n, old.read(n))
PYTHON
cat >passed.py <<'PYTHON'
import sys, zipfile
a, b = (zipfile.ZipFile(n) for n in sys.argv[1:])
assert b.testzip() is None and [n for n in b.namelist() if not n.startswith("recipe.")] == a.namelist(), b.namelist()
assert all(a.read(n) == b.read(n) for n in a.namelist())
PYTHON
"$python" strange.py
for file in strange strangez strange- strangez-; do
    pick '*' $file.npz >out.npz
    check "$file.npz passes, mapped" "$python" passed.py strange.npz out.npz
    cat $file.npz | pick '*' --compress >out.npz
    check "$file.npz passes, through a pipe and deflated" "$python" passed.py strange.npz out.npz
    equal "$file.npz, listed" "$(inspect $file.npz | sed 's/ .*//' | tr '\n' ' ')" \
        "x objects dates complex y fields nine $(printf '\303\266').npy a ../up.npy readme.txt caf$(printf '\303\251')/ notes.txt recipe: "
    pick x $file.npz | to-csv --no-header >got
    equal "$file.npz: x alone" "$(cat got)" "$(printf '0,1\n2,3\n4,5')"
    for name in objects dates complex fields nine readme.txt; do
        refuses "$file.npz: $name is asked for" 1 "^labpipe to-csv: .*'$name' is not a tensor: it" to-csv "$name" ./$file.npz
    done
done
split --train 2 strange.npz >out.npz
check "split passes them on" "$python" -c '
import zipfile
a, b = zipfile.ZipFile("strange.npz"), zipfile.ZipFile("out.npz")
assert all(b.read(n) == a.read(n) for n in a.namelist() if n not in ("x.npy", "y.npy"))'
refuses "rows of what is not a tensor" 1 "rows of objects: it is an object array" \
    pick --rows 0:1 --of x --of objects strange.npz
refuses "another name for what is not a tensor" 1 "renaming 'readme.txt': it is not an array" \
    pick --rename readme.txt=z strange.npz

# Info-ZIP's own pipe: the size is known, the packed size follows the data.
if command -v zip >/dev/null; then
    "$python" -c 'import numpy as np; np.save("x.npy", np.arange(1000.)); np.save("o.npy", np.array([None], object))'
    for level in -0 -6 -9; do
        zip -q $level - x.npy o.npy | pick x | to-csv --no-header >got
        equal "zip $level through a pipe" "$(wc -l <got) $(tail -n 1 got)" "1000 999"
    done
else
    skip "this machine has no zip: its archives"
fi

# ---- headers as NumPy writes them ----

cat >headers.py <<'PYTHON'
import io, numpy as np, zipfile
z = zipfile.ZipFile("iris.npz")
for i in z.infolist():
    npy = z.read(i)
    a = np.lib.format.read_array(io.BytesIO(npy))
    f = io.BytesIO()
    np.save(f, a)
    assert f.getvalue() == npy, i.filename
# A stored member can be mapped: the data start on a multiple of 64 in the file.
raw = open("iris.npz", "rb").read()
for i in z.infolist():
    n, m = (int.from_bytes(raw[i.header_offset + k:i.header_offset + k + 2], "little") for k in (26, 28))
    at = i.header_offset + 30 + n + m
    f = io.BytesIO(raw[at:])
    np.lib.format.read_magic(f)
    shape, fortran, dtype = np.lib.format.read_array_header_1_0(f)
    offset = at + f.tell()
    assert offset % 64 == 0
    mapped = np.memmap("iris.npz", dtype, "r", offset, shape)
    assert np.array_equal(mapped, np.load("iris.npz")[i.filename[:-4]])
PYTHON
if "$python" -c 'import numpy; v = numpy.__version__.split("."); raise SystemExit((int(v[0]), int(v[1])) < (1, 24))'; then
    check "members are NumPy's own, byte for byte, and can be mapped" "$python" headers.py
else
    skip "NumPy before 1.24 pads its headers differently"
fi

# ---- texts ----

split --train 0.8 --seed 1 iris.npz | train-mlp --hidden 3 --epochs 1 --seed 1 >texts.npz
predict texts.npz >texts-predicted.npz
# Earlier versions, and scripts like README's, wrote bytes.
"$python" -c '
import numpy as np
z = dict(np.load("texts.npz"))
np.savez("bytes.npz", **{n: np.array(a.item().encode()) if a.dtype.kind == "U" and a.ndim == 0 else a
                         for n, a in z.items()})'
predict bytes.npz >bytes-predicted.npz
cp file.npz "$(printf 'raw-\377.npz')"
pick f4_le_3 "$(printf 'raw-\377.npz')" >latin.npz
pick '*' latin.npz >latin-again.npz
check "texts arrive as str; bytes are read too" "$python" -c '
import numpy as np, subprocess
z, old = np.load("texts.npz"), np.load("bytes.npz")
assert z["layer1.activation"].item() == "relu" and old["layer1.activation"].item() == b"relu"
recipe = subprocess.run(["inspect", "--recipe", "texts.npz"], capture_output=True, check=True).stdout
assert z["recipe"].item() == recipe.decode().rstrip("\n") and z["recipe"].dtype.kind == "U"
assert not [n for n in z if z[n].dtype.kind == "S"], list(z)
a, b = np.load("texts-predicted.npz"), np.load("bytes-predicted.npz")
assert len(set(a["y_pred"])) > 0 and a["y_score"].tobytes() == b["y_score"].tobytes()'
check "a recipe that is not UTF-8 stays bytes, as they are" "$python" -c '
import numpy as np
for name in ("latin.npz", "latin-again.npz"):
    assert b"raw-\xff.npz" in np.load(name)["recipe"].item(), name'

# ---- more members than a plain end record can count ----

"$python" - <<'PYTHON'
import io, numpy as np, zipfile
f = io.BytesIO()
np.save(f, np.uint8(0))
with zipfile.ZipFile("many.npz", "w") as z:
    for i in range(65536):
        z.writestr("%d.npy" % i, f.getvalue()[:-1] + bytes([i % 256]))
PYTHON
pick '*' many.npz >many-out.npz
check "65,536 members, both ways" "$python" -c '
import numpy as np
z = np.load("many-out.npz")
assert len(z.files) == 65538 and all(z[str(i)] == i % 256 for i in range(0, 65536, 97))'
