#!/bin/bash
# Tensors of more than 16 MiB, whose rows are made while they are written: what NumPy makes of them, the same bytes
# within any memory and deflated, and an input that changes meanwhile.
. tests/pipe/lib.sh

cd "$scratch" || exit 1
if [ -z "$python" ]; then
    skip "rows made while they are written (NumPy is missing)"
    exit
fi
mkdir room

# x of every storage that NumPy has: unaligned, big-endian, half, Fortran's order, pixels.
"$python" - <<'PYTHON'
import numpy as np
import struct
n = 30011
i, j = np.ogrid[:n, :75]
x = (i * 7 + j * j) % 2048 / 8
y = np.arange(n) % 3
np.savez("f8.npz", x=x, y=y)
np.savez("f4.npz", y=y.astype(">i4"), x=x.astype(">f4").repeat(2, 1))
np.savez("f2.npz", x=x.astype("f2").repeat(2, 1), y=y)
np.savez("fortran.npz", x=np.asfortranarray(x), y=y)
x[::5, 3] = np.nan
np.savez("holes.npz", x=x, y=y)
pixels = ((i * 3 + np.arange(784)) % 256).astype("u1").reshape(n, 28, 28)
np.savez("u1.npz", x=pixels, y=y)
with open("images", "wb") as f:
    f.write(b"\0\0\x08\x03" + struct.pack(">III", *pixels.shape) + pixels.tobytes())
with open("wide", "wb") as f:
    f.write(b"\0\0\x0e\x02" + struct.pack(">II", *x.shape) + x.astype(">f8").tobytes())
records = ((np.arange(6001)[:, None] * 11 + np.arange(3073)) % 251).astype("u1")
records[:, 0] %= 10
records[:2500].tofile("one.bin")
records[2500:].tofile("two.bin")
PYTHON

# Each from a pipe in memory, within 1 MB, and deflated; what is left for NumPy is under the case's name.
while read -r name command; do
    check "$command" piped "$command >$name.out.npz"
    check "within 1 MB" piped "export LABPIPE_MEMORY=1M TMPDIR=\$PWD/room; $command >small.npz"
    same "it gives the same bytes" "$name.out.npz" small.npz
    case $name in scale8 | split | idx) ;; *) continue ;; esac
    check "deflated" piped "$(sed -E 's,from-idx|scale|split,& --compress,' <<<"$command") | pick '*' >unpacked.npz"
    equal "it holds the same tensors" "$(inspect unpacked.npz | grep -v ^recipe)" "$(inspect "$name.out.npz" | grep -v ^recipe)"
done <<'EOT'
scale8 cat f8.npz | scale --divide 3
scale4 cat f4.npz | scale --by standard
scale2 cat f2.npz | scale --divide 7
scalef cat fortran.npz | scale --by minmax
scale1 cat u1.npz | scale --divide 255
impute cat holes.npz | impute --by constant --value 9
pick cat f8.npz | pick --rows 1000:30000
split cat f4.npz | split --train 0.9 --seed 4
fold cat u1.npz | split --folds 5 --fold 1 --stratify --validation 0.25
idx from-idx images
idx8 from-idx wide
cifar from-cifar one.bin two.bin
EOT
check "nothing is left in TMPDIR" test -z "$(ls room)"

# rows NAME: the case is what NumPy says.
rows() { check "$1, as NumPy has it" "$python" -c "
import numpy as np
def load(name):
    return dict(np.load(name + '.npz'))
t = load('$1.out')
i = lambda a: a[:, 0].astype(int)
assert $2"; }
rows scale8 "np.array_equal(t['x'], load('f8')['x'] / 3)"
rows scale4 "abs(t['x'].mean(0, dtype='f8')).max() < 1e-6 and abs(t['x'].std(0, dtype='f8') - 1).max() < 1e-6 and t['x'].dtype == 'f4'"
rows scale2 "np.array_equal(t['x'], (load('f2')['x'].astype('f8') / 7).astype('f4'))"
rows scalef "(lambda x: np.array_equal(t['x'], (x - x.min(0)) / (x.max(0) - x.min(0))))(load('fortran')['x'])"
rows scale1 "np.array_equal(t['x'], (load('u1')['x'] / 255).astype('f4'))"
rows impute "np.array_equal(t['x'], np.nan_to_num(load('holes')['x'], nan=9))"
rows pick "np.array_equal(t['x'], load('f8')['x'][1000:30000]) and np.array_equal(t['y'], load('f8')['y'][1000:30000])"
for name in split fold; do
    rows $name "(lambda whole, have: len(whole) == len(have) and sorted(have) == sorted(whole))(
        *[[r.tobytes() + bytes([int(y)]) for r, y in zip(x.astype(x.dtype.newbyteorder('=')), y)] for x, y in
          [(d['x'], d['y']) for d in [load({'split': 'f4', 'fold': 'u1'}['$name'])]] +
          [(np.concatenate([t[n + p] for p in ('_train', '_val', '_test') if n + p in t]) for n in 'xy')]])"
done
rows idx "np.array_equal(t['x'], load('u1')['x'])"
rows idx8 "np.array_equal(t['x'], load('holes')['x'], equal_nan=True)"
rows cifar "(lambda r: np.array_equal(t['x'], r[:, 1:].reshape(-1, 3, 32, 32).transpose(0, 2, 3, 1)) and np.array_equal(t['y'], r[:, 0]))(
    np.concatenate([np.fromfile(f, 'u1') for f in ('one.bin', 'two.bin')]).reshape(-1, 3073))"

# The reader waits for the first byte, by when all rows have been made once; then the last one's bytes change.
# changes NAME FILE OFFSET TOOL...: the tool, which reads that file, ends with one line.
changes() {
    local name=$1 file=$2 offset=$3
    shift 3
    # shellcheck disable=SC2016
    refuses "$name" 1 '^labpipe [a-z-]+: writing the stream: an input file was changed while it was being read$' bash -o pipefail -c '
        "${@:3}" | { head -c 1; printf XYZ | dd of="$1" conv=notrunc bs=1 seek="$2" 2>/dev/null; cat >/dev/null; }' - "$file" "$offset" "$@"
}
changes "images that change" images "$(($(stat -c %s images) - 50))" from-idx images
changes "batches that change" two.bin "$(($(stat -c %s two.bin) - 50))" from-cifar one.bin two.bin
changes "an x that changes" f8.npz 18000000 scale --divide 3 f8.npz
changes "and is divided" f4.npz 9000000 split --train 0.95 --no-shuffle f4.npz

# A row that cannot be made: found before any of it is written.
"$python" -c 'import numpy as np
x = np.ones((30011, 75)); x[30000, 70] = np.inf; np.savez("bad.npz", x=x, y=np.arange(30011) % 2)
x[30000, 70] = 1e308; np.savez("large.npz", x=x, y=np.arange(30011) % 2)'
refuses "a value that is not finite" 1 '^labpipe scale: scaling: x: row 30000, column 70 is inf$' scale --divide 2 bad.npz
refuses "a value that leaves the range" 1 '^labpipe scale: scaling: x: row 30000, column 70: 1e\+308 is out of range once it is scaled$' scale --divide 0.001 large.npz
refuses "and -o" 1 'row 30000, column 70' scale --divide 0.001 -o bad.out.npz large.npz
check "leaves no file" test ! -e bad.out.npz
