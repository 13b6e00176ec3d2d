#!/bin/bash
# Usage: lab1.sh DIR SET. The table «the report | here» of lab 1, tab-separated, from the streams in DIR
# (the small matrix) and SET (the ratings, and the film's title). The column "run again" is the sheet's
# experiments in PyTorch 1.13, on MovieLens small (610 x 9,724, 100,836 ratings).
. pipelines/table.sh
dir=$1 set=$2 title=$(cat "$2/title")

# "MEDIAN (MIN to MAX)" of the numbers on standard input.
spread() {
    sort -g | awk '{ value[NR] = $1 }
        END {
            middle = NR % 2 ? value[(NR + 1) / 2] : (value[NR / 2] + value[NR / 2 + 1]) / 2
            printf "%.4f (%.4f to %.4f)\n", middle, value[1], value[NR]
        }'
}

prediction() { # prediction FILE: of user 5 and the title
    "$BIN/predict" --row 5 --col "$title" "$1" | "$BIN/to-csv" y_pred | tail -n 1
}

# An unknown title ends the script here, with predict's message.
"$BIN/predict" --row 5 --col "$title" "$set/gd-1e-5-1.npz" >/dev/null

row 'lab 1' 'the report' 'here' 'run again'
row 'SGD, rank 2: summed squared error, 20 seeds' '0.1220, called MSE' \
    "$(for run in "$dir"/sgd-*.npz; do figure all sse '%.17g\n' "$run"; done | spread)" \
    '0.12285 (0.12195 to 0.398)'
row 'truncated SVD, rank 2' 0.1219 "$(figure all sse %.7f "$dir/svd-2.npz")" 0.1219108
row 'truncated SVD, rank 1' '' "$(figure all sse %.6f "$dir/svd-1.npz")" 0.606157
row 'SGD, two entries hidden: error of the whole matrix, 20 seeds' 1.0310 \
    "$(for run in "$dir"/masked-*.npz; do
        figure all sse '%.17g\n' --mask mask "$run"
    done | spread)" '1.295 (1.021 to 5.58)'
row '  the same over the seven observed entries' '' \
    "$(for run in "$dir"/masked-*.npz; do
        figure observed sse '%.17g\n' --mask mask "$run"
    done | spread)" ''
for lr in 1e-5 1e-4; do
    first=$set/gd-$lr-1.npz
    case $lr in
    1e-5) report=3936177.5 title_report=3.1573 again='95,900 over 100,836; RMSE 0.975' ;;
    *) report='' title_report='' again='RMSE 0.78' ;;
    esac
    row "ratings, full gradient, rank 5, rate $lr: error over the observed" "$report" \
        "$(figure observed sse %.1f "$first") over $(figure observed n %d "$first"); RMSE $(
            figure observed rmse %.4f "$first")" "$again"
    [ $lr != 1e-5 ] ||
        row '  the same against the matrix with 0 for unknown entries' '' \
            "$(figure all sse %.4g --zero-filled "$first") over $(
                figure all n %d --zero-filled "$first")" '4.0e7'
    row "  user 5, «$title», five seeds" "$title_report" \
        "$(for run in "$set/gd-$lr"-*.npz; do printf '%.2f ' "$(prediction "$run")"; done)" \
        "$([ $lr = 1e-5 ] && echo '3.51 or 3.02 by seed')"
done
row 'a tenth of the ratings held out: RMSE of the mean' '' \
    "$(figure held_out rmse %.4f "$set/mean.npz")" 1.047
row '  of mean, user and film terms' '' "$(figure held_out rmse %.4f "$set/bias.npz")" 0.870
row '  of these and rank 5' '' "$(figure held_out rmse %.4f "$set/factors.npz")" 0.8675
note 'the error of rank 2 is the square of the third singular value, 0.1219108, and no rank-2 matrix comes closer; 1000 epochs of SGD do not reach it from every start'
note 'seven observations do not determine the completion, which has eight degrees of freedom: its error on the hidden entries is at least 1.01829 for an exact rank-2 completion, and unbounded above'
note "a sum of squared errors means little without its entries and their count: the report's 3,936,177 fits neither the observed entries nor the zero-filled matrix"
note 'at rate 1e-5, 1000 epochs are far too few, and the prediction for one user and one film depends on the seed'
case $set in
*generated) note 'the ratings are generated: RATINGS=DIR takes MovieLens, on which "run again" was measured' ;;
esac
