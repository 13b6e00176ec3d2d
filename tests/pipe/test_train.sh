#!/bin/bash
# train-mlp and train-perceptron: what they learn, the same bytes on every instruction set and thread
# count, killed and resumed runs, recipes, and every refusal.
. tests/pipe/lib.sh
cd "$scratch" || exit 1

gen-moons -n 1000 --noise 0.05 --seed 3 | split --train 0.8 --seed 3 >moons.npz
from-csv --label species "$fixtures/iris.csv" | split --train 100 --seed 1 |
    scale --by standard >iris.npz

accuracy() { # accuracy PART [FILE]
    local part=$1
    shift
    "$tools/eval" --tsv "$@" | awk -F '\t' -v part="$part" '$1 == part { print $3 }'
}
at_least() { # at_least NAME ACTUAL LIMIT
    if awk -v a="$2" -v l="$3" 'BEGIN { exit !(a ~ /^[0-9.]+$/ && a + 0 >= l) }'; then pass "$1"; else fail "$1: $2, expected at least $3"; fi
}

# What is learned.
train-mlp --hidden 20 --optimizer adam --lr 0.01 --batch 32 --epochs 60 moons.npz >well.npz
at_least 'two moons' "$(accuracy test well.npz)" 0.99
at_least 'two moons, training' "$(accuracy train well.npz)" 0.99
train-mlp --hidden 12 --lr 0.5 --batch 0 --epochs 200 iris.npz >flowers.npz
at_least 'Iris' "$(accuracy test flowers.npz)" 0.9

# One row a step over gen-gauss, far apart.
gen-gauss -n 100 --mean=10,16 --mean=-6,-3 --cov=3,0,0,4 --cov=2,0,0,5 | split --train 0.8 >gauss.npz
equal 'perceptron, far apart' "$(train-perceptron gauss.npz | accuracy test)" 1

# The same bytes everywhere.
for how in '--optimizer adam --batch 64 --epochs 5' '--momentum 0.9 --sample --steps 500' \
    '--epochs 5 --dtype f8 --activation tanh' \
    '--optimizer rmsprop --momentum 0.5 --batch 64 --epochs 5 --activation gelu --clip-norm 0.1 --label-smoothing 0.1' \
    '--optimizer adagrad --batch 64 --epochs 5 --activation silu --class-weights 1,3 --lr-schedule warmup:2,cosine'; do
    # shellcheck disable=SC2086
    train-mlp --hidden 40,30 $how --threads 1 moons.npz >one.npz
    for isa in $isas; do
        # shellcheck disable=SC2086
        LABPIPE_ISA=$isa train-mlp --hidden 40,30 $how --threads 3 moons.npz >other.npz || rm other.npz
        same "$how on $isa" one.npz other.npz
    done
done

# A batch that is larger than the data is all of it, as in PyTorch's DataLoader.
train-mlp --hidden 5 --epochs 3 --batch 100 iris.npz | to-csv layer1.weight >a.txt
train-mlp --hidden 5 --epochs 3 --batch 101 iris.npz | to-csv layer1.weight >b.txt
same 'a batch larger than the data' a.txt b.txt
pick --rows 0:20 --of '*_train' iris.npz >few.npz
train-mlp --hidden 5 --epochs 3 few.npz >few-model.npz
replays 'fewer rows than the default batch' few-model.npz

# One-hot labels say the same as whole numbers.
onehot iris.npz | train-mlp --hidden 5 --epochs 3 | to-csv layer1.weight >a.txt
train-mlp --hidden 5 --epochs 3 iris.npz | to-csv layer1.weight >b.txt
same 'one-hot labels' a.txt b.txt

# Recipes make the same stream again, weights to start from included.
train-mlp --hidden 12 --epochs 10 --freeze 2 --init-from flowers.npz iris.npz >on.npz
for stream in well.npz on.npz; do
    replays "$stream" "$stream"
done

