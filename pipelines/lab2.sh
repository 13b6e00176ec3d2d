#!/bin/bash
# Usage: lab2.sh DIR. The table «the report | here» of lab 2, tab-separated, from the streams in DIR.
# The column "50 seeds" is the sheet's experiment in PyTorch 1.13.
. pipelines/table.sh
dir=$1

runs() { # runs PART FIELD: "MEAN (MIN to MAX)" over the ten runs
    local line mean min max
    line=$("$BIN/summarise" --tsv --of "$1.$2" "$dir"/mlp-*.npz | tail -n 1)
    IFS=$'\t' read -r _ _ mean _ min max <<<"$line"
    printf '%.3f (%.3f to %.3f)' "$mean" "$min" "$max"
}

row 'lab 2' 'the report' 'here' '50 seeds'
row 'GD, rank 2: summed squared error' 15.2288 "$(figure all sse %.4f "$dir/gd.npz")" \
    '15.2288 (one start in 20 diverges)'
for rank in 1 2 3; do
    case $rank in 2) report=3.5288 ;; *) report='' ;; esac
    row "SVD, rank $rank: summed squared error" "$report" \
        "$(figure all sse %.4f "$dir/svd-$rank.npz")" ''
done
row 'MLP, ten runs: training accuracy' '0.842 (0.50 to 0.99)' "$(runs train accuracy)" \
    '0.775 (0.52 to 0.89)'
row 'MLP, ten runs: training loss' '' "$(runs train loss)" 0.583
row 'MLP, ten runs: validation accuracy' 0.886 "$(runs test accuracy)" '0.755 ± 0.087'
row 'MLP, ten runs: validation loss' '' "$(runs test loss)" 0.668
for run in "$dir"/mlp-*.npz; do
    name=${run##*/mlp-}
    row "run ${name%.npz}: accuracy, loss; training | validation" '' \
        "$(figure train accuracy %.2f "$run") $(figure train loss %.3f "$run") | $(
            figure test accuracy %.2f "$run") $(figure test loss %.3f "$run")" ''
done
note "the report's SVD error 3.5288 is the error of rank 3: only the last of four singular values was dropped"
note 'gradient descent and SVD span the same plane; the columns of U differ by an invertible 2x2 map'
note "the report's listing never clears the gradients, and trains on the validation rows for its validation column"
