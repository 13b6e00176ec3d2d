#!/bin/bash
# Training against PyTorch, step by step: from the same weights, twenty steps in double precision
# give the same weights.
. tests/pipe/lib.sh

if [ -z "$python" ] || ! "$python" -c 'import torch' 2>/dev/null; then
    skip "no PyTorch (python3-torch): training against it"
    exit 0
fi
cd "$scratch" || exit 1

# 60 rows of three unequal classes, so that no gradient is nearly zero after twenty steps.
$python - <<'PYTHON'
import numpy as np
r = np.random.default_rng(1)
y = np.repeat([0, 1, 2], [30, 20, 10])
np.savez('data.npz', x=r.normal(size=(60, 5)) + 0.5 * y[:, None], y=y)
PYTHON
for activation in relu sigmoid tanh leaky-relu elu gelu silu; do
    train-mlp --hidden 8,6 --activation $activation --dtype f8 --epochs 0 --seed 3 data.npz >start-$activation.npz
done

# A name, train-mlp's options, and what differs from its defaults in PyTorch: arguments of run() below.
cat >cases <<'TABLE'
SGD            | --lr 0.1                                        |
momentum       | --lr 0.1 --momentum 0.9                         | optim=lambda p: SGD(p, 0.1, momentum=0.9)
momentum 1     | --lr 0.01 --momentum 1                          | optim=lambda p: SGD(p, 0.01, momentum=1)
never cleared  | --lr 0.01 --momentum 1                          | optim=lambda p: SGD(p, 0.01), clears=False
Nesterov       | --lr 0.1 --momentum 0.9 --nesterov --weight-decay 0.01 | optim=lambda p: SGD(p, 0.1, momentum=0.9, nesterov=True, weight_decay=0.01)
Adam           | --optimizer adam                                | optim=Adam
Adam, all      | --optimizer adam --lr 0.01 --beta1 0.8 --beta2 0.95 --epsilon 1e-4 --weight-decay 0.1 | optim=lambda p: Adam(p, 0.01, (0.8, 0.95), 1e-4, 0.1)
AdamW          | --optimizer adamw                               | optim=AdamW
AdamW, all     | --optimizer adamw --lr 0.01 --beta1 0.8 --beta2 0.95 --epsilon 1e-4 --weight-decay 0.5 | optim=lambda p: AdamW(p, 0.01, (0.8, 0.95), 1e-4, 0.5)
RMSprop        | --optimizer rmsprop                             | optim=RMSprop
RMSprop, all   | --optimizer rmsprop --lr 0.001 --alpha 0.9 --epsilon 1e-4 --weight-decay 0.1 --momentum 0.9 | optim=lambda p: RMSprop(p, 0.001, 0.9, 1e-4, 0.1, 0.9)
Adagrad        | --optimizer adagrad                             | optim=Adagrad
Adagrad, all   | --optimizer adagrad --lr 0.05 --lr-decay 0.1 --epsilon 1e-4 --weight-decay 0.1 | optim=lambda p: Adagrad(p, 0.05, 0.1, 0.1, 0, 1e-4)
ReLU           | --lr 0.1 --activation relu                      | activation=torch.nn.ReLU()
sigmoid        | --lr 0.5 --activation sigmoid                   | activation=torch.nn.Sigmoid(), optim=lambda p: SGD(p, 0.5)
leaky ReLU     | --lr 0.1 --activation leaky-relu                | activation=torch.nn.LeakyReLU()
ELU            | --lr 0.1 --activation elu                       | activation=torch.nn.ELU()
GELU           | --lr 0.1 --activation gelu                      | activation=torch.nn.GELU()
SiLU           | --lr 0.1 --activation silu                      | activation=torch.nn.SiLU()
clipped        | --lr 0.1 --clip-norm 0.05                       | clip=0.05
clipped Adam   | --optimizer adam --clip-norm 0.02 --weight-decay 0.1 | optim=lambda p: Adam(p, weight_decay=0.1), clip=0.02
too short to clip | --lr 0.1 --clip-norm 100                     | clip=100
smoothed       | --lr 0.1 --label-smoothing 0.2                  | label_smoothing=0.2
smoothed sum   | --lr 0.01 --label-smoothing 0.2 --reduction sum | optim=lambda p: SGD(p, 0.01), label_smoothing=0.2, reduction='sum'
weights        | --lr 0.1 --class-weights 1,2.5,7                | weight=tensor([1, 2.5, 7])
balanced       | --lr 0.1 --class-weights balanced               | weight=60 / (3 * tensor([30, 20, 10]))
weights, smoothed | --lr 0.1 --class-weights 1,2.5,7 --label-smoothing 0.3 | weight=tensor([1, 2.5, 7]), label_smoothing=0.3
weights, smoothed sum | --lr 0.003 --class-weights 1,2.5,7 --label-smoothing 0.3 --reduction sum | optim=lambda p: SGD(p, 0.003), weight=tensor([1, 2.5, 7]), label_smoothing=0.3, reduction='sum'
steps          | --lr 0.1 --lr-schedule step:3:0.7               | schedule=lambda o: StepLR(o, 3, 0.7)
rising         | --lr 0.01 --lr-schedule exponential:1.1         | optim=lambda p: SGD(p, 0.01), schedule=lambda o: ExponentialLR(o, 1.1)
cosine         | --lr 0.1 --lr-schedule cosine:0.02              | schedule=lambda o: CosineAnnealingLR(o, 20, 0.02)
warm-up        | --lr 0.1 --lr-schedule warmup:5                 | schedule=lambda o: LinearLR(o, 1 / 5, 1, 4)
warm-up, cosine | --lr 0.1 --lr-schedule warmup:5,cosine         | schedule=lambda o: SequentialLR(o, [LinearLR(o, 1 / 5, 1, 4), CosineAnnealingLR(o, 15)], [5])
warm-up, AdamW | --optimizer adamw --lr-schedule warmup:8,exponential:0.9 | optim=AdamW, schedule=lambda o: SequentialLR(o, [LinearLR(o, 1 / 8, 1, 7), ExponentialLR(o, 0.9)], [8])
TABLE

