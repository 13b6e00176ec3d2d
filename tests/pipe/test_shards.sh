#!/bin/bash
# --shards: sums over ranges of the rows, in one tree whatever the number of threads or, where Open MPI is, of ranks.
# KILLS=20: so many jobs lose a rank.
# shellcheck disable=SC2054 # commas that an option's value has
. tests/pipe/lib.sh
: "${KILLS:=3}"
ulimit -c 0
top=$PWD
cd "$scratch" || exit 1
gen-moons -n 400 --seed 3 | split --train 0.6 --validation 0.2 >moons.npz
gen-digits -n 60 --seed 2 | split >digits.npz
mlp=(train-mlp --hidden 17,9 --batch 50 --epochs 6 --lr 0.1 --seed 1 --eval-every 2)
cnn=(train-cnn --layers conv:3:3,max-pool:2,dropout:0.3 --batch 17 --epochs 2 --optimizer adam --lr 0.01 --seed 4
    --class-weights balanced --label-smoothing 0.1 --clip-norm 1 --input-scale 1/255)

# ---- one process ----

"${mlp[@]}" moons.npz >plain.npz
"${mlp[@]}" --shards 1 moons.npz >one.npz
same "--shards 1 is a run without it, recipe and all" plain.npz one.npz
"${mlp[@]}" --shards 8 moons.npz >mlp.npz
differ "--shards 8 adds in another order" plain.npz mlp.npz
replays "--shards 8" mlp.npz
check "and its recipe says so" grep -q -- '--shards 8' <(inspect --recipe mlp.npz)
"${cnn[@]}" --shards 5 digits.npz >cnn.npz
for set in $(cd "$top" && . tests/isas.sh && runnable_isas gen-moons -n 2); do
    LABPIPE_ISA=$set LABPIPE_THREADS=3 "${cnn[@]}" --shards 5 digits.npz >isa.npz
    same "the same bytes with $set and three threads" cnn.npz isa.npz
done
"${mlp[@]}" --shards 300 moons.npz >many.npz
check "more shards than rows" inspect many.npz
refuses "batch normalisation in shards" 2 'option --shards: layer2 is batch-norm, whose mean' \
    train-cnn --layers conv:3:3,batch-norm --shards 2 digits.npz
refuses "no shards" 2 '' "${mlp[@]}" --shards 0 moons.npz

if [ -z "$python" ]; then
    skip "what is added up: no python with numpy"
else
    # Shards change the order of sums and nothing else: rows, dropout masks, weights of classes, clipping.
    for shards in '' '--shards 7'; do
        # shellcheck disable=SC2086 # no word, or two
        "${cnn[@]}" --dtype f8 $shards digits.npz >"pictures${shards:+7}.npz"
        # shellcheck disable=SC2086
        train-mlp --hidden 9 --sample --steps 50 --dtype f8 --optimizer sgd --momentum 0.9 --reduction sum --loss mse \
            --lr 0.01 --eval-every 10 $shards moons.npz >"sample${shards:+7}.npz"
        # shellcheck disable=SC2086
        train-mlp --hidden 9 --batch 0 --epochs 20 --dtype f8 --patience 3 --eval-every 2 --snapshot-every 5 --batch-loss \
            --lr 0.5 $shards moons.npz >"full${shards:+7}.npz"
    done
    check "close to the run without shards" "$python" - <<'END'
import numpy as np
for name in 'pictures', 'sample', 'full':
    a, b = np.load(f'{name}.npz'), np.load(f'{name}7.npz')
    assert set(a.files) == set(b.files)
    differ = 0
    for k in a.files:
        if a[k].dtype.kind != 'f' or k[:2] == 'x_':
            continue
        x, y = a[k], b[k]
        if k == 'history.batch_loss': # there is none before the first step
            x, y = x[1:], y[1:]
        assert np.isfinite(x).all() and np.isfinite(y).all() and x.shape == y.shape, k
        assert (np.abs(x - y) <= 1e-12 * max(1, np.abs(x).max())).all(), (name, k, np.abs(x - y).max())
        differ += not np.array_equal(x, y)
    assert differ > 0, name
