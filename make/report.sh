#!/bin/bash
# Usage: report.sh BIN OUT. OUT/report.html: one page of every lab that has been run, with its question from
# README, what docs/labs.md says of its report, its table, pictures and streams. The small forms are shown
# only where no other lab has been run.
set -eu -o pipefail
bin=$1 out=$2

mapfile -t tables < <(find "$out" -name table.tsv -not -path "$out/small/*" 2>/dev/null | sort)
[ ${#tables[@]} -gt 0 ] || mapfile -t tables < <(find "$out/small" -name table.tsv 2>/dev/null | sort)
if [ ${#tables[@]} -eq 0 ]; then
    echo "make report: no lab has been run into $out (make labs runs them all)" >&2
    exit 1
fi

# The rows of docs/labs.md that this lab answers, tab-separated, without the marks of Markdown.
questions() { # questions LAB
    awk -F ' *[|] *' -v lab="$1" '
        BEGIN { print "item\tin the report\there" }
        $4 ~ "(^|[ ,])" lab "([ ,]|$)" { gsub(/`/, ""); print $2 "\t" $3 "\t" $5 }' docs/labs.md
}

arguments=()
section() { # section FOLDER ABOUT
    arguments+=(--name "${1#"$out"/}" --about "$2" "$1")
}
shared=
for table in "${tables[@]}"; do
    folder=${table%/table.tsv}
    lab=${folder#"$out"/}
    lab=${lab#small/}
    lab=${lab%%/*}
    questions "$lab" >"$folder/table-questions.tsv"
    about=$(awk -F ' *[|] *' -v lab="\`$lab\`" '$2 == lab { print $3; exit }' README.md)
    # What a lab makes once for all its data sets is in the folder of their folders.
    parent=${folder%/*}
    if [ "${parent##*/}" = "$lab" ] && [ "$parent" != "$shared" ] && compgen -G "$parent/*.png" >/dev/null; then
        shared=$parent
        section "$parent" "$about: what does not depend on the data set"
    fi
    section "$folder" "$about"
done
"$bin/labpipe" report --title "labpipe's labs" -o "$out/report.html" "${arguments[@]}"
echo "$out/report.html"
