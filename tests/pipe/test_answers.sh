#!/bin/bash
# docs/labs.md: every row, picture and stream that it names is there when the labs have run.
. tests/pipe/lib.sh
unset MAKEFLAGS MFLAGS MAKELEVEL OUT RATINGS TITLE FACES FASHION CIFAR
out=$scratch/out

check "the labs run in their small form" make -s -j "$(nproc 2>/dev/null || echo 1)" labs SMALL=1 \
    "${built[@]}" OUT="$out" BIN="$BIN" BUILD="$BUILD"

# What each lab has: its rows and notes, one a line, and its files.
labs=$(sed -n 's/^LABS += //p' pipelines/*.mk)
for lab in $labs; do
    folder=$out/$lab
    [ -d "$out/small/$lab" ] && folder=$out/small/$lab
    find "$folder" -type f >"$scratch/$lab.files"
    find "$folder" -name '*.tsv' -exec awk -F '\t' '{ print $1 == "" && $2 == "note" ? $3 : $1 }' {} + >"$scratch/$lab.rows"
    find "$folder" -name '*.txt' -exec awk '{ print $1 }' {} + >>"$scratch/$lab.rows"
done

# Every name of the checklist, one a line: item, lab, what it is (row, file, unknown or nothing), name.
awk -F ' *[|] *' '
    function names(text, from, to, kind,    n, start) {
        while ((start = index(text, from)) > 0) {
            text = substr(text, start + length(from))
            print $2 "\t" $4 "\t" kind "\t" substr(text, 1, index(text, to) - 1)
            text = substr(text, index(text, to) + length(to))
            n++
        }
        return n
    }
    /^\| R[0-9]/ {
        if (NF != 6) { print "a line of another form: " $0; exit }
        if (names($5, "«", "»", "row") + names($5, "`", "`", "file") == 0)
            print $2 "\t" $4 "\t" ($5 ~ /\*not known\*: ./ ? "unknown" : "nothing") "\t-"
    }' docs/labs.md >"$scratch/names"

while IFS=$'\t' read -r item lab kind name; do
    case $kind in
    file) check "$item: $lab has the file $name" grep -Eq "/${name//./\\.}\$" "$scratch/$lab.files" ;;
    row)
        if [ "${name%…}" = "$name" ]; then
            check "$item: $lab has the row «$name»" grep -Fxq -- "$name" "$scratch/$lab.rows"
        else
            # shellcheck disable=SC2016 # awk's own
            check "$item: $lab has a row or note «$name»" awk -v start="${name%…}" \
                'index($0, start) == 1 { found = 1 } END { exit !found }' "$scratch/$lab.rows"
        fi
        ;;
    unknown) pass "$item: not known" ;;
    *) fail "$item: nothing answers it" ;;
    esac
done <"$scratch/names"

equal "the checklist has every item once" "$(sed -n 's/^| \(R[0-9][^ ]*\) .*/\1/p' docs/labs.md | sort | uniq -d | wc -l)" 0
check "and all five reports" [ "$(cut -c 1-2 "$scratch/names" | sort -u | wc -l)" -eq 5 ]
for lab in $labs; do
    check "$lab answers something" grep -q "$(printf '\t%s\t' "$lab")" "$scratch/names"
done
