#!/bin/bash
# Usage: faces.sh table|share DIR. From the streams of the lab faces in DIR: its table, or the share of the
# variance, in percent, that each of the 24 eigenfaces explains, one a line.
# "Run again" is the report's experiment in PyTorch and NumPy, on its own 400 faces.
. pipelines/table.sh
dir=$2

singular_values() { "$BIN/to-csv" --no-header s "$dir/pca-24.npz"; }

# The squared error of the mean face: the sum of all squared singular values.
total() {
    singular_values | awk -v rest="$(figure all sse %.17g "$dir/pca-24.npz")" '
        { sum += $1 * $1 } END { printf "%.17g\n", sum + rest }'
}

if [ "$1" = share ]; then
    singular_values | awk -v total="$(total)" '{ printf "%.1f\n", 100 * $1 * $1 / total }'
    exit
fi

# How many hidden units are positive for some face: the first layer alone, on every face.
live() {
    "$BIN/pick" x 'layer1.*' model.loss "$dir/$1.npz" | "$BIN/predict" | "$BIN/to-csv" --no-header y_pred |
        awk -F, '{ for (i = 1; i <= NF; i++) if ($i > 0) live[i] = 1 }
                 END { n = 0; for (i in live) n++; print n " of " NF }'
}

run() { # run NAME TITLE REPORT AGAIN
    row "$2" "$3" "$(figure all loss %.2f "$dir/$1.npz")" "$(live "$1")" "$4"
}

pca() { # pca RANK AGAIN
    row "PCA, $1 eigenfaces" '' "$(figure all sse %.17g "$dir/pca-$1.npz" | awk -v n="$faces" '{ printf "%.2f", $1 / n }')" '' "$2"
}

faces=$(figure all n %d "$dir/report-16.npz")
row 'faces, 4096-n-4096, 100 epochs' 'the report' 'error of a face' 'live units' 'run again'
row 'the mean face alone' '' "$(total | awk -v n="$faces" '{ printf "%.2f", $1 / n }')" '' 76.35
run report-16 "n = 16, SGD 0.01, the report's" 'converged in epoch 1' '77, every unit dead'
run report-64 "n = 64, SGD 0.01, the report's" 'converged in epoch 1' '77, every unit dead'
run sgd-16 'n = 16, less the mean, SGD 3e-4' '' ''
run adam-16 'n = 16, less the mean, Adam 1e-3' '' 19.1
pca 16 15.16
run sgd-64 'n = 64, less the mean, SGD 3e-4' '' '25.3 (1e-4, 300 epochs)'
run adam-64 'n = 64, less the mean, Adam 1e-3' '' 6.4
pca 64 3.71
row '24 eigenfaces: variance explained' '' "$(figure all sse %.17g "$dir/pca-24.npz" | awk -v total="$(total)" '{ printf "%.1f %%", 100 * (1 - $1 / total) }')" '' ''
note "at the report's rate the first steps kill every hidden unit: the bias of the last layer learns the mean face, and the report calls that «converged in the first epoch»"
note "«run again» is on the report's own 400 faces; this lab draws its own unless FACES names a folder of pictures"
