#!/bin/bash
# Usage: fashion.sh DIR. The table «the report | here» of the lab fashion, tab-separated, from the
# streams in DIR: every seed of a run.
. pipelines/table.sh
dir=$1

# The epochs that one run took to come within one point of its best accuracy.
epochs() {
    "$BIN/to-csv" --no-header history.epoch history.val_accuracy "$1" |
        awk -F, '{ epoch[NR] = $1; accuracy[NR] = $2; if ($2 > best) best = $2 }
                 END {
                     for (i = 1; accuracy[i] < best - 0.01; i++) {}
                     print epoch[i]
                 }'
}

# "ACCURACY LOSS TRAINING-ACCURACY" of one run's weights: on the test part, and on what it was trained on.
evaluated() { # evaluated RUN DATA
    "$BIN/eval" --tsv --model "$1" "$2" |
        awk -F '\t' '$1 == "train" { train = $3 } $1 == "test" { test = $3 " " $4 } END { print test, train }'
}

run() { # run NAME TITLE REPORT AGAIN
    local figures data=data
    case $1 in small*) data=small ;; esac
    figures=$(for stream in "$dir/$1"-[0-9].npz; do
        end=$(evaluated "$stream" "$dir/$data.npz")
        echo "$end $(epochs "$stream") $(cat "${stream%.npz}.seconds")"
    done | awk '{ for (i = 1; i <= NF; i++) sum[i] += $i }
        END { printf "%.1f\t%.3f\t%.1f\t%.0f\t%.1f", 100 * sum[1] / NR, sum[2] / NR, 100 * sum[3] / NR, sum[4] / NR, sum[5] / NR }')
    row "$2" "$3" "$figures" "$4"
}

row 'fashion, mean of three seeds' 'the report, %' 'accuracy, %' 'loss' 'in training, %' 'epochs to within 1 %' seconds 'PyTorch on digits, %'
run w32 '784-32-10, SGD 0.1' '' 94.4
run w128 '784-128-10' '' 95.1
run w512 '784-512-10' '' 95.5
run a 'A: 784-128-64-32-10' 85 95.8
run b 'B: 784-96-48-24-10' 82.3 ''
run c 'C: 784-66-40-20-10' 83.2 ''
run w128-slow '784-128-10, SGD 0.01' '' ''
run a-slow 'A, SGD 0.01' '' ''
run w128-sigmoid '784-128-10, sigmoid' '' 93.4
run a-sigmoid 'A, sigmoid' 83.3 '13 to 24'
run w32-adam '784-32-10, Adam 1e-4' '' 92.2
run w128-adam '784-128-10, Adam 1e-4' 82.25 93.5
run w512-adam '784-512-10, Adam 1e-4' '' 94.5
run a-adam 'A, Adam 1e-4' 81.65 93.0
run small '784-128-10, 500 pictures, 150 epochs' '' ''
run small-stopped 'the same, stopped early' '' ''
note "the report does not name its data set: compare the order of its figures with ours, not their size"
note "its text says rate 0.1 and 500 epochs, its listing 1e-3 and 1000; its «Adam is more accurate» contradicts its own figures"
note "PyTorch's figures are of 10,000 MNIST digits, 8,000 to train on (FASHION takes a folder with the IDX files)"
note "early stopping watches a tenth of the training pictures; every accuracy is on the test pictures"
note "the sigmoid network with three hidden layers stays on its plateau for all 20 epochs: its gradients vanish"
