#!/bin/bash
# Every tool, and the program that runs them, with one fault: a system call or an allocation that fails, or
# transfers less than it was asked to. The tool gives the right bytes, or one line and status 1, and leaves nothing
# behind. FAULTS=1: every call; 100: the first and the last few of each kind, and every hundredth between them.
# shellcheck disable=SC2086,SC2016 # words of the table; what an inner shell expands
. tests/pipe/lib.sh
: "${FAULTS:=100}"
here=$PWD/tests/pipe
inject=$PWD/$BUILD/tests/faults/inject library=$PWD/$BUILD/tests/faults/malloc.so
case $(nm -D "$tools/pick") in
*__asan_init*) skip "the sanitizers' own calls fail, too"; exit 0 ;;
esac
cd "$scratch" || exit 1
# shellcheck source=tests/pipe/calls.sh
. "$here/calls.sh"
mkdir run
total=0 tools_tried=0

try() { # try ARGUMENT...: a tool with every fault
    local status=0
    (cd run && "$inject" -s "$FAULTS" -m "$library" "$@") >log 2>&1 || status=$?
    case $status in
    0) pass "$(tail -n 1 log)" ;;
    77) skip "no process may be traced here"; exit 0 ;;
    *) fail "$*"; cat log ;;
    esac
    total=$((total + $(sed -n 's/.*: \([0-9]*\) faults.*/\1/p' log)))
}

for tool in $(all_tools); do
    path=$tools/$tool
    if ! read -r _ input arguments < <(grep "^$tool " calls); then
        fail "$tool: it has no line in calls.sh"
        continue
    fi
    [ "$input" = - ] && file='' || file=../$input
    tools_tried=$((tools_tried + 1))
    try "$path" $arguments $file --threads 1
    # A pipe is read, a file is mapped.
    [ -z "$file" ] || { [ "$FAULTS" -gt 1 ] && [ "$tool" != pick ]; } ||
        try -p "$file" "$path" $arguments --threads 1
done

# Where other libraries, or other parts of them, are at work than in those calls.
render-weights --tile 2x2 model.npz >picture.png
gzip -n <digits.idx >digits.idx.gz
split --train 0.5 --compress iris.npz >packed.npz
while read -r tool input arguments; do
    try "$tools/$tool" $arguments "../$input" --threads 1
done <<'TABLE'
from-images picture.png
from-idx    digits.idx.gz
inspect     packed.npz --json
split       iris.npz --train 0.5 --compress
TABLE
for ending in .svg .pdf; do
    try -e $ending "$tools/plot-curves" ../model.npz --threads 1
done
# A folder that cannot be flushed is an error, and the file has its name by then.
try -n -e .npz "$tools/split" --train 0.5 --sync ../iris.npz --threads 1
# Where writing the result fails, the checkpoint has been written.
try -c "$tools/train-mlp" --hidden 3 --epochs 2 --checkpoint-every 2 ../parts.npz --threads 1

# The program that runs the tools, installed with a few of them: what it does itself.
mkdir -p run/few/bin run/few/libexec/labpipe
cp "$tools/labpipe" run/few/bin
for tool in eval split train-perceptron; do ln -s "$tools/$tool" run/few/libexec/labpipe; done
try -l few/bin/labpipe split --train 0.5 ../iris.npz --threads 1
for words in list 'list --tsv' help 'help split' version --exec-path; do
    try -lt few/bin/labpipe $words
done
LABPIPE_EXEC_PATH=few/libexec/labpipe try -lt "$tools/labpipe" --exec-path
for words in splt 'help splt' 'list x'; do try -lt -x 2 few/bin/labpipe $words; done
check "$total faults, at least fifty a tool" [ "$total" -ge $((50 * tools_tried)) ]

# A program that keeps none of this: its lines do not name it, and it knows no -o.
cp "$(command -v cat)" cat
check "what is wrong is noticed" piped \
    'cd run && ! "$1" ../cat ../iris.npz >log 2>&1 && grep -q "^FAILED: cat" log' - "$inject"
