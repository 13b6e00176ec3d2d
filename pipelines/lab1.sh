#!/bin/bash
# Usage: lab1.sh values STREAM       the singular values in a stream, and the errors of the ranks, as CSV
#        lab1.sh ranks STREAM...     "RANK EPOCH RMSE" of each: where its validation error was least
#        lab1.sh points SET          these, and the errors on the test part, as CSV
#        lab1.sh table DIR SET       the table «the report | here», from the streams in DIR (the small
#                                    matrix) and SET (the ratings, and the film's title)
# The column "run again" is the sheet's experiments in PyTorch 1.13, on MovieLens small (610 x 9,724,
# 100,836 ratings), or for the small matrix its entries.
. pipelines/table.sh

values() {
    "$BIN/to-csv" --no-header s "$1" | awk '
        { s[NR] = $1 }
        END {
            print "rank,value,what"
            for (i = 1; i <= NR; i++) print i "," s[i] ",singular value"
            for (i = 1; i <= NR; i++) {
                error = 0
                for (k = i + 1; k <= NR; k++) error += s[k]^2
                print i "," error ",summed squared error of this rank"
            }
        }'
}

ranks() {
    local stream rank
    for stream in "$@"; do
        rank=${stream##*/rank-}
        "$BIN/to-csv" --no-header history.epoch history.val_loss "$stream" |
            awk -F, -v rank="${rank%.npz}" '
                NR == 1 || $2 < least { least = $2; epoch = $1 }
                END { printf "%d\t%d\t%.6f\n", rank, epoch, sqrt(least) }'
    done
}

best() { sort -g -k 3 "$1/ranks.tsv" | sed -n 1p; } # best SET: the line of ranks.tsv with the least error

points() {
    local set=$1 rank
    echo rank,rmse,part
    awk '{ print $1 "," $3 ",validation part" }' "$set/ranks.tsv"
    echo "5,$(figure held_out rmse %.6f "$set/factors.npz"),test part"
    read -r rank _ <<<"$(best "$set")"
    [ "$rank" = 5 ] || echo "$rank,$(figure held_out rmse %.6f "$set/chosen.npz"),test part"
    awk -v rmse="$(figure held_out rmse %.6f "$set/bias.npz")" '{ print $1 "," rmse ",user and film terms alone (test part)" }' \
        "$set/ranks.tsv"
}

# "MEDIAN (MIN..MAX)" of the numbers on standard input.
spread() {
    sort -g | awk '{ value[NR] = $1 }
        END {
            middle = NR % 2 ? value[(NR + 1) / 2] : (value[NR / 2] + value[NR / 2 + 1]) / 2
            printf "%.4f (%.4f..%.4f)\n", middle, value[1], value[NR]
        }'
}

# matrix TITLE REPORT NAME STREAM TRUTH...: a row of the table for each row of tensor NAME in a stream. REPORT
# has its three rows, separated by |; TRUTH too.
matrix() {
    local title=$1 report here truth i=0
    IFS='|' read -ra report <<<"$2"
    IFS='|' read -ra truth <<<"${5-}"
    while IFS= read -r here; do
        row "  $title, row $((i + 1))" "${report[i]}" "$here" "${truth[i]-}"
        i=$((i + 1))
    done < <("$BIN/predict" "$4" | "$BIN/to-csv" --no-header "$3" |
        awk -F, '{ for (i = 1; i <= NF; i++) printf "%s%.4f", (i > 1 ? " " : ""), $i; print "" }')
}

prediction() { # prediction FILE: of user 5 and the title
    "$BIN/predict" --row 5 --col "$title" "$1" | "$BIN/to-csv" y_pred | tail -n 1
}

# The rating itself of user 5 and the title, or 0 where there is none.
rating() {
    local user film
    user=$("$BIN/to-csv" --no-header rows "$1" | grep -nx 5 | cut -d : -f 1)
    film=$("$BIN/to-csv" --no-header cols "$1" | title=$title awk '
        /^"/ { $0 = substr($0, 2, length($0) - 2); gsub(/""/, "\"") }
        $0 == ENVIRON["title"] { print NR }')
    "$BIN/to-csv" --no-header row col data "$1" | awk -F, -v row=$((user - 1)) -v col=$((film - 1)) '
        $1 == row && $2 == col { value = $3 }
        END { print value + 0 (value ? "" : " (not rated)") }'
}