# What is not given is as in the file: layers, activations, the kind of bias.
weights() { inspect "$1" | grep '^layer'; to-csv layer1.weight "$1"; }
train-mlp --epochs 10 --freeze 2 --init-from flowers.npz iris.npz >like.npz
equal 'the layers of the file' "$(weights like.npz)" "$(weights on.npz)"
train-mlp --hidden 5,4 --activation tanh --bias scalar --loss mse --output-activation sigmoid --epochs 3 iris.npz >tanh.npz
train-mlp --loss mse --epochs 0 --init-from tanh.npz iris.npz >copy.npz
equal 'its activations and biases' "$(weights copy.npz)" "$(weights tanh.npz)"
train-mlp --hidden 5,4 --loss mse --epochs 0 --init-from tanh.npz iris.npz >copy.npz
equal 'and where the widths are given' "$(weights copy.npz)" "$(weights tanh.npz)"
train-mlp --hidden 6 --bias none --epochs 2 iris.npz >plain.npz
train-mlp --epochs 0 --init-from plain.npz iris.npz >copy.npz
equal 'no biases' "$(inspect copy.npz | grep -c '^layer.*bias') $(weights copy.npz)" "0 $(weights plain.npz)"
gen-digits -n 60 --seed 3 | split >digits.npz
train-cnn --layers conv:2:5:2,tanh,batch-norm,max-pool:2,dense:6,relu,dropout:0.1 --input-scale 1/255 --epochs 2 digits.npz >cnn.npz
train-cnn --input-scale 1/255 --epochs 0 --init-from cnn.npz digits.npz >copy.npz
equal 'the layers of a convolutional network' "$(weights copy.npz)" "$(weights cnn.npz)"
refuses 'other widths' 1 'do not fit: layer1.weight has shape .5, 4., expected .7, 4.' \
    train-mlp --hidden 7,4 --loss mse --init-from tanh.npz iris.npz
refuses 'fewer layers' 1 'do not fit: 3 layers with 6 arrays of parameters, the network has 2 with 4' \
    train-mlp --hidden 5 --loss mse --init-from tanh.npz iris.npz
refuses 'another activation' 1 'do not fit: layer1 has the activation tanh, the network relu' \
    train-mlp --activation relu --loss mse --init-from tanh.npz iris.npz
refuses 'another activation of the output' 1 'do not fit: layer3 has the activation sigmoid, the network tanh' \
    train-mlp --output-activation tanh --loss mse --init-from tanh.npz iris.npz
refuses 'a sigmoid under cross-entropy' 1 'do not fit: layer3 has the activation sigmoid, the network identity' \
    train-mlp --init-from tanh.npz iris.npz
refuses 'another bias' 1 'do not fit: layer1.bias has shape .1,., expected .5,.' \
    train-mlp --bias vector --loss mse --init-from tanh.npz iris.npz
refuses 'no bias' 1 'do not fit: 3 layers with 6 arrays of parameters, the network has 3 with 3' \
    train-mlp --bias none --loss mse --init-from tanh.npz iris.npz
refuses 'data of another width' 1 'do not fit: layer1.weight has shape .5, 4., expected .5, 2.' \
    train-mlp --loss mse --init-from tanh.npz moons.npz
refuses 'other classes' 1 'do not fit: layer2.weight has shape .3, 12., expected .2, 12.' \
    train-mlp --init-from flowers.npz <(gen-gauss -n 30 --mean 1,1,1,1 --mean 2,2,2,2)
from-csv --label species --columns petal_width,petal_length,sepal_width,sepal_length "$fixtures/iris.csv" >turned.npz
refuses 'columns in another order' 1 'the weights to start from have the columns in another order: petal_width is number 4, here 1' \
    train-mlp --init-from flowers.npz turned.npz
if [ -n "$python" ]; then
    $python -c '
import numpy as np
d = dict(np.load("iris.npz"))
d["classes"] = d["classes"][[0, 2, 1]]
np.savez("renamed.npz", **d)'
    refuses 'classes in another order' 1 'have the classes in another order: virginica is number 3, here 2' \
        train-mlp --init-from flowers.npz renamed.npz
fi
refuses 'layers of nothing' 2 'layers is missing: --layers LAYER' train-cnn digits.npz

# Without --lr, each optimiser has the rate that PyTorch gives it; the recipe says which.
while read -r optimizer rest; do
    train-mlp --optimizer "$optimizer" --epochs 1 iris.npz >default.npz
    inspect --recipe default.npz >default.recipe
    check "the recipe has $optimizer's defaults" \
        grep -Eq -- "--optimizer $optimizer ${rest/ --/ .*--}( |$)" default.recipe
    # shellcheck disable=SC2086 # words
    train-mlp --optimizer "$optimizer" $rest --epochs 1 iris.npz >given.npz
    same "the defaults of $optimizer" default.npz given.npz
    replays "the defaults of $optimizer" default.npz
