#!/bin/bash
# How far a run is: a line on a terminal (a pseudo-terminal of Python's), nothing in a pipe, whole lines
# for a log under --progress; and no byte of an output knows of it.
. tests/pipe/lib.sh
cd "$scratch" || exit 1
if ! command -v python3 >/dev/null; then
    skip "no Python 3"
    exit 0
fi
if ! python3 -c 'import pty; pty.openpty()' 2>/dev/null; then
    skip "no pseudo-terminals (/dev/pts is not mounted)"
    exit 0
fi

# on_terminal.py COLUMNS SECONDS PATTERN FILE COMMAND...: runs the command with a terminal of so many columns
# as its standard error, until that shows the pattern or the seconds are over, then ends it by SIGTERM unless it
# ends by itself. (A test that runs in the background ignores SIGINT, and so would the command.) What the terminal got
# goes to FILE. Status: whether the pattern came or, where that is '', how the command ended.
cat >on_terminal.py <<'PYTHON'
import fcntl, os, pty, re, select, struct, subprocess, sys, termios, time
columns, seconds, pattern, path = int(sys.argv[1]), float(sys.argv[2]), sys.argv[3].encode(), sys.argv[4]
master, slave = pty.openpty()
fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", 24, columns, 0, 0))
process = subprocess.Popen(sys.argv[5:], stderr=slave, stdout=subprocess.DEVNULL)
os.close(slave)
text, end, found = b"", time.monotonic() + seconds, None
while time.monotonic() < end and found is None:
    if select.select([master], [], [], 0.05)[0]:
        try:
            text += os.read(master, 65536)
        except OSError: # the last writer has closed it
            break
    found = re.search(pattern, text) if pattern else None
if found is not None and process.poll() is None:
    time.sleep(0.1)
    process.terminate()
if pattern and found is None:
    process.kill()
status = process.wait()
open(path, "wb").write(text)
sys.exit(status if not pattern else 0 if found else 1)
PYTHON
shows() { # shows NAME COLUMNS PATTERN COMMAND...
    local name=$1 columns=$2 pattern=$3
    shift 3
    check "$name" python3 on_terminal.py "$columns" 30 "$pattern" terminal "$@"
}

gen-moons -n 1000 --noise 0.1 | split --train 0.8 >moons.npz
gen-gauss -n 300 --mean=0,0 --mean=1,1 --cov=3,0,0,4 --cov=2,0,0,5 | split --train 0.8 >near.npz
gen-ratings >ratings.npz
forever=(--epochs 1000000000)
figures='loss [0-9.e+-]+, val accuracy [0-9.]+'
rest='[0-9.e+]+ epochs/s, [0-9]+ h [0-9]+ min left'

shows 'full batches' 200 "labpipe train-mlp: epoch [0-9]{2,} of 1000000000, $figures, $rest" \
    train-mlp --hidden 8 --batch 0 "${forever[@]}" moons.npz
check 'the line overwrites itself' grep -q "$(printf '\r')labpipe" terminal
equal 'it has no line break' "$(tr -d '\n' <terminal | wc -c)" "$(wc -c <terminal)"
shows 'batches: parts of an epoch' 200 "epoch [0-9]+\\.[0-9][0-9] of 1000000000, $figures, $rest" \
    train-mlp --hidden 8 --batch 16 "${forever[@]}" moons.npz
shows 'steps' 200 "step [0-9]+ of 2000000000, loss [0-9.e+-]+, val accuracy [0-9.]+, [0-9.e+]+ steps/s" \
    train-mlp --hidden 8 --sample --lr 0.001 --eval-every 1000 --steps 2000000000 moons.npz
shows 'an autoencoder: the loss of the test part' 200 "epoch [0-9]+ of 1000000000, loss [0-9.e+-]+, val loss [0-9.e+-]+, $rest" \
    train-mlp --hidden 2 --batch 0 --loss mse --target x --lr 0.01 "${forever[@]}" moons.npz
shows 'a perceptron' 200 "labpipe train-perceptron: epoch [0-9]+ of 1000000000, $figures, $rest" \
    train-perceptron "${forever[@]}" near.npz
shows 'a factorisation' 200 "labpipe factorise: epoch [0-9]+ of 1000000000, loss [0-9.e+-]+, " \
    factorise --method sgd --rank 2 --init-scale 0.1 --lr 0.001 "${forever[@]}" ratings.npz
shows 'a narrow terminal' 30 'labpipe train-mlp: epoch [0-9]' train-mlp --hidden 8 "${forever[@]}" moons.npz
sleep 0.1
equal 'its line is no longer than it' "$(tr '\r' '\n' <terminal | sed 's/\x1b\[K//' | awk 'length > most { most = length } END { print most }')" 29

# What has been shown is gone when the tool ends; a short run, and a quiet one, never shows a line.
to_end() { # to_end COMMAND...: what the terminal got of a command that ends by itself
    python3 on_terminal.py 200 60 '' terminal "$@"
}
train=(train-mlp --hidden 8 --batch 0 --seed 1 moons.npz)
check 'a run of a second or two' to_end "${train[@]}" --epochs 100000 -o shown.npz
if [ -s terminal ]; then
    equal 'what it has shown is gone' "$(tail -c 4 terminal | od -An -c | tr -s ' ')" "$(printf '\r\033[K' | od -An -c | tr -s ' ')"
else
    skip 'what it has shown is gone: the run was too fast'
fi
"${train[@]}" --epochs 100000 -o silent.npz 2>errors
equal 'nothing in a pipe' "$(wc -c <errors)" 0
"${train[@]}" --epochs 100000 --progress -o logged.npz 2>log
same 'a terminal changes no byte' silent.npz shown.npz
same '--progress changes no byte' silent.npz logged.npz
to_end "${train[@]}" --epochs 100000 --quiet -o quiet.npz
equal '--quiet on a terminal' "$(wc -c <terminal)" 0
to_end "${train[@]}" --epochs 3 -o short.npz
equal 'a short run on a terminal' "$(wc -c <terminal)" 0

# A log has whole lines, the last of them at the end, however short the run.
line="labpipe train-mlp: epoch [0-9]+ of 100000, $figures(, [0-9.e+]+ epochs/s)?(, .* left)?"
equal 'a log: every line is whole' "$(grep -cExv "$line" log)" 0
check 'a log: its last line is the end' grep -q 'epoch 100000 of 100000, ' <(tail -n 1 log)
equal 'a log: no time is left then' "$(tail -n 1 log | grep -c left)" 0
"${train[@]}" --epochs 3 --progress 2>log >short.npz
check 'a log of a short run' grep -q 'epoch 3 of 3, loss' log
equal 'its only line' "$(wc -l <log)" 1
train-perceptron --progress --epochs 1000 --no-bias moons.npz 2>log >/dev/null
check 'a log of a run that ends early, or not' grep -Eq '^labpipe train-perceptron: epoch [0-9]+ of 1000, loss' <(tail -n 1 log)

# Reading that takes longer than a second shows bytes.
gen-moons -n 20000 >many.npz
trickle() { for part in 0 1 2 3 4 5 6 7; do tail -c +$((part * 40000 + 1)) many.npz | head -c 40000; sleep 0.3; done; }
trickle | python3 on_terminal.py 80 30 '^labpipe pick: reading, [0-9.]+ kB|\rlabpipe pick: reading, [0-9.]+ kB' terminal pick x
equal 'reading from a slow pipe' "${PIPESTATUS[1]}" 0
pick x many.npz -o direct.npz 2>errors
equal 'reading that is fast' "$(wc -c <errors)" 0
