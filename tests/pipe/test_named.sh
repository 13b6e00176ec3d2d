#!/bin/bash
# Where the file system has no files without a name (NFS, FAT), a temporary has one: -o, checkpoints and what
# does not fit the memory. It is gone at the end, whatever the end is, and a whole file takes its place.
# shellcheck disable=SC2012,SC2016 # ls: the names are this test's own; what inner shells expand
. tests/pipe/lib.sh
ulimit -c 0
library=$PWD/$BUILD/tests/faults/named.so
case $(nm -D "$tools/pick") in
*__asan_init*) skip "the sanitizers' own library has to be the first"; exit ;;
esac
cd "$scratch" || exit 1
gen-moons -n 300 --seed 2 | split --train 200 >moons.npz
pick x_train moons.npz >x.npz
train=(train-mlp --hidden 20)
"${train[@]}" --epochs 60 --checkpoint-every 1 --checkpoint first.npz moons.npz >whole.npz
named() { LD_PRELOAD=$library "$@"; }
folder() { ls -A dir | tr '\n' ' '; }
fresh() { rm -rf dir && mkdir dir; }

# ---- what takes its name ----

fresh
check 'a new file' named pick x_train moons.npz -o dir/new.npz
same 'a new file' x.npz dir/new.npz
echo old >dir/old.npz
chmod 640 dir/old.npz
check 'an older file' named pick x_train moons.npz --sync -o dir/old.npz
same 'an older file' x.npz dir/old.npz
equal 'its mode is kept' "$(stat -c %a dir/old.npz)" 640
equal 'nothing else is left' "$(folder)" 'new.npz old.npz '
check 'a checkpoint beside an output' named "${train[@]}" --epochs 60 --checkpoint-every 1 --checkpoint dir/c.npz moons.npz -o dir/o.npz
same 'the checkpoint' first.npz dir/c.npz
same 'the output' whole.npz dir/o.npz

# Another's file of the temporary's name is left alone.
fresh
check 'its name is taken' named bash -c \
    'for n in 0 1; do echo precious >"dir/o.npz.$$-$n.tmp"; done; exec pick x_train moons.npz -o dir/o.npz'
same 'the next name does' x.npz dir/o.npz
equal 'what was there' "$(cat dir/o.npz.*)" "$(printf 'precious\nprecious')"
refuses 'every name is taken' 1 '^labpipe pick: writing dir/o.npz: File exists$' named bash -c \
    'for n in {0..999}; do echo precious >"dir/o.npz.$$-$n.tmp"; done; exec pick x_train moons.npz -o dir/o.npz'
equal 'and nothing is lost' "$(cat dir/o.npz.* | grep -c precious)" 1002
same 'nor the output' x.npz dir/o.npz

# ---- what does not ----

fresh
echo old >dir/o.npz
refuses 'an input that is cut' 1 '^labpipe pick: reading cut.npz: ' \
    bash -c 'head -c 900 moons.npz >cut.npz; LD_PRELOAD=$0 exec pick x_train cut.npz -o dir/o.npz' "$library"
equal 'an error leaves the old file alone' "$(cat dir/o.npz) $(folder)" 'old o.npz '

# begins COMMAND...: in the background, with a temporary in dir, as $child.
begins() {
    LD_PRELOAD=$library env --default-signal "$@" &
    child=$!
    for _ in {1..500}; do
        case $(folder) in *tmp*) return ;; esac
        sleep 0.01
    done
    fail "no temporary: $*"
}
if env --default-signal true 2>/dev/null; then
    for signal in HUP INT QUIT TERM PIPE XCPU XFSZ USR1 ALRM; do
        begins "${train[@]}" --epochs 1000000000 moons.npz -o dir/o.npz
        status=0
        kill -s $signal $child
        { wait $child; } 2>/dev/null || status=$?
        equal "SIG$signal ends it, and leaves the old file alone" "$(kill -l $status) $(cat dir/o.npz) $(folder)" \
            "$signal old o.npz "
    done
else
    skip 'this env has no --default-signal: signals'
fi

# meanwhile NAME LIBRARY PATTERN LEFT COMMAND...: the command runs while the tool waits for its input.
mkfifo in
meanwhile() {
    local name=$1 preload=$2 pattern=$3 left=$4 status=0
    shift 4
    fresh
    LD_PRELOAD=$preload pick x_train ./in -o dir/o.npz 2>log &
    child=$!
    timeout 60 bash -c 'exec >in; "$@"; exec cat moons.npz' - "$@" || fail "$name: the tool does not read"
    wait $child || status=$?
    equal "$name" "$status $(grep -Ec -- "$pattern" log) $(wc -l <log) $(folder)" "1 1 1 $left"
}
meanwhile 'a folder takes its place' "$library" '^labpipe pick: writing dir/o.npz: Is a directory$' 'o.npz ' mkdir dir/o.npz
meanwhile 'somebody removes it' "$library" '^labpipe pick: writing dir/o.npz: No such file or directory$' '' \
    bash -c 'rm dir/*'
meanwhile 'a folder takes the place of a file without a name' '' \
    '^labpipe pick: writing dir/o.npz: Is a directory$' 'o.npz ' mkdir dir/o.npz

# ---- memory ----

fresh
gen-gauss -n 100000 --mean 0,0 --mean 1,1 --seed 1 >wide.npz
scale --by standard wide.npz >scaled.npz
within='cat wide.npz | LD_PRELOAD=$0 TMPDIR=$1 scale --by standard --memory 1M'
check 'what does not fit the memory' piped "$within >files.npz" "$library" dir
same 'its bytes' scaled.npz files.npz
check 'no file is left' test -z "$(folder)"
refuses 'a folder of too long a name' 1 \
    'that do not fit the memory \(--memory\) cannot go to a file in (d/)+' \
    piped "$within" "$library" "$(printf 'd/%.0s' {1..2500})"
