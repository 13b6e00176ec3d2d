#!/bin/bash
# The labs: where a stage fails, the lab stops there with the stage's own message, and there is no
# table with a gap; and what has been made is not made again.
# shellcheck disable=SC2154 # variables of lib.sh
. tests/pipe/lib.sh
unset MAKEFLAGS MFLAGS MAKELEVEL SMALL OUT
tools=$(cd "$BIN" && pwd)
mkdir "$scratch/bin"
ln -s "$tools"/* "$scratch/bin"
lab() { make -s "$@" OUT="$scratch/out" BIN="$scratch/bin" BUILD="$BUILD"; }

# breaks TOOL PATTERN: TOOL ends with an error where its arguments match. mends TOOL.
breaks() {
    rm "$scratch/bin/$1"
    printf '%s\n' '#!/bin/bash' "case \"\$*\" in $2) echo '$1: it is broken' >&2; exit 1 ;; esac" \
        "exec '$tools/$1' \"\$@\"" >"$scratch/bin/$1"
    chmod +x "$scratch/bin/$1"
}
mends() { ln -sf "$tools/$1" "$scratch/bin/$1"; }

# stops NAME LAB MESSAGE: the lab ends with an error, the tool's message once, and no table.
stops() {
    if lab "$2" >"$scratch/log" 2>&1; then
        fail "$1: the lab went on"
    elif [ "$(grep -c "$3" "$scratch/log")" != 1 ]; then
        fail "$1: '$3' is not there once"
        cat "$scratch/log"
    elif [ -e "$scratch/out/$2/table.tsv" ]; then
        fail "$1: there is a table"
    else
        pass
    fi
}

breaks eval '*svd-2.npz*'
stops 'a figure within a row' lab2 '^eval: it is broken'
breaks eval '*mlp-07.npz*'
stops 'a figure in a loop in a row' lab2 '^eval: it is broken'
mends eval
breaks train-mlp '*--seed\ 04*'
stops 'a stage of a pipeline' lab2 '^train-mlp: it is broken'
mends train-mlp
check 'and goes on from there' lab lab2

# Each lab's table, from streams that cannot be read.
mkdir "$scratch/empty"
echo x >"$scratch/empty/title"
for script in lab1 lab2 moons autodiff cifar faces fashion; do
    words=("$scratch/empty")
    case $script in
    lab1) words+=("$scratch/empty") ;;
    faces) words=(table "$scratch/empty") ;;
    esac
    refuses "$script without streams" 1 'No such file' bash -c 'BIN=$0 bash "pipelines/$1.sh" "${@:2}"' \
        "$tools" "$script" "${words[@]}"
done

# The seconds that a command took, in a file of their own: its messages are not in it.
refuses 'a timed command that fails' 1 '^gen-moons: ' \
    bash pipelines/seconds.sh "$scratch/seconds" gen-moons -n 2 -o "$scratch/none/moons.npz"
check 'the seconds of a command' bash pipelines/seconds.sh "$scratch/seconds" gen-moons -n 2 -o "$scratch/moons.npz"
check 'they are a number' grep -Eqx '[0-9]+\.[0-9]+' "$scratch/seconds"

equal 'a second time there is nothing to do' "$(lab lab2 --trace --no-print-directory | grep -c 'update target')" 1