done <<'DEFAULTS'
sgd --lr 0.1
adam --lr 1e-3
adamw --lr 1e-3 --weight-decay 0.01
rmsprop --lr 0.01
adagrad --lr 0.01 --epsilon 1e-10
DEFAULTS
train-mlp --optimizer adam --lr-schedule 0:0.1,5:0.01 --epochs 6 iris.npz >listed.npz
replays 'rates with their times' listed.npz

# A run killed at any moment and resumed ends in the bytes of one that ran through.
random=12345
delay() { # a pseudo-random pause of 5 to 65 ms
    random=$(((random * 1103515245 + 12345) % 2147483648))
    sleep "0.0$(printf %02d $((random / 65536 % 60 + 5)))"
}
for how in '--momentum 0.9 --batch 16 --epochs 150 --checkpoint-every 1' \
    '--optimizer adam --batch 16 --epochs 150 --checkpoint-every 2' \
    '--momentum 0.9 --sample --steps 150000 --checkpoint-every 1000' \
    '--optimizer adam --sample --steps 150000 --checkpoint-every 700'; do
    # shellcheck disable=SC2086
    train-mlp --hidden 100 --lr 0.01 ${how%--checkpoint-every*} moons.npz >whole.npz
    rm -f check.npz part.npz
    kills=0
    for round in $(seq 1 100); do
        # shellcheck disable=SC2086
        train-mlp --hidden 100 --lr 0.01 $how --checkpoint check.npz --resume -o part.npz moons.npz &
        child=$!
        delay
        kill -KILL $child 2>/dev/null || :
        status=0
        wait $child 2>/dev/null || status=$?
        if [ $status -eq 137 ]; then
            kills=$((kills + 1))
        elif [ "$kills" -lt 5 ]; then # done before the kill: once more from the start
            same "killed $kills times, done in round $round, status $status: $how" whole.npz part.npz
            rm -f check.npz part.npz
        fi
        [ "$kills" -lt 5 ] || break
    done
    equal "kills of $how" $kills 5
    # shellcheck disable=SC2086
    train-mlp --hidden 100 --lr 0.01 $how --checkpoint check.npz --resume -o part.npz moons.npz
    same "killed $kills times: $how" whole.npz part.npz
done
rm -f part.npz.*.tmp

printf 'a,y\n10,1\n-10,0\n' | from-csv --label y >apart.npz
refuses "a perceptron's weight overflows, though its loss is 0" 1 \
    '^labpipe train-perceptron: training with learning rate 1e\+308 \(try a smaller --lr\): weight: .* is inf' \
    train-perceptron --lr 1e308 apart.npz

# A perceptron too: overlapping classes keep it from converging.
gen-gauss -n 300 --mean=0,0 --mean=1,1 --cov=3,0,0,4 --cov=2,0,0,5 | split --train 0.8 >near.npz
perceptron='train-perceptron --epochs 3000 --eval-every 100'
$perceptron near.npz >whole.npz
rm -f check.npz
for round in 1 2 3 4; do
    status=0
    # shellcheck disable=SC2086 # a command
    { timeout -s KILL 0.0$((round * 2)) $perceptron --checkpoint check.npz --checkpoint-every 7 --resume near.npz \
        >/dev/null || status=$?; } 2>/dev/null # where the shell tells of the kill
    case $status in 0 | 137) ;; *) fail "a perceptron before the kill: status $status" ;; esac
done
$perceptron --checkpoint check.npz --checkpoint-every 7 --resume near.npz >part.npz
same 'a perceptron, killed and resumed' whole.npz part.npz
check 'a checkpoint serves as a model' predict --model check.npz near.npz -o predicted.npz
$perceptron --progress near.npz 2>progress >/dev/null
check 'progress of a perceptron' grep '^labpipe train-perceptron: epoch 3000 of 3000, loss [0-9.]*, val accuracy 0\.[0-9]*' progress
train-mlp --hidden 8 --epochs 9 --checkpoint c.npz --checkpoint-every 4 moons.npz >/dev/null
refuses 'resumed on other data' 1 'resuming: the checkpoint is of other data' \
    train-mlp --hidden 8 --epochs 9 --checkpoint c.npz --checkpoint-every 4 --resume gauss.npz