END

    # A linear model and squared errors, written out with exact fractions: each product and sum of the order that
    # num/kernels/list.h states, and the tree.
    cat >step.py <<'END'
import sys, numpy as np
from fractions import Fraction as F
n, d, m, K, lr, steps = 11, 3, 2, int(sys.argv[1]), 0.125, 3
if sys.argv[2] == 'data':
    r = np.random.default_rng(5)
    np.savez('linear.npz', x=r.normal(size=(n, d)), y=r.normal(size=(n, m)))
    sys.exit()
fma = lambda a, b, c: float(F(float(a)) * F(float(b)) + F(float(c)))
data, start, end = np.load('linear.npz'), np.load('start.npz'), np.load('end.npz')
x, y = data['x'], data['y']
w, b = start['layer1.weight'].copy(), start['layer1.bias'].copy()
factor = 2.0 / (n * m)
def gradient(rows):
    dw, db = np.zeros((m, d)), np.zeros(m)
    for i in rows:
        for o in range(m):
            z = 0.0
            for j in range(d):
                z = fma(x[i, j], w[o, j], z)
            dz = factor * ((z + b[o]) - y[i, o])
            db[o] += dz
            for j in range(d):
                dw[o, j] = fma(dz, x[i, j], dw[o, j])
    return np.concatenate([dw.ravel(), db])
