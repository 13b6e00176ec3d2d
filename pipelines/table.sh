# Sourced by the scripts that make the labs' tables, tab-separated: rows and notes for
# pipelines/table.awk, and figures out of streams. $BIN comes from the Makefile.
#
# A stage that fails ends the script, wherever it stands. The shell's own -e does not see to that for
# a $(...) among a command's arguments, and a row would have a gap: so each failure leaves a mark.
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

figure() { # figure PART FIELD FORMAT OPERANDS...: one figure of eval's; OPERANDS are eval's own
    local part=$1 field=$2 format=$3 value
    shift 3
    value=$("$BIN/eval" --tsv "$@" | awk -v part="$part" -v field="$field" -f pipelines/field.awk)
    # shellcheck disable=SC2059 # the format is an argument
    printf "$format" "$value"
}