refuses 'resumed with other options' 1 'resuming: the checkpoint is of other options: .* \(remove it to start anew\)$' \
    train-mlp --hidden 9 --epochs 9 --checkpoint c.npz --checkpoint-every 4 --resume moons.npz

# By default a run leaves a curve, as often as the counts of rows and parameters say; --eval-every 0
# leaves the end alone.
epochs() { to-csv --no-header history.epoch "$1" | tr '\n' ' '; }
for command in 'train-mlp --hidden 8 --batch 0' 'train-mlp --hidden 8' train-perceptron; do
    $command near.npz >curve.npz
    check "$command: a curve" test "$(epochs curve.npz | wc -w)" -ge 4
    equal "$command: up to the end" "$(epochs curve.npz | awk '{ print $NF }')" 100
    $command --eval-every auto near.npz | pick history.loss history.epoch >named.npz
    pick history.loss history.epoch curve.npz >drawn.npz
    equal "$command: auto is the default" "$(to-csv history.epoch history.loss named.npz)" \
        "$(to-csv history.epoch history.loss drawn.npz)"
    $command --eval-every 0 near.npz >end.npz
    equal "$command: the end alone" "$(epochs end.npz)" '100 '
done
refuses 'an interval that is none' 2 "option --eval-every: 'often' is neither a whole number of at most 15 digits nor auto" \
    train-mlp --eval-every often near.npz

# A run that came to its end goes on: the same bytes as one longer run.
checkpoint='--checkpoint c.npz --checkpoint-every 1000 --resume'
longer() { # longer NAME MORE COMMAND...: after --epochs 7, once again, and then as many as MORE says
    local name=$1 more=$2 length=--epochs
    shift 2
    case " $* " in *' --sample '*) length=--steps ;; esac
    rm -f c.npz
    "$@" $length 7 >short.npz
    # shellcheck disable=SC2086
    "$@" $length 7 $checkpoint >first.npz
    # shellcheck disable=SC2086
    "$@" $length 7 $checkpoint >second.npz
    same "$name, with a checkpoint at its end" short.npz first.npz
    same "$name, resumed at its end" short.npz second.npz
    "$@" $length "$more" >whole.npz
    # shellcheck disable=SC2086
    "$@" $length "$more" $checkpoint >longer.npz
    same "$name, gone on to $more" whole.npz longer.npz
}
longer 'SGD' 12 train-mlp --hidden 8 --batch 16 --momentum 0.9 --eval-every 5 --snapshot-every 3 moons.npz
longer 'evaluated by default' 160 train-mlp --hidden 8 near.npz
longer 'Adam' 12 train-mlp --hidden 8 --batch 16 --optimizer adam --lr-schedule step:5:0.5 moons.npz
longer 'one row a step' 100 train-mlp --hidden 8 --sample --momentum 0.5 --lr 0.01 moons.npz
longer 'a perceptron' 12 train-perceptron --eval-every 5 near.npz
refuses 'resumed to less' 1 'resuming: the checkpoint is at 12, past the end of the run at 9' \
    train-perceptron --eval-every 5 --epochs 9 --checkpoint c.npz --checkpoint-every 1000 --resume near.npz
rm c.npz
train-mlp --hidden 8 --epochs 9 --lr-schedule cosine --checkpoint c.npz --checkpoint-every 4 moons.npz >/dev/null
refuses 'a cosine past its end' 1 'resuming: the learning rate depends on the length of the run, which was to be 9 and is now 20' \
    train-mlp --hidden 8 --epochs 20 --lr-schedule cosine --checkpoint c.npz --checkpoint-every 4 --resume moons.npz
train-mlp --hidden 8 --epochs 9 --batch 16 --checkpoint c.npz --checkpoint-every 4 moons.npz >/dev/null
refuses 'epochs resumed as steps' 1 'resuming: the checkpoint counts epochs, not steps' \
    train-mlp --hidden 8 --steps 20 --batch 16 --checkpoint c.npz --checkpoint-every 4 --resume moons.npz
cp well.npz old.npz
refuses 'resumed from what is no checkpoint' 1 'resuming: the file is not a checkpoint of this version of labpipe' \
    train-mlp --hidden 8 --epochs 9 --checkpoint old.npz --checkpoint-every 4 --resume moons.npz
