#!/bin/bash
# Regression on a CSV: numbers as targets, a network without hidden layers against least squares.
. tests/pipe/lib.sh
cd "$scratch" || exit 1

needs_numpy 'regression against least squares'

# Prices with a noise of 60,000, by columns of different units, two of which go together.
"$python" - <<'PYTHON'
import numpy as np
r = np.random.RandomState(7)
n = 600
area = r.uniform(30, 200, n)
rooms = np.clip(np.round(area / 30 + r.normal(size=n)), 1, 9)
age = r.uniform(0, 90, n)
price = 50000 + 3000 * area + 12000 * rooms - 800 * age + r.normal(0, 60000, n)
with open('houses.csv', 'w') as f:
    f.write('area,rooms,age,price\n')
    for row in zip(area, rooms, age, price):
        f.write('%.1f,%d,%.0f,%.2f\n' % row)
PYTHON
from-csv --target price houses.csv | split --train 0.8 --seed 1 >parts.npz
scale --by standard parts.npz >scaled.npz
equal 'prices are targets, never classes' "$(inspect scaled.npz | grep -c '^classes\|^y_train  *f8 ')" 1

check_least_squares() { # check_least_squares NAME R2-TOLERANCE WEIGHT-TOLERANCE: of model.npz and figures.tsv
    export R2=$2 WEIGHTS=$3
    check "$1: R2 and the weights are those of least squares" "$python" - <<'PYTHON'
import os
import numpy as np
d, m = np.load('parts.npz'), np.load('model.npz')
figures = dict((line.split('\t')[0], line.rstrip('\n').split('\t')) for line in open('figures.tsv'))
with_ones = lambda x: np.c_[x, np.ones(len(x))]
w = np.linalg.lstsq(with_ones(d['x_train']), d['y_train'], rcond=None)[0]
for part in 'train', 'test':
    t = d['y_' + part]
    squares = ((t - with_ones(d['x_' + part]) @ w) ** 2).sum()
    best = 1 - squares / ((t - t.mean()) ** 2).sum()
    r2 = float(figures[part][figures['part'].index('r2')])
    assert abs(r2 - best) <= float(os.environ['R2']), (part, r2, best)
    assert abs(best - (1 - 60000 ** 2 / t.var())) < 0.05, 'the noise is what it was made with'
weights = m['layer1.weight'][0] / d['x_train'].std(0)
assert (np.abs(weights - w[:-1]) <= float(os.environ['WEIGHTS']) * np.abs(w[:-1])).all(), (weights, w)
PYTHON
}

for how in '' '--dtype f8' '--batch 32 --lr 0.01' '--batch 32 --lr 0.01 --momentum 0.9' \
    '--batch 0 --optimizer adam --lr 3e4 --epochs 300'; do
    # shellcheck disable=SC2086
    train-mlp --loss mse $how scaled.npz >model.npz
    eval --tsv model.npz >figures.tsv
    check_least_squares "train-mlp $how" 0.01 0.5
done
train-mlp --loss mse --dtype f8 --batch 0 --epochs 3000 scaled.npz >model.npz
eval --tsv model.npz >figures.tsv
check_least_squares 'to the end' 1e-9 1e-9
refuses 'units of hundreds without scaling' 1 \
    'training: the loss .* 0.1 \(try a smaller --lr, or labpipe scale --by standard first\)' train-mlp --loss mse parts.npz
refuses 'targets under cross-entropy' 1 'y_train' train-mlp parts.npz
awk -F, -v OFS=, 'NR > 1 { $4 = int($4) } { print }' houses.csv | from-csv --target price >whole.npz
refuses 'whole targets under cross-entropy' 1 \
    '^labpipe train-mlp: y holds [0-9]+ different floats in [0-9]+ rows: a model that predicts numbers is trained with --loss mse' train-mlp whole.npz
$python -c "import numpy as np; x = np.arange(8.).reshape(4, 2); np.savez('two.npz', x=x, y=x * 2.5); np.savez('ints.npz', x=x, y=(x * 2).astype(int))"
for how in '' '--loss mse'; do
    # shellcheck disable=SC2086
    refuses "two whole numbers to predict $how" 1 'y: row 0 is not one-hot: .* \(numbers to predict are floats, trained on with --loss mse\)$' train-mlp $how ints.npz
done
refuses 'two floats to predict without it' 1 'trained on with --loss mse\)$' train-mlp two.npz
check 'two floats to predict' train-mlp --loss mse --lr 0.001 two.npz -o two-model.npz
printf 'a,y\n1,-1\n2,1\n3,1\n4,-1\n' | from-csv --target y >signs.npz
check 'floats -1 and 1 are classes' train-mlp --epochs 1 signs.npz -o signs-model.npz
