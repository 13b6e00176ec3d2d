#!/bin/bash
# Where a result or a checkpoint may go, and what becomes of what is there: links, modes, devices,
# pipes, the input itself, two writers of one file.
# shellcheck disable=SC2012 # ls: the names are this test's own
. tests/pipe/lib.sh
umask 022
libraries=$PWD/$BUILD
cd "$scratch" || exit 1
from-csv --label species "$fixtures/iris.csv" >iris.npz
gen-moons -n 40 | split --train 30 >moons.npz
pick x iris.npz >x.npz
pick y iris.npz >y.npz
train=(train-mlp --hidden 3 --epochs 4 --checkpoint-every 1)
"${train[@]}" --checkpoint first.npz moons.npz >trained.npz

mode() { stat -c %a "$1"; }
folder() { ls -A "$1" | tr '\n' ' '; }

# ---- what is replaced ----

for kind in -o --checkpoint; do
    # writes PATH: a run that writes the bytes of $expected there.
    case $kind in
    -o) writes() { pick x iris.npz -o "$1"; }; expected=x.npz ;;
    *) writes() { "${train[@]}" --checkpoint "$1" moons.npz >/dev/null; }; expected=first.npz ;;
    esac
    rm -rf dir
    mkdir dir
    check "$kind: a new file" writes dir/new.npz
    same "$kind: a new file" $expected dir/new.npz
    equal "$kind: its mode" "$(mode dir/new.npz)" 644
    (umask 077 && writes dir/private.npz)
    equal "$kind: its mode under umask 077" "$(mode dir/private.npz)" 600
    rm dir/private.npz
    for mode in 600 640 444 777 200; do
        echo old >dir/new.npz
        chmod $mode dir/new.npz
        [ -w dir/new.npz ] || continue # the shell cannot write to it either
        check "$kind: mode $mode" writes dir/new.npz
        equal "$kind: mode $mode is kept" "$(mode dir/new.npz)" $mode
        chmod 644 dir/new.npz
        same "$kind: mode $mode: the bytes" $expected dir/new.npz
    done

    # Links are followed, one after the other, also to where nothing is yet.
    mkdir dir/deep
    ln -s ../new.npz dir/deep/second.npz
    ln -s deep/second.npz dir/first.npz
    ln -s "$PWD/dir/absent.npz" dir/dangling.npz
    echo old >dir/new.npz
    check "$kind: through links" writes dir/first.npz
    same "$kind: through links" $expected dir/new.npz
    check "$kind: through a link to nothing" writes dir/dangling.npz
    same "$kind: through a link to nothing" $expected dir/absent.npz
    equal "$kind: the links are there, and nothing else" \
        "$(readlink dir/first.npz dir/deep/second.npz | tr '\n' ' ')$(folder dir)$(folder dir/deep)" \
        "deep/second.npz ../new.npz absent.npz dangling.npz deep first.npz new.npz second.npz "
    ln -s loop.npz dir/loop.npz
    refuses "$kind: a link to itself" 1 'writing dir/loop.npz: Too many levels' writes dir/loop.npz

    # What others leave under a name that a temporary might have is not touched.
    echo precious >precious
    for planted in new.npz.partial new.npz.tmp; do ln -s "$PWD/precious" "dir/$planted"; done
    check "$kind: beside planted links" writes dir/new.npz
    equal "$kind: what the planted links lead to" "$(cat precious)" precious

    # Names of 250 and of 255 bytes; of 256.
    for length in 250 255; do
        name=$(printf "%${length}s" .npz | tr ' ' n)
        check "$kind: a name of $length bytes" writes "$name"
        check "$kind: a name of $length bytes, again" writes "$name"
        same "$kind: a name of $length bytes" $expected "$name"
        rm -f "$name"
    done
    refuses "$kind: a name of 256 bytes" 1 'File name too long' writes "n$name"
    long=dir/long part=$(printf '%200s' '' | tr ' ' d)
    for _ in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18; do long=$long/$part; done
    mkdir -p "$long"
    check "$kind: a path of 3,600 bytes" writes "$long/new.npz"
    refuses "$kind: an empty name" 2 "option -(-output|-checkpoint): the file's name is empty" writes ''
    refuses "$kind: a folder" 1 'writing dir: it is a directory' writes dir
    refuses "$kind: the root" 1 'writing /: (it i|I)s a directory' writes /
    refuses "$kind: a name that ends in a slash" 1 'writing dir/none/: ' writes dir/none/
    refuses "$kind: a missing folder" 1 'writing no/such/file: No such file' writes no/such/file
    ln -s "$PWD/no/such/file" dir/astray.npz
    refuses "$kind: a link into a missing folder" 1 'writing dir/astray.npz: No such file' writes dir/astray.npz