head -c 900 c.npz >cut.npz
refuses 'a checkpoint cut short' 1 'labpipe train-mlp: .*cut.npz' \
    train-mlp --hidden 8 --epochs 9 --checkpoint cut.npz --checkpoint-every 4 --resume moons.npz
refuses 'a checkpoint that cannot be written' 1 'writing /nowhere/c.npz: No such file' \
    train-mlp --hidden 8 --checkpoint /nowhere/c.npz --checkpoint-every 1 moons.npz

# The batches' own losses: with one batch an epoch, each is the loss that the epoch before ended with.
train-mlp --hidden 4 --dtype f8 --batch 0 --epochs 5 --eval-every 1 --batch-loss moons.npz >batches.npz
equal 'a batch of all rows' "$(to-csv --no-header history.batch_loss batches.npz | tail -n +2 | cut -c 1-8)" \
    "$(to-csv --no-header history.loss batches.npz | head -n -1 | cut -c 1-8)"
# (At that rate nothing is learned: four batches of 200 make the whole, whose loss a row is 1/800 of the sum.)
train-mlp --hidden 4 --steps 4 --eval-every 1 --batch 200 --batch-loss --reduction sum --lr 1e-12 --seed 1 moons.npz >sums.npz
# shellcheck disable=SC2016 # awk's own
check 'four batches make the whole' awk -v sum="$(to-csv --no-header history.batch_loss sums.npz | tail -n +2 | awk '{ sum += $1 } END { print sum / 800 }')" \
    -v whole="$(to-csv --no-header history.loss sums.npz | head -n 1)" 'BEGIN { d = sum - whole; exit !(sum > 0 && d < 1e-5 && d > -1e-5) }'
refuses 'batches without evaluations' 2 'batch-loss goes only with --eval-every' train-mlp --batch-loss moons.npz

# Refused, each with one line.
refuses 'no data' 1 "x" train-mlp <(pick 'y_*' moons.npz)
refuses 'divergence' 1 'training: the loss .* with learning rate 1e\+20 \(try a smaller --lr' \
    train-mlp --hidden 20 --lr 1e20 moons.npz
check 'divergence that is kept' train-mlp --hidden 20 --batch 0 --lr 1e20 --eval-every 1 --on-divergence keep --quiet moons.npz -o kept.npz
train-mlp --hidden 20 --epochs 0 moons.npz >start.npz
equal 'is marked with its step' "$(to-csv --no-header history.epoch history.diverged kept.npz)" '0,1'
equal 'its model is the last that was evaluated' "$(eval kept.npz)" "$(eval start.npz)"
replays 'a run that diverged' kept.npz 2>warning
equal 'a warning says so' "$(cat warning)" \
    'labpipe train-mlp: the loss is not finite at step 1: the run ends there (history.diverged)'
refuses 'another width' 1 'do not fit: layer1.weight has shape .12, 4., expected .12, 2.' \
    train-mlp --hidden 12 --init-from flowers.npz moons.npz
refuses 'three classes' 1 'y_train has 3 classes, a perceptron tells two apart' train-perceptron iris.npz
refuses 'steps and epochs' 2 'epochs and --steps contradict' train-mlp --steps 3 --epochs 3 moons.npz
refuses 'Nesterov without momentum' 2 'nesterov goes only with --momentum' train-mlp --nesterov moons.npz
refuses 'momentum of Adam' 2 'momentum goes only with --optimizer=sgd' \
    train-mlp --optimizer adam --momentum 0.9 moons.npz
refuses "Nesterov's form of RMSprop's momentum" 2 'nesterov goes only with --optimizer=sgd' \
    train-mlp --optimizer rmsprop --momentum 0.9 --nesterov moons.npz
refuses "another program's option" 2 'did you mean --batch\?' train-mlp --batch_size 4 moons.npz
refuses 'a table for a stream' 1 'it is text, not a tensor stream \(labpipe from-csv makes one' train-mlp "$fixtures/iris.csv"
refuses 'too few class weights' 2 'option --class-weights: 2 numbers for 3 classes' \
    train-mlp --class-weights 1,2 iris.npz
