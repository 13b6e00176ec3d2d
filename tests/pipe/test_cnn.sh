#!/bin/bash
# Convolutional networks from end to end: what they take and refuse, kill and resume, and every layer
# against PyTorch.
# shellcheck disable=SC2086,SC2016 # options in words; what an inner shell expands
. tests/pipe/lib.sh
top=$PWD
cd "$scratch" || exit 1

gen-digits -n 120 --side 16 --seed 1 | split --train 0.7 --validation 0.1 --seed 1 >grey.npz
gen-digits -n 120 --side 16 --colour --seed 1 | split --train 0.7 --validation 0.1 --seed 1 >colour.npz
every=conv:4:3:1:1,batch-norm,relu,max-pool:3:2:1,conv:6:3:2,tanh,avg-pool:2:1,dropout:0.2,dense:12,batch-norm,sigmoid
cnn="train-cnn --layers $every --input-scale 2/255 --input-shift -1 --batch 20 --lr 0.05 --momentum 0.9"

# ---- what a stream holds ----

$cnn --epochs 3 --eval-every 1 --snapshot-every 2 colour.npz >model.npz
replays 'every kind of layer' model.npz
equal 'the layers, numbered as PyTorch numbers its modules' "$(inspect --tsv model.npz 2>/dev/null |
    awk -F '\t' '$1 ~ /^layer[0-9]*\.(weight|running_var)$/ { printf "%s %s; ", $1, $3 }')" \
    'layer1.weight (4, 3, 3, 3); layer2.weight (4,); layer2.running_var (4,); layer4.weight (6, 4, 3, 3); layer8.weight (12, 24); layer9.weight (12,); layer9.running_var (12,); layer10.weight (10, 12); '
check 'a snapshot has the running statistics' piped 'inspect "$1" | grep -q "^snapshot.2.layer2.running_mean "' - model.npz

# ---- prediction and evaluation ----

predict model.npz | pick --drop 'layer*' --drop 'model.*' | eval --tsv | grep '^test' | cut -f 1-3 >predicted
eval --tsv model.npz | grep '^test' | cut -f 1-3 >evaluated
same 'predict and eval agree' predicted evaluated
pick --drop 'x_*' --drop 'y_*' model.npz >weights.npz
pick x_test colour.npz >new.npz
predict --model weights.npz --x x_test new.npz | to-csv y_score >apart.csv
predict --x x_test model.npz | to-csv y_score >beside.csv
same 'a model in a file of its own' apart.csv beside.csv
for threads in 2 3; do
    LABPIPE_THREADS=$threads $cnn --epochs 3 --eval-every 1 --snapshot-every 2 colour.npz >threads.npz
    same "$threads threads" model.npz threads.npz
done

# ---- going on ----

$cnn --epochs 60 --patience 20 --eval-every 1 colour.npz >whole.npz
rm -f check.npz
kills=0
for pause in 0.03 0.05 0.08 0.12 0.2; do
    status=0
    timeout -s KILL $pause $cnn --epochs 60 --patience 20 --eval-every 1 --checkpoint check.npz \
        --checkpoint-every 1 --resume colour.npz >/dev/null 2>&1 || status=$?
    case $status in 137) kills=$((kills + 1)) ;; 0) ;; *) fail "before the kill: status $status" ;; esac
done
$cnn --epochs 60 --patience 20 --eval-every 1 --checkpoint check.npz --checkpoint-every 1 --resume \
    colour.npz >resumed.npz
same "killed $kills times and resumed: dropout and running statistics as well" whole.npz resumed.npz
check 'it was killed' test $kills -gt 0
check 'a checkpoint serves as a model' predict --model check.npz --x x_test colour.npz -o scored.npz

$cnn --epochs 0 --init-from model.npz colour.npz >again.npz
for tensor in layer1.weight layer2.running_var layer10.bias; do
    to-csv $tensor model.npz >from.csv
    to-csv $tensor again.npz >to.csv
    same "--init-from takes $tensor" from.csv to.csv