done

# A file that this user may not write to, though the folder is his.
if [ "$(id -u)" -eq 0 ] && setpriv --reuid=65534 --clear-groups "$tools/pick" --version >/dev/null 2>&1; then
    mkdir -m 777 open
    chmod 755 .
    nobody=(setpriv --reuid=65534 --regid=65534 --clear-groups)
    as_nobody() { "${nobody[@]}" "$tools/pick" x iris.npz -o "$@"; }
    echo old >open/readonly
    chmod 444 open/readonly
    refuses 'a read-only file' 1 'writing open/readonly: Permission denied' as_nobody open/readonly
    equal 'a read-only file stays' "$(cat open/readonly) $(folder open)" 'old readonly '
    refuses 'a read-only folder' 1 'writing fresh: Permission denied' as_nobody fresh
    mkdir -m 333 open/blind
    refuses 'a folder that cannot be read, nor flushed' 1 'writing open/blind/x: Permission denied' \
        as_nobody open/blind/x --sync
    equal 'nothing is left there' "$(ls -A open/blind)x" x
    check 'such a folder, not flushed' as_nobody open/blind/x
    same 'such a folder, not flushed' x.npz open/blind/x
    echo old >open/alone
    chmod 666 open/alone
    # shellcheck disable=SC2016 # the inner shell's
    check 'where no more processes may be' "${nobody[@]}" bash -c 'ulimit -u 1 && exec "$0" x iris.npz -o open/alone' "$tools/pick"
    same 'where no more processes may be' x.npz open/alone
    echo old >open/team
    chown 0:100 open/team
    chmod 666 open/team
    check 'a file of another user' as_nobody open/team
    equal 'its new owner, and no rights for another group' "$(stat -c '%u %a' open/team)" '65534 606'
    echo old >open/mine
    chown 65534:100 open/mine
    chmod 640 open/mine
    check "root over another's file" pick x iris.npz -o open/mine
    equal 'its owner, group and mode' "$(stat -c '%u %g %a' open/mine)" '65534 100 640'
else
    skip 'only root can become another user: files that may not be written to'
fi

# ---- what is no regular file ----

pick x iris.npz -o - >standard.npz
same '-o -: standard output' x.npz standard.npz
equal '-o -: no file of that name' "$(ls ./- 2>/dev/null | wc -l)" 0
echo 'first line' >standard.npz
pick x iris.npz -o /dev/stdout >>standard.npz
tail -n +2 standard.npz >behind.npz
same '-o /dev/stdout: after what is there' x.npz behind.npz
pick x iris.npz -o /dev/fd/7 7>standard.npz
same '-o /dev/fd/7' x.npz standard.npz
pick x iris.npz -o /dev/stderr 2>standard.npz
same '-o /dev/stderr' x.npz standard.npz
refuses '-o with a descriptor that is closed' 1 'writing /dev/fd/9: Bad file descriptor$' pick x iris.npz -o /dev/fd/9
refuses '-o with no descriptor' 1 'writing /dev/fd/9x: No such file' pick x iris.npz -o /dev/fd/9x
pick x iris.npz -o >(cat >piped.npz)
wait $!
same '-o >(...)' x.npz piped.npz
mkfifo fifo
cat fifo >piped.npz &
pick x iris.npz -o fifo
wait $!
same '-o with a named pipe' x.npz piped.npz
check '-o /dev/null' pick x iris.npz -o /dev/null
if mknod disk b 1 0 2>/dev/null; then
    refuses '-o with a disk' 1 'writing disk: it is a disk \(write to it through standard output\)' pick x iris.npz -o disk