for weights in 1,-2,3 1,0,2 1,,2 '1,2,3,' nan,1,1 1e999,1,1 even ''; do
    refuses "class weights '$weights'" 2 "option --class-weights: '$weights' is neither balanced nor" \
        train-mlp --class-weights "$weights" iris.npz
done
refuses 'class weights of a regression' 2 'class-weights goes only with --loss=cross-entropy' \
    train-mlp --loss mse --class-weights 1,1 moons.npz
refuses 'a smoothing above 1' 2 'it has to be at least 0 and at most 1' train-mlp --label-smoothing 1.5 moons.npz
refuses 'a class without rows' 1 'option --class-weights: class 2 has no row in y_train to balance' \
    train-mlp --class-weights balanced <(from-csv --label species "$fixtures/iris.csv" | pick --rows 0:100 | split --train 0.8)
refuses 'a momentum above 1' 2 'it has to be at least 0 and at most 1' train-mlp --momentum 1.01 moons.npz
refuses "Adagrad's option for Adam" 2 'lr-decay goes only with --optimizer=adagrad' \
    train-mlp --optimizer adam --lr-decay 1 moons.npz
refuses 'sampling without steps' 2 'sample goes only with --steps' train-mlp --sample moons.npz
refuses 'an autoencoder by cross-entropy' 2 'target goes only with --loss=mse' train-mlp --target x moons.npz
refuses 'no schedule' 2 "option --lr-schedule: 'soon' is not a schedule" train-mlp --lr-schedule soon moons.npz
refuses 'two rates' 2 'contradict' train-mlp --lr 1 --lr-schedule 0:0.1 moons.npz
refuses 'no layer' 2 'there is no layer 3' train-mlp --hidden 4 --freeze 3 moons.npz
refuses 'no unit' 2 'hidden' train-mlp --hidden 0 moons.npz
for command in gen-moons 'gen-moons | split --train 0.8'; do
    refuses "patience after $command" 1 'there is no x_val to watch \(labpipe split --validation 0.1 makes one\)' \
        train-mlp --patience 2 --eval-every 1 <(piped "$command")
done

if [ -n "$python" ]; then
    # From NumPy: NaN, one class, labels outside the classes, and a softmax regression's first step.
    $python - <<'PYTHON'
import numpy as np
x = np.arange(12.0).reshape(6, 2) / 10
y = np.array([0, 1, 0, 1, 1, 0])
np.savez('good.npz', x=x, y=y)
bad = x.copy(); bad[4, 1] = np.nan
np.savez('nan.npz', x=bad, y=y)
np.savez('empty.npz', x=x[:0], y=y[:0])
np.savez('one.npz', x=x, y=y * 0)
np.savez('outside.npz', x=x, y=y + 1, classes=np.array(['a', 'b']))
np.savez('pixels.npz', x=(x * 200).astype('u1'), y=y)
PYTHON
    refuses 'no rows' 1 'x has no rows' train-mlp empty.npz
    refuses 'no rows' 1 'x has no rows' train-perceptron empty.npz
    refuses 'a NaN' 1 'x: row 4, column 1 is nan' train-mlp nan.npz
    refuses 'one class' 1 'y: every row is class 0 \(expected at least two classes\)' train-mlp one.npz
    refuses 'a label outside' 1 'y: row 1 is class 2, but there are only 2 \(0 to 1\)' train-mlp outside.npz
    train-mlp --dtype f8 --init normal --init-scale 0 --epochs 1 --lr 0.5 good.npz >step.npz
    train-mlp --dtype f8 --init normal --init-scale 0 --epochs 1 --lr 0.5 --input-scale 1/255 pixels.npz >pixel.npz
    check 'a step of softmax regression' $python - <<'PYTHON'
import numpy as np
for name, data, scale in (('step.npz', 'good.npz', 1), ('pixel.npz', 'pixels.npz', 1 / 255)):
    x, y = np.load(data)['x'] * scale, np.load(data)['y']
    d = (np.full((6, 2), 0.5) - np.eye(2)[y]) / 6
    m = np.load(name)
    assert np.abs(m['layer1.weight'] + 0.5 * d.T @ x).max() < 1e-15
    assert np.abs(m['layer1.bias'] + 0.5 * d.sum(0)).max() < 1e-15
PYTHON
else
    skip 'no NumPy: NaN, one class, labels outside, a step of softmax regression'
fi
