# shellcheck shell=bash
# Sourced by the scripts that make the labs' tables, tab-separated: rows and notes for
# pipelines/table.awk, figures read from streams, statistics of several. $BIN comes from the Makefile.
#
# A stage that fails ends the script. The shell's own -e does not see a failing $(...) among a command's
# arguments, and the row would have a gap: so each failure leaves a mark.
set -eEu -o pipefail
shopt -s inherit_errexit
failures=$(mktemp)
trap 'rm -f "$failures"' EXIT
trap 'echo failed >>"$failures"' ERR

row() { # row CELL...
    [ ! -s "$failures" ] || exit 1
    local IFS=$'\t'
    echo "$*"
}

note() { printf '\tnote\t%s\n' "$1"; } # note TEXT

# data_of DIR GENERATED: "pictures in FOLDER" where the data is real, or else the words for generated data.
data_of() {
    if [ -e "$1/origin" ]; then echo "pictures in $(head -n 1 "$1/origin")"; else echo "$2"; fi
}

figure() { # figure PART FIELD FORMAT ARGUMENT...: one figure of `eval --tsv ARGUMENT...`
    local part=$1 field=$2 format=$3 value
    shift 3
    value=$("$BIN/eval" --tsv "$@" | awk -v part="$part" -v field="$field" -f pipelines/field.awk)
    # shellcheck disable=SC2059 # the format is an argument
    printf "$format" "$value"
}

# "MEAN (MIN to MAX)" of the numbers on standard input; of a single one, that number.
range() {
    awk '
        { sum += $1; min = NR == 1 || $1 < min ? $1 : min; max = NR == 1 || $1 > max ? $1 : max }
        END {
            if (NR == 1) printf "%.3f", sum
            if (NR > 1) printf "%.3f (%.3f to %.3f)", sum / NR, min, max
        }'
}
