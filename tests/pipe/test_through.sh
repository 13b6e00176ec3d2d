#!/bin/bash
# pick '*' passes a large archive on while it arrives: the same bytes in little memory, and nothing whole where
# anything of it is damaged.
. tests/pipe/lib.sh
cd "$scratch" || exit 1
needs_numpy 'all of passing on'

# 77 MB from labpipe; then members of many kinds, as NumPy writes them, of which some have to be read whole.
gen-gauss -n 540000 --mean 0,0,0,0,0,0,0,0 --mean 1,1,1,1,1,1,1,1 --seed 1 >ours.npz
"$python" - <<'PYTHON'
import io, zipfile
import numpy as np
rng = np.random.default_rng(1)
kinds = {"first": rng.normal(size=(1000, 7)), "large": rng.normal(size=(9_000_000,)), "text": np.array(["a", "\u00f6\u00f6"]),
         "fortran": np.asfortranarray(rng.normal(size=(300, 500))), "big": rng.normal(size=999).astype(">f8"),
         "half": np.arange(5, dtype="f2"), "empty": np.zeros((0, 3)), "again": rng.normal(size=(1_500_000,))}
np.savez("kinds.npz", **kinds)
with zipfile.ZipFile("kinds.npz", "a") as z:
    z.writestr("readme.txt", "not an array\n" * 1000)
    packed = io.BytesIO()
    np.save(packed, np.arange(300_000))
    z.writestr("packed.npy", packed.getvalue(), zipfile.ZIP_DEFLATED)
with open("changed.npz", "wb") as f: # by a program that passes the recipe on
    z = dict(np.load("ours.npz"))
    z["x"] = z["x"] + 1
    np.savez(f, **z)
PYTHON

for stream in ours kinds changed; do
    # shellcheck disable=SC2002 # a pipe is what is tried
    check "$stream: read whole" piped "cat $stream.npz | pick '*' -o $stream.whole"
    check "$stream: passed on" piped "cat $stream.npz | pick '*' | cat >$stream.through"
    check "$stream: the same members" "$python" -c '
import sys, zipfile
whole, through = map(zipfile.ZipFile, sys.argv[1:])
assert whole.namelist() == through.namelist()
assert all(whole.read(n) == through.read(n) for n in whole.namelist() if n != "recipe.digest.npy")' "$stream.whole" "$stream.through"
done
same "the same bytes, where there was a digest" ours.whole ours.through
# Where there was none, as in a stream of an older labpipe, a large member has its CRC-32 alone.
"$python" -c 'import numpy as np; np.savez("older.npz", x=np.arange(9e6), recipe="gen-moons --seed 1")'
check "a stream without a digest" piped "cat older.npz | pick '*' | cat >older.through"
check "its digest has the CRC-32" "$python" -c '
import numpy as np, zlib, io
z = np.load("older.through")
member = io.BytesIO()
np.save(member, z["x"])
assert f"- {zlib.crc32(member.getvalue()):08x} x.npy" in str(z["recipe.digest"]).split("\n"), z["recipe.digest"]'
check "it is taken as it is" piped "inspect older.through | tail -n 1 | grep -qF \"pick '*'\""
"$python" - <<'PYTHON'
import numpy as np
z = dict(np.load("older.through"))
z["x"] = z["x"] * 2
np.savez("older.changed", **z)
PYTHON
check "a change of it is told, too" piped "inspect older.changed.npz | grep -q 'changed by another program'"
check "NumPy reads it" "$python" -c '
import numpy as np
a, b = np.load("kinds.npz"), np.load("kinds.through")
names = [n for n in a if n != "readme.txt"]
assert len(names) == 9 and all(a[n].dtype.newbyteorder("=") == b[n].dtype.newbyteorder("=") and (a[n] == b[n]).all() for n in names)
assert a["readme.txt"] == b["readme.txt"]'
check "a change by another program is told" piped "inspect changed.through | grep -q 'changed by another program'"
check "a piece of a recipe goes on" piped "cat ours.npz | pick '*' | pick '*' | inspect --recipe | grep -q \"pick '\\*' | labpipe pick '\\*'\$\""

# The peak of a process' resident memory, in MB.
peak=$("$python" - <<'PYTHON'
import os, resource, subprocess
with open("ours.npz", "rb") as f, open("peak.npz", "wb") as out:
    cat = subprocess.Popen(["cat"], stdin=f, stdout=subprocess.PIPE)
    pick = subprocess.Popen(["pick", "*"], stdin=cat.stdout, stdout=subprocess.PIPE)
    cat.stdout.close()
    last = subprocess.Popen(["cat"], stdin=pick.stdout, stdout=out)
    pick.stdout.close()
    usage = os.wait4(pick.pid, 0)
    cat.wait(), last.wait()
    print(usage[2].ru_maxrss // 1024 if usage[1] == 0 else 10**6)
PYTHON
)
same "little memory: the same bytes" peak.npz ours.whole
if ldd "$(command -v pick)" | grep -q asan; then
    skip "the memory for it (a sanitizer's build)"
else
    check "little memory: $peak MB" test "$peak" -lt 40
fi
for size in 1M 40M; do
    check "--memory $size" piped "cat ours.npz | pick '*' --memory $size | cmp - ours.whole"
done

# The first bytes leave before the last have come.
mkfifo in
(head -c 75000000 ours.npz; until [ -e seen ]; do sleep 0.05; done; tail -c +75000001 ours.npz) >in &
pick '*' <in | (head -c 1000000 >first && touch seen && cat >rest)
check "the next stage starts at once" bash -c 'cat first rest | cmp - ours.whole'
wait

# A flipped bit near the end of x, and the end missing: no archive, here and in the next stage.
"$python" - <<'PYTHON'
data = bytearray(open("ours.npz", "rb").read())
data[69_000_000] ^= 1
open("flipped.npz", "wb").write(data)
open("cut.npz", "wb").write(open("ours.npz", "rb").read()[:-1000])
PYTHON
for damage in flipped cut; do
    rm -f out.npz
    status=0
    bash -o pipefail -c "cat $damage.npz | pick '*' 2>first.err | pick '*' -o out.npz 2>second.err" || status=$?
    equal "$damage: the pipeline fails" "$status" 1
    check "$damage: the first stage says why" grep -qE "^labpipe pick: reading standard input: (member 'x.npy': its CRC-32 is|.*it is cut short)" first.err
    check "$damage: the second one finds no end" grep -q '^labpipe pick: reading standard input: .*cut short' second.err
    check "$damage: no file" test ! -e out.npz
done

refuses "a second archive after a large one" 1 \
    "^labpipe pick: reading standard input: a second archive follows, and the first was too large" \
    bash -c "set -o pipefail; cat ours.npz ours.npz | pick '*' | cat >/dev/null"
check "files are joined, whatever their size" piped "pick '*' ours.npz kinds.npz | cat | inspect --tsv | grep -q ^again"
