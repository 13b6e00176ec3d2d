#!/bin/bash
# factorise --shards: the bytes depend on the number of shards alone, and the factors are as good as
# without.
. tests/pipe/lib.sh
mpi=$(cd "$BUILD" && pwd)/liblabpipe-mpi.so.0
cd "$scratch" || exit 1

gen-ratings --users 200 --items 150 -n 9000 --seed 3 | split --train 0.8 --validation 0.1 --seed 1 >ratings.npz
gen-faces --people 30 --seed 2 | pick x >faces.npz
from-csv --label species "$fixtures/iris.csv" | scale --by centre >iris.npz
als='--method als --rank 4 --bias --reg 2 --epochs 6'
sgd='--method sgd --rank 4 --bias --reg 0.05 --init normal --init-scale 0.1 --lr 0.02 --epochs 6'

# ---- one process ----
one_of() { # one_of METHOD FILE: without shards; with one; with three, on one thread and two
    # shellcheck disable=SC2086
    factorise $1 "$2" >plain.npz
    # shellcheck disable=SC2086
    factorise $1 --shards 1 "$2" >one.npz
    same "one shard is none: $1" plain.npz one.npz
    # shellcheck disable=SC2086
    factorise $1 --shards 3 --threads 1 "$2" >three.npz
    # shellcheck disable=SC2086
    factorise $1 --shards 3 --threads 2 "$2" >threads.npz
    same "three shards on two threads: $1" three.npz threads.npz
    differ "three shards are another command: $1" plain.npz three.npz
    check "the recipe says so: $1" piped 'inspect --recipe three.npz | grep -q -- "--shards 3"'
    replays "three shards: $1" three.npz
}
one_of "$als" ratings.npz
one_of "$sgd" ratings.npz
one_of "$sgd --shuffle" ratings.npz
one_of "--method svd --rank 2" iris.npz
one_of "--method svd --rank 5" faces.npz
one_of "--method svd --rank 5 --exact" faces.npz

# shellcheck disable=SC2086
factorise $als ratings.npz | to-csv u >plain.csv
for shards in 2 5 200; do
    # shellcheck disable=SC2086
    factorise $als --shards $shards ratings.npz | to-csv u >shards.csv
    same "als has the factors of one shard on $shards" plain.csv shards.csv
done

# Iris: the squares of the singular values that rank 2 leaves out, as test_factorise.sh has them.
equal "svd of Iris in 4 shards" "$(factorise --method svd --rank 2 --shards 4 iris.npz | eval --tsv |
    awk 'NR == 2 { printf "%.4f", $3 }')" 15.2288

# ---- LAPACK ----
if [ -z "$python" ]; then
    skip "no NumPy: the references of svd in shards"
else
    cat >make.py <<'PY'
import numpy as np
r = np.random.default_rng(4)
tall = r.standard_normal((700, 260)) * np.logspace(0, -6, 260)
np.savez("svd-tall.npz", x=tall)
np.savez("svd-wide.npz", x=tall.T)
np.savez("svd-thin.npz", x=r.standard_normal((900, 31)))
np.savez("svd-square.npz", x=r.standard_normal((60, 60)))
PY
    "$python" make.py
    cat >svd.py <<'PY'
import sys
import numpy as np
x, f, rank = np.load(sys.argv[1])["x"], np.load(sys.argv[2]), int(sys.argv[3])
u, s, vt = np.linalg.svd(x, full_matrices=False)
assert f["u"].shape == (len(x), rank) and f["v"].shape == (x.shape[1], rank)
assert np.all(np.abs(f["s"] - s[:rank]) <= 1e-10 * s[0]), f["s"] - s[:rank]
for a in f["u"], f["v"]:
    assert np.all(np.abs(a.T @ a - np.eye(rank)) <= 1e-10)
