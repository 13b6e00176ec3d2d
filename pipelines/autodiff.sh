#!/bin/bash
# Usage: autodiff.sh DIR. The table «the report | here» of the lab autodiff, tab-separated, from the
# histories in DIR. The last column is the report's own library, over five seeds: accuracy, and the first
# epoch above 90 %.
. pipelines/table.sh
dir=$1

# Of a run: its last validation accuracy and loss, and the first epoch above 90 %, or 99 where there is none.
figures() {
    "$BIN/to-csv" --no-header history.epoch history.val_accuracy history.val_loss "$1" |
        awk -F, '$2 > 0.9 && !first { first = $1 }
            { accuracy = $2; loss = $3 }
            END { print accuracy, loss, first ? first : 99 }'
}

# Of one run its figures, of several their least and largest.
spread() {
    awk 'function cell(format, i,    from, to) {
             from = least[i] == 99 ? "never" : sprintf(format, least[i])
             to = most[i] == 99 ? "never" : sprintf(format, most[i])
             return from == to ? from : from ".." to
         }
         { for (i = 1; i <= 3; i++) {
               if (NR == 1 || $i < least[i]) least[i] = $i
               if (NR == 1 || $i > most[i]) most[i] = $i
         } }
         END {
             print cell("%.3f", 1) "\t" cell("%.3f", 2) "\t" cell("%d", 3)
         }'
}

run() { # run NAME TITLE REPORT AGAIN
    row "$2" "$3" "$(figures "$dir/$1.npz" | spread)" "$4"
}
runs() { # runs NAME TITLE REPORT AGAIN: of NAME-1, NAME-2, ...
    row "$2" "$3" "$(for file in "$dir/$1"-[0-9].npz; do figures "$file"; done | spread)" "$4"
}

row 'autodiff, 20 epochs' report accuracy loss '> 90 %' 'its library'
run sigmoid-2 '2 layers, sigmoid' 'plateau to 13' '0.943..0.955, 7..18'
runs sigmoid-2-w4 '  4 wide, five seeds' '' '0.538..0.973'
run sigmoid-2-sqrt '  root of its deviation' '' '3'
run relu-2 '2 layers, ReLU' '0.98 early' '0.993..0.997, 1'
runs relu-2-w4 '  4 wide, five seeds' '' '0.982..0.994, 1'
run relu-3 '3 layers, ReLU' 'no gain' '0.990..0.993'
runs relu-3-w4 '  4 wide, five seeds' '' '0.961..0.989'
run relu-3-frozen '3 layers, layer 3 frozen' 'so trained' '0.985..0.996, 1..3'
runs relu-3-frozen-w4 '  4 wide, five seeds' 'its listing' '0.962..0.990, 1..5'
run rising 'ReLU, rising rate' 'a drop' '0.98, then 0.54'
run schedule 'ReLU, falling rate' '' 0.995
run momentum 'ReLU, momentum 0.9' '' ''
run relu-2-fast 'ReLU, rate 0.1' '' 0.54
note "hidden layers are 8 wide, as in the library's own network, or 4 wide, as hidden_mult=2 in the report's listing makes them (least..largest of five runs); which of them its two-layer runs had, it does not say; accuracy and loss are of the 10,000 validation points, and the loss is the mean of a point"
note "the report calls the sigmoid's plateau a local optimum; it comes from an initial deviation of 2 / (in + out), which lacks its square root"
note "the report's 3-layer parameters() omits layer 3, which was never trained: the frozen rows"
note "the report's «momentum» is a learning rate that changes with the epoch, by a formula that it does not give; after it performance «drastically drops», which a rate that rises by 0.01 in each epoch does (accuracy in epochs 1 to 10: $(
    "$BIN/to-csv" --no-header history.val_accuracy "$dir/rising.npz" | sed -n 2,11p | xargs printf '%.2f ' | sed 's/ $//')) and one that is halved every 5 epochs does not; the row below has real momentum"
note 'rate 0.1 on a summed loss kills every ReLU: the network always answers with the larger class'
note "question 1: the report's derivatives of X / Y, 1 / Y and -X / Y², are right, and a closing line drops the minus (gradcheck: divide)"
note "question 2: the report's backward of X / Y has wrong factors, g / X and g X / Y² where g / Y and -g X / Y² are right (gradcheck: divide)"
note 'question 3: of S = W Xᵀ, with the gradient G of S, that of X is Gᵀ W, which the report has without the transpose (gradcheck: matmul-nt)'
note 'question 4: the 16 copies of a column add up their gradients, which the report lists side by side (gradcheck: expand)'
note "question 8: the report's listing of rows divided by their sums s is right (gradcheck: normalise); its two formulas are not: Y = s / Y for X / s, and a last term multiplied by s² where it is divided"
note 'questions 5 to 7, on the graph: in lib/autodiff/graph.h a node has its op, its inputs, value and gradient; an op is one row of lib/autodiff/ops.c with its forward and backward; lp_graph_backward goes through them from the root'