done
$cnn --epochs 1 --freeze 1,4 --seed 5 colour.npz >frozen.npz
$cnn --epochs 0 --seed 5 colour.npz >start.npz
for tensor in layer1.weight layer4.bias layer8.weight; do
    to-csv $tensor start.npz >before.csv
    to-csv $tensor frozen.npz >after.csv
    if [ $tensor = layer8.weight ]; then differ "$tensor, not frozen" before.csv after.csv
    else same "$tensor, frozen" before.csv after.csv; fi
done

# ---- input ----

# A flat x with its shape beside it is the same pictures.
small='--layers conv:3:3,relu,max-pool:2 --batch 16 --lr 0.1 --epochs 2'
train-cnn $small grey.npz | to-csv layer1.weight >picture.csv
if [ -n "$python" ]; then
    $python - <<'PYTHON'
import numpy as np
for name in ('grey', 'colour'):
    data = dict(np.load(name + '.npz'))
    shape = np.array(data['x_train'].shape[1:])
    for part in ('x_train', 'x_val', 'x_test'):
        data[part] = data[part].reshape(len(data[part]), -1)
    np.savez('flat-%s.npz' % name, **data, input_shape=shape)
    if name == 'grey':
        np.savez('shapeless.npz', **data)
        np.savez('shifted.npz', **{k: v / 127.5 - 1 if k[0] == 'x' else v for k, v in data.items()})
PYTHON
    train-cnn $small flat-grey.npz | to-csv layer1.weight >flat.csv
    same 'a flat x with input_shape' picture.csv flat.csv
    refuses 'a flat x without it' 1 \
        'x_train has rows of 256 plain numbers, expected pictures: \[n, height, width\]' \
        train-cnn --layers conv:3:3 shapeless.npz
    wrote_nothing 'a flat x without it'
    predict --model weights.npz --x x_test flat-colour.npz | to-csv y_score >flat-scores.csv
    same 'flat pictures are predicted for' apart.csv flat-scores.csv
    train-mlp --hidden 5 --dtype f8 --epochs 3 shifted.npz | eval --tsv | cut -f 4 >shifted.tsv
    train-mlp --hidden 5 --dtype f8 --epochs 3 --input-scale 1/127.5 --input-shift -1 shapeless.npz |
        eval --tsv | cut -f 4 >shift.tsv
    check '--input-scale and --input-shift of train-mlp' $python -c '
a, b = (list(map(float, open(f).read().split()[1:])) for f in ("shifted.tsv", "shift.tsv"))
assert len(a) == 3 and all(abs(x - y) < 1e-12 for x, y in zip(a, b)), (a, b)'
fi

# ---- refusals ----

refuses 'pictures that are too small' 1 \
    'layer5, conv: a window of 5 x 5 is larger than the picture, 1 x 1' \
    train-cnn --layers conv:4:5,relu,max-pool:2,conv:4:5,max-pool:2:2,conv:4:5 grey.npz
wrote_nothing 'pictures that are too small'
refuses 'a window after flatten' 1 'layer2, max-pool: it takes pictures, not 256 plain numbers' \
    train-cnn --layers flatten,max-pool:2 grey.npz
refuses 'rows that are no pictures' 1 'x has rows of 4 plain numbers, expected pictures' \
    train-cnn --layers conv:2:2 <(from-csv --label species "$fixtures/iris.csv")
while IFS='|' read -r layers pattern; do
    refuses "--layers '$layers'" 2 "option --layers: $pattern" train-cnn --layers "$layers" grey.npz