error = np.linalg.norm(x - f["u"] * f["s"] @ f["v"].T)
assert abs(error - np.sqrt(np.sum(s[rank:] ** 2))) <= 1e-10 * s[0], error
PY
    for case in tall:6 wide:6 thin:31 thin:3 square:60; do
        name=${case%:*} rank=${case#*:}
        for shards in 2 7 64; do
            factorise --method svd --rank "$rank" --shards $shards "svd-$name.npz" >f.npz
            check "svd of $name, rank $rank, $shards shards" "$python" svd.py "svd-$name.npz" f.npz "$rank"
        done
    done
fi

# ---- sgd in blocks learns as well as entry by entry ----
held_out() { eval --tsv | awk '$1 == "held_out" { print $5 }'; }
gen-ratings --users 400 --items 300 -n 30000 --seed 6 | split --train 0.9 >large.npz
learn='--method sgd --rank 5 --bias --reg 0.05 --init normal --init-scale 0.1 --epochs 40'
# shellcheck disable=SC2086
plain=$(factorise $learn --blocks 1 large.npz | held_out)
for shards in 2 8 32; do
    # shellcheck disable=SC2086
    blocks=$(factorise $learn --shards $shards large.npz | held_out)
    check "held out, $shards shards: $blocks, entry by entry $plain" \
        awk "BEGIN { exit !($plain > 0 && $blocks > 0 && $blocks < 1.01 * $plain) }"
done

# ---- ranks ----
# The same bytes on any number of ranks, and from a pipe, as from one process.
ranks() { # ranks R COMMAND...
    timeout 60 mpirun --oversubscribe -n "$@"
}
export OMPI_ALLOW_RUN_AS_ROOT=1 OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1
if ! command -v mpirun >/dev/null; then
    skip "no mpirun: factorise on several ranks"
elif ! [ -e "$mpi" ]; then
    skip "built without MPI (make MPI=1): factorise on several ranks"
else
    for case in "$als:ratings" "$sgd --shuffle:ratings" "--method svd --rank 5:faces"; do
        method=${case%:*} file=${case##*:}.npz
        # shellcheck disable=SC2086
        factorise $method --shards 8 "$file" >alone.npz
        for count in 1 2 3 4 8; do
            for threads in 1 2; do
                # shellcheck disable=SC2086
                ranks $count factorise $method --shards 8 --threads $threads "$file" >ranks.npz </dev/null
                same "$count ranks, $threads threads: $method" alone.npz ranks.npz
            done
        done
        # shellcheck disable=SC2086
        ranks 3 factorise $method --shards 8 -o ranks.npz <"$file"
        same "a pipe, 3 ranks: $method" alone.npz ranks.npz
    done

    # A checkpoint of three ranks goes on with two, and ends as a run of one process.
    long="factorise ${sgd% --epochs *} --shuffle --shards 4"
    save="--checkpoint c.npz --checkpoint-every 2"
    # shellcheck disable=SC2086
    $long --epochs 9 ratings.npz >whole.npz
    # shellcheck disable=SC2086
    ranks 3 $long $save --epochs 4 ratings.npz </dev/null >/dev/null
    # shellcheck disable=SC2086
    ranks 2 $long $save --epochs 9 --resume ratings.npz </dev/null >resumed.npz
    same "resumed on another number of ranks" whole.npz resumed.npz

    # Ranks that read different files do not go on together.
    gen-faces --people 30 --seed 3 | pick x >others.npz
    # shellcheck disable=SC2016
    for method in "--method svd --rank 2" "--method als --rank 2 --reg 1"; do
        refuses "another file on rank 1: $method" 1 "rank 1: it starts with other data than rank 0" \
            ranks 2 --quiet bash -c 'f=$0; [ "$OMPI_COMM_WORLD_RANK" = 0 ] || f=others.npz
                labpipe factorise $1 --shards 2 -o none.npz "$f"' faces.npz "$method"
        check "nothing is left" [ ! -e none.npz ]
    done

    # A row without a solution, wherever it is, is one line.
    refuses "singular normal equations on 3 ranks" 1 \
        "^labpipe factorise: epoch 1: row 0: the normal equations are singular" \
        ranks 3 --quiet factorise --method als --rank 2 --init-scale 0 --shards 3 iris.npz
fi

# ---- what is refused ----
for method in gd mean bias; do
    rank=--rank=2
    case $method in mean | bias) rank= ;; esac
    # shellcheck disable=SC2086
    refuses "shards of $method" 2 "^labpipe factorise: --shards goes only with --method=svd\|sgd\|als" \
        factorise --method $method $rank --shards 2 iris.npz
done
refuses "shards and blocks" 2 "--blocks and --shards contradict each other" \
    factorise --method sgd --rank 2 --shards 4 --blocks 4 iris.npz
refuses "no shards" 2 "option --shards: .*0.* is out of range" factorise --method als --rank 2 --shards 0 iris.npz
# shellcheck disable=SC2086
factorise $als --shards 3 --checkpoint c.npz --checkpoint-every 3 ratings.npz >whole.npz
# shellcheck disable=SC2086
refuses "a checkpoint of other shards" 1 "the checkpoint is of other options" \
    factorise $als --shards 4 --checkpoint c.npz --checkpoint-every 3 --resume ratings.npz