else
    skip 'no device can be made: a disk'
fi
check 'a checkpoint and an output of one name in two folders' "${train[@]}" --checkpoint dir/one.npz -o dir/deep/one.npz moons.npz
same 'the checkpoint of that name' first.npz dir/one.npz
same 'the output of that name' trained.npz dir/deep/one.npz
# Without /proc a temporary has to have a name, since nothing else could give it one. (Nor does a tool then know
# where it is itself.)
# shellcheck disable=SC2016 # the inner shell's
no_proc=(env LD_LIBRARY_PATH="$libraries" unshare -rm bash -c 'mount -t tmpfs none /proc && exec "$@"' -)
if grep -q __asan_init "$tools/pick"; then
    skip 'a system without /proc: it is where a sanitizer finds its options'
elif "${no_proc[@]}" true 2>/dev/null; then
    mkdir no-proc
    echo old >no-proc/old.npz
    chmod 640 no-proc/old.npz
    for name in new old; do
        check "no /proc: $name" "${no_proc[@]}" "$tools/pick" x iris.npz -o no-proc/$name.npz
        same "no /proc: $name" x.npz no-proc/$name.npz
    done
    equal 'no /proc: nothing else is left, and modes are kept' "$(cd no-proc && stat -c '%n %a' -- * | tr '\n' ' ')" \
        'new.npz 644 old.npz 640 '
else
    skip 'no name space to mount in: a system without /proc'
fi
refuses '-o with the pipe that is read' 2 'pick: ./fifo is the input, too' pick x ./fifo -o ./fifo
refuses 'a closed standard output' 1 'pick: writing standard output: Bad file descriptor' \
    bash -c 'pick x iris.npz >&-'
bash -c 'pick nothing iris.npz -o closed.npz 2>&-' || :
bash -c 'exec 2>&-; train-mlp --progress --hidden 3 --epochs 4 moons.npz -o closed.npz'
same 'standard error closed: the output' closed.npz trained.npz
for special in /dev/null /dev/full fifo; do
    refuses "--checkpoint $special" 1 "train-mlp: writing $special: it is not a regular file" \
        "${train[@]}" --checkpoint $special moons.npz
done
equal 'what they were' "$(stat -c %F /dev/null /dev/full fifo | tr '\n' ,)" \
    'character special file,character special file,fifo,'

# ---- input and output are one file ----

cp iris.npz own.npz
check '-o over its own input' pick x own.npz -o own.npz
same '-o over its own input' x.npz own.npz
cp moons.npz own.npz
ln -s own.npz link.npz
ln own.npz hard.npz
for name in own.npz ./own.npz link.npz hard.npz; do
    refuses "the checkpoint is the input: $name" 2 "the checkpoint $name is an input, too" \
        "${train[@]}" --checkpoint $name own.npz
    refuses "the checkpoint is standard input: $name" 2 "the checkpoint $name is an input, too" \
        bash -c '"$@" <own.npz' - "${train[@]}" --checkpoint $name
    refuses "the checkpoint is the output: $name" 2 "the checkpoint $name is the output, too" \
        "${train[@]}" --checkpoint $name -o own.npz moons.npz
done
same 'the input is as it was' moons.npz own.npz
refuses 'the checkpoint is the output, both new' 2 'the checkpoint ./new.npz is the output, too' \
    "${train[@]}" --checkpoint ./new.npz -o new.npz moons.npz
refuses 'the checkpoint is standard output' 2 'the checkpoint new.npz is the output, too' \
    bash -c '"$@" >new.npz' - "${train[@]}" --checkpoint new.npz moons.npz
refuses 'the checkpoint is the start' 2 'the checkpoint trained.npz is an input, too' \
    "${train[@]}" --init-from trained.npz --checkpoint trained.npz moons.npz
refuses '--sync without -o' 2 'goes only with --output' pick x --sync iris.npz
check '--sync' pick x --sync iris.npz -o sync.npz
same '--sync: the bytes' x.npz sync.npz

# ---- what goes away, or has no more room ----

