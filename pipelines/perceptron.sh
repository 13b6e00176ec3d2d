#!/bin/bash
# Usage: perceptron.sh picture DIR TEST TITLE FILE    the points of DIR/data-TEST.npz, and three lines
#        perceptron.sh seeds LISTING PLAIN BIAS MEAN MEAN COV COV
#            50 seeds of each rule (the options of train-perceptron), and Bayes' rule: for each what
#            summarise says of the test accuracy, and for LISTING the epochs in which its runs ended
#        perceptron.sh table DIR                      the table «the report | here» from DIR/seeds-*.tsv
. pipelines/table.sh

picture() {
    local dir=$1 test=$2 title=$3 file=$4 lines=() rule name
    for rule in "listing:the report's rule, no bias" 'plain:row by row, no bias' 'bias:row by row, with a bias'; do
        name=$dir/${rule%%:*}-$test.npz
        lines+=(--line "$name" --line-name "${rule#*:} (test accuracy $(figure test accuracy %.3f "$name"))")
    done
    "$BIN/plot-scatter" --by-tensor "${lines[@]}" --x-range=-10,10 --y-range=-10,10 --x-label x --y-label y \
        --title "$title" -o "$file" "$dir/data-$test.npz"
}

seeds() {
    local rules=(listing plain bias) options=("$1" "$2" "$3") data=("${@:4}") seed rule
    work=$(mktemp -d)
    trap 'rm -rf "$failures" "$work"' EXIT
    for seed in $(seq 1 50); do
        "$BIN/gen-gauss" -n 100 "${data[@]}" --seed "$seed" |
            "$BIN/split" --train 0.8 --stratify --seed "$seed" -o "$work/data.npz"
        for rule in 0 1 2; do
            # shellcheck disable=SC2086 # the rule's options are words
            "$BIN/train-perceptron" ${options[rule]} --seed "$seed" -o "$work/${rules[rule]}-$seed.npz" "$work/data.npz"
        done
    done
    for rule in "${rules[@]}"; do
        printf '%s\t%s\n' "$rule" "$("$BIN/summarise" --tsv --of test.accuracy "$work/$rule"-*.npz | tail -n 1)"
    done
    printf 'epochs\t%s\n' "$("$BIN/summarise" "$work"/listing-*.npz | "$BIN/to-csv" --no-header history.epoch | paste -s -d ' ')"
    printf 'bayes\t%s\n' "$(bayes "${data[@]#--*=}")"
}

# Bayes' rule, which knows both densities, on 100,000 points a class: standard error at most 0.001.
bayes() { # bayes MEAN MEAN COV COV
    "$BIN/gen-gauss" -n 100000 --mean="$1" --mean="$2" --cov="$3" --cov="$4" --seed 1 | "$BIN/to-csv" --no-header x |
        awk -F , -v mean1="$1" -v mean2="$2" -v cov1="$3" -v cov2="$4" '
            BEGIN { split(mean1, m); split(mean2, n); split(cov1, c); split(cov2, d) }
            {
                one = ($1 - m[1])^2 / c[1] + ($2 - m[2])^2 / c[4] + log(c[1] * c[4])
                two = ($1 - n[1])^2 / d[1] + ($2 - n[2])^2 / d[4] + log(d[1] * d[4])
                right += (one < two) == (NR <= 100000)
            }
            END { printf "%.3f", right / NR }'
}

# "MEAN (MIN..MAX)" of a rule's runs: RULE, metric, n, mean, sd, min, max.
spread() { # spread FILE RULE
    awk -F '\t' -v rule="$2" '$1 == rule { printf "%.3f (%.3f..%.3f)", $4, $6, $7 }' "$1"
}
cell() { awk -F '\t' -v name="$2" '$1 == name { print $2 }' "$1"; } # cell FILE NAME

table() {
    local test report=(- 1.000 0.625 0.825 0.650 0.500) file
    row accuracy report 'its listing, 50 runs' epochs 'row by row, no bias' 'with a bias' Bayes
    for test in 1 2 3 4 5; do
        file=$1/seeds-$test.tsv
        row "test $test" "${report[test]}" "$(spread "$file" listing)" "$(cell "$file" epochs)" \
            "$(spread "$file" plain)" "$(spread "$file" bias)" "$(cell "$file" bayes)"
    done
    note "accuracy on 40 test points, 20 of each class: mean (least to largest) of 50 seeds; the report has one run of each test; Bayes' rule knows both densities"
    note "the report's text corrects each wrong row; its listing adds up all rows, and only while no more are right than wrong: in tests 1 to 4 once, in the first of its two epochs, after which most rows are right; in test 5 in all 100 epochs"
    note "test 5 under the listing is exactly 0.5: both classes lie on the same side of every line that it draws, so that 80 rows are right and 80 wrong for ever"
    note 'a line without a bias goes through the origin, and none parts test 5; row by row it does better than the listing, and with a bias it parts the classes'
    note 'tests 2 and 4 overlap: even Bayes is below 1; in tests 2 and 3 the listing stays below what a line with a bias reaches'
}

"$@"
