#!/bin/bash
# The stream against NumPy, SciPy and unzip: what they write is read exactly, what is written they
# read exactly.
# shellcheck disable=SC2154 # variables of lib.sh
. tests/pipe/lib.sh

if [ -z "$python" ]; then
    skip "NumPy is not installed"
    exit
fi
cd "$scratch" || exit 1

cat >arrays.py <<'PYTHON'
"""Every element type and shape that a stream may hold, and comparisons that a NaN cannot pass."""
import sys
import numpy as np

def arrays():
    made = {}
    for kind in ["f2", "f4", "f8", "i1", "i2", "i4", "i8", "u1", "u2", "u4", "u8"]:
        info = np.finfo(kind) if kind[0] == "f" else np.iinfo(kind)
        values = np.array([info.min, info.max, 0, 1, 2, 3], dtype=kind).reshape(2, 3)
        for order in "<>":
            for layout in "CF":
                name = kind + ("le" if order == "<" else "be") + layout
                made[name] = np.array(values, dtype=order + kind, order=layout)
    made["special"] = np.array([np.inf, -np.inf, np.nan, -0.0, 5e-324])
    made["b1"] = np.array([True, False, True])
    made["S"] = np.array([b"a", b"", b"longer"])
    made["U"] = np.array(["a", "", "gr\u00f6\u00dfe \U0001f338"])
    made["Ube"] = made["U"].astype(">U7")
    made["scalar"] = np.array(3.5)
    made["empty"] = np.zeros((0, 4))
    made["eight"] = np.arange(256, dtype="i4").reshape((2,) * 8)
    made["eightF"] = np.asfortranarray(made["eight"])
    made["row/col.weight-1+x_"] = np.arange(5.0)
    made["long"] = np.arange(100000.0)
    return made

def same(a, b):
    if a.shape != b.shape or a.dtype.kind != b.dtype.kind:
        return False
    if a.dtype.kind == "f":
        return np.array_equal(a, b, equal_nan=True) and np.array_equal(np.signbit(a), np.signbit(b))
    return np.array_equal(a, b)

def compare(path):
    """Every array of the file as it was made, and nothing else but a recipe."""
    read = np.load(path)
    wrong = [n for n, a in arrays().items() if n not in read.files or not same(a, read[n])]
    more = set(read.files) - set(arrays()) - {"recipe"}
    if wrong or more:
        sys.exit(f"{path}: wrong {wrong}, unexpected {more}")
PYTHON
py() { "$python" -c "import sys, io; import numpy as np; from arrays import *; $1"; }

py 'np.savez("saved.npz", **arrays())'
py 'np.savez_compressed("deflated.npz", **arrays())'
py 'np.savez(sys.stdout.buffer, **arrays())' | cat >piped.npz
py 'np.savez_compressed(sys.stdout.buffer, **arrays())' | cat >piped_deflated.npz
py '
import zipfile
with zipfile.ZipFile("version2.npz", "w") as z:
    for n, a in arrays().items():
        b = io.BytesIO()
        np.lib.format.write_array(b, a, version=(2, 0) if a.dtype.kind != "U" else (3, 0))
        z.writestr(n + ".npy", b.getvalue())'

for file in saved deflated piped piped_deflated version2; do
    # Passed on unread, from a file and from a pipe.
    pick '*' ./$file.npz >out.npz && check "$file.npz: passed on" py 'compare("out.npz")'
    cat $file.npz | pick '*' >out.npz && check "$file.npz from a pipe" py 'compare("out.npz")'
    pick '*' --compress ./$file.npz >out.npz && check "$file.npz: deflated" py 'compare("out.npz")'
    check "$file.npz: unzip is content" unzip -tq out.npz
done

# Decoded: rows are taken of every tensor in C order, so Fortran order and byte order matter.
py 'np.savez("rows.npz", **{n: a for n, a in arrays().items() if a.shape == (2, 3)})'
pick '*' --rows 1:2 rows.npz >out.npz
check "rows of every type, order and byte order" py '
r = np.load("out.npz")
made = {n: a for n, a in arrays().items() if a.shape == (2, 3)}
assert len(made) == 44, len(made)
for n, a in made.items():
    assert same(a[1:2], r[n]), n'

