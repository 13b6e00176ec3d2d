#!/bin/bash
# Many runs (docs/many-runs.md, examples/sweep): the page's commands; and by make -j, GNU parallel and an array job,
# what is done is not done again, half a run leaves nothing under its name, one that failed is run again.
# shellcheck disable=SC2016 # an inner shell expands its own
. tests/pipe/lib.sh
unset MAKEFLAGS MFLAGS MAKELEVEL LABPIPE_THREADS # a make of its own
page=$PWD/docs/many-runs.md top=$PWD
cp -r examples/sweep "$scratch/page"
rm -rf "$scratch/page/out"
cp -r "$scratch/page" "$scratch/sweep"
PATH=${PATH#"$tools":}:$tools # `labpipe split` is a tool's name, `split` the system's

cd "$scratch/page" || exit 1
runs_blocks "$page"

# ---- what the page's bullets promise ----

cd "$scratch/sweep" || exit 1
grid=(RATES='0.1 0.3' SEEDS='1 2' EPOCHS=6)
list() { make -s runs "${grid[@]}"; }
digests() { list | xargs sha256sum; }
check 'make -j 2' make -s -j 2 "${grid[@]}"
mapfile -t runs < <(list)
equal 'rates x seeds' "${runs[*]}" "$(echo out/lr-0.{1,3}-seed-{1,2}.npz)"
digests >whole
equal 'four runs, four streams' "$(cut -d ' ' -f 1 whole | sort -u | wc -l)" 4
labpipe train-mlp --hidden 128 --input-scale 1/255 --batch 64 --epochs 6 --eval-every 1 --lr 0.3 --seed 2 out/data.npz |
    labpipe pick --drop x_train --drop y_train >by-hand.npz
same 'a run is what its commands make by hand' out/lr-0.3-seed-2.npz by-hand.npz
for run in "${runs[@]}"; do
    name=$(basename "$run" .npz)
    rate=${name%-seed-*} seed=${name##*-}
    equal "$name: its recipe has its rate and seed" \
        "$(labpipe inspect --recipe "$run" | grep -oE -e '--(lr|seed) [0-9.]+ ' | tail -n 2 | tr -d '\n')" "--lr ${rate#lr-} --seed $seed "
done
check 'a recipe makes its run again' labpipe replay out/lr-0.1-seed-2.npz
equal 'the table is of the runs' "$(sed 1d out/table.tsv | cut -f 1-3)" "$(for rate in 0.1 0.3; do
    printf '%s\t2\t' $rate
    for seed in 1 2; do labpipe eval --tsv "out/lr-$rate-seed-$seed.npz" | awk '$1 == "val" { print $4 }'; done |
        awk '{ sum += $1 } END { printf "%.4f\n", sum / 2 }'
done)"

touch stamp
check 'once more' make -s -j 2 "${grid[@]}"
silent 'what is done is not done again' find out -newer stamp -type f
rm out/lr-0.1-seed-1.npz
check 'one is missing' make -s -j 2 "${grid[@]}"
equal 'it alone is run' "$(find out -newer stamp -name 'lr-*' -type f)" out/lr-0.1-seed-1.npz
digests >again
same 'to the same bytes' whole again

# killed OPTION...: a run of 200 epochs, killed with all its processes once it has a checkpoint.
long=(RATES=0.2 SEEDS=1 EPOCHS=200)
killed() {
    setsid "$@" >/dev/null 2>&1 &
    until [ -e out/lr-0.2-seed-1.npz.checkpoint ] || ! kill -0 $! 2>/dev/null; do sleep 0.02; done
    kill -KILL -- -$!
    wait $! 2>/dev/null
    [ -e out/lr-0.2-seed-1.npz.checkpoint ] && ! [ -e out/lr-0.2-seed-1.npz ]
}
check 'a run that is killed leaves its checkpoint and nothing under its name' killed make -s out/lr-0.2-seed-1.npz "${long[@]}"
equal 'nor anything else' "$(find out -name '*0.2*' | wc -l)" 1
check 'it goes on' make -s out/lr-0.2-seed-1.npz "${long[@]}"
mv out/lr-0.2-seed-1.npz resumed.npz
check 'uninterrupted' make -s out/lr-0.2-seed-1.npz "${long[@]}"
same 'the same bytes' resumed.npz out/lr-0.2-seed-1.npz
equal 'the checkpoint is gone' "$(find out -name '*.checkpoint' | wc -l)" 0

# A train-mlp that fails on one run.
mkdir broken
ln -s "$tools"/* broken
rm broken/train-mlp
printf '%s\n' '#!/bin/bash' 'case "$*" in *lr-0.3-seed-1*) echo "it is broken" >&2; exit 1 ;; esac' \
    "exec '$tools/train-mlp' \"\$@\"" >broken/train-mlp
chmod +x broken/train-mlp
afresh() { rm -rf out; check "$1: the data" make -s out/data.npz "${grid[@]}"; }
afresh make
if LABPIPE_EXEC_PATH=$PWD/broken make -s -k -j 2 "${grid[@]}" >log 2>&1; then
    fail 'make goes on behind a run that failed'
else
    equal 'make -k: the others are there, and no table' "$(cd out && echo lr-*.npz table.ts*)" \
        'lr-0.1-seed-1.npz lr-0.1-seed-2.npz lr-0.3-seed-2.npz table.ts*'
fi
check 'the failed one is run again' make -s "${grid[@]}"
digests >again
same 'the same bytes' whole again
sum=$(sha256sum <out/lr-0.1-seed-1.npz)
check 'other settings' make -s RATES=0.1 SEEDS=1 EPOCHS=7
if [ "$sum" = "$(sha256sum <out/lr-0.1-seed-1.npz)" ]; then fail 'are another run'; else pass 'are another run'; fi
equal 'another grid, another table' "$(sed 1d out/table.tsv | cut -f 1,2)" "$(printf '0.1\t1')"

# ---- GNU parallel ----

if command -v parallel >/dev/null; then
    afresh parallel
    by_parallel() { list | parallel -j 2 --joblog jobs.tsv "$1" make -s {} "${grid[@]@Q}"; }
    status=0
    LABPIPE_EXEC_PATH=$PWD/broken by_parallel --resume >log 2>&1 || status=$?
    equal 'parallel: one run failed' "$status $(sed 1d jobs.tsv | cut -f 7 | sort | tr '\n' ' ')" '1 0 0 0 2 '
    equal 'the others are there' "$(cd out && echo lr-*.npz)" 'lr-0.1-seed-1.npz lr-0.1-seed-2.npz lr-0.3-seed-2.npz'
    touch stamp
    check 'parallel --resume-failed' by_parallel --resume-failed
    equal 'starts that run alone' "$(find out -newer stamp -name 'lr-*' -type f) $(sed 1d jobs.tsv | wc -l)" 'out/lr-0.3-seed-1.npz 5'
    digests >again
    same 'the same bytes' whole again
else
    skip 'no GNU parallel: runs that fail under it'
fi

# ---- the array job's tasks, without Slurm: one after the other ----

task() { SLURM_ARRAY_TASK_ID=$1 bash array.sh "${grid[@]}"; }
afresh tasks
failing=''
for i in 1 2 3 4; do LABPIPE_EXEC_PATH=$PWD/broken task $i >log 2>&1 || failing+=$i; done
equal 'a task that fails says so' "$failing" 3
for i in 1 2 3 4; do check "task $i, again" task $i; done
digests >again
same 'array.sh: the same bytes' whole again
touch stamp
check 'a task whose run is done' task 2
silent 'does nothing' find out -newer stamp -type f
refuses 'a task behind the last' 1 '^array.sh: task 5 of 4 runs' task 5
refuses 'no task' 1 'array.sh: not a task of an array job' bash array.sh

# ---- an array job on Slurm ----

if [ -z "$(missing slurm)" ]; then
    afresh Slurm
    job() { sbatch --quiet --wait --array=1-4%2 --export="$1" array.sh "${grid[@]}"; }
    status=0
    job "ALL,LABPIPE_EXEC_PATH=$PWD/broken" || status=$?
    equal 'an array job with a run that fails' "$status $(cd out && echo lr-*.npz)" \
        '2 lr-0.1-seed-1.npz lr-0.1-seed-2.npz lr-0.3-seed-2.npz'
    check 'its log has the message' grep -q 'it is broken' slurm-*_3.log
    touch stamp
    check 'submitted again' job ALL
    equal 'it runs that alone' "$(find out -newer stamp -name 'lr-*' -type f)" out/lr-0.3-seed-1.npz
    digests >again
    same 'Slurm: the same bytes' whole again
else
    skip 'no Slurm whose only node is this machine: the array job; its tasks were run one by one'
fi

# ---- a lab ----

cd "$top" || exit 1
lab() { make -s "$@" "${built[@]}" OUT="$scratch/labs" BIN="$tools" BUILD="$BUILD" ONLY=lab2; }
check "a lab's runs, listed" piped 'make -s runs "${@:3}" OUT=out BIN="$2" BUILD="$1" ONLY="lab2 moons" | awk -F / "
    { n[\$2]++ } END { exit !(n[\"lab2\"] > 3 && n[\"moons\"] > 3 && NR == n[\"lab2\"] + n[\"moons\"]) }"' - "$BUILD" "$tools" "${built[@]}"
first=$(lab runs | grep -n 'svd-1' | cut -d : -f 1)
check 'and one of them as a task' env SLURM_ARRAY_TASK_ID="$first" bash examples/sweep/array.sh "${built[@]}" \
    OUT="$scratch/labs" BIN="$tools" BUILD="$BUILD" ONLY=lab2
check 'is made' labpipe inspect "$scratch/labs/lab2/svd-1.npz"
