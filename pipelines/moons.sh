#!/bin/bash
# Usage: moons.sh DIR. The table «the report | here» of the lab moons, tab-separated, from the
# streams in DIR. "Run again" is the same experiment in NumPy.
. pipelines/table.sh
dir=$1

run() { # run NAME TITLE REPORT AGAIN
    local train test loss
    train=$(figure train accuracy %.3f "$dir/$1.npz")
    test=$(figure test accuracy %.3f "$dir/$1.npz")
    loss=$(figure train loss %.17g "$dir/$1.npz" | awk '{ printf "%.1f", 800 * $1 }')
    row "$2" "$3" "$train" "$test" "$loss" "$4"
}

row 'moons, 2-20-2' 'the report' 'train' 'test' 'summed loss' 'run again'
run full 'full batch, 1500 steps; mean, weights 0.01' '0.845, loss 340' '0.818 to 0.855, 263 to 339'
run full-text 'the same; sum, weights 1' '' '0.915, 163'
run full-unscaled 'the same; mean, weights 1' '' '0.932, 126'
run sample 'one row a step, 45,000 steps; weights 0.01' '0.80' '0.89 to 1.00 by scale'
run sample-unscaled 'the same; weights 1' '' '1.00'
run well 'Adam 0.01, batches of 32, 60 epochs' '' ''
note 'the summed loss is over the 800 training points; before any learning it is 800 ln 2 = 554.5'
note "the report's text has a summed gradient and unscaled normals; its figures are those of a mean gradient and initial weights of about 0.01"
note "the report's plateau until step 25,000 of the row-by-row run appears at no initial scale"
