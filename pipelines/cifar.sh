#!/bin/bash
# Usage: cifar.sh DIR. The table of the lab cifar, tab-separated, from the streams in DIR: the accuracy on
# the test part, in all and per class.
. pipelines/table.sh
dir=$1

# "ACCURACY CLASSES-ANSWERED CLASS-0 CLASS-1 ...", in percent, with tabs between them.
figures() {
    "$BIN/eval" --tsv "$1" | awk -F '\t' '
        NR == 1 { for (i = 1; i <= NF; i++) name[i] = $i; next }
        $1 == "test" {
            for (i = 1; i <= NF; i++) {
                split(name[i], part, ".")
                if (name[i] == "accuracy") line = sprintf("%.1f", 100 * $i)
                if (part[1] == "per_class") each = each "\t" sprintf("%.0f", 100 * $i)
                if (part[1] == "confusion" && $i > 0) answered[part[3]] = 1
            }
            n = 0
            for (class in answered) n++
            print line "\t" n each
        }'
}

run() { row "$2" "$(figures "$dir/$1.npz")"; }

classes=$("$BIN/to-csv" --no-header classes "$dir/sgd.npz" | tr '\n' '\t')
row 'cifar, 3072-128-64-10' 'accuracy, %' 'classes answered' "${classes%$'\t'}"
run sgd 'SGD 0.05, 20 epochs'
run adam 'Adam 3e-4, 20 epochs'
run adam-high 'Adam 0.1, 5 epochs'
run adam-5 'Adam 3e-4, 5 epochs'
note "at rate 0.1 Adam's first steps kill the hidden units: the network answers every picture with one class, as the report's does"
note 'the pictures are coloured digits, drawn here; CIFAR takes a folder with CIFAR-10'"'"'s binary batches'
