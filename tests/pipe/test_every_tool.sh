#!/bin/bash
# What every tool promises, held against every tool in bin/. A tool without a line in the table
# below fails the test.
# shellcheck disable=SC2086,SC2154 # words of the table; variables of lib.sh
. tests/pipe/lib.sh

cd "$scratch" || exit 1
cp "$fixtures/iris.csv" .
from-csv --label species iris.csv >iris.npz || exit 1
split --train 100 iris.npz >parts.npz || exit 1

gen-gauss -n 10 --mean 0,0 --cov 1,0,0,1 --mean 1,1 --cov 1,0,0,1 >two.npz || exit 1
printf '\0\0\010\003\0\0\0\002\0\0\0\001\0\0\0\003abcdef' >digits.idx
head -c 3073 /dev/zero >batch.bin
printf 'P5 2 2 255\nabcd' >picture.pgm

# How to call each tool so that it writes something: TOOL, its input (- for none), its options.
cat >calls <<'TABLE'
from-csv      iris.csv   --label species
to-csv        iris.npz   x
inspect       iris.npz
pick          iris.npz   x
split         iris.npz   --train 0.5
onehot        iris.npz
scale         iris.npz   --by standard
factorise     iris.npz   --method svd --rank 2
train-mlp     parts.npz  --hidden 3 --epochs 2 --eval-every 1
eval          model.npz
predict       model.npz
plot-scatter  iris.npz   --x 0 --y 1
plot-curves   model.npz
render-weights model.npz --tile 2x2
train-perceptron two.npz --epochs 3
gradcheck     -
from-idx      digits.idx
from-cifar    batch.bin
from-images   picture.pgm
gen-gauss     -          -n 10 --mean 0,0 --cov 1,0,0,1 --mean 1,1 --cov 1,0,0,1
gen-moons     -          -n 10
gen-ellipse   -          -n 10
gen-digits    -          -n 20
gen-faces     -          --people 2 --shots 2
gen-ratings   -          -n 100 --users 10 --items 20
TABLE
train-mlp --hidden 3 --epochs 2 --eval-every 1 <parts.npz >model.npz || exit 1

terminals=no
if script -qec true /dev/null </dev/null >/dev/null 2>&1; then
    terminals=yes
else
    skip "there are no pseudo-terminals here to refuse to write to"
fi

bin=$(dirname "$(command -v from-csv)")
for path in "$bin"/*; do
    tool=${path##*/}
    if ! read -r _ input arguments < <(grep "^$tool " calls); then
        fail "$tool: it has no line in the table of this test"
        continue
    fi
    [ "$input" = - ] && file='' || file=$input

    call() { # call EXTRA...: the tool as the table has it, its input a file
                "$path" $arguments "$@" $file </dev/null
    }

    # The same command gives the same bytes: twice, from a file, on other threads, on other kernels.
    call >first || fail "$tool: it does not run"
    [ -s first ] || fail "$tool: it writes nothing"
    call >second && same "$tool: run twice" first second
    call --threads 1 >second && same "$tool: one thread" first second
    call --threads 3 >second && same "$tool: three threads" first second
    LABPIPE_THREADS=2 call >second && same "$tool: LABPIPE_THREADS" first second
    LABPIPE_ISA=generic call >second && same "$tool: plain C kernels" first second
    call -o second && same "$tool: through -o" first second
    [ -z "$(ls ./*.tmp 2>/dev/null)" ] && pass || fail "$tool: it leaves a temporary behind"

    # A full disk, a reader that goes away.
    refuses "$tool: a full disk" 1 "^$tool: writing standard output: No space left" \
        bash -c '"$@" >/dev/full' - "$path" $arguments $file
    refuses "$tool: -o /dev/full" 1 "^$tool: writing /dev/full: No space left" \
        "$path" $arguments -o /dev/full $file
    refuses "$tool: -o into a folder that is not there" 1 "^$tool: writing no/such/file: .*No such file" \
        "$path" $arguments -o no/such/file $file
    equal "$tool: its reader goes away" "$(call 2>&1 >/dev/null | head -c 10; call | head -c 10 2>&1 >/dev/null)" ""

    # Wrong command lines.
    refuses "$tool: an unknown option" 2 "^$tool: unknown option '--no-such-option'" \
        "$path" --no-such-option
    refuses "$tool: --threads abc" 2 "^$tool: option --threads: 'abc' is not a whole number" \
        "$path" $arguments --threads abc $file
    refuses "$tool: --threads without a number" 2 "^$tool: --threads needs a value" \
        "$path" $arguments --threads
    refuses "$tool: kernels that there are not" 2 "^$tool: .*LABPIPE_ISA" \
        env LABPIPE_ISA=abacus "$path" $arguments $file
    refuses "$tool: LABPIPE_THREADS=two" 2 "^$tool: LABPIPE_THREADS: 'two' is not a whole number" \
        env LABPIPE_THREADS=two "$path" $arguments $file

    # Wrong inputs.
    if [ -n "$file" ]; then
        # (from-images takes folders.)
        [ "$tool" = from-images ] ||
            refuses "$tool: a folder for a file" 1 "^$tool: reading /: it is a directory" \
                "$path" $arguments /
        refuses "$tool: a file that is not there" 1 "^$tool: reading /no/such/file.npz: .*No such file" \
            "$path" $arguments /no/such/file.npz
        refuses "$tool: an empty file" 1 "^$tool: reading /dev/null: it is empty" \
            "$path" $arguments /dev/null
        refuses "$tool: an empty pipe" 1 "^$tool: reading standard input: it is empty" \
            bash -c 'true | "$@"' - "$path" $arguments
        refuses "$tool: a file with another CRC-32" 1 "^$tool: reading .*CRC-32" \
            "$path" $arguments --crc32 00000000 "./$file"
        [ ! -s refused.out ] && pass || fail "$tool: it writes output in spite of an error"
    else
        refuses "$tool: an operand" 2 "^$tool: unexpected operand" "$path" $arguments operand
    fi

    # A terminal is no place for bytes.
    case $terminals$(head -c 2 first) in
    yesPK | $'yes\x89P')
        equal "$tool: refuses to write to a terminal" \
            "$(script -qec "$path $arguments $file" /dev/null </dev/null | tr -d '\r' | head -c 300)" \
            "$tool: standard output is a terminal, and the result is binary (redirect it, or give -o FILE)" ;;
    esac

    # What it says of itself.
    check "$tool: --version" bash -c '"$1" --version | grep -q "^$2 (labpipe) [0-9]"' - "$path" "$tool"
    check "$tool: --help names every option" bash -c '
        "$1" --help >help && "$1" --completion | cut -d " " -f 1 | while read -r option; do
            grep -q -- "$option" help || exit 1
        done' - "$path"
    check "$tool: its manual page is sound roff" bash -c '
        "$1" --man | { ! command -v man >/dev/null || LC_ALL=C.UTF-8 man --warnings -l - 2>&1 >/dev/null | (! grep .); }' - "$path"
done

# The recipe of every stream that the calls make gives the same bytes again.
while read -r tool input arguments; do
    [ "$input" = - ] && file='' || file=$input
    "$bin/$tool" $arguments $file >made 2>/dev/null </dev/null
    [ "$(head -c 2 made)" = PK ] || continue
    inspect --recipe made >recipe
    bash recipe >again 2>/dev/null
    same "$tool: its recipe ($(cat recipe))" made again
done <calls
