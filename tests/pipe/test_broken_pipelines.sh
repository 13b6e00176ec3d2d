#!/bin/bash
# Pipelines of ten stages in which one fails, each in turn: by a wrong option, by an input that was cut short,
# killed while it waits for its input, killed while it works. Every stage ends within a second, pipefail's
# status is not 0, the stages before it are silent, those behind it say one line, and nothing stands under the
# last one's -o.
# shellcheck disable=SC2034 # the tables are used through declare -n
. tests/pipe/lib.sh
cd "$scratch" || exit 1
ulimit -c 0
limit=1000000 # microseconds
case $(nm -D "$tools/pick") in *__asan_init*) limit=10000000 ;; esac

table=(
    'from-csv --label species'
    'split --train 0.8 --stratify'
    'impute'
    'onehot'
    'scale --by standard'
    'train-mlp --hidden 5 --epochs 20 --eval-every 1'
    'predict'
    'pick --drop y_score'
    'summarise'
    'plot-curves --of loss -o dir/last'
)
pictures=(
    'pick --rows 0:60'
    'split --train 0.75'
    'augment --shift 1'
    'scale --divide 255'
    'onehot'
    'train-cnn --layers conv:2:3,relu,max-pool:2 --epochs 2'
    "pick '*'"
    'predict'
    'pick y_test y_pred'
    'to-csv y_pred -o dir/last'
)
cp "$fixtures/iris.csv" table.input
gen-digits -n 80 --side 12 >pictures.input
mkdir dir
mkfifo go

# feed FILE: one half of it, and the other when it is told to.
feed() {
    local half=$(($(wc -c <"$1") / 2))
    head -c "$half" "$1"
    read -r _ <go
    tail -c "+$((half + 1))" "$1"
}

# prepare PIPELINE: runs it stage by stage; keep[i] is how much of stage i's input is left where that is cut.
prepare() {
    local i
    cp "$1.input" between
    keep=()
    for ((i = 0; i < 10; i++)); do
        keep[i]=$(($(wc -c <between) / 2))
        bash -c "${stages[i]}" <between >next || fail "$1, stage $((i + 1)): status $?"
        mv next between
    done
    # Half a table is a table, unless it ends within a row.
    [ "$1" != table ] || keep[0]=$(($(head -n 75 table.input | wc -c) + 6))
    check "$1: ten stages that do not fail" test -s dir/last
    rm dir/last
}

# breaks PIPELINE HOW STAGE: the pipeline, of which stage STAGE (from 0) fails.
breaks() {
    local pipeline=$1 how=$2 broken=$3 line='' i stage started took status=0 pid wrong='' lines expected
    rm -f pid.* errors.*
    for ((i = 0; i < 10; i++)); do
        stage=${stages[i]}
        if [ $i -eq "$broken" ]; then
            case $how in
            option) stage="$stage --no-such-option" ;;
            cut) stage="sh -c \"head -c ${keep[i]} | $stage\"" ;;
            working) stage=${stage/--epochs +([0-9])/--epochs 100000000} ;;
            esac
        fi
        line="$line | { echo \$BASHPID >pid.$i; exec $stage 2>errors.$i; }"
    done
    export -f feed
    started=${EPOCHREALTIME/./}
    if [ "$how" = waiting ]; then
        bash -o pipefail -c "feed $pipeline.input $line" 2>/dev/null &
    else
        bash -o pipefail -c "cat $pipeline.input $line" 2>/dev/null &
    fi
    pid=$!
    case $how in
    waiting | working)
        # A bash that is killed before it has become the tool would not be the stage.
        until [ -s "pid.$broken" ] && ! [ "/proc/$(cat "pid.$broken")/exe" -ef "/proc/$$/exe" ]; do :; done
        sleep 0.1
        kill -s KILL "$(cat "pid.$broken")"
        started=${EPOCHREALTIME/./}
        [ "$how" = working ] || echo >go ;;
    esac
    { wait $pid; } 2>/dev/null || status=$?
    took=$((${EPOCHREALTIME/./} - started))
    [ $took -lt $limit ] || wrong="$wrong, took $took microseconds"
    [ $status -ne 0 ] || wrong="$wrong, status 0"
    [ -z "$(ls -A dir)" ] || { wrong="$wrong, left $(ls -A dir)"; rm -r dir; mkdir dir; }
    for ((i = 0; i < 10; i++)); do
        lines=$(wc -l <errors.$i) expected=1
        if [ $i -lt "$broken" ] || { [ $i -eq "$broken" ] && [[ $how = w* ]]; }; then expected=0; fi
        [ "$lines" -eq $expected ] || wrong="$wrong, $lines lines of stage $((i + 1))"
    done
    if [ -z "$wrong" ]; then
        pass "$pipeline, stage $((broken + 1)), $how: $took microseconds, status $status"
    else
        fail "$pipeline, stage $((broken + 1)) of 10, $how: ${wrong#, }"
        cat errors.*
    fi
}

shopt -s extglob
for pipeline in table pictures; do
    declare -n stages=$pipeline
    prepare $pipeline
    for ((stage = 0; stage < 10; stage++)); do
        for how in option cut waiting; do breaks $pipeline $how $stage; done
    done
    breaks $pipeline working 5
done
