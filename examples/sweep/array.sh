#!/bin/bash
#SBATCH --job-name=sweep
#SBATCH --output=slurm-%A_%a.log
#SBATCH --open-mode=append
#SBATCH --cpus-per-task=1
#SBATCH --requeue
# One run of the Makefile here, for each task of an array job on Slurm:
#
#     sbatch --array=1-$(make -s runs | wc -l)%8 array.sh      # all of them, eight at a time
#     sbatch --array=1-$(make -s runs SEEDS=9 | wc -l) array.sh SEEDS=9
#
# The words behind it are make's. Task N does the Nth line of `make runs`; one that is done is not done again, so that
# the same line, once more, does what is missing.
set -eu -o pipefail
: "${SLURM_ARRAY_TASK_ID:?array.sh: not a task of an array job (sbatch --array=1-N array.sh)}"
export LABPIPE_THREADS=${SLURM_CPUS_PER_TASK:-1}
mapfile -t runs < <(make -s runs "$@")
if [ "$SLURM_ARRAY_TASK_ID" -lt 1 ] || [ "$SLURM_ARRAY_TASK_ID" -gt ${#runs[@]} ]; then
    echo "array.sh: task $SLURM_ARRAY_TASK_ID of ${#runs[@]} runs (sbatch --array=1-${#runs[@]})" >&2
    exit 1
fi
exec make "${runs[SLURM_ARRAY_TASK_ID - 1]}" "$@"
