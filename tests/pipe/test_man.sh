#!/bin/bash
# The manual pages: mandoc finds nothing in them, their commands print what they show, the bytes of a stream are those
# of labpipe-stream(5), and a tool writes the tensors that its page names.
# shellcheck disable=SC2016 # backquotes are Markdown's
. tests/pipe/lib.sh

export VERSION RELEASED
VERSION=$(sed -n 's/^VERSION := //p' Makefile)
RELEASED=$(sed -n 's/^RELEASED := //p' Makefile)
page() { BIN=$tools sh make/page.sh "$1"; }
mkdir "$scratch/pages"
mapfile -t names < <(sh make/page.sh --list)
for name in "${names[@]}"; do
    page "$name" >"$scratch/pages/$name" || fail "$name: status $?"
done

# ---- form ----

if command -v mandoc >/dev/null; then
    for name in "${names[@]}"; do
        silent "$name: mandoc -T lint" bash -c '[ -s "$1" ] && mandoc -T lint "$1"' - "$scratch/pages/$name"
    done
else
    skip "no mandoc: its lint"
fi
for name in "${names[@]}"; do
    for other in $(sed -n '/^\.SH SEE ALSO/,$s/^\.BR \(labpipe[^ ]*\) (\([0-9]\)).*/\1.\2/p' "$scratch/pages/$name" | tr -d '\134'); do
        check "$name: see also $other" [ -e "$scratch/pages/$other" ]
    done
done
equal "labpipe(1) lists every tool" \
    "$(sed -n 's/^\.BR labpipe\\-\(.*\) (1)$/\1/p' "$scratch/pages/labpipe.1" | tr -d '\134' | sort)" "$(all_tools)"

# ---- commands ----

root=$PWD
mkdir "$scratch/bin"
[ -z "$python" ] || ln -s "$(command -v "$python")" "$scratch/bin/python3"
plain_path=$PATH
PATH=$scratch/bin:${PATH#"$tools":}:$tools # `split` is the system's, python3 the one with NumPy
for name in labpipe stream recipes reproducibility; do
    mkdir "$scratch/$name"
    cd "$scratch/$name" || exit 1
    awk '/^```(python|c|sh)$/ { on = 1; file = "/dev/null"; next } /^```/ { on = 0 }
        on && $2 ~ /^[a-z0-9]+\.[a-z]+:$/ { file = substr($2, 1, length($2) - 1) } on { print >file }' "$root/docs/$name.md"
    if [ -z "$python" ] && grep -q '^```python' "$root/docs/$name.md"; then
        skip "no NumPy: the filters of $name.md"
        continue
    fi
    runs_page "$root/docs/$name.md"
done

PATH=$plain_path

# ---- bytes ----

cd "$scratch" || exit 1
cp "$fixtures/iris.csv" .
from-csv --label species iris.csv >iris.npz
bytes_at() { od -An -v -tx1 -j "$1" -N "$2" iris.npz | tr -s ' \n' ' ' | sed 's/^ //; s/ $//'; }
find_bytes() { LC_ALL=C grep -obUaP "$1" iris.npz | head -n 1 | cut -d : -f 1; }
starts=(0 64 "$(find_bytes 'PK\x01\x02')" "$(find_bytes 'PK\x05\x06')")
table=-1
while IFS='|' read -r _ offset bytes _; do
    offset=${offset// } bytes=${bytes//\`}
    case $offset in offset) table=$((table + 1)) ;; esac
    [[ $offset =~ ^[0-9]+$ && $bytes =~ ^\ ([0-9a-f]{2}\ )+$ ]] || continue
    bytes=${bytes# } bytes=${bytes% }
    equal "table $table, offset $offset" "$(bytes_at $((starts[table] + offset)) $(((${#bytes} + 1) / 3)))" "$bytes"
done <"$root/docs/stream.md"
equal "all four tables were read" $table 3

# ---- tensors ----

# Of all that a tool writes and was not given, the page has the name, and a shape of as many dimensions.
rows() { # rows PAGE SECTION: "NAMES|SHAPE" lines
    sed -n "/^\.SH $2/,/^\.SH [^T]/s/^\.BR \"\(.*\)\" \" \(.*\)\"$/\1|\2/p" "$1"
}
documented() { # documented PAGE NAME DIMENSIONS
    local names shape pattern each all dimensions
    while IFS='|' read -r names shape; do
        IFS=' ' read -ra all <<<"${names//,/}"
        for each in "${all[@]}"; do
            case $each in
            PATTERN... | NAME...) pattern='.*' ;;
            *) pattern=${each//./\\.}
                pattern=${pattern//\*/.*} pattern=${pattern/NAME/[^.]*}
                pattern=${pattern/layerN/layer[0-9]+} pattern=${pattern/\\.T\\./\\.[0-9]+\\.} ;;
            esac
            [[ $2 =~ ^$pattern$ ]] || continue
            [[ $shape == *...* || $shape != *\[* ]] && return 0
            while [[ $shape =~ \[([^]]*)\](.*) ]]; do
                shape=${BASH_REMATCH[2]}
                each=${BASH_REMATCH[1]//[^,]/}
                [ -z "${BASH_REMATCH[1]}" ] && dimensions=0 || dimensions=$((${#each} + 1))
                [ "$3" = "$dimensions" ] && return 0
            done
        done
    done < <(rows "$1" "TENSORS WRITTEN")
    return 1
}
here=$root/tests/pipe
# shellcheck source=tests/pipe/calls.sh
. "$here/calls.sh"
tensors() { inspect --tsv "$1" | awk -F '\t' 'NR > 1 && $3 ~ /^\(/ { n = gsub(/[0-9]+/, "", $3); print $1, n }'; }
is_stream() { [ "$(head -c 2 "$1" | tr -d '\0')" = PK ]; }
while read -r tool input arguments; do
    [ "$input" = - ] && file='' || file=$input
    # shellcheck disable=SC2086 # words of the table
    "$tools/$tool" $arguments $file >made </dev/null
    is_stream made || continue
    : >given
    ! is_stream "${file:-/dev/null}" || tensors "$file" >given
    undocumented=$(tensors made | sort | comm -23 - <(sort given) | while read -r name dimensions; do
        documented "$scratch/pages/labpipe-$tool.1" "$name" "$dimensions" || echo "$name of $dimensions dimensions; "
    done)
    check "labpipe-$tool(1) names what it writes: $undocumented" [ -z "$undocumented" ]
done <calls
