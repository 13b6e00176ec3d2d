#!/bin/bash
# What every tool promises, checked on every tool in bin/. A tool without a line in the table below
# fails the test. BRIEF=1: that each runs, is refused a wrong line and an empty input, and its recipe, alone.
# shellcheck disable=SC2086,SC2016 # words of the table; what an inner shell expands
. tests/pipe/lib.sh

here=$PWD/tests/pipe
cd "$scratch" || exit 1
# shellcheck source=tests/pipe/calls.sh
. "$here/calls.sh"

terminals=no
if script -qec true /dev/null </dev/null >/dev/null 2>&1; then
    terminals=yes
else
    skip "this machine has no pseudo-terminals: writing to one"
fi

other_isa=${isas##* }
[ "$other_isa" != "$isas" ] || skip "these tools were built for $isas alone: other kernels"

for tool in $(all_tools); do
    path=$tools/$tool
    if ! read -r _ input arguments < <(grep "^$tool " calls); then
        fail "$tool: it has no line in this test's table"
        continue
    fi
    [ "$input" = - ] && file='' || file=$input

    # shellcheck disable=SC2120 # gives_first passes the options on
    call() { # call OPTION...: the tool as the table has it, its input a file
        "$path" $arguments "$@" $file </dev/null
    }
    gives_first() { # gives_first NAME COMMAND...: it succeeds and writes the bytes of the first run
        local name="$tool: $1"
        shift
        rm -f second
        if "$@"; then same "$name" first second; else fail "$name: status $?"; fi
    }
    to_first() { "$@" >first; }
    to_second() { "$@" >second; }

    # The same command gives the same bytes: twice, through -o, on other threads, on other kernels.
    rm -rf first output
    mkdir output
    check "$tool: it runs" call -o output/first
    equal "$tool: -o writes its file and nothing else" "$(ls output)" first
    if [ -n "${BRIEF-}" ]; then
        refuses "$tool: an unknown option" 2 "^labpipe $tool: unknown option '--no-such-option'" \
            "$path" --no-such-option
        [ -z "$file" ] || refuses "$tool: an empty file" 1 \
            "^labpipe $tool: reading /dev/null: it is empty" "$path" $arguments /dev/null
        continue
    fi
    mv output/first first
    # (replay -o keeps what the recipe gives, beside its verdict.)
    [ "$tool" != replay ] || check "replay: its verdict" to_first call
    gives_first 'on standard output' to_second call
    gives_first 'one thread' to_second call --threads 1
    gives_first 'three threads' to_second call --threads 3
    LABPIPE_THREADS=2 gives_first 'LABPIPE_THREADS' to_second call
    LABPIPE_ISA=$other_isa gives_first "$other_isa kernels" to_second call

    # A full disk, a reader that goes away.
    refuses "$tool: a full disk" 1 "^labpipe $tool: writing standard output: No space left" \
        bash -c '"$@" >/dev/full' - "$path" $arguments $file
    refuses "$tool: -o /dev/full" 1 "^labpipe $tool: writing /dev/full: No space left" \
        "$path" $arguments -o /dev/full $file
    refuses "$tool: -o into a missing folder" 1 "^labpipe $tool: writing no/such/file: .*No such file" \
        "$path" $arguments -o no/such/file $file
    { "$path" $arguments $file 2>quiet; echo $? >status; } | head -c 1 >/dev/null
    case $(cat status) in # 141: SIGPIPE; 0: the pipe took it all before its reader went
    0 | 141) equal "$tool: its reader goes away" "$(wc -c <quiet) bytes of error" "0 bytes of error" ;;
    *) fail "$tool: its reader goes away: status $(cat status)" ;;
    esac

    # Wrong command lines.
    refuses "$tool: an unknown option" 2 "^labpipe $tool: unknown option '--no-such-option'" \
        "$path" --no-such-option
    refuses "$tool: --threads abc" 2 "^labpipe $tool: option --threads: 'abc' is not a whole number" \
        "$path" $arguments --threads abc $file
    refuses "$tool: --threads without a number" 2 "^labpipe $tool: --threads needs a value" \
        "$path" $arguments --threads
    refuses "$tool: unknown kernels" 2 "^labpipe $tool: .*LABPIPE_ISA" \
        env LABPIPE_ISA=abacus "$path" $arguments $file
    refuses "$tool: LABPIPE_THREADS=two" 2 "^labpipe $tool: LABPIPE_THREADS: 'two' is not a whole number" \
        env LABPIPE_THREADS=two "$path" $arguments $file

    # Wrong inputs.
    if [ -n "$file" ]; then
        # (from-images and report take folders.)
        [[ $tool = from-images || $tool = report ]] ||
            refuses "$tool: a folder for a file" 1 "^labpipe $tool: reading /: it is a directory" \
                "$path" $arguments /
        refuses "$tool: a missing file" 1 "^labpipe $tool: reading /no/such/file.npz: .*No such file" \
            "$path" $arguments /no/such/file.npz
        refuses "$tool: an empty file" 1 "^labpipe $tool: reading /dev/null: it is empty" \
            "$path" $arguments /dev/null
        refuses "$tool: an empty pipe" 1 "^labpipe $tool: reading standard input: it is empty" \
            bash -c 'true | "$@"' - "$path" $arguments
        refuses "$tool: a file with another CRC-32" 1 "^labpipe $tool: reading .*CRC-32" \
            "$path" $arguments --crc32 00000000 "./$file"
        wrote_nothing "$tool: an error leaves no output"
    else
        # (gradcheck takes the names of ops.)
        refuses "$tool: an operand" 2 "^labpipe $tool: (unexpected operand|there is no op) 'operand'" \
            "$path" $arguments operand
    fi

    # Binary output does not go to a terminal.
    case $terminals$(head -c 2 first) in
    yesPK | $'yes\x89P')
        equal "$tool: refuses to write to a terminal" \
            "$(script -qec "$path $arguments $file" /dev/null </dev/null | tr -d '\r' | head -c 300)" \
            "labpipe $tool: standard output is a terminal, and the result is binary (redirect it, or give -o FILE)" ;;
    esac

    # Its own documentation.
    check "$tool: --version" piped '"$1" --version | grep "^labpipe $2 [0-9]"' - "$path" "$tool"
    check "$tool: -h" piped '[ "$("$1" -h)" = "$("$1" --help)" ]' - "$path"
    check "$tool: --help names every option" piped '
        "$1" --help >help && "$1" --completion >completion && [ -s completion ] &&
        tail -n +2 completion | cut -f 1 | while read -r option; do
            grep -q -- "$option" help || exit 1
        done' - "$path"
    check "$tool: its manual page" piped '"$1" --man >manual && grep "^\.SH OPTIONS" manual' - "$path"
    if command -v man >/dev/null; then
        silent "$tool: its manual page is sound roff" \
            bash -c '[ -s manual ] && LC_ALL=C.UTF-8 man --warnings -l manual 2>&1 >/dev/null'
    fi
done
command -v man >/dev/null || skip "this machine has no man: sound roff"

# The recipe of every stream that the calls make gives the same bytes again.
while read -r tool input arguments; do
    [ "$input" = - ] && file='' || file=$input
    "$tools/$tool" $arguments $file >made </dev/null
    [ "$(head -c 2 made)" = PK ] || continue
    replays "$tool" made
    equal "$tool: and replay says so" "$(replay made)" "made: the recipe gives the same bytes"
done <calls