for reader in '| head -c 1 >/dev/null' '-o >(head -c 1 >/dev/null)'; do
    # shellcheck disable=SC2016 # the inner shell's
    equal "a reader that goes away, SIGPIPE ignored: $reader" \
        "$(bash -c "trap '' PIPE; gen-moons -n 100000 $reader"'; echo "${PIPESTATUS[0]}"' 2>&1)" 1
done
# shellcheck disable=SC2016 # the inner shell's
small=(unshare -rm bash -c 'mount -t tmpfs -o size=4k none small && { status=0; "$@" || status=$?; ls -A small; exit $status; }' -)
mkdir small
if "${small[@]}" true 2>/dev/null; then
    for hidden in 3 300; do # it fails when the file is closed, and before
        refuses "a checkpoint without room: $hidden units" 1 '^labpipe train-mlp: .*small/c.npz.*: No space left on device$' \
            "${small[@]}" train-mlp --hidden $hidden --epochs 4 --checkpoint-every 1 --checkpoint small/c.npz moons.npz -o /dev/null
        wrote_nothing 'it is not there'
    done
    refuses 'an output without room' 1 '^labpipe pick: writing (the stream|small/x.npz): No space left on device$' \
        "${small[@]}" pick x iris.npz -o small/x.npz
    wrote_nothing 'it is not there'
else
    skip 'no name space to mount in: a full disk'
fi
mkdir gone
train-mlp --hidden 3 --epochs 1000000000 --checkpoint-every 1 --checkpoint gone/c.npz moons.npz >/dev/null 2>gone.log &
until [ -e gone/c.npz ]; do kill -0 $! || break; sleep 0.05; done
mv gone elsewhere
status=0
wait $! || status=$?
equal 'the folder of a checkpoint goes away' "$status $(cat gone.log)" \
    '1 labpipe train-mlp: writing gone/c.npz: No such file or directory'
gen-moons -n 20000 >wide.npz # more than a pipe holds: pick has opened its output by then
mkdir gone
refuses 'the folder of an output goes away' 1 'writing gone/x.npz: No such file' \
    bash -c '{ head -c 200000 wide.npz; rmdir gone; tail -c +200001 wide.npz; } | pick x -o gone/x.npz'

# Descriptors that do not block: what cannot be written or read yet is waited for.
if [ -n "$python" ]; then
    check 'pipes that do not block' "$python" - <<'PYTHON'
import os, subprocess, time
data = open("moons.npz", "rb").read()
read, feed = os.pipe()
drain, write = os.pipe()
os.set_blocking(read, False)
os.set_blocking(write, False)
large = subprocess.run(["gen-moons", "-n", "50000"], stdout=subprocess.PIPE, check=True).stdout
process = subprocess.Popen(["gen-moons", "-n", "50000"], stdout=write)
os.close(write)
time.sleep(0.3)
got = b""
while part := os.read(drain, 65536):
    got += part
assert process.wait() == 0 and got == large, (len(got), len(large))
process = subprocess.Popen(["pick", "*"], stdin=read, stdout=subprocess.PIPE)
for at in range(0, len(data), 1000):
    time.sleep(0.02)
    os.write(feed, data[at:at + 1000])
os.close(feed)
got = process.communicate()[0]
assert process.returncode == 0 and got == subprocess.run(["pick", "*", "moons.npz"], stdout=subprocess.PIPE).stdout
PYTHON
else
    skip 'no Python: pipes that do not block'
fi

# ---- two writers of one file ----

rm -rf dir
mkdir dir
train-mlp --hidden 3 --epochs 300 moons.npz >whole.npz
for round in 1 2 3; do
    for run in 1 2 3; do
        train-mlp --hidden 3 --epochs 300 --checkpoint-every 1 --checkpoint dir/c.npz moons.npz -o dir/$run.npz \
            2>>dir/errors &
        runs[run]=$!
    done
    for run in 1 2 3; do
        wait "${runs[run]}" || fail "round $round: run $run: status $?"
        same "round $round: run $run" whole.npz dir/$run.npz
    done
    check "round $round: the checkpoint is whole" inspect dir/c.npz
    equal "round $round: nothing else is left" "$(folder dir)$(cat dir/errors)" '1.npz 2.npz 3.npz c.npz errors '
done