# The same values, cell by cell, through text.
py 'a = np.random.default_rng(0).normal(size=(50, 3)) * 10.0 ** np.arange(-150, 150, 100); np.save("bare.npy", a)'
to-csv bare --no-header ./bare.npy >bare.csv
check "a bare .npy, its numbers exact in text" py '
assert np.array_equal(np.loadtxt("bare.csv", delimiter=","), np.load("bare.npy"))'
cat bare.npy | pick x >out.npz
check "a bare .npy from a pipe is x" py 'assert np.array_equal(np.load("out.npz")["x"], np.load("bare.npy"))'
for version in 1 2; do
    py "
with open('v$version.npy', 'wb') as f:
    np.lib.format.write_array(f, np.asfortranarray(np.arange(12.).reshape(3, 4)).astype('>f8'), version=($version, 0))"
    to-csv v$version --no-header ./v$version.npy >v.csv
    check ".npy version $version, Fortran order, big-endian" py '
assert np.array_equal(np.loadtxt("v.csv", delimiter=","), np.arange(12.).reshape(3, 4))'
done

# The strict profile, as others see it.
gen-moons -n 20 >moons.npz
check "the arrays' data stands at multiples of 64, nothing is deflated, times are fixed" py '
import zipfile, struct
z = zipfile.ZipFile("moons.npz"); raw = open("moons.npz", "rb").read()
assert z.testzip() is None and len(z.infolist()) >= 3
for m in z.infolist():
    assert m.compress_type == 0 and m.date_time == (1980, 1, 1, 0, 0, 0), m
    assert m.flag_bits & 8 == 0 and m.external_attr >> 16 & 0o170000 == 0o100000, m
    name, extra = struct.unpack("<HH", raw[m.header_offset + 26:m.header_offset + 30])
    start = m.header_offset + 30 + name + extra
    header = struct.unpack("<H", raw[start + 8:start + 10])[0]
    assert (start + 10 + header) % 64 == 0, m.filename'
check "unzip -l lists it" bash -c 'unzip -l moons.npz | grep -q " x.npy$"'
check "a stored file can be mapped in place" py '
import zipfile, struct
raw = np.memmap("moons.npz", "u1", "r"); i = zipfile.ZipFile("moons.npz").getinfo("x.npy")
name, extra = struct.unpack("<HH", bytes(raw[i.header_offset + 26:i.header_offset + 30]))
at = i.header_offset + 30 + name + extra
data = at + 10 + struct.unpack("<H", bytes(raw[at + 8:at + 10]))[0]
x = np.load("moons.npz")["x"]
assert np.array_equal(np.memmap("moons.npz", x.dtype, "r", data, x.shape), x)'

# Several archives, one after the other.
py 'np.savez("a.npz", x=np.zeros(2), y=np.ones(2)); np.savez("b.npz", y=np.arange(3.), z=np.ones(1))'
cat a.npz b.npz | pick '*' >ab.npz
pick '*' ./a.npz ./b.npz >ab2.npz
for file in ab ab2; do
    check "$file: a later tensor replaces an earlier one" py "
r = np.load('$file.npz')
assert [n for n in r.files if n != 'recipe'] == ['x', 'y', 'z'] and np.array_equal(r['y'], np.arange(3.))"
done

# What must never be read.
py 'np.savez("objects.npz", x=np.array([{}, None], dtype=object))'
refuses "pickled objects" 1 'objects' pick '*' ./objects.npz
py 'np.savez("fields.npz", x=np.zeros(2, dtype=[("a", "f8"), ("b", "i4")]))'
refuses "structured types" 1 "x" pick '*' ./fields.npz
py 'np.savez("wide.npz", x=np.zeros(2, dtype=np.complex128))'
refuses "complex numbers" 1 "c16" pick '*' ./wide.npz
