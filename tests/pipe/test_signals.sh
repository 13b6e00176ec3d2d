#!/bin/bash
# A run that a signal ends leaves the file of -o as it was or whole, a whole checkpoint or none, and
# nothing else; resumed, it ends in the bytes of an undisturbed run. KILLS=100: so many of each signal
# (and five times as many SIGKILLs). Nor does a pipeline lose a byte whose processes are stopped and go on.
# shellcheck disable=SC2012 # ls: the names are this test's own
. tests/pipe/lib.sh
: "${KILLS:=2}"
ulimit -c 0
cd "$scratch" || exit 1
gen-moons -n 300 --seed 2 | split --train 200 >moons.npz
train=(train-mlp --hidden 20 --epochs 60)
"${train[@]}" moons.npz >whole.npz
mkdir dir
echo old >old
# A shell starts its background jobs with INT and QUIT ignored.
if env --default-signal true 2>/dev/null; then start=(env --default-signal); else start=(); fi

messages=$scratch/messages
: >"$messages"

# with_signal SIGNAL: a run that gets the signal after up to 60 ms, then what it left.
with_signal() {
    local child status=0 left
    "${start[@]}" "${train[@]}" --checkpoint dir/c.npz --checkpoint-every 1 --resume -o dir/o.npz moons.npz \
        2>>"$messages" &
    child=$!
    # A bash that is killed before it has become the tool would clean up here.
    while [ /proc/$child/exe -ef /proc/$$/exe ]; do :; done
    sleep 0.0$((RANDOM % 6))$((RANDOM % 10))
    kill -s "$1" $child 2>/dev/null || :
    { wait $child; } 2>/dev/null || status=$?
    left=$(ls -A dir | tr '\n' ' ')
    case $left in *tmp*) sleep 0.2; left=$(ls -A dir | tr '\n' ' ') ;; esac # it may just be taking its name
    case $status-$left in
    0-o.npz\  | 0-c.npz\ o.npz\ ) ended=$((ended + 1)) ;;
    *[1-9]*-o.npz\  | *[1-9]*-c.npz\ o.npz\ ) killed=$((killed + 1)) ;;
    *) wrong="$wrong; status $status, left $left"; rm -f dir/*tmp ;;
    esac
    if [ -e dir/c.npz ] && ! inspect dir/c.npz >/dev/null; then wrong="$wrong; the checkpoint is not whole"; fi
    if [ $status -eq 0 ]; then
        cmp -s whole.npz dir/o.npz || wrong="$wrong; other bytes"
        rm dir/c.npz
        cp old dir/o.npz
    elif ! cmp -s old dir/o.npz && ! cmp -s whole.npz dir/o.npz; then
        wrong="$wrong; the old output is not what it was"
    fi
}

# many SIGNAL TIMES
many() {
    local wrong='' ended=0 killed=0 i
    rm -f dir/c.npz
    cp old dir/o.npz
    for ((i = 0; i < $2; i++)); do with_signal "$1"; done
    if [ -n "$wrong" ]; then fail "$1, $2 times: ${wrong#; }"; else pass "$1, $2 times: $killed killed, $ended ended"; fi
    kills=$((kills + killed))
}

kills=0
for signal in $(kill -l | tr -s ' \t' '\n' | sed -n 's/^SIG//p'); do
    case $signal in
    KILL | STOP | CONT | CHLD | TSTP | TTIN | TTOU | URG | WINCH) ;; # not caught, or not an end
    INT | QUIT) if [ ${#start[@]} -gt 0 ]; then many "$signal" "$KILLS"; else skip "this env has no --default-signal: $signal"; fi ;;
    *) many "$signal" "$KILLS" ;;
    esac
done
many KILL $((5 * KILLS))
[ "$kills" -ge $((5 * KILLS)) ] || fail "only $kills of the runs were killed before they had ended"
equal 'what the killed runs said' "$(cat "$messages")x" x

# A signal that a run was started to ignore (nohup) stays ignored.
for signal in HUP INT QUIT TERM; do
    rm -f dir/*
    (trap '' $signal && exec "${train[@]}" --checkpoint dir/c.npz --checkpoint-every 1 moons.npz -o dir/o.npz) &
    child=$!
    for _ in 1 2 3 4 5; do
        sleep 0.01
        kill -s $signal $child 2>/dev/null || :
    done
    wait $child || fail "$signal ignored: status $?"
    same "$signal ignored: it goes on" whole.npz dir/o.npz
done

# Processes that stop while they write to a pipe or read from one, and go on, each at moments of its own.
members() { # members LEADER: the processes of its group
    local stat line
    for stat in /proc/[0-9]*/stat; do
        { read -r line <"$stat"; } 2>/dev/null || continue
        # shellcheck disable=SC2086 # words: the state, the parent, the group
        set -- "$1" ${line##*) }
        [ "$4" != "$1" ] || echo "${stat//[!0-9]/}"
    done
}
# shellcheck disable=SC2016 # the shell of the pipeline expands it
pipeline='gen-gauss -n "$1" --mean 0,0,0,0,0,0,0,0 --mean 1,1,1,1,1,1,1,1 --seed 1 | split --train 0.5 --seed 2 |
    scale --by standard | onehot | pick x_train x_test y_train'
rows=$((200000 * (KILLS < 15 ? KILLS : 15))) # of 128 bytes: 50 MB through each pipe, or up to 384
piped "$pipeline" - $rows >undisturbed.npz
setsid bash -o pipefail -c "$pipeline" - $rows >stopped.npz &
leader=$!
stops=0
while kill -0 $leader 2>/dev/null; do
    for pid in $(members $leader); do
        [ $((RANDOM % 2)) -eq 0 ] || [ "$pid" -eq $leader ] || ! kill -STOP "$pid" 2>/dev/null || stops=$((stops + 1))
    done
    sleep 0.0$((RANDOM % 3))
    for pid in $(members $leader | sort -R); do kill -CONT "$pid" 2>/dev/null || :; done
    sleep 0.0$((RANDOM % 2))
done
status=0
wait $leader || status=$?
equal "a pipeline that is stopped and goes on: its status" $status 0
same "and its bytes" undisturbed.npz stopped.npz
check "it was stopped at least twenty times: $stops" [ "$stops" -ge 20 ]
