#!/bin/bash
# Every example of every tool's help runs as it is printed: on a terminal, from an empty folder, one line after
# the other, with no program of labpipe on the PATH but `labpipe`. Other shells make the same commands of it.
# shellcheck disable=SC2016,SC2094 # what an inner shell expands; an example has the name of its file
. tests/pipe/lib.sh
cd "$scratch" || exit 1
mkdir only stub
ln -s "$tools/labpipe" only
PATH=$scratch/only:${PATH#"$tools":}
check "the PATH has no tool of labpipe's" [ -z "$(command -v train-mlp)" ]

examples() { labpipe "$1" --help | sed -n '/^Examples:$/,/^$/p' | sed '1d;/^$/d'; }
for tool in $(all_tools); do
    examples "$tool" >"$tool.lines"
    check "$tool has examples" grep -Eq "(^|\| |xargs .*)labpipe $tool( |$)" "$tool.lines"
done

# ---- they run ----

if script -qec true /dev/null </dev/null >/dev/null 2>&1; then
    run() { script -qec "bash -o pipefail '$1'" /dev/null </dev/null; }
else
    skip "this machine has no pseudo-terminals: the examples on one"
    run() { bash -o pipefail "$1"; }
fi
for tool in $(all_tools); do
    mkdir folder
    while IFS= read -r line; do
        printf '%s\n' "$line" >line
        if (cd folder && run ../line >../log 2>&1) && ! grep -Eq '^labpipe [a-z-]+: ' log; then
            pass "$tool: $line"
        else
            fail "$tool: $line"
            cat log
        fi
    done <"$tool.lines"
    rm -r folder
done

# ---- other shells ----

# A labpipe that says with which words it was called.
cat >stub/labpipe <<'SH'
#!/bin/sh
printf '%s' "$(printf '<%s>' "$@")
" >>../words
SH
chmod +x stub/labpipe
words() { # words SHELL FILE: the commands that the shell makes of the file's lines, each line by itself
    : >words
    mkdir folder
    while IFS= read -r line; do
        (cd folder && PATH=$scratch/stub:$PATH timeout 60 "$1" -c "$line" </dev/null >/dev/null 2>&1) ||
            echo "$1: status $?: $line" >>words
    done <"$2"
    rm -r folder
    sort words
}
cat -- *.lines >lines
words bash lines >bash.words
check "there are a hundred commands and more" [ "$(wc -l <bash.words)" -ge 100 ]
for shell in dash zsh fish; do
    if command -v $shell >/dev/null; then
        words $shell lines >$shell.words
        same "the examples in $shell" bash.words $shell.words
    else
        skip "no $shell: the examples in it"
    fi
done

# ---- what they are made of ----

example() { labpipe example "$@"; }
example iris.csv >iris.csv
same "example iris.csv" iris.csv "$fixtures/iris.csv"
example plants.csv >plants.csv
awk -F, -v OFS=, 'NR == 1 { print "plant,site," $0; next }
    { if (NR % 11 == 0) $2 = "?"; print "no." NR - 1, NR % 3 ? "meadow" : "shore", $0 }' iris.csv >expected.csv
same "example plants.csv" plants.csv expected.csv
example new-plants.csv >new.csv
awk -F, -v OFS=, 'NR == 1 || NR % 30 == 12 { print $6, $5, $4, $3, $2, $1 }' plants.csv >expected.csv
same "example new-plants.csv" new.csv expected.csv
while read -r name _; do
    example "$name" >first
    check "example $name -o" labpipe example "$name" -o second
    same "example $name -o" first second
done < <(example)
refuses "an example that is not there" 2 "^labpipe example: there is no example 'irs.csv' \(labpipe example lists them\)" \
    labpipe example irs.csv
refuses "two examples" 2 "^labpipe example: unexpected operand 'movies.csv'" labpipe example iris.csv movies.csv
if script -qec true /dev/null </dev/null >/dev/null 2>&1; then
    check "a picture does not go to a terminal" piped \
        '{ script -qec "labpipe example face.pgm" /dev/null </dev/null || true; } | grep "standard output is a terminal" >/dev/null'
    check "a table does" piped 'script -qec "labpipe example iris.csv" /dev/null </dev/null | grep "^5.1,3.5,1.4,0.2,setosa" >/dev/null'
fi