small_matrix() {
    local entries='0.3374 0.6005 0.1735|3.3359 0.0492 1.8374|2.9407 0.5301 2.2620'
    row 'SGD, rank 2: summed error' '0.1220, called MSE' \
        "$(for run in "$dir"/sgd-*.npz; do figure all sse '%.17g\n' "$run"; done | spread)" '0.123 (0.122..0.398)'
    matrix U '-0.3747 0.5998|1.2422 1.1203|0.6402 1.6414' u "$dir/sgd-01.npz"
    matrix V '1.4565 1.2839|-0.5117 0.5611|0.6775 1.0164' v "$dir/sgd-01.npz"
    matrix 'U Vᵀ' '0.2243 0.5283 0.3558|3.2475 -0.0071 1.9802|3.0398 0.5934 2.1021' x_pred "$dir/sgd-01.npz" "$entries"
    row 'truncated SVD, rank 2' 0.1219 "$(figure all sse %.7f "$dir/svd-2.npz")" 0.1219108
    matrix 'U S Vᵀ' '0.2245 0.5212 0.3592|3.2530 -0.0090 1.9737|3.0378 0.5983 2.1023' x_pred "$dir/svd-2.npz" "$entries"
    row 'truncated SVD, rank 1' '' "$(figure all sse %.6f "$dir/svd-1.npz")" 0.606157
    row 'two hidden: error of all' 1.0310 \
        "$(for run in "$dir"/masked-*.npz; do
            figure all sse '%.17g\n' --mask mask "$run"
        done | spread)" '1.295 (1.021..5.58)'
    row '  of the seven seen' 0.0002 \
        "$(for run in "$dir"/masked-*.npz; do
            figure observed sse '%.17g\n' --mask mask "$run"
        done | spread)" '0.0007 (0..0.019)'
    matrix completed '0.3409 0.5870 0.1707|2.3440 0.0500 1.8370|2.9402 0.3136 2.2626' x_pred "$dir/masked-01.npz" \
        '0.3374 0.6005 0.1735|[3.3359] 0.0492 1.8374|2.9407 [0.5301] 2.2620'
}

ratings() {
    local lr first report title_report again rank
    for lr in 1e-5 1e-4; do
        first=$set/gd-$lr-1.npz
        case $lr in
        1e-5) report=3936177.5 title_report=3.1573 again=('95,900' 0.975 '3.51 or 3.02 by seed') ;;
        *) report='' title_report='' again=('' 0.78 '') ;;
        esac
        row "ratings, rate $lr: SSE" "$report" "$(figure observed sse %.1f "$first")" "${again[0]}"
        row '  root mean (RMSE)' '' "$(figure observed rmse %.4f "$first")" "${again[1]}"
        [ $lr != 1e-5 ] ||
            row '  SSE with 0 for unknown' '' "$(figure all sse %.4g --zero-filled "$first")" '4.0e7'
        row "  user 5, film, five seeds" "$title_report" \
            "$(for run in "$set/gd-$lr"-*.npz; do printf '%.2f ' "$(prediction "$run")"; done | sed 's/ $//')" "${again[2]}"
    done
    row '  the entry itself' 0. "$(rating "$set/ratings.npz")" ''
    row 'held out, RMSE: the mean' '' "$(figure held_out rmse %.4f "$set/mean.npz")" 1.047
    row '  user and film terms' '' "$(figure held_out rmse %.4f "$set/bias.npz")" 0.870
    row '  and rank 5' '' "$(figure held_out rmse %.4f "$set/factors.npz")" 0.8675
    read -r rank _ <<<"$(best "$set")"
    row '  and the best rank' '' "$(figure held_out rmse %.4f "$set/chosen.npz") (rank $rank)" ''
}

table() {
    local dir=$1 set=$2 title size
    title=$(cat "$set/title")
    # An unknown title ends the script here, with predict's message.
    "$BIN/predict" --row 5 --col "$title" "$set/gd-1e-5-1.npz" >/dev/null
    size=$("$BIN/to-csv" --no-header shape "$set/ratings.npz" | paste -s -d ' ')
    row 'lab 1' 'the report' 'here' 'again, or the truth'
    small_matrix
    ratings
    note 'of 20 seeds the table has the median (least..largest), of U, V and their products the first; its errors are sums over the matrix, which the report calls MSE'
    note 'the error of rank 2 is the square of the third singular value, 0.1219108, and no rank-2 matrix comes closer; 1000 epochs of SGD do not reach it from every start; U and V differ with the start, their product hardly'
    note 'seven observations do not determine the completion, which has eight degrees of freedom: its error on the hidden entries, in brackets, is at least 1.01829 for an exact rank-2 completion, and unbounded above; a smaller one means that the seen entries are not yet met'
    note "a sum of squared errors means little without its entries and their count: on MovieLens small the report's 3,936,177 is neither the sum over the observed entries nor that over the zero-filled matrix; its own file is not known"
    note "the film is «$title»; at rate 1e-5, 1000 epochs are far too few, and the prediction for one user and one film depends on the seed; the report's third line, 0, is the entry itself: unknown ratings are 0 in its matrix"
    note "held out is a tenth of the ratings; rank and epochs of the last rows were chosen on a tenth of the others (rank: epochs, RMSE there: $(
        awk '{ printf "%s%d: %d, %.4f", (NR > 1 ? "; " : ""), $1, $2, $3 }' "$set/ranks.tsv"))"
    note "the ratings, $(figure observed n %d "$set/gd-1e-5-1.npz") of ${size% *} users and ${size#* } films, are $(
        if [ -e "$set/origin" ]; then echo "those in $(head -n 1 "$set/origin")"; else
            echo 'generated: RATINGS=DIR takes MovieLens, on which "run again" was measured'; fi)"
    note "pictures and streams of the small matrix: $dir/"
}

"$@"
