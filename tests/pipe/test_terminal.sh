#!/bin/bash
# Text from hostile files on a terminal: names, classes, recipes and cells that hold escape sequences,
# C1 controls, line breaks, marks of direction and invalid UTF-8, through every tool that prints. What
# people read has none of them, also in a pipe; and a terminal emulator's screen (tmux) shows the same
# lines, with nothing moved, coloured, renamed or forged.
. tests/pipe/lib.sh
cd "$scratch" || exit 1
if [ -z "$python" ]; then
    skip "no Python with NumPy"
    exit 0
fi

cat >hostile.py <<'PYTHON'
import io, zipfile
import numpy as np
texts = ["\x1b[2J\x1b[H", "\x1b]0;owned\x07", "\x1b[31;1mred", "\x1bc", "\x1bP$qm\x1b\\", "\x1b]52;c;b3duZWQ=\x07",
         "\x9b2J", "\x9d0;owned\x9c", "a\nrecipe: forged", "ab\rforged", "ab\b\bforged", "a\tb\vc\fd", "\x0e\x0f\x05",
         "\u202egpj.exe", "\u2066a\u2069", "a\u2028b\u2029c", "\ufeff\ufff9\U000e0041", "\x7f\x08", "ok \u00e9\u4e2d"]
raw = np.array([b"\xff\xfe\x9b31m", b"\xc3", b"\x9c\x90\x9d0;owned\x07", b"\xe2\x80"])
n = len(texts)
np.savez("classes.npz", x=np.eye(n), y=np.arange(n), classes=np.array(texts), raw=raw)
np.savez("strings.npz", **{"t%d" % i: np.array([t, "after"]) for i, t in enumerate(texts)}, raw=raw)
with zipfile.ZipFile("names.npz", "w") as z:
    z.writestr("x.npy", zipfile.ZipFile("classes.npz").read("x.npy"))
    for t in texts:
        if "\0" not in t:
            z.writestr(zipfile.ZipInfo(t), b"")
    z.writestr("last.txt", b"")
def recipe(text):
    np.savez("recipe.npz", x=np.eye(2), recipe=np.array(text.encode(), "S"))
recipe("gen-moons -n 1 --title 'a\nx  f8  (1,)  forged\n\u202ehsab | live\u202c\u2066'\t| pick x")
with open("cells.csv", "wb") as f:
    f.write("\n".join("1,2,\"%s\"" % t.replace('"', '""') for t in texts).encode() + b"\n3,4,\xff\x9b31m\n")
with open("bad.csv", "wb") as f:
    f.write(("a,b\n1,\"%s\"\n" % "".join(texts[:9])).encode())
PYTHON
"$python" hostile.py
perceptron=(train-mlp --hidden 5 --epochs 2 --seed 1)
split --train 12 classes.npz 2>/dev/null | "${perceptron[@]}" >model.npz
evil=$(printf 'no\033[2J\302\2332J\342\200\256file')
touch -- "$evil.npz"

# What people read: one case a line. Errors are among them.
cat >people <<'CASES'
inspect classes.npz
inspect strings.npz
inspect names.npz
inspect recipe.npz
inspect model.npz
$tools/eval model.npz
$tools/eval --per-class model.npz
pick nothing names.npz >/dev/null
pick --rename x=y --drop 'x' names.npz >/dev/null
from-csv bad.csv >/dev/null
from-csv --label b --like names.npz bad.csv >/dev/null
to-csv "$evil" ./names.npz
inspect "$evil.npz"
inspect "$evil"
train-mlp --hidden "$evil" >/dev/null
pick --"$evil" >/dev/null
split --train 12 --group "$evil" classes.npz >/dev/null
CASES
# Data: as it is in a pipe, made printable on a terminal.
cat >data <<'CASES'
to-csv classes ./classes.npz
to-csv raw ./classes.npz
to-csv --no-header t8 ./strings.npz
inspect --recipe recipe.npz
inspect --tsv names.npz
summarise --tsv model.npz
CASES

# The rule, from Unicode's own tables: controls, separators, Bidi_Control, and what is not UTF-8.
cat >rule.py <<'PYTHON'
import sys, unicodedata
bidi = {0x61c, 0x200e, 0x200f, *range(0x202a, 0x202f), *range(0x2066, 0x206a)}
def acts(c):
    return unicodedata.category(c) in ("Cc", "Zl", "Zp", "Cs") or ord(c) in bidi
