#!/bin/bash
# Usage: cifar.sh DIR [FOLDER]. The table of the lab cifar, tab-separated, from the streams in DIR: the
# accuracy on the test part, in all and per class, beside the report's. FOLDER: where the pictures come from,
# if they were not drawn.
. pipelines/table.sh
dir=$1 folder=${2-}

# "ACCURACY CLASSES-ANSWERED CLASS-0 CLASS-1 ...", in percent, with tabs between them.
figures() {
    "$BIN/eval" --tsv --model "$dir/$1.npz" "$dir/data.npz" | awk -F '\t' '
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
accuracy() { figures "$1" | cut -f 1; }

run() { # run NAME TITLE PYTORCH REPORT...: two rows, the report's figures and those of here
    local name=$1 title=$2 again=$3
    shift 3
    row "$title" 'the report' "$@"
    [ -z "$again" ] || row '' 'PyTorch 1.13' "$again"
    row '' here "$(figures "$name")"
}

classes=$("$BIN/to-csv" --no-header classes "$dir/data.npz" | tr '\n' '\t')
row 'cifar, test pictures' '' 'right, %' answered "${classes%$'\t'}"
row '' 'the report' '' '' plane car bird cat deer dog frog horse ship truck
run sgd 'SGD 0.001, 2 epochs' 52.7 55 '' 57 78 51 43 60 17 63 56 68 57
run adam 'Adam 0.001, 2 epochs' 52.5 52 '' 49 53 49 35 40 34 55 68 75 67
run adam-high 'Adam 0.1, 2 epochs' 10.0 10 1 0 0 0 0 100 0 0 0 0 0
run adam-5 'Adam 0.001, 5 epochs' '' 59 '' 66 '?' 39 25 '?' 61 68 '?' 67 79
row 'SGD 0.001, 5 epochs' 'PyTorch 1.13' 60.1
row '' here "$(figures sgd-5)"
row 'an MLP, 5 epochs' 'PyTorch 1.13' '45 to 51'
row '' here "$(figures mlp)"

counts=$("$BIN/inspect" "$dir/data.npz" | awk '$1 ~ /^x_t/ { sub(/[(,]+/, "", $3); sub(/,.*/, "", $3); print $3 }' |
    paste -sd ' ')
if [ -n "$folder" ]; then
    note "the pictures are those of ${folder##*/}: ${counts/ / for training and } for testing; CIFAR-10 has 50000 and 10000, of which the PyTorch rows are, and the report's by its class names"
else
    note "here the pictures are coloured digits, drawn by gen-digits (${counts/ / for training and } for testing), so that figures cannot be compared with the report's, only one run with another; CIFAR=folder takes CIFAR-10's binary batches, of which the rows of the report and of PyTorch are"
fi
note "the network is that of PyTorch's tutorial, which the report says it follows (3 x 32 x 32, convolutions of 6 and 16 kernels 5 x 5 with pooling, 120, 84, 10; batches of 4): the report calls it an MLP, but its figures are those of this network, and out of reach of an MLP (3072-128-64-10, Adam 3e-4, batches of 64)"
note "the report does not state the epochs of its first three runs (the tutorial has 2) nor its rates but 0.1; «?»: cannot be read, but with 59 in all the three are together about 175 to 195"
note "the report's introduction calls Adam a marked improvement, its figures say that it is none, and its last run differs from the second by its epochs alone; at equal epochs, here: SGD $(accuracy sgd) and Adam $(accuracy adam) after 2, SGD $(accuracy sgd-5) and Adam $(accuracy adam-5) after 5"
answered=$(figures adam-high | cut -f 2)
[ "$answered" -gt 2 ] ||
    note "at rate 0.1 nothing is learned, here as in the report: $(if [ "$answered" = 1 ]; then echo one class; else echo two classes; fi) for all the pictures"
