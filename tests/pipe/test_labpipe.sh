#!/bin/bash
# The program `labpipe`: it finds the tools wherever they are, runs them as they would run by themselves,
# lists them, and names the nearest ones for a name that is none.
# shellcheck disable=SC2016 # what an inner shell expands
. tests/pipe/lib.sh
cd "$scratch" || exit 1
inspect() { labpipe inspect "$@"; }

# ---- it runs a tool ----

labpipe gen-moons -n 40 --seed 3 >by-labpipe.npz
gen-moons -n 40 --seed 3 >by-itself.npz
same "the tool's bytes" by-labpipe.npz by-itself.npz
labpipe pick x <by-labpipe.npz >x.npz
equal "standard input is the tool's" "$(inspect --tsv x.npz | cut -f 1-3 | sed -n 2p)" "$(printf 'x\tf8\t(40, 2)')"
for status in 0 1 2; do
    case $status in
    0) words=(gen-moons -n 4) ;;
    1) words=(inspect /dev/null) ;;
    2) words=(gen-moons -n none) ;;
    esac
    got=0
    labpipe "${words[@]}" >/dev/null 2>&1 || got=$?
    equal "the tool's exit status $status" $got $status
done
labpipe gen-moons -n 6 --seed 1 -o "it's a name.npz"
equal "words with blanks and quotes" "$(labpipe inspect --tsv "it's a name.npz" | wc -l)" 3
mkfifo fifo
exec 3<>fifo
labpipe inspect <&3 >/dev/null 2>&1 &
for _ in {1..100}; do
    name=$(cat "/proc/$!/comm")
    [ "$name" != inspect ] || break
    sleep 0.05
done
equal "the tool takes labpipe's place: no process waits" "$name" inspect
kill $!
wait $! || true
exec 3<&-
equal "its reader goes away" \
    "$(bash -c 'labpipe gen-moons -n 100000 | head -c 1 >/dev/null; echo "${PIPESTATUS[0]}"' 2>&1)" 141

# ---- where the tools are ----

lays() { # lays FOLDER: an installation there, of links
    mkdir -p "$1/bin" "$1/libexec/labpipe"
    cp "$tools/labpipe" "$1/bin"
    for tool in $(all_tools); do ln -s "$tools/$tool" "$1/libexec/labpipe"; done
}
expected=$(gen-moons -n 5 | cksum)
equal "beside itself, as in the tree" "$(labpipe --exec-path)" "$tools"
lays "an odd 'place'/with \"quotes\""
equal "in ../libexec/labpipe, in a folder with blanks and quotes" \
    "$("an odd 'place'/with \"quotes\"/bin/labpipe" gen-moons -n 5 | cksum)" "$expected"
equal "which it names" "$("an odd 'place'/with \"quotes\"/bin/labpipe" --exec-path)" \
    "$PWD/an odd 'place'/with \"quotes\"/libexec/labpipe"
mv "an odd 'place'" moved
equal "moved" "$("moved/with \"quotes\"/bin/labpipe" gen-moons -n 5 | cksum)" "$expected"
ln -s "$PWD/moved/with \"quotes\"/bin/labpipe" link
equal "through a link" "$(./link gen-moons -n 5 | cksum)" "$expected"
equal "found on the PATH" \
    "$(PATH="$PWD/moved/with \"quotes\"/bin:$PATH" labpipe --exec-path)" "$PWD/moved/with \"quotes\"/libexec/labpipe"
mkdir alone
cp "$tools/labpipe" alone
cp /bin/true alone/split
refuses "no tools: a split that is not labpipe's is not run" 1 \
    "^labpipe: labpipe's tools are neither in $PWD/alone/\.\./libexec/labpipe nor in $PWD/alone$" alone/labpipe split
equal "LABPIPE_EXEC_PATH" "$(LABPIPE_EXEC_PATH=$tools alone/labpipe gen-moons -n 5 | cksum)" "$expected"
equal "LABPIPE_EXEC_PATH that is empty" "$(LABPIPE_EXEC_PATH='' labpipe --exec-path)" "$tools"
refuses "LABPIPE_EXEC_PATH without tools" 1 "^labpipe: LABPIPE_EXEC_PATH: labpipe's tools are not in /usr" \
    env LABPIPE_EXEC_PATH=/usr labpipe split
refuses "LABPIPE_EXEC_PATH that is not there" 1 "^labpipe: LABPIPE_EXEC_PATH: .* not in /none" \
    env LABPIPE_EXEC_PATH=/none labpipe list

# Without /proc it is found as the shell found it.
no_proc() { # no_proc NAME COMMAND: the command, with NAME as its own, where nothing is in /proc
    unshare -rm bash -c 'mount -t tmpfs none /proc && exec -a "$1" "${@:2}"' - "$@"
}
if no_proc true /bin/true 2>/dev/null; then
    equal "no /proc: by its path" "$(no_proc "$tools/labpipe" "$tools/labpipe" --exec-path)" "$tools"
    equal "no /proc: by the PATH" \
        "$(PATH=/nonexistent:$PWD/link:$tools:$PATH no_proc labpipe "$tools/labpipe" --exec-path)" "$tools"
    refuses "no /proc: by a name that is nowhere" 1 \
        '^labpipe: where this program is cannot be told \(set LABPIPE_EXEC_PATH\)$' \
        no_proc nowhere "$tools/labpipe" --exec-path
    equal "no /proc: it is told" "$(LABPIPE_EXEC_PATH=$tools no_proc nowhere "$tools/labpipe" --exec-path)" "$tools"
