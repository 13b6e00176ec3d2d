#!/bin/bash
# Usage: autodiff.sh DIR. The table «the report | here» of the lab autodiff, tab-separated, from the
# histories in DIR. "Run again" is the report's own library, over five seeds.
. pipelines/table.sh
dir=$1

history() { "$BIN/to-csv" --no-header "history.$2" "$dir/$1.npz"; }

run() { # run NAME TITLE REPORT AGAIN
    local accuracy loss epoch
    accuracy=$(history "$1" val_accuracy | awk 'END { printf "%.3f", $1 }')
    loss=$(history "$1" val_loss | awk 'END { printf "%.4f", $1 }')
    epoch=$(history "$1" val_accuracy | awk '$1 > 0.9 && !n { n = NR - 1 } END { print n ? n : "never" }')
    row "$2" "$3" "$accuracy" "$loss" "$epoch" "$4"
}

row 'autodiff, 20 epochs' 'the report' 'accuracy' 'loss' 'past 90 % in epoch' 'run again'
run sigmoid-2 '2 layers, sigmoid' 'stuck until 13' '0.943 to 0.955, epoch 7 to 18'
run relu-2 '2 layers, ReLU' 'near 0.98 early' '0.993 to 0.997, epoch 1'
run relu-3 '3 layers, ReLU' 'near 0.98 early' '0.990 to 0.993'
run schedule '2 layers, ReLU, rate halved every 5 epochs' '«momentum»' ''
run momentum '2 layers, ReLU, momentum 0.9' '' ''
run sigmoid-2-sqrt '2 layers, sigmoid, scale with its square root' '' 'past 90 % in epoch 3'
run relu-3-frozen '3 layers, ReLU, layer 3 frozen' 'so trained' ''
run relu-2-fast '2 layers, ReLU, rate 0.1' '' '0.54'
note "the report calls the sigmoid's plateau a local optimum; it comes from an initial deviation of 2 / (in + out), which lacks its square root"
note "the report's «momentum» is a learning rate that falls with time; the next row has real momentum"
note "the report's 3-layer parameters() omits layer 3, which was never trained: the frozen row"
note 'rate 0.1 on a summed loss kills every ReLU: the network always answers with the larger class'
note "the report's derivative of X / Y has a wrong factor: it is 1 / Y and -X / Y²; gradcheck checks it as divide"