if __name__ == "__main__":
    text = open("out", "rb").read().decode("utf-8", "surrogateescape")
    bad = sorted({hex(ord(c)) for c in text if c != "\n" and acts(c)})
    sys.exit("it prints %s" % bad if bad or not text.endswith("\n") else 0)
PYTHON
export evil tools
while read -r case; do
    bash -c "$case" >out 2>&1 || :
    check "in a pipe: $case" "$python" rule.py
    check "in a pipe, no forged line: $case" piped '! grep -qE "^ *(recipe: forged|x  f8  \(1,\)  forged|forged|owned)" out'
done <people

# A terminal without a screen (a pseudo-terminal of Python's): what is not text is refused, unless a job's launcher
# (mpirun) gave its processes the terminal; a line comes whole; and a terminal that is gone is an error.
check "a pseudo-terminal" "$python" - <<'PYTHON'
import os, pty, subprocess, tty
import numpy as np

def on_terminal(*command, is_gone=False, **more):
    try:
        master, slave = pty.openpty()
    except OSError:
        return None
    tty.setraw(slave)
    if is_gone:
        os.close(master)
    process = subprocess.Popen(command, stdout=slave, stderr=subprocess.PIPE, **more)
    os.close(slave)
    shown = b""
    while not is_gone:
        try:
            shown += os.read(master, 65536)
        except OSError: # the last writer has closed it
            break
    errors = process.stderr.read().decode()
    return process.wait(), shown, errors

binary = subprocess.run(["gen-moons", "-n", "9"], stdout=subprocess.PIPE).stdout
np.savez("cells.npz", t=np.array(["a\x7fb", "\x1b[1m", "c\td"]))
if on_terminal("true") is not None:
    assert on_terminal("gen-moons", "-n", "9") == (2, b"", "labpipe gen-moons: standard output is a terminal, and the "
        "result is binary (redirect it, or give -o FILE)\n")
    assert on_terminal("gen-moons", "-n", "9", env={**os.environ, "OMPI_COMM_WORLD_SIZE": "1"}) == (0, binary, "")
    assert on_terminal("to-csv", "--no-header", "t", "./cells.npz") == (0, b"a?b\n?[1m\nc\td\n", "")
    status, _, errors = on_terminal("to-csv", "--no-header", "t", "./cells.npz", is_gone=True)
    assert (status, errors) == (1, "labpipe to-csv: writing standard output: Input/output error\n"), (status, errors)
PYTHON

if ! command -v tmux >/dev/null; then
    skip "this machine has no tmux: the screen"
    exit 0
fi
cat >screen.py <<'PYTHON'
import re, sys
from rule import acts
# What the screen should show of the bytes that a pipe gets, tabs at every eighth column.
drop = {*range(0xfff9, 0xfffc), 0xfeff, *range(0xe0000, 0xe0080)}
lines = open("out", "rb").read().decode("utf-8", "surrogateescape")
want = "".join(c if c in "\n\t" else "?" if acts(c) or ord(c) in drop else c for c in lines)
got = open("screen").read()
squeeze = lambda t: [re.sub(r"\s+", " ", l).rstrip() for l in t.rstrip().split("\n")]
want, got = squeeze(want), squeeze(got)
if want + ["END"] != got:
    sys.exit("screen %r\nwanted %r" % (got, want))
PYTHON
socket=$scratch/tmux
export LC_ALL=C.UTF-8
screen() { # screen CASE: what it printed to a pipe, and what a screen shows of it
    local case=$1 i
    : >screen
    printf '%s\nprintf "END\\n"\nexec sleep 30\n' "$case" >case.sh
    tmux -u -S "$socket" -f /dev/null new-session -d -x 600 -y 80 -n quiet "bash case.sh" || return 1
    tmux -S "$socket" set-option -g set-titles off >/dev/null 2>&1
    for ((i = 0; i < 200; i++)); do
        tmux -S "$socket" capture-pane -p -t 0 >screen
        grep -q '^END' screen && break
        sleep 0.02
    done
    title=$(tmux -S "$socket" display-message -p -t 0 '#{pane_title}')
    clip=$(tmux -S "$socket" show-buffer 2>/dev/null || :)
    tmux -S "$socket" kill-server
    sed -i -e :a -e '/^\n*$/{$d;N;ba' -e '}' screen
}
while read -r case; do
    bash -c "$case" >out 2>&1 || :
    screen "$case"
    check "on a screen: $case" "$python" screen.py
    case $title$clip in *owned*) fail "on a screen: $case: it set the title or the clipboard" ;; esac
done < <(cat people data)