else
    skip "no name space to mount in: a system without /proc"
fi

# ---- what it says ----

equal "list has every tool" "$(labpipe list | sed -n 's/^  \([a-z-]*\) .*/\1/p' | sort)" "$(all_tools | sort)"
equal "with the first line of its help" \
    "$(labpipe list --tsv | cut -f 3)" \
    "$(labpipe list --tsv | cut -f 2 | while read -r tool; do labpipe "$tool" --help | sed -n '2s/\.$//p'; done | sed 's/^./\L&/')"
check "list fits a terminal" [ "$(labpipe list | wc -L)" -le 100 ]
for words in 'help split' '--help split' 'split --help' 'split -h'; do
    # shellcheck disable=SC2086 # two words
    equal "labpipe $words" "$(labpipe $words)" "$(split --help)"
done
equal "version" "$(labpipe version)" "$(labpipe --version)"
equal "version: the tools'" "$(labpipe split --version)" "$(labpipe version | sed 's/labpipe/& split/')"
equal "help, --help and -h" "$(labpipe help | cksum)$(labpipe -h | cksum)" "$(labpipe --help | cksum)$(labpipe --help | cksum)"
got=0
labpipe >out 2>err || got=$?
equal "without a word: status" $got 2
equal "without a word: the help, on standard error" "$(cat out err)" "$(labpipe --help)"

equal "list, started to ignore its children's ends" "$(trap '' CHLD; labpipe list | cksum)" "$(labpipe list | cksum)"
equal "its reader goes away, and that is no signal: a status and no line" \
    "$(bash -c 'trap "" PIPE; { sleep 0.1; labpipe list; echo $? >status; } | true; cat status' 2>&1)" 1

# ---- what it refuses ----

refuses "a mistyped name" 2 "^labpipe: there is no tool 'splt' \(did you mean split\? labpipe list names them all\)$" labpipe splt
refuses "in another spelling" 2 "did you mean factorise\?" labpipe factorize
refuses "a name that was cut short" 2 "did you mean train-cnn or train-mlp or train-perceptron\?" labpipe train
refuses "a part of two names" 2 "did you mean from-csv or to-csv\?" labpipe csv
refuses "a name like none" 2 "^labpipe: there is no tool 'quicksort' \(labpipe list names them all\)$" labpipe quicksort
refuses "help of a mistyped name" 2 "did you mean inspect\?" labpipe help inspct
for name in ../bin/split ./split "$tools/split" . .. '' labpipe; do
    refuses "'$name' is the name of no tool" 2 "^labpipe: there is no tool '" labpipe "$name"
done
refuses "an unknown option" 2 "^labpipe: unknown option '--exec_path' \(labpipe --help\)" labpipe --exec_path
for words in 'list x' 'version x' 'help split x' '--exec-path x'; do
    # shellcheck disable=SC2086 # several words
    refuses "too many words: $words" 2 "^labpipe: too many words after ${words%% *}" labpipe $words
done
for words in list help version --exec-path; do
    refuses "$words: a full disk" 1 '^labpipe: writing standard output: No space left' \
        bash -c 'labpipe "$1" >/dev/full' - $words
done
cp -r "moved/with \"quotes\"" broken
rm broken/libexec/labpipe/split
cp /bin/true broken/libexec/labpipe/split
refuses "list: a program that is no tool" 1 '^labpipe: .*/broken/libexec/labpipe/split does not say what it is' \
    broken/bin/labpipe list
printf '#!/bin/sh\necho cannot >&2\necho be loaded >&2\nexit 127\n' >broken/libexec/labpipe/split
refuses "list: a tool that fails: its first line" 1 '^labpipe: .*/split does not say what it is: cannot$' broken/bin/labpipe list
: >broken/libexec/labpipe/split
chmod +x broken/libexec/labpipe/split
refuses "list: a program that is empty" 1 '^labpipe: starting .*/broken/libexec/labpipe/split: Exec format error$' \
    broken/bin/labpipe list
refuses "a tool that cannot be started" 1 '^labpipe: starting .*/broken/libexec/labpipe/split: Exec format error$' \
    broken/bin/labpipe split
chmod -x broken/libexec/labpipe/split
refuses "a tool that nobody may start" 1 '^labpipe: starting .*/split: Permission denied$' broken/bin/labpipe split
for length in 300 5000; do
    refuses "a name that no file can have: $length bytes" 2 "^labpipe: there is no tool 'aaa" \
        labpipe "$(printf "%${length}s" '' | tr ' ' a)"
done
refuses "list: no more descriptors" 1 '^labpipe: opening a pipe: Too many open files$' \
    bash -c 'ulimit -n 4 && exec labpipe list'
if [ "$(id -u)" -eq 0 ] && setpriv --reuid=65534 --clear-groups true 2>/dev/null; then
    chmod 755 .
    chmod 711 broken/libexec/labpipe
    # (The tree may lie where another user sees no tool: one is enough.)
    cp --remove-destination /bin/true broken/libexec/labpipe/train-perceptron
    unread='^labpipe: reading .*/broken/libexec/labpipe: Permission denied$'
    refuses "list: a folder that cannot be read" 1 "$unread" \
        setpriv --reuid=65534 --regid=65534 --clear-groups broken/bin/labpipe list
    refuses "a mistyped name in such a folder" 1 "$unread" \
        setpriv --reuid=65534 --regid=65534 --clear-groups broken/bin/labpipe splt
else
    skip "only root can become another user: a folder that cannot be read"
fi
