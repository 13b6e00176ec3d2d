#!/bin/bash
# Usage: perceptron.sh seeds MEAN MEAN COV COV    test accuracies of three rules over 50 seeds, and
#                                                 of Bayes' rule, as "RULE<TAB>ACCURACY"
#        perceptron.sh table DIR                  the table «the report | here» from DIR/seeds-*.tsv
. pipelines/table.sh

seeds() {
    local seed data=(--mean="$1" --mean="$2" --cov="$3" --cov="$4") rule accuracy
    for seed in $(seq 1 50); do
        for rule in 'listing --rule batch --no-bias' 'bias --rule row' 'plain --rule row --no-bias'; do
            # shellcheck disable=SC2086 # the rule's options are words
            accuracy=$("$BIN/gen-gauss" -n 100 "${data[@]}" --seed "$seed" |
                "$BIN/split" --train 0.8 --seed "$seed" |
                "$BIN/train-perceptron" ${rule#* } --seed "$seed" | "$BIN/eval" --tsv |
                awk -v part=test -v field=accuracy -f pipelines/field.awk)
            printf '%s\t%s\n' "${rule%% *}" "$accuracy"
        done
    done
    # Bayes' rule, which knows both densities, on 100,000 points a class: standard error at most 0.001.
    "$BIN/gen-gauss" -n 100000 "${data[@]}" --seed 1 | "$BIN/to-csv" --no-header x |
        awk -F , -v mean1="$1" -v mean2="$2" -v cov1="$3" -v cov2="$4" '
            BEGIN { split(mean1, m); split(mean2, n); split(cov1, c); split(cov2, d) }
            {
                one = ($1 - m[1])^2 / c[1] + ($2 - m[2])^2 / c[4] + log(c[1] * c[4])
                two = ($1 - n[1])^2 / d[1] + ($2 - n[2])^2 / d[4] + log(d[1] * d[4])
                right += (one < two) == (NR <= 100000)
            }
            END { printf "bayes\t%.6f\n", right / NR }'
}

column() { # column FILE RULE
    awk -F '\t' -v rule="$2" '$1 == rule { print $2 }' "$1" | range
}

table() {
    local test report=(- 1.000 0.625 0.825 0.650 0.500)
    row 'perceptron, test accuracy' 'the report' 'its listing, 50 seeds' 'a wrong row at a time' \
        'the same, with a bias' 'Bayes'
    for test in 1 2 3 4 5; do
        row "test $test" "${report[test]}" "$(column "$1/seeds-$test.tsv" listing)" \
            "$(column "$1/seeds-$test.tsv" plain)" "$(column "$1/seeds-$test.tsv" bias)" \
            "$(column "$1/seeds-$test.tsv" bayes)"
    done
    note "the report's text updates on each wrong row; its listing tests the summed agreement of the whole batch, which one step from weights of 0 makes positive: it stops learning there"
    note 'tests 2 and 4 overlap, and test 5 lies on one side of the origin: no line through the origin parts it, one with a bias does'
    note 'the report has one run of each; the column beside it is its listing over 50 seeds'
}

"$@"