while IFS='|' read -r name options _; do
    [[ $options == *--activation* ]] || options="--activation tanh $options"
    read -r activation _ <<<"${options#*--activation}"
    # shellcheck disable=SC2086 # words of the table
    train-mlp --hidden 8,6 --dtype f8 --batch 0 --epochs 20 --init-from "start-$activation.npz" $options data.npz \
        >"${name%"${name##*[! ]}"}.npz"
done <cases

cat >against.py <<'PYTHON'
import numpy as np
import torch
from torch.optim import SGD, Adam, AdamW, RMSprop, Adagrad
from torch.optim.lr_scheduler import ConstantLR, CosineAnnealingLR, ExponentialLR, LinearLR, SequentialLR, StepLR

torch.set_num_threads(1)
data = np.load('data.npz')
x, y = torch.from_numpy(data['x']), torch.from_numpy(data['y'])
start = np.load('start-tanh.npz')  # the weights are those of the others, too


def tensor(numbers):
    return torch.tensor(numbers, dtype=torch.float64)


def run(optim=lambda p: SGD(p, 0.1), activation=torch.nn.Tanh(), clears=True, schedule=lambda o: ConstantLR(o, 1),
        clip=None, **loss):
    """The weights before and after twenty steps on all rows."""
    layers = [torch.nn.Linear(5, 8), torch.nn.Linear(8, 6), torch.nn.Linear(6, 3)]
    net = torch.nn.Sequential(layers[0], activation, layers[1], activation, layers[2]).double()
    with torch.no_grad():
        for i, layer in enumerate(layers, 1):
            layer.weight[:] = torch.from_numpy(start['layer%d.weight' % i])
            layer.bias[:] = torch.from_numpy(start['layer%d.bias' % i])
    descent = optim(net.parameters())
    rates = schedule(descent)
    for _ in range(20):
        if clears:
            descent.zero_grad()
        torch.nn.CrossEntropyLoss(**loss)(net(x), y).backward()
        if clip:
            torch.nn.utils.clip_grad_norm_(net.parameters(), clip)
        descent.step()
        rates.step()
    return {'layer%d.%s' % (i, what): getattr(layer, what).detach().numpy()
            for i, layer in enumerate(layers, 1) for what in ('weight', 'bias')}


for line in open('cases'):
    name, options, arguments = (part.strip() for part in line.split('|'))
    ours, theirs = np.load(name + '.npz'), eval('run(%s)' % arguments)
    apart = max(np.abs(ours[k] - theirs[k]).max() for k in theirs)
    moved = min(np.abs(start[k] - theirs[k]).max() for k in theirs)
    good = apart <= 1e-10 and moved > 1e-4  # false for NaN, too
    print('%s|%s|%.1e apart, moved by %.1e at least' % ('good' if good else 'bad', name, apart, moved))
PYTHON
$python -W ignore against.py >verdicts
while IFS='|' read -r verdict name figures; do
    if [ "$verdict" = good ]; then pass "$name: $figures"; else fail "$name: $figures"; fi
done <verdicts
equal 'every case has its verdict' "$(wc -l <verdicts)" "$(wc -l <cases)"