for _ in range(steps):
    parts = [gradient(range(k * n // K, (k + 1) * n // K)) for k in range(K)]
    while len(parts) > 1:
        parts = [parts[i] + parts[i + 1] if i + 1 < len(parts) else parts[i] for i in range(0, len(parts), 2)]
    for i in range(m * d):
        w.flat[i] = fma(-lr, parts[0][i], w.flat[i])
    for o in range(m):
        b[o] = fma(-lr, parts[0][m * d + o], b[o])
assert np.array_equal(w, end['layer1.weight']) and np.array_equal(b, end['layer1.bias']), (w, end['layer1.weight'])
loss = np.mean((x @ w.T + b - y) ** 2)
assert abs(end['history.loss'][-1] / loss - 1) < 1e-14
END
    "$python" step.py 1 data
    linear=(train-mlp --loss mse --dtype f8 --lr 0.125)
    for shards in 1 2 5 6 11 13; do
        "${linear[@]}" --shards $shards --epochs 0 linear.npz >start.npz
        "${linear[@]}" --shards $shards --epochs 3 linear.npz >end.npz
        check "three steps with $shards shards, bit for bit" "$python" step.py $shards check
    done
fi

# ---- a job of several processes, as far as the tools see one ----

started=(env OMPI_COMM_WORLD_SIZE=3 OMPI_COMM_WORLD_RANK=0)
refuses "a tool that is always a single process" 2 'inspect is always a single one \(start it without\)' \
    "${started[@]}" "$tools/inspect" moons.npz
refuses "a job without shards" 2 'nothing is to be divided among them \(add --shards K, with K at least 3\)' \
    "${started[@]}" "${mlp[@]}" moons.npz
refuses "a job of more processes than shards" 2 'more than --shards 2 has work for' \
    "${started[@]}" "${mlp[@]}" --shards 2 moons.npz
refuses "Slurm's srun" 2 'add --shards' env SLURM_STEP_NUM_TASKS=3 PMIX_RANK=0 "${mlp[@]}" moons.npz
check "a script of Slurm's is no job" env SLURM_NTASKS=3 SLURM_STEP_NUM_TASKS=3 "${mlp[@]}" -o slurm.npz moons.npz

# The tools with the library of MPI=1 beside the others, as make would put it.
if ! command -v mpirun >/dev/null || ! pkg-config --exists ompi-c 2>/dev/null; then
    skip "ranks: no mpirun, or no libopenmpi-dev"
    exit
fi
mkdir -p "with/$BIN" "with/$BUILD"
cp "$tools"/* "with/$BIN"
cp "$top/$BUILD"/liblabpipe*.so.* "with/$BUILD"
rm -f "with/$BUILD"/liblabpipe-mpi*
with=$PWD/with/$BIN
export OMPI_ALLOW_RUN_AS_ROOT=1 OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1
mpi() { # mpi RANKS TOOL OPTIONS...
    local ranks=$1 tool=$2
    shift 2
    mpirun --oversubscribe -n "$ranks" "$with/$tool" "$@"
}
first_line() { # first_line NAME PATTERN COMMAND...: it fails, and says so once; the rest is mpirun's
    local name=$1 pattern=$2
    shift 2
    if "$@" </dev/null >failed.out 2>failed.err || [ "$(grep -c '^labpipe' failed.err)" -ne 1 ] ||
        ! grep -Eq "^labpipe .*$pattern" failed.err || [ -s failed.out ]; then
        fail "$name"
        cat failed.err
    else
        pass "$name"
    fi
}
first_line "a build without MPI" 'built without MPI \(build it with make MPI=1\)' mpi 2 "${mlp[@]}" --shards 8 moons.npz
printf 'int nothing;\n' | cc -x c -shared -fPIC -o "with/$BUILD/liblabpipe-mpi.so.0" -
refuses "another library of that name" 1 'MPI cannot be used: .*liblabpipe-mpi.so.0: undefined symbol' \
    "${started[@]}" "$with/train-mlp" "${mlp[@]:1}" --shards 8 moons.npz
# shellcheck disable=SC2046 # flags
cc -O1 -shared -fPIC -D_GNU_SOURCE -I"$top/lib" $(pkg-config --cflags ompi-c) -o "with/$BUILD/liblabpipe-mpi.so.0" \
    "$top/lib/num/ranks_mpi.c" "with/$BUILD/liblabpipe.so.0" $(pkg-config --libs ompi-c)

refuses "processes that another MPI started" 1 '2 processes were started as one job, and MPI knows of 1 \(mpirun has' \
    env PMI_SIZE=2 PMI_RANK=0 "$with/train-mlp" "${mlp[@]:1}" --shards 8 moons.npz
for ranks in 1 2 3 4 8; do
    for threads in 1 2; do
        mpi $ranks "${mlp[@]}" --shards 8 --threads $threads moons.npz >ranks.npz
        same "train-mlp on $ranks ranks of $threads threads" mlp.npz ranks.npz
    done
done
for ranks in 2 3; do
    mpi $ranks "${cnn[@]}" --shards 5 --threads $((ranks - 1)) -o ranks.npz digits.npz
    same "train-cnn on $ranks ranks" cnn.npz ranks.npz
done
for ((attempt = 0; attempt < 3; attempt++)); do # mpirun 4.1 may itself crash where its standard input ends
    status=0
    mpi 3 "${mlp[@]}" --shards 8 <moons.npz >ranks.npz 2>job.log || status=$?
    [ $status -eq 139 ] || break
done
"${mlp[@]}" --shards 8 <moons.npz >piped.npz
same "from standard input, which rank 0 hands out" piped.npz ranks.npz

rm -f c.npz
for run in "begins" "is at its end"; do
    mpi 2 "${mlp[@]}" --shards 8 --checkpoint c.npz --checkpoint-every 2 --resume -o ranks.npz moons.npz
    same "a job that may resume, and $run" mlp.npz ranks.npz
done
rm c.npz

if [ -n "$python" ]; then # more than rank 0 hands out at once, late, and from a descriptor that does not block
    gen-moons -n 100000 | split >large.npz
    large=(train-mlp --hidden 3 --batch 1000 --epochs 1 --shards 2)
    "${large[@]}" <large.npz >piped.npz
    { head -c 1500000 large.npz; sleep 0.5; tail -c +1500001 large.npz; } | mpirun --oversubscribe -n 2 "$python" -c '
import os, sys
os.set_blocking(0, False)
os.execv(sys.argv[1], sys.argv[1:])' "$with/train-mlp" "${large[@]:1}" >ranks.npz 2>job.log || fail "$(cat job.log)"
    same "a large standard input, which comes late" piped.npz ranks.npz
else
    skip "no python: a large standard input"
fi
mkfifo fifo
first_line "a named pipe, which only one could read" 'reading fifo: it is not a regular file, which every process' \
    mpi 2 "${mlp[@]}" --shards 8 fifo
first_line "all ranks' error is one line" 'reading nothing.npz: it cannot be opened' mpi 3 "${mlp[@]}" --shards 8 nothing.npz
first_line "so is a mistyped option" "train-mlp: unknown option '--nonsense'" mpi 3 train-mlp --nonsense
# shellcheck disable=SC2016 # expanded by the ranks' shells
first_line "also where rank 0 starts late" "train-mlp: unknown option '--nonsense'" mpirun --oversubscribe -n 3 \
    bash -c '[ "$OMPI_COMM_WORLD_RANK" != 0 ] || sleep 4; exec "$@"' - "$with/train-mlp" --nonsense
# shellcheck disable=SC2016
first_line "one that a single rank meets is said by that rank" "rank 1: unknown option '--nonsense'" mpirun --oversubscribe \
    -n 2 bash -c '[ "$OMPI_COMM_WORLD_RANK" = 0 ] || set -- "$@" --nonsense; exec "$@"' - "$with/${mlp[0]}" "${mlp[@]:1}" \
    --shards 8 moons.npz
first_line "a full disk ends the job" 'writing /dev/full' mpi 3 "${mlp[@]}" --shards 8 -o /dev/full moons.npz
first_line "a divergence ends it" 'the loss became' mpi 2 train-mlp --loss mse --lr 1e300 --shards 5 moons.npz
mkdir other
gen-moons -n 400 --seed 4 | split --train 0.6 --validation 0.2 >other/moons.npz
# shellcheck disable=SC2016 # expanded by the ranks' shells
first_line "a rank with other data" 'rank 1: it starts with other data than rank 0' mpirun --oversubscribe -n 2 \
    bash -c '[ "$OMPI_COMM_WORLD_RANK" = 0 ] || cd other; exec "$@"' - "$with/${mlp[0]}" "${mlp[@]:1}" --shards 8 moons.npz

# ---- killed ranks ----

long=(--hidden 17,9 --batch 10 --epochs 100 --lr 0.1 --seed 1 --eval-every 10 --shards 8 moons.npz)
train-mlp "${long[@]}" >long.npz
wrong='' kills=0

# lose_a_rank: a job of 2 to 4 ranks loses one to SIGKILL; another number of ranks goes on.
lose_a_rank() {
    local job ranks status=0 begin end
    rm -f c.npz killed.npz
    mpirun --oversubscribe -n $((RANDOM % 3 + 2)) "$with/train-mlp" --checkpoint c.npz --checkpoint-every 1 -o killed.npz \
        "${long[@]}" >job.log 2>&1 &
    job=$!
    for ((i = 0; i < 400; i++)); do # before it trains it may have no ranks
        [ ! -e c.npz ] || break
        sleep 0.05
    done
    sleep 0.$((RANDOM % 3))$((RANDOM % 10))
    mapfile -t ranks < <(pgrep -P $job train-mlp)
    if [ ${#ranks[@]} -gt 0 ] && kill -KILL "${ranks[RANDOM % ${#ranks[@]}]}" 2>/dev/null; then kills=$((kills + 1)); fi
    begin=$EPOCHREALTIME
    { wait $job; } 2>/dev/null || status=$?
    end=$EPOCHREALTIME
    if [ $status -eq 0 ]; then # it came to its end before
        cmp -s long.npz killed.npz || wrong="$wrong; other bytes"
        return
    fi
    awk "BEGIN { exit !($end - $begin < 5) }" || wrong="$wrong; it took $begin to $end to end"
    [ ! -e killed.npz ] || wrong="$wrong; there is an output"
    mpi $((RANDOM % 3 + 2)) train-mlp --checkpoint c.npz --checkpoint-every 50 --resume -o resumed.npz "${long[@]}"
    cmp -s long.npz resumed.npz || wrong="$wrong; other bytes after a resumption"
}
for ((k = 0; k < KILLS; k++)); do lose_a_rank; done
[ "$kills" -gt 0 ] || wrong="$wrong; no rank was killed before its end"
equal "$KILLS jobs that lose a rank, and go on with another number of them" "ok$wrong" ok