done <<'LAYERS'
conv:4|'conv:4' is not conv:CHANNELS:KERNEL
conv:4:0|'conv:4:0' is not conv:CHANNELS:KERNEL
conv:4:3:1:1:1|'conv:4:3:1:1:1' is not conv
conv:4:3x|'conv:4:3x' is not conv
conv:-4:3|'conv:-4:3' is not conv
dense:99999999999999999999|'dense:9*' is not dense:UNITS
dropout:1|'dropout:1' is not dropout:P
flatten:2|'flatten:2' is not flatten
relu|'relu' follows no layer
conv:4:3,relu,tanh|'tanh' follows another activation
convolution:4:3|'convolution:4:3' is neither a layer \(dense\|conv
conv:4:3,,dense:3|'' is neither a layer
LAYERS
refuses 'train-cnn without layers' 2 '--layers' train-cnn grey.npz
refuses 'a layer that learns nothing is frozen' 2 'option --freeze: layer 3 has nothing to learn' \
    $cnn --freeze 3 colour.npz
refuses 'weights of another geometry' 1 'do not fit: layer1, conv, has another geometry' \
    train-cnn --layers conv:3:3:2:1,relu,max-pool:2 --init-from <(train-cnn --layers conv:3:3:1:1,relu,max-pool:2 --epochs 0 grey.npz) grey.npz
refuses 'other pictures than the model takes' 1 \
    'x_test has 256 columns, the model takes 768' predict --model weights.npz --x x_test grey.npz
train-cnn --layers conv:3:3 --epochs 0 grey.npz >grey-model.npz
pick --drop 'layer1.stride' grey-model.npz >cut.npz
refuses 'a model without its stride' 1 'layer1.stride' eval cut.npz
pick --drop 'model.input_shape' grey-model.npz >cut.npz
refuses 'a model without its input shape' 1 'model.input_shape' eval cut.npz

# ---- pictures of kernels and feature maps ----

refuses 'maps of an MLP' 1 'option --maps: the model does not take pictures' \
    render-weights --maps 0 <(train-mlp --epochs 0 grey.npz)
refuses 'maps of a row that is not there' 1 'option --maps: x_test has no row 24 \(it has 24\)' \
    render-weights --maps 3,24 --of x_test weights.npz colour.npz
if [ -n "$python" ]; then
    # Against the same numbers as plain pictures, worked out by loops.
    $python - <<'PYTHON'
import numpy as np
r = np.random.default_rng(5)
x = r.integers(0, 256, (2, 8, 6, 3)).astype('u1')
w, b = r.normal(size=(4, 3, 3, 3)), r.normal(size=4)
model = {'layer1.weight': w, 'layer1.bias': b, 'layer1.activation': b'relu', 'layer1.kind': b'conv',
         'layer1.stride': 1, 'layer1.padding': 1, 'layer2.kind': b'max-pool', 'layer2.kernel_size': 2,
         'layer2.stride': 2, 'layer2.padding': 0, 'layer3.kind': b'flatten',
         'layer4.weight': r.normal(size=(2, 48)), 'layer4.activation': b'identity',
         'model.input_shape': np.array([8, 6, 3]), 'model.input_scale': 0.5, 'model.input_shift': -20.0}
np.savez('net.npz', x=x, **model)
padded = np.zeros((10, 8, 3))
padded[1:-1, 1:-1] = x[1] * 0.5 - 20
maps = np.zeros((4, 8, 6))
for o in range(4):
    for i in range(8):
        for j in range(6):
            maps[o, i, j] = max(0, b[o] + sum(w[o, c, u, v] * padded[i + u, j + v, c]
                                              for c in range(3) for u in range(3) for v in range(3)))
pooled = maps.reshape(4, 4, 2, 3, 2).max(axis=(2, 4))
np.savez('maps.npz', picture=x[1:], conv=maps, pool=pooled)
np.savez('kernels.npz', colour=w.transpose(0, 2, 3, 1), each=w.reshape(12, 3, 3))
np.savez('many.npz', **{'layer1.weight': w[:, :2]})
np.savez('many-kernels.npz', each=w[:, :2].reshape(8, 3, 3))
PYTHON
    render-weights --maps 1 -o maps.png net.npz
    render-weights --scaling each --columns 8 --of picture --of conv --of pool --name 'x, row 1' \
        --name 'layer1: conv, relu' --name 'layer2: max-pool' -o expected.png maps.npz
    same 'feature maps' maps.png expected.png
    render-weights --of layer1.weight -o kernels.png net.npz
    render-weights --of colour -o expected.png kernels.npz
    same 'kernels in colour' kernels.png expected.png
    render-weights -o kernels.png many.npz
    render-weights --of each --columns 2 --colours signed -o expected.png many-kernels.npz
    same 'kernels of other inputs, a row for each output' kernels.png expected.png
fi

# ---- PyTorch ----

if [ -z "$python" ] || ! "$python" -c 'import torch' 2>/dev/null; then
    skip 'no PyTorch (python3-torch): convolutional networks against it'
    exit 0
fi

# Twenty steps in double precision from the same weights: the network of PyTorch's tutorial, and one of
# every kind of layer with odd sizes, strides and paddings.
$python - <<'PYTHON'
import numpy as np
r = np.random.default_rng(2)
y = np.arange(24) % 10
np.savez('photos.npz', x=r.normal(size=(24, 32, 32, 3)) + 0.1 * y[:, None, None, None], y=y)
np.savez('odd.npz', x=r.normal(size=(21, 13, 11, 2)), y=np.arange(21) % 4)
PYTHON
tutorial=conv:6:5,relu,max-pool:2,conv:16:5,relu,max-pool:2,dense:120,relu,dense:84,relu
odd=conv:5:4:3:2,relu,batch-norm,conv:3:2:1:1,max-pool:3:1:1,tanh,avg-pool:3:2:1,flatten,dense:7,sigmoid,batch-norm
run() { # run NAME DATA BIAS LAYERS OPTION...
    local name=$1 data=$2 layers=$4 common="--bias $3 --dtype f8"
    shift 4
    train-cnn --layers "$layers" $common --epochs 0 --seed 4 "$data.npz" >"$name-start.npz"
    train-cnn --layers "$layers" $common --epochs 20 --init-from "$name-start.npz" "$@" "$data.npz" |
        predict >"$name.npz"
}
run tutorial-sgd photos vector $tutorial --lr 0.01 --momentum 0.9
run tutorial-adam photos vector $tutorial --optimizer adam --lr 0.001
run odd-sgd odd vector $odd --lr 0.05 --momentum 0.9 --nesterov --weight-decay 0.01
run odd-adam odd vector $odd --optimizer adam --lr 0.01
run odd-strange odd none conv:3:3:2,avg-pool:2,relu,dense:6,tanh --lr 0.1

cat >against.py <<'PYTHON'
import numpy as np
import torch
from torch import nn

torch.set_num_threads(1)
SGD, Adam = torch.optim.SGD, torch.optim.Adam


def tutorial():
    return dict(layer1=nn.Conv2d(3, 6, 5), relu1=nn.ReLU(), layer2=nn.MaxPool2d(2), layer3=nn.Conv2d(6, 16, 5),
                relu3=nn.ReLU(), layer4=nn.MaxPool2d(2), layer5=nn.Flatten(), layer6=nn.Linear(400, 120),
                relu6=nn.ReLU(), layer7=nn.Linear(120, 84), relu7=nn.ReLU(), layer8=nn.Linear(84, 10))


def odd():
    return dict(layer1=nn.Conv2d(2, 5, 4, 3, 2), relu1=nn.ReLU(), layer2=nn.BatchNorm2d(5),
                layer3=nn.Conv2d(5, 3, 2, 1, 1), layer4=nn.MaxPool2d(3, 1, 1), tanh4=nn.Tanh(),
                layer5=nn.AvgPool2d(3, 2, 1), layer6=nn.Flatten(), layer7=nn.Linear(27, 7), sigmoid7=nn.Sigmoid(),
                layer8=nn.BatchNorm1d(7), layer9=nn.Linear(7, 4))


def strange():
    return dict(layer1=nn.Conv2d(2, 3, 3, 2, bias=False), layer2=nn.AvgPool2d(2), relu2=nn.ReLU(), layer3=nn.Flatten(),
                layer4=nn.Linear(18, 6, bias=False), tanh4=nn.Tanh(), layer5=nn.Linear(6, 4, bias=False))


def load(net, model):
    state = {name: torch.from_numpy(model[name]) for name in net.state_dict() if name in model}
    assert not [name for name in net.state_dict() if name not in state and 'num_batches' not in name]
    net.load_state_dict(state, strict=False)


def compare(name, data, layers, optim):
    from collections import OrderedDict
    net = nn.Sequential(OrderedDict(layers())).double()
    start, ours, data = np.load(name + '-start.npz'), np.load(name + '.npz'), np.load(data + '.npz')
    load(net, start)
    x, y = torch.from_numpy(data['x']).permute(0, 3, 1, 2).contiguous(), torch.from_numpy(data['y'])
    descent = optim(net.parameters())
    for _ in range(20):
        descent.zero_grad()
        nn.CrossEntropyLoss()(net(x), y).backward()
        descent.step()
    theirs = {k: v.numpy() for k, v in net.state_dict().items() if 'num_batches' not in k}
    apart = max(np.abs(ours[k] - theirs[k]).max() for k in theirs)
    moved = min(np.abs(start[k] - theirs[k]).max() for k in theirs)
    net.eval()
    scores = torch.softmax(net(x), 1).detach().numpy()
    scored = np.abs(ours['y_score'] - scores).max()
    good = apart <= 1e-10 and moved > 1e-4 and scored <= 1e-10  # false for NaN, too
    print('%s|%s|%.1e apart, moved by %.1e at least, scores %.1e' % ('good' if good else 'bad', name, apart, moved, scored))


compare('tutorial-sgd', 'photos', tutorial, lambda p: SGD(p, 0.01, momentum=0.9))
compare('tutorial-adam', 'photos', tutorial, lambda p: Adam(p, 0.001))
compare('odd-sgd', 'odd', odd, lambda p: SGD(p, 0.05, momentum=0.9, nesterov=True, weight_decay=0.01))
compare('odd-adam', 'odd', odd, lambda p: Adam(p, 0.01))
compare('odd-strange', 'odd', strange, lambda p: SGD(p, 0.1))
PYTHON
$python -W ignore against.py >verdicts
while IFS='|' read -r verdict name figures; do
    if [ "$verdict" = good ]; then pass "$name: $figures"; else fail "$name: $figures"; fi
done <verdicts
equal 'every network has its verdict' "$(wc -l <verdicts)" 5

# The lines of README: a trained network in torch.nn.Sequential.
awk '/^```python/ { text = ""; inside = 1; next } /^```/ { if (text ~ /nn.Sequential/) printf "%s", text; inside = 0 }
    inside { text = text $0 "\n" }' "$top/README.md" >load.py
gen-digits -n 100 --side 32 --colour --seed 2 | split --train 0.8 --seed 1 |
    train-cnn --layers $tutorial --input-scale 2/255 --input-shift -1 --batch 8 --optimizer adam --lr 0.003 --epochs 8 |
    predict --x x_test >cnn.npz
cat >>load.py <<'PYTHON'
ours, theirs = model["y_score"], torch.softmax(scores, 1).detach().numpy()
assert ours.shape == (20, 10) and ours.std(0).max() > 0.05, ours.std(0)
assert abs(ours - theirs).max() <= 1e-5, abs(ours - theirs).max()
PYTHON
check 'a trained network loads into torch.nn.Sequential by the lines of README' $python -W ignore load.py
