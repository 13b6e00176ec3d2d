#!/bin/bash
# Usage: mistakes.sh N MODEL DATA. A stream of the N test pictures (x_test, y_test, y_pred, classes) whose
# class the model predicts wrong with the highest probability, the surest first.
set -eu -o pipefail
export LC_ALL=C
n=$1 model=$2 data=$3
scored=$(mktemp)
trap 'rm -f "$scored"' EXIT
"$BIN/predict" --model "$model" --x x_test "$data" >"$scored"
rows=$("$BIN/to-csv" --no-header y_test y_pred y_score - <"$scored" |
    awk -F, '$1 != $2 { print NR - 1 "\t" $(3 + $2) }' | sort -t $'\t' -k 2,2gr -k 1,1n |
    awk -v n="$n" 'NR <= n { list = list (NR > 1 ? "," : "") $1 } END { print list }')
[ -n "$rows" ] || { echo 'mistakes.sh: the model makes none' >&2; exit 1; }
"$BIN/pick" --at "$rows" --of x_test --of y_test --of y_pred x_test y_test y_pred classes - <"$scored"
