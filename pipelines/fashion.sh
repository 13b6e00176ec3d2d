#!/bin/bash
# Usage: fashion.sh DIR. The table «the report | here» of the lab fashion, tab-separated, from the
# streams in DIR: every seed of a run.
. pipelines/table.sh
dir=$1

# Missing streams end the script here, with one message.
head -c 0 "$dir/data.npz"

# "TEST-ACCURACY TEST-LOSS TRAINING-ACCURACY" of all seeds of a run, the first with its range.
ends() { # ends RUN DATA
    local streams=() stream
    for stream in "$dir/$1"-[0-9].npz; do
        cat "$dir/$2.npz" "$stream" >"$work/$(basename "$stream")"
        streams+=("$work/$(basename "$stream")")
    done
    "$BIN/summarise" --tsv --of test.accuracy --of test.loss --of train.accuracy "${streams[@]}" |
        awk -F '\t' '
            { n[$1] = $2; mean[$1] = $3; min[$1] = $5; max[$1] = $6 }
            END {
                printf "%.1f", 100 * mean["test.accuracy"]
                if (n["test.accuracy"] > 1) printf " (%.1f to %.1f)", 100 * min["test.accuracy"], 100 * max["test.accuracy"]
                printf "\t%.3f\t%.1f", mean["test.loss"], 100 * mean["train.accuracy"]
            }'
    rm "${streams[@]}"
}

# "EPOCH VAL_ACCURACY VAL_LOSS ACCURACY" of each evaluation, the means of all seeds of a run.
history() {
    "$BIN/summarise" "$dir/$1"-[0-9].npz |
        "$BIN/to-csv" --no-header history.epoch history.val_accuracy history.val_loss history.accuracy | tr , ' '
}

# The epoch in which the mean validation accuracy comes within one point of its best.
epochs() {
    history "$1" | awk '
        { epoch[NR] = $1; accuracy[NR] = $2; if ($2 > best) best = $2 }
        END { for (i = 1; accuracy[i] < best - 0.01; i++) {} print epoch[i] }'
}

seconds() { awk '{ sum += $1 } END { printf "%.1f", sum / NR }' "$dir/$1"-[0-9].seconds; }

run() { # run NAME TITLE REPORT AGAIN
    local data=data
    case $1 in few*) data='few-data' ;; esac
    row "$2" "$3" "$(ends "$1" "$data")" "$(epochs "$1")" "$(seconds "$1")" "$4"
}

# The lowest mean loss on the pictures that are watched, its epoch, and the last, each with the accuracy.
course() {
    history "$1" | awk '
        NR == 1 || $3 < least { least = $3; epoch = $1; then = $2 }
        { last = $3; now = $2 }
        END { printf "%.3f (%.1f %% right) in epoch %d, %.3f (%.1f %%) at the end", least, 100 * then, epoch, last, 100 * now }'
}

shape() { "$BIN/inspect" --tsv "$1" | awk -F '\t' -v name="$2" '$1 == name { sub(/^\(/, "", $3); print $3 + 0 }'; }

work=$(mktemp -d)
trap 'rm -rf "$failures" "$work"' EXIT
runs=("$dir"/w32-[0-9].npz)

row "fashion, ${#runs[@]} seed$([ ${#runs[@]} = 1 ] || echo s)" 'the report, %' 'accuracy, %' 'loss' 'in training, %' 'epochs to within 1 %' seconds 'MNIST, PyTorch, %'
run w32 '784-32-10, SGD 0.1' '' 94.4
run w128 '784-128-10' '' 95.1
run w512 '784-512-10' '' 95.5
run a 'A: 784-128-64-32-10' 85 95.8
run b 'B: 784-96-48-24-10 (a guess)' 82.3 ''
run c 'C: 784-66-40-20-10 (a guess)' 83.2 ''
run w128-slow '784-128-10, SGD 0.01' '' ''
run a-slow 'A, SGD 0.01' '' ''
run w128-sigmoid '784-128-10, sigmoid' '' 93.4
row 'A, sigmoid, after 20 epochs' '' "$(history a-sigmoid | awk '$1 <= 20 { line = sprintf("%.1f\t%.3f\t%.1f", 100 * $2, $3, 100 * $4) } END { print line }')" '' '' '13 to 24'
run a-sigmoid 'A, sigmoid, after 150 epochs' 83.3 ''
run w32-adam '784-32-10, Adam 1e-4' '' 92.2
run w128-adam '784-128-10, Adam 1e-4' 81.65 93.5
run w512-adam '784-512-10, Adam 1e-4' '' 94.5
run a-adam 'A, Adam 1e-4' 82.25 93.0
run few 'A, 500 pictures, Adam 1e-4, 1000 epochs' 'peaks, then falls' ''
run few-stopped '  the same, stopped early' '' ''
run few-fast 'A, 500 pictures, Adam 1e-3, 300 epochs' '' ''
run few-fast-stopped '  the same, stopped early' '' ''
note "data: $(data_of "$dir" 'digits drawn by gen-digits (FASHION=folder takes the IDX files of MNIST or Fashion-MNIST)'); $(shape "$dir/data.npz" x_train) to train on, $(shape "$dir/data.npz" x_test) for the accuracy and the loss"
note 'the report does not name its data set: compare the order of its figures with ours, not their size'
note 'its text says rate 0.1 and 500 epochs, its listing 1e-3 and 1000; the widths of B and C are not in it (C has half of the parameters of A), nor which width its shallow network with Adam has'
note "it calls Adam the more accurate: its own figures, 82.25 and 81.65 against 82.3 to 85 of SGD, say the opposite"
note "sigmoid needs more epochs in A: the gradients that reach its first layer are small, and it stays on a plateau first"
note "over-fitting: on $(shape "$dir/few-data.npz" x_val) pictures that it does not learn from, the loss is $(course few) with Adam 1e-4; $(course few-fast) with 1e-3"
note 'early stopping watches these and keeps the weights of their lowest loss. Where the loss rises and the accuracy does not fall, the network grows surer of its errors, but makes no more of them: stopping then helps the loss alone'
note "the last column: 8,000 digits of MNIST to train on, 20 epochs, three seeds"
