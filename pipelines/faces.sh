#!/bin/bash
# Usage: faces.sh size DIR EPOCHS        what depends on the number of pictures, as shell variables
#        faces.sh share DIR              the percentage of the variance that each eigenface explains, one a line
#        faces.sh weights DIR STREAM TITLE PNG
#                                        a picture of the first 16 hidden units at each snapshot of a run
#        faces.sh table DIR              the lab's table
# from the streams of the lab faces in DIR.
. pipelines/table.sh
what=$1 dir=$2

least() { echo $(($1 < $2 ? $1 : $2)); }

if [ "$what" = size ]; then
    n=$("$BIN/inspect" --tsv "$dir/faces.npz" | awk -F '\t' '$1 == "x" { sub(/^\(/, "", $3); print $3 + 0 }')
    if [ "$n" -lt 2 ]; then
        echo 'faces: there is a single picture: at least two are needed' >&2
        exit 1
    fi
    batch=$(least 32 "$n") batches=$(((n + 31) / 32))
    # As many steps as 100 epochs of 400 pictures have, at least; the small form has its few.
    epochs=$3
    if [ "$epochs" -ge 100 ] && [ $((epochs * batches)) -lt 1300 ]; then epochs=$((1300 / batches)); fi
    echo "faces=$n batch=$batch small_batch=$(least 8 "$n") batches=$batches epochs=$epochs dozen=$(least 12 $((n - 1)))"
    # Less their mean, n faces span n - 1 directions: one more eigenface would be noise.
    for rank in 16 24 64; do echo "rank_$rank=$(least "$rank" $((n - 1)))"; done
    exit
fi
faces=0 small_batch=0 epochs=0 rank_24=0
# shellcheck source=/dev/null
. "$dir/size"

diverged() { # diverged STREAM: the step in which it did; nothing for one that did not
    ! "$BIN/inspect" --tsv "$1" | grep -q '^history.diverged' || "$BIN/to-csv" --no-header history.diverged "$1"
}

if [ "$what" = weights ]; then
    shown=() epoch=0 step=$(diverged "$3")
    while read -r time; do
        shown+=(--of "snapshot.$time.layer1.weight" --name "$([ $epoch = 0 ] && echo 'start' || echo "after epoch $epoch")")
        epoch=$((epoch + 1))
    done < <("$BIN/to-csv" --no-header snapshot.epoch "$3")
    exec "$BIN/render-weights" "${shown[@]}" --first 16 --columns 16 --zoom 1 --title "$4${step:+ (diverged in batch $step)}" -o "$5" "$3"
fi

singular_values() { "$BIN/to-csv" --no-header s "$dir/pca-24.npz"; }

# The squared error of the mean face: the sum of all squared singular values.
total() {
    singular_values | awk -v rest="$(figure all sse %.17g "$dir/pca-24.npz")" '
        { sum += $1 * $1 } END { printf "%.17g\n", sum + rest }'
}

if [ "$what" = share ]; then
    singular_values | awk -v total="$(total)" '{ printf "%.1f\n", 100 * $1 * $1 / total }'
    exit
fi

# How many hidden units are positive for some face: the first layer alone, on every face.
live() {
    "$BIN/pick" x 'layer1.*' model.loss "$dir/$1.npz" | "$BIN/predict" | "$BIN/to-csv" --no-header y_pred |
        awk -F, '{ for (i = 1; i <= NF; i++) if ($i > 0) live[i] = 1 }
                 END { n = 0; for (i in live) n++; print n }'
}

dead='' infinite=''
run() { # run NAME TITLE REPORT AGAIN
    local step n=${1##*-} live
    step=$(diverged "$dir/$1.npz")
    if [ -n "$step" ]; then
        row "$2" "$3" "infinite in step $step" '' "$4"
        infinite+=", $2 in step $step"
        return
    fi
    live=$(live "$1")
    row "$2" "$3" "$(figure all loss %.17g "$dir/$1.npz" | awk '{ printf $1 < 1e5 ? "%.2f" : "%.1e", $1 }')" "$live of $n" "$4"
    case $1 in report-*) [ "$live" != 0 ] || dead+=" and n = $n" ;; esac
}

pca() { # pca RANK AGAIN
    local kept=rank_$1 again=$2
    [ "${!kept}" = "$1" ] || again=''
    row "PCA, ${!kept} eigenfaces" '' "$(figure all sse %.17g "$dir/pca-$1.npz" | awk -v n="$faces" '{ printf "%.2f", $1 / n }')" '' "$again"
}

row "faces, 4096-n-4096, $epochs epochs" 'the report' 'error of a face' 'live units' '400 of ORL, PyTorch'
row 'the mean face alone' '' "$(total | awk -v n="$faces" '{ printf "%.2f", $1 / n }')" '' 76.35
run report-16 "n = 16, SGD 0.01, the report's" 'converged in epoch 1' '77, every unit dead'
run report-64 "n = 64, SGD 0.01, the report's" 'converged in epoch 1' '77, every unit dead'
run low-16 "n = 16, SGD 0.001, batches of $small_batch" '«might show more»' '76.35 (batches of 32)'
run low-64 "n = 64, SGD 0.001, batches of $small_batch" '«might show more»' '76.35 (batches of 32)'
run sgd-16 'n = 16, less the mean, SGD 3e-5, momentum 0.9' '' ''
run adam-16 'n = 16, less the mean, Adam 1e-3' '' 19.1
pca 16 15.16
run sgd-64 'n = 64, less the mean, SGD 3e-5, momentum 0.9' '' '25.3 (SGD 1e-4, 300 epochs)'
run adam-64 'n = 64, less the mean, Adam 1e-3' '' 6.4
pca 64 3.71
row "$rank_24 eigenfaces: variance explained" '' "$(figure all sse %.17g "$dir/pca-24.npz" | awk -v total="$(total)" '{ printf "%.1f %%", 100 * (1 - $1 / total) }')" '' "$(if [ "$rank_24" = 24 ]; then echo '85.6 %'; fi)"
note "data: $faces $(data_of "$dir" 'faces drawn by gen-faces; FACES=folder takes pictures'), as 64 x 64 grey pixels from 0 to 1"
[ -z "$dead" ] || note "at the report's rate the first steps kill every hidden unit (${dead# and }): the bias of the last layer learns the mean face, and the report calls that «converged in the first epoch»"
[ -z "$infinite" ] || note "a loss that becomes infinite ends the run: ${infinite#, }"
note "a lower rate and smaller batches, which the report proposes, do not replace the step that makes it learn: to subtract the mean face"
note "a unit that is dead keeps its last noise; those that learn draw what the eigenfaces draw, in other combinations: n units approach the error of n eigenfaces"
note "the report's own faces are not known; the last column was measured on 400 of the ORL faces, 23 x 28 pixels enlarged to 64 x 64"
