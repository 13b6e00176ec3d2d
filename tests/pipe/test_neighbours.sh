#!/bin/bash
# docs/neighbours.md: each block's commands print what the page shows, where the programs and the modules
# of Python that it needs are installed.
. tests/pipe/lib.sh
page=$PWD/docs/neighbours.md
ln -s "$fixtures" "$scratch/fixtures"
cd "$scratch" || exit 1
PATH=${PATH#"$tools":}:$tools # `labpipe` is a tool's name here
mkdir python
[ -z "$python" ] || ln -s "$python" python/python3
PATH=$PWD/python:$PATH

# What a block needs that is not here: programs, and after the word python its modules.
missing() {
    local word modules=no
    for word; do
        if [ "$word" = python ]; then
            modules=yes
            [ -n "$python" ] || printf '%s ' NumPy
        elif [ "$modules" = yes ]; then
            "$python" -c "import $word" 2>/dev/null || printf '%s ' "$word"
        else
            command -v "$word" >/dev/null || printf '%s ' "$word"
        fi
    done
}

# Each block as a file: its needs, then its lines.
awk '/^<!-- needs: / { sub(/^<!-- needs: /, ""); sub(/ -->$/, ""); needs = $0 }
    /^```console/ { on = 1; n++; print needs > ("block" n); next } /^```/ { on = 0 } on { print > ("block" n) }' "$page"
equal 'every block says what it needs' "$(grep -c '^```console' "$page")" "$(grep -c '^<!-- needs: ' "$page")"

command='' expected=''
run() { # the command that was read, held against what the page shows
    if [ -z "$command" ]; then
        :
    elif [ -z "$expected" ]; then
        silent "$command" piped "$command"
    else
        equal "$command" "$(piped "$command" 2>&1)" "${expected%$'\n'}"
    fi
    command='' expected=''
}
for ((i = 1; i <= $(grep -c '^```console' "$page"); i++)); do
    {
        read -r -a needs
        lacks=$(missing "${needs[@]}")
        if [ -n "$lacks" ]; then
            skip "not installed: ${lacks% }: ${needs[*]}"
            continue
        fi
        while IFS= read -r line; do
            case $line in
            '$ '*) run; command=${line#\$ } ;;
            '> '*) command+=$'\n'${line#> } ;;
            *) expected+=$line$'\n' ;;
            esac
        done
        run
    } <"block$i"
done
